"""What services say that their methods take and give."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "interfaces",
        sa.Column("service", sa.String(500), nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("methods", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("service", "version"),
    )
