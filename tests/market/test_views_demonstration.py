"""The markets of the demonstration: true in the ledger, the same each time, finished when cut off."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.demonstration.loading import load_demonstration
from ledger.registry.cash_proposals import list_cash
from ledger.registry.tables import party
from market.daily_sheet import latest_sheets
from market.decisions import Stand
from market.demonstration import load_market_demonstration
from market.demonstration_orders import STEPS
from market.tables import command_log, market_order, runner_lease, trade
from market.views import market_heads


@pytest.fixture
def year(sqlite_engine: Engine) -> Engine:
    assert load_demonstration(sqlite_engine)
    return sqlite_engine


def digest(engine: Engine) -> list[tuple[Any, ...]]:
    """Everything that was traded and what stands, but for the seeds of calls."""
    with reading(engine) as session:
        trades = session.execute(select(trade).order_by(trade.c.venue_id, trade.c.number))
        orders = session.execute(select(market_order).order_by(market_order.c.id))
        return [*(tuple(row) for row in trades), *(tuple(row) for row in orders)]


def test_the_markets_are_played_once_and_the_ledger_is_clean(year: Engine) -> None:
    assert load_market_demonstration(year)
    assert not load_market_demonstration(year)
    with reading(year) as session:
        assert audit(session).clean
        heads = market_heads(session)
        sheets = latest_sheets(session, heads)
        (epoch, holder) = session.execute(select(runner_lease.c.epoch, runner_lease.c.holder)).one()
    assert [head.code for head in heads] == ["nm-carbon-2025-book", "nm-carbon-2025-listing"]
    assert all(head.demonstration and head.stand is Stand.CLOSED for head in heads)
    assert [sheets[head.venue_id].close_ticks for head in heads] == [7141, 7200]
    assert {sheet.day for sheet in sheets.values()} == {date(2026, 10, 15)}
    # The next runner, that of the server, need not wait.
    assert (epoch, holder) == (1, "")


def test_everybody_and_everything_is_marked_as_an_example(year: Engine) -> None:
    load_market_demonstration(year)
    with reading(year) as session:
        proposals = list_cash(session)
        actors = session.scalars(
            select(command_log.c.actor).where(command_log.c.actor != "").distinct()
        ).all()
        names = session.scalars(select(party.c.name)).all()
        written = session.scalar(select(func.count()).select_from(command_log))
    assert {(one.proposed_by, one.decided_by) for one in proposals} == {
        ("示例经办员", "示例复核员")
    }
    assert all(one.bank_document.startswith("示例") for one in proposals)
    assert all(actor.startswith("示例") for actor in actors)
    assert all(name.startswith("示例") for name in names if name)
    assert written is not None
    assert written > len(STEPS)


def test_cut_off_it_goes_on_where_it_stopped(
    year: Engine, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Any
) -> None:
    from ledger.core.database import make_engine

    other = make_engine(sqlite_template.copy_into(tmp_path_factory.mktemp("whole")))
    load_demonstration(other)
    load_market_demonstration(other)
    inserted = 0

    def cut_off(*said: Any) -> None:
        nonlocal inserted
        inserted += "INSERT INTO queued_command" in said[2]
        if inserted == 30:
            raise RuntimeError("cut off")

    event.listen(year, "before_cursor_execute", cut_off)
    with pytest.raises(RuntimeError, match="cut off"):
        load_market_demonstration(year)
    event.remove(year, "before_cursor_execute", cut_off)
    assert load_market_demonstration(year)
    assert digest(year) == digest(other)
    other.dispose()
