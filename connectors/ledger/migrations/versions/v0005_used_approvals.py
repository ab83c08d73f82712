"""Which run an approval has allowed: it allows no other."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; approvals of plans that have been taken up by a run are that run's."""
    op.add_column("approvals", sa.Column("used_by", sa.String(length=64), nullable=True))
    approvals = sa.table("approvals", sa.column("fingerprint"), sa.column("used_by"))
    plans = sa.table("plans", sa.column("fingerprint"), sa.column("applied_by"))
    user = sa.select(sa.func.min(plans.c.applied_by)).where(plans.c.fingerprint == approvals.c.fingerprint)
    op.execute(approvals.update().values(used_by=user.scalar_subquery()))
