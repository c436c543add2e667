"""Which hot path a session's database has: lock and load, then write in bulk.

Nothing on either is done row by row, and nothing there decides.
"""

from sqlalchemy.orm import Session

from ledger.core.bulk_postgresql import PostgresqlBulk
from ledger.core.bulk_sqlite import SqliteBulk
from ledger.core.bulk_terms import Bulk


def bulk_for(session: Session) -> Bulk:
    """Give the statements for the session's database."""
    connection = session.connection()
    driver = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        return PostgresqlBulk(driver)
    return SqliteBulk(driver)
