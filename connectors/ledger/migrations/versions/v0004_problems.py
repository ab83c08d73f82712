"""Values beside codes, of outcomes and of what nobody had planned; rows that are there keep their sentences."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty in the rows that are there."""
    for table in ("outcomes", "unplanned"):
        op.add_column(table, sa.Column("problems", sa.Text(), server_default="", nullable=False))
