"""The lease of the one writer: who holds it, until when, and under which epoch.

Every batch proves at its end, in its own transaction, that its epoch still holds.  A runner that
was paused and overtaken finds another epoch there and writes nothing.  The time is the database's
own on PostgreSQL, so that machines with other clocks agree.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.reference_rows import insert_missing
from market.tables import runner_lease


class LeaseLost(Exception):
    """Somebody else writes now."""


def take(session: Session, holder: str, length: timedelta, now: Now) -> int | None:
    """Take the lease where it is free, expired or one's own; give its new epoch, else None."""
    at = _instant(session, now)
    insert_missing(
        session, runner_lease, [{"id": 1, "epoch": 0, "holder": "", "until": now.instant}]
    )
    row = session.execute(select(runner_lease).with_for_update()).one()
    if row.holder not in ("", holder) and row.until > at:
        return None
    epoch: int = row.epoch + 1
    session.execute(update(runner_lease).values(epoch=epoch, holder=holder, until=at + length))
    return epoch


def prove(session: Session, epoch: int, length: timedelta, now: Now) -> None:
    """Hold the lease on from now, as the last thing of a batch; raise LeaseLost if it is gone.

    The row stays locked until the commit, so nobody takes over between this and the commit.
    """
    at = _instant(session, now)
    kept = session.execute(
        update(runner_lease).where(runner_lease.c.epoch == epoch).values(until=at + length)
    )
    if kept.rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLost(f"epoch {epoch} is over")


def renew(session: Session, epoch: int, length: timedelta, now: Now) -> None:
    """Hold the lease on where there is nothing else to write; raise LeaseLost if it is gone.

    The commit need not wait for the disk: a renewal that a crash takes back lets the next runner
    begin earlier, under an epoch of its own.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL synchronous_commit = off"))
    prove(session, epoch, length, now)


def left(session: Session, now: Now) -> timedelta:
    """Give how long the lease still runs, zero or less where it is free; nothing is locked."""
    row = session.execute(select(runner_lease)).one_or_none()
    return timedelta(0) if row is None or not row.holder else row.until - _instant(session, now)


def give_up(session: Session, epoch: int, now: Now) -> None:
    """End one's own lease, so that the next runner need not wait for it."""
    session.execute(
        update(runner_lease)
        .where(runner_lease.c.epoch == epoch)
        .values(holder="", until=_instant(session, now))
    )


def _instant(session: Session, now: Now) -> datetime:
    if session.get_bind().dialect.name != "postgresql":
        return now.instant
    found: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return found
