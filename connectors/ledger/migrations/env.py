"""Run by Alembic: bring a ledger to the newest form on the connection that was handed over."""

from alembic import context

from schemas.ledger import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters tables by copying them
)
with context.begin_transaction():
    context.run_migrations()
