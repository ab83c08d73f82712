"""What a deed of housekeeping is about, beside what is said of it: the moment of a purge, the owner of a release."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and take it out of what earlier versions wrote: "3 runs from before …", "… of north: reason"."""
    op.add_column("housekeeping", sa.Column("about", sa.String(200), server_default="", nullable=False))
    deeds = sa.table("housekeeping", *(sa.column(name) for name in ("id", "deed", "detail", "about")))
    noted = sa.select(deeds.c.id, deeds.c.deed, deeds.c.detail).where(deeds.c.deed.in_(["purge", "release"]))
    for row in op.get_bind().execute(noted).all():
        about = row.detail.rpartition(" ")[2] if row.deed == "purge" else row.detail.partition(" of ")[0]
        op.execute(deeds.update().where(deeds.c.id == row.id).values(about=about[:200]))
