"""Show on the terminal what a reconciliation found, and where something was found that somebody looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.console import near, say, show_rows
from flows.errors import show_errors
from flows.reconciliation.body import Reconciled
from flows.reconciliation.find import SearchResult
from schemas.findings import FindingKind
from schemas.problems import is_packed
from schemas.settings import Language
from tasks.messages.catalogue import counted, known, render, text
from tasks.messages.command_lines import PLAIN, as_typed
from tasks.messages.owners import owner_in, place_in
from tasks.messages.rendering import told_what, whole
from tasks.reports.reconciliation_rows import until_in

if TYPE_CHECKING:
    import pandas as pd

_FOUND = ("where", "line", "owner", "name", "number", "type")
_SHOWN = 20  # findings on the terminal; the page has them all
_MOST_PLACES = 12  # of links that lead nowhere


def show_reconciled(done: Reconciled, lang: Language = "en", command: str = "phonesync") -> None:
    """Show the systems, the counts, the first findings with what to do about them, and where the rest is."""
    summary, findings = done.summary, done.view.findings
    columns = {name: text(f"say.{name}", lang) for name in _columns(summary["systems"])}
    named = [{**system, "name": place_in(system["name"], lang)} for system in summary["systems"]]
    systems = [{said: system[name] for name, said in columns.items()} for system in named]
    show_rows(text("say.side_by_side", lang), systems, [*columns.values()])
    _show_counts(summary, lang)
    if summary["meanwhile"]:
        say(render("say.meanwhile", lang, runs=", ".join(summary["meanwhile"])), "yellow")
    needing = findings[findings["kind"] != FindingKind.AGREE]
    open_, known_ones = needing[needing["accepted"] == ""], needing[needing["accepted"] != ""]
    if len(open_):
        say("")
        _show_findings(text("say.findings", lang), open_, lang)
    if len(known_ones):
        if not 0 < len(open_) <= _SHOWN:  # a table has a blank line below it
            say("")
        _show_findings(text("say.accepted_title", lang), known_ones, lang)
        withdraw = f'phonesync accept ID --withdraw --reason "{text("say.reason", lang)}"'
        say(render("say.withdraw", lang, command=as_typed(withdraw, command)))
    for name, written in summary.get("suggestions", {}).items():
        said = counted(lang, "say.many_corrected", written["changes"])
        say(said.format(name=name, file=near(written["file"]), list=near(written["list"])))
    say(render("say.reports", lang, folder=near(Path(summary["reports"]["html"]).parent)))
    for note in summary.get("notes", ()):
        say(note)
    show_errors(done.errors, [], lang, command)


def _show_findings(title: str, findings: pd.DataFrame, lang: Language) -> None:
    """Show the first of some findings, and how many more there are; those that are accepted with who says so."""
    shown = findings.head(_SHOWN)
    # Which parts differ is named; all else is a sentence.
    what, sentences = told_what(shown["what"], lang), shown["what"].map(is_packed).astype(bool)
    shown = shown.assign(
        what=what.where(~sentences, what.map(whole)), accepted=until_in(shown["accepted"].astype("str"), lang)
    )
    rows = [{str(key): value for key, value in row.items()} for row in shown.to_dict("records")]
    names = [text(f"say.{name}", lang) for name in ("finding", "what")]
    show_rows(title, [dict(zip(names, _told(row, lang), strict=True)) for row in rows], names)
    if len(findings) > _SHOWN:
        say(render("say.more_findings", lang, n=len(findings) - _SHOWN))


def _columns(systems: Sequence[Mapping[str, Any]]) -> list[str]:
    notes = ["note"] if any(system["note"] for system in systems) else []
    return ["name", "entries", "numbers", "problems", *notes]


def _show_counts(summary: Mapping[str, Any], lang: Language) -> None:
    counts, accepted, trend = summary["findings"], summary["accepted"], summary["trend"]
    waiting = sum(count for kind, count in counts.items() if kind != FindingKind.AGREE) - sum(accepted.values())
    told = {kind: count for kind, count in counts.items() if count}
    say(_listed(told, lang) if told else text("say.nothing_to_compare", lang))
    if accepted:
        say(render("say.accepted_now", lang, n=sum(accepted.values()), listed=_listed(accepted, lang)))
    if summary["since"]:
        figures = {"new": trend["new"], "old": trend["persisting"], "gone": trend["resolved"]}
        say(render("say.since", lang, run=summary["since"], **figures))
    if summary["links"]["loose"]:
        said = counted(lang, "say.many_loose", summary["links"]["loose"])
        say(said.replace("{where}", _places(summary["links"]["loose_at"])))
    if told and not waiting:
        say(text("say.else_agrees" if accepted else "say.agrees", lang))


def _places(said: Sequence[Mapping[str, Any]]) -> str:
    """Return the first of these lines, file by file: `mapping.csv: 3, 5`."""
    lines: dict[str, list[str]] = {}
    for one in said[:_MOST_PLACES]:
        lines.setdefault(one["file"], []).append(str(one["line"]))
    told = "; ".join(f"{file}: {', '.join(some)}" for file, some in lines.items())
    return told + (", …" if len(said) > _MOST_PLACES else "")


def _listed(counts: Mapping[str, int], lang: Language) -> str:
    return ", ".join(render("say.trouble", lang, n=count, word=kind_word(kind, lang)) for kind, count in counts.items())


def kind_word(kind: str, lang: Language) -> str:
    """Return what a kind of findings is called: in English by its code, which files and options have too."""
    if lang == "en":
        return kind
    return text(f"finding.{kind}" if known(f"finding.{kind}") else f"say.{kind}", lang).lower()


def _told(row: Mapping[str, Any], lang: Language) -> tuple[str, str]:
    """Return a finding in two cells: its id and kind, and all that is to be said of it."""
    line = render("say.at_line", lang, line=row["line"]) if row["line"] else ""
    head = ", ".join(filter(None, (str(row["sync"]), line, _owner(row, lang))))
    ours = "  ".join(filter(None, (str(row["name_csv"]), str(row["number_csv"]))))
    there = "  ".join(filter(None, (str(row["name_there"]), str(row["number_there"]))))
    sides = [render("say.file_side", lang, entry=ours) if ours else ""]
    sides += [render("say.there_side", lang, entry=there) if there else ""]
    what = str(row["what"]) if row["what"] else ""
    # What to do about it is of no use to whoever has decided that it may stand.
    end = render("say.accepted", lang, accepted=row["accepted"]) if row["accepted"] else row["fix"]
    said = "\n".join(filter(None, (head, *sides, what, end)))
    return f"{kind_word(str(row['kind']), lang)}\n{row['id']}", said


def _owner(row: Mapping[str, Any], lang: Language) -> str:
    owner = owner_in(str(row["owner"]), lang)
    return f"{owner} ({row['owner_name']})" if row["owner_name"] else owner


def show_found(result: SearchResult, lang: Language = "en") -> None:
    """Show where a number or a name stands."""
    rows = result.summary["found"]
    if rows:
        names = [name for name in _FOUND if any(row[name] for row in rows)]
        columns = {name: text(f"say.{name}", lang) for name in names}
        told = [{**row, "owner": owner_in(row["owner"], lang), "where": place_in(row["where"], lang)} for row in rows]
        shown = [{said: row[name] for name, said in columns.items()} for row in told]
        show_rows("", shown, [*columns.values()])
    else:
        say(text("say.nowhere_read" if result.errors else "say.nowhere", lang))
    for note in result.without:
        say(note)


def show_exported(made: Mapping[str, Any], lang: Language = "en", command: str = PLAIN) -> None:
    """Show what a file holds now, and what of it would be held as it stands."""
    entries = counted(lang, "say.many_entries", made["entries"])
    say(render("say.exported", lang, file=near(made["file"]), entries=entries))
    if made["rejected"]:
        say(as_typed(counted(lang, "say.many_unread", made["rejected"]), command))
    if made["left_out"]:
        say(render("say.left_out", lang, entries=counted(lang, "say.many_entries", made["left_out"])))
    if made["of_other_syncs"]:
        say(counted(lang, "say.many_of_other_syncs", made["of_other_syncs"]))
    if made["owners_without_numbers"]:
        say(counted(lang, "say.many_numberless", made["owners_without_numbers"]))
    if made["english_comments"]:
        entries = counted(lang, "say.many_entries", made["english_comments"])
        say(render("say.english_comments", lang, entries=entries))
