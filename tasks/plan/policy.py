"""How far a plan may go."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Policy:
    """How far this plan may go.

    Attributes:
        names_are_keys: the name is the primary key and the number the secondary one; otherwise the other way round.
        delete_missing: entries of managed owners that no line mentions are deleted; otherwise they are foreign.
        clear_gone: owners that earlier runs wrote and the CSV no longer has are cleared; otherwise foreign.
        gone: those owners.
        unread: owners whose entries could not be read, with the reason; all their lines are held.
        fold_names: the target has been seen to ignore the case of names.
        names_managed: the source has a column of names; otherwise names stay as they stand.
        kept_types: (owner, key) of entries whose type the target has been seen to keep.
    """

    names_are_keys: bool
    delete_missing: bool
    clear_gone: bool = False
    gone: frozenset[str] = frozenset()
    unread: dict[str, str] = field(default_factory=dict)
    fold_names: bool = False
    names_managed: bool = True
    kept_types: frozenset[tuple[str, str]] = frozenset()
