"""How far a sync may go: guards, deletions, renames, the form in which numbers are written."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Guard(BaseModel):
    """Limits on what a plan may do before a person says yes. The defaults are the promise of the design."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    max_deletes: Count = 20
    """more deletions than this"""
    max_delete_share: Share = 0.2
    """a larger part of the entries that stand there; one deletion alone passes, unless it is the last entry"""
    max_deletes_per_week: Count | None = None
    """more deletions than this within seven days, these included"""
    max_change_share: Share = 0.3
    """modifications and renames of a larger part of the entries, where there are ten or more"""
    max_changes: Count | None = None
    """more modifications and renames than this"""
    max_source_drop: Share = 0.3
    """a file that has lost a larger part of its lines since the last good run"""
    max_moved_share: Share = 0.2
    """in a file of ten lines or more, a larger part of them with numbers under another owner, emptied comments,
    comments without letters, or unreadable numbers"""
    allow_empty: StrictBool = False
    """whether a file with a header and no lines may pass"""
    approval_expires_hours: Annotated[float, Field(gt=0)] = 24.0
    """how long a yes is good, in hours"""
