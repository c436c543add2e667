"""How a page reads the ledger: one unchanging snapshot for all the figures of one page."""

from contextlib import ExitStack

from flask import Flask, current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.database import reading


def read_from(app: Flask, engine: Engine) -> None:
    """Let the pages of the application read from this database."""
    app.extensions["ecorights.engine"] = engine
    app.teardown_request(_close)


def snapshot() -> Session:
    """Give this request's read-only session, opened when it is first asked for."""
    if "snapshot" not in g:
        g.open_snapshot = ExitStack()
        g.snapshot = g.open_snapshot.enter_context(
            reading(current_app.extensions["ecorights.engine"])
        )
    session: Session = g.snapshot
    return session


def _close(_fault: BaseException | None) -> None:
    opened = g.pop("open_snapshot", None)
    g.pop("snapshot", None)
    if opened is not None:
        opened.close()
