"""What was known of a row at the end of a run, before a later run found out better."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; what was replaced before there was one is lost."""
    texts = (("outcome", sa.String(16)), ("message", sa.Text), ("at", sa.String(40)), ("code", sa.String(40)))
    op.create_table(
        "earlier_outcomes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.id"), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("row", "http_status", "attempts")),
        *(sa.Column(name, kind, nullable=False) for name, kind in texts),
        sa.Column("problems", sa.Text, nullable=False),
    )
    op.create_index("ix_earlier_outcomes_plan", "earlier_outcomes", ["plan"])
