"""Show how files were understood: what their columns were taken for, and lines as they will be published."""

from __future__ import annotations

from flows.check import CheckedSources
from flows.offline import Configured
from tasks.reports.masking import mask_texts


def add_previews(context: Configured, checked: CheckedSources, most: int) -> None:
    """Add to the summary of each file that could be read `preview`: its columns, and its first good lines.

    Numbers of users are masked.
    """
    for file in checked.files:
        if file.source is None or file.judged is None:
            continue
        spec = context.spec(file.sync)
        lines = file.judged.desired.head(most)[["line", "owner", "name", "number"]]
        if spec.private(file.sync):
            lines = lines.assign(number=mask_texts(lines["number"]))
        columns = {theirs: spec.headers[ours] for ours, theirs in file.source.arranged.headers.items()}
        rows = [{str(key): value for key, value in row.items()} for row in lines.to_dict("records")]
        file.item["preview"] = {"columns": columns, "rows": rows}
