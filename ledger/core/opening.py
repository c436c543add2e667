"""From the address of a database to an engine on it, or to a refusal that says why not.

Knows which kinds of database the ledger runs on; knows nothing of where an address comes from.
"""

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError

from ledger.core.database import make_engine
from ledger.core.migration import check_current
from ledger.refusals import RefusalCode, Refused

_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


class OpeningCode(RefusalCode):
    """Why an address leads to no database of ours."""

    DATABASE_ADDRESS_NOT_READABLE = "database_address_not_readable"
    DATABASE_KIND_NOT_SUPPORTED = "database_kind_not_supported"
    DATABASE_DRIVER_NOT_INSTALLED = "database_driver_not_installed"


def engine_for(address: str) -> Engine | Refused:
    """Make an engine for a SQLAlchemy URL, without looking at the database."""
    url = _url_of(address)
    if isinstance(url, Refused):
        return url
    if url.drivername == "postgresql":
        # The bare name means another driver in other versions of SQLAlchemy.
        url = url.set(drivername="postgresql+psycopg")
    try:
        return make_engine(url.render_as_string(hide_password=False))
    except ModuleNotFoundError as fault:
        values = {"kind": url.get_backend_name(), "driver": str(fault.name)}
        return Refused(OpeningCode.DATABASE_DRIVER_NOT_INSTALLED, values)


def open_current(address: str) -> Engine | Refused:
    """Make an engine on a database that this program can work on; refuse any other by name."""
    engine = engine_for(address)
    if isinstance(engine, Refused):
        return engine
    refused = check_current(engine)
    if refused is not None:
        engine.dispose()
        return refused
    return engine


def _url_of(address: str) -> URL | Refused:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        # What cannot be read cannot be shown without its password either.
        return Refused(OpeningCode.DATABASE_ADDRESS_NOT_READABLE)
    if url.drivername not in _DRIVERS:
        return Refused(OpeningCode.DATABASE_KIND_NOT_SUPPORTED, {"kind": url.drivername})
    return url
