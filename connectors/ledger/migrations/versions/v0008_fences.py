"""Who held a target before whom: a number that grows with each holder, kept with each intent."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "fences",
        sa.Column("target", sa.String(500), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("target"),
    )
    op.add_column("intents", sa.Column("fence", sa.Integer(), nullable=False, server_default="0"))
