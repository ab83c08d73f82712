"""What a file has done to entries that were not to change: told by its answer, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.apio.models import ApioEntry

_ADDED, _MODIFIED, _NOT_MODIFIED = "contact added", "contact modified", "contact not modified"


@dataclass
class FileEffects:
    """What files have done to entries that were not to change, as far as it is known.

    Attributes:
        at_risk: names of entries that a file may have cost: what is missing of them afterwards was not taken by others.
        overwritten: entries at rest, as they were sent, whose rows have changed something: somebody had just given them
            another number, or the service writes numbers in its own way.
        brought_back: entries at rest that their rows have added: somebody had just deleted them.
        left_out: names that stood there and that the last file has left out on purpose.
        deleted: entries were deleted because a file left them out.
    """

    at_risk: set[str] = field(default_factory=set)
    overwritten: set[ApioEntry] = field(default_factory=set)
    brought_back: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    deleted: bool = False

    def read(self, resting: Sequence[tuple[ApioEntry, str]]) -> None:
        """Note what was said of entries at rest; that nothing else is ever said of any would be a habit, and no news.

        Args:
            resting: entries whose rows have succeeded, each with the message.
        """
        said = {message for _, message in resting}
        if len(resting) == 1 or _NOT_MODIFIED in said:
            self.overwritten |= {entry for entry, message in resting if message == _MODIFIED}
        if _NOT_MODIFIED in said:
            self.brought_back |= {entry.name for entry, message in resting if message == _ADDED}
