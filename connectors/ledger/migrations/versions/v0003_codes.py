"""Codes beside sentences: of outcomes, of what nobody had planned, and of what targets have been seen to do."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The one sentence by which a run decided: a change that was stopped halfway is carried on with, also after an upgrade.
_CUT_SHORT = "stopped before all of it was done; phonesync resume does the rest"
_TRAITS = {
    "ignores the case of names": "ignores_case",
    "changes the case of names": "changes_case",
    "drops accents from names": "drops_accents",
    "writes ? for letters outside Latin-1": "replaces_beyond_latin_1",
    "writes ? for letters outside ASCII": "replaces_beyond_ascii",
    "writes numbers in a form of its own": "rewrites_numbers",
    "does not keep the types it is given": "drops_types",
}


def upgrade() -> None:
    """Add the columns, empty in the rows that are there, and put codes in the place of sentences about targets."""
    for table in ("outcomes", "unplanned"):
        op.add_column(table, sa.Column("code", sa.String(length=40), server_default="", nullable=False))
    outcomes = sa.table("outcomes", sa.column("message"), sa.column("code"))
    op.execute(outcomes.update().where(outcomes.c.message == _CUT_SHORT).values(code="cut_short"))
    traits = sa.table("traits", sa.column("trait"))
    seen = op.get_bind().execute(sa.select(traits.c.trait).distinct()).scalars().all()
    for trait in seen:
        cut = re.fullmatch(r"cuts names to (\d+)", trait)
        code = f"cuts_names:{cut[1]}" if cut else _TRAITS.get(trait)
        if code:
            op.execute(traits.update().where(traits.c.trait == trait).values(trait=code))
