"""The rows of one batch: taken off the queue, and written with everything that came of it.

On PostgreSQL statements that need no answer from each other travel together, so that a small batch
costs few round trips; on SQLite there are none to save.  Nothing here decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from ledger.core.bulk_rows import write_rows
from ledger.core.clock import Now
from market import lease
from market.decisions import State, Trade
from market.orders import Order
from market.store import (
    CHANGING,
    ORDER_COLUMNS,
    TRADE_COLUMNS,
    order_row,
    save_changed_orders,
    save_state,
    state_row,
    trade_row,
)
from market.submission import DECIDED_CHANNEL
from market.tables import command_log, market_order, queued_command, trade

_COPY_FROM = 200
"""From so many rows on COPY beats one message for each."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A command as it waits."""

    market: str
    market_id: int
    kind: str
    party_id: int
    key: str
    payload: str
    actor: str
    submitted_at: datetime


_QUEUED = "market, market_id, kind, party_id, key, payload, actor, submitted_at"
_TAKE = f"""
    WITH gone AS (
        DELETE FROM queued_command WHERE id IN (SELECT id FROM queued_command ORDER BY id LIMIT %s)
        RETURNING id, {_QUEUED}
    )
    SELECT {_QUEUED}, EXISTS (SELECT 1 FROM command_log AS done
        WHERE done.party_id = gone.party_id AND done.key = gone.key)
    FROM gone ORDER BY id
"""


def take(session: Session, size: int) -> list[Queued]:
    """Take what waits, oldest first; what the log has already is only taken off the queue."""
    if size <= 0:
        return []
    if session.get_bind().dialect.name == "postgresql":
        found = _driver(session).execute(_TAKE, (size,), prepare=True).fetchall()
        return [Queued(*row[:-1]) for row in found if not row[-1]]
    waiting = session.execute(
        select(queued_command).order_by(queued_command.c.id).limit(size)
    ).all()
    if not waiting:
        return []
    session.execute(
        delete(queued_command).where(queued_command.c.id.in_([row.id for row in waiting]))
    )
    keys = [(row.party_id, row.key) for row in waiting]
    done = session.execute(
        select(command_log.c.party_id, command_log.c.key).where(
            tuple_(command_log.c.party_id, command_log.c.key).in_(keys)
        )
    )
    known = {(row.party_id, row.key) for row in done}
    return [Queued(*row[1:]) for row in waiting if (row.party_id, row.key) not in known]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch changed, beside what the working set wrote.

    ``last_number`` is that of the last command before it: orders above are new.  ``trades`` and
    ``states`` are by venue, ``log`` the rows of the log.
    """

    last_number: int
    orders: Sequence[Order]
    trades: Mapping[int, Sequence[Trade]]
    states: Mapping[int, State]
    log: Sequence[Mapping[str, Any]]


def write(session: Session, batch: Batch, epoch: int, length: timedelta, now: Now) -> None:
    """Write a batch and prove the lease, as the last thing before the commit.

    Raises LeaseLost where another epoch holds.
    """
    new = [order_row(order) for order in batch.orders if order.number > batch.last_number]
    changed = [order for order in batch.orders if order.number <= batch.last_number]
    trades = [trade_row(venue, one) for venue, some in batch.trades.items() for one in some]
    log = [tuple(row.values()) for row in batch.log]
    log_columns = tuple(batch.log[0])
    if session.get_bind().dialect.name != "postgresql":
        _copy(session, market_order, ORDER_COLUMNS, new)
        save_changed_orders(session, changed)
        _copy(session, trade, TRADE_COLUMNS, trades)
        for venue_id, state in batch.states.items():
            save_state(session, venue_id, state)
        write_rows(session, command_log, log_columns, log)
        lease.prove(session, epoch, length, now)
        return
    large = [
        (table, columns, rows)
        for table, columns, rows in (
            (market_order, ORDER_COLUMNS, new),
            (trade, TRADE_COLUMNS, trades),
            (command_log, log_columns, log),
        )
        if len(rows) >= _COPY_FROM
    ]
    for table, columns, rows in large:
        write_rows(session, table, columns, rows)
    copied = {table.name for table, _, _ in large}
    driver = _driver(session)
    with driver.pipeline():
        cursor = driver.cursor()
        for table, columns, rows in (
            (market_order, ORDER_COLUMNS, new),
            (trade, TRADE_COLUMNS, trades),
            (command_log, log_columns, log),
        ):
            if rows and table.name not in copied:
                cursor.executemany(_insert(table.name, columns), rows)
        if changed:
            cursor.executemany(_UPDATE, [_changed_values(order) for order in changed])
        for venue_id, state in batch.states.items():
            driver.execute(_SAVE_STATE, state_row(venue_id, state), prepare=True)
        driver.execute(f"NOTIFY {DECIDED_CHANNEL}")
        proof = driver.execute(_PROVE, (length, epoch), prepare=True)
    if proof.fetchone() is None:
        raise lease.LeaseLost(f"epoch {epoch} is over")


_PROVE = "UPDATE runner_lease SET until = clock_timestamp() + %s WHERE epoch = %s RETURNING epoch"
_SAVE_STATE = (
    "INSERT INTO venue_state (venue_id, number, phase, halt_reason, state) "
    "VALUES (%(venue_id)s, %(number)s, %(phase)s, %(halt_reason)s, %(state)s) "
    "ON CONFLICT (venue_id) DO UPDATE SET number = excluded.number, phase = excluded.phase, "
    "halt_reason = excluded.halt_reason, state = excluded.state"
)
_UPDATE = (
    "UPDATE market_order SET " + ", ".join(f"{name} = %s" for name in CHANGING) + " WHERE id = %s"
)


def _changed_values(order: Order) -> tuple[Any, ...]:
    row = dict(zip(ORDER_COLUMNS, order_row(order), strict=True))
    return (*(row[name] for name in CHANGING), order.number)


def _insert(table: str, columns: Iterable[str]) -> str:
    names = tuple(columns)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"


def _copy(session: Session, table: Any, columns: Sequence[str], rows: Sequence[Any]) -> None:
    if rows:
        write_rows(session, table, columns, rows)


def _driver(session: Session) -> Any:
    # What the session still holds back comes first, as in any other statement.
    session.flush()
    return session.connection().connection.driver_connection
