"""How far a sync may go: guards, deletions, renames, the form in which numbers are written."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Guard(BaseModel):
    """Limits on what a plan may do before a person says yes. The defaults are the promise of the design."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_deletes: Count = 20
    max_delete_share: Share = 0.2
    max_deletes_per_week: Count | None = None
    max_change_share: Share = 0.3
    max_changes: Count | None = None
    max_source_drop: Share = 0.3
    max_moved_share: Share = 0.2
    allow_empty: StrictBool = False
    approval_expires_hours: Annotated[float, Field(gt=0)] = 24.0
