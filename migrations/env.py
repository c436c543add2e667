"""What Alembic runs to change a database: the connection is handed in, nothing is configured here.

``ledger.core.migration`` is the only caller; it prepares the connection and says what may happen.
"""

from alembic import context

from ledger.core.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=context.config.attributes["version_table"],
    on_version_apply=context.config.attributes["on_version_apply"],
    # SQLite undoes its CREATE and DROP too, once the driver no longer commits before them.
    transactional_ddl=True,
    transaction_per_migration=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
