"""The log played again makes the same answers, trades, orders, book and state; and tells where not."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from ledger.core.database import reading, run
from ledger.core.entries import Entry
from ledger.core.moves import EntryKind
from ledger.refusals import Refused
from market.decisions import Stand
from market.replay import replay
from market.replay_findings import ReplayCode, ReplayReport
from market.submission import NewCommand, submit
from market.venue_calendars import SpecialDay, find_calendar, set_calendar_days
from market.venue_definition import VenueCode
from market.venues import set_rule
from tests.support.market_floor import Floor, breaking, make_floor, refused
from tests.support.market_venues import CONTINUOUS, at


@pytest.fixture
def floor(engine: Engine) -> Floor:
    return funded(engine)


@pytest.fixture
def sqlite_floor(sqlite_engine: Engine) -> Floor:
    return funded(sqlite_engine)


def funded(engine: Engine) -> Floor:
    made = make_floor(engine, CONTINUOUS)
    made.fund("a1", fen=10_000_000, units=5000)
    made.fund("a2", fen=10_000_000, units=5000)
    made.fund("b1", fen=50_000_000, units=1000)
    return made


def replayed(floor: Floor, piece: int = 500) -> ReplayReport:
    with reading(floor.engine) as session:
        report = replay(session, floor.venue.code, piece)
    assert isinstance(report, ReplayReport), report
    return report


def codes(floor: Floor) -> set[ReplayCode]:
    return set(replayed(floor).counts)


def trade_a_little(floor: Floor) -> None:
    floor.place("a1", "sell", "300", "70.50")
    floor.place("a2", "sell", "200", "70.60", display="50")
    floor.place("b1", "buy", "400", "70.60")
    floor.place("b1", "buy", "100", "70.40")


def play_two_days(floor: Floor) -> None:
    """All kinds of commands, refusals among them, a call, a halt, a restart and a day's end."""
    trade_a_little(floor)
    resting = floor.place("a1", "sell", "100", "70.80").answer["order"]
    floor.ask("a1", "amend", order=resting, quantity="60")
    floor.ask("a1", "amend", order=resting, price="70.40")
    floor.place("b1", "buy", "10", "69.00", tif="GTD", expires_at="2026-11-17T02:30:00+00:00")
    floor.place("b1", "buy", "999", "69.00", tif="FOK")
    floor.place("b1", "buy", "30", None, tif="IOC")
    refused(floor.place("b1", "buy", "10", "99.99"))
    refused(floor.place("b1", "buy", "many", "70.00"))
    refused(floor.ask("b1", "cancel", order=1))
    refused(floor.ask("b1", "halt", reason="I may not"))
    refused(floor.ask("", "dance"))
    floor.tick(hours=1)
    floor.runner.drain()
    floor.ask("", "open_call", minutes=2)
    floor.place("a2", "sell", "40", "70.20")
    floor.place("b1", "buy", "40", "70.90")
    floor.runner = floor.new_runner("first")
    assert floor.runner.take_lease()
    floor.tick(minutes=3)
    floor.runner.drain()
    floor.ask("", "halt", reason="演练")
    floor.ask("a1", "cancel_all")
    floor.ask("", "resume")
    floor.place("a1", "sell", "500", "71.00")
    floor.ask("", "seize", account=floor.numbers["a1"], quantity="4500", case="C1", for_party=1)
    floor.now = at(18, 9, 16)
    floor.runner.drain()
    floor.place("a2", "sell", "25", "70.30")
    floor.place("b1", "buy", "20", "70.60")
    floor.now = at(18, 9, 26)
    floor.runner.drain()
    floor.now = at(18, 10)
    floor.place("b1", "buy", "5", "70.50", post_only=True)


def test_two_days_replay_the_same_whatever_the_size_of_a_piece(floor: Floor) -> None:
    play_two_days(floor)
    whole = replayed(floor)
    assert whole.differences == ()
    assert whole.identical
    assert whole.counted["trades"] > 5
    assert replayed(floor, piece=3) == whole


def test_rules_that_change_from_a_later_day_count_from_that_day(floor: Floor) -> None:
    trade_a_little(floor)
    change(floor, "order_band", "0.02", date(2026, 11, 18))
    change(floor, "buyer_fee_rate", "0.002", date(2026, 11, 18))
    floor.place("a1", "sell", "10", "75.00")
    floor.now = at(18, 10)
    refused(floor.place("a1", "sell", "10", "75.00"))
    floor.place("b1", "buy", "10", "70.60")
    assert replayed(floor).differences == ()


def change(floor: Floor, key: str, value: str, day: date) -> None:
    made = run(
        floor.engine,
        lambda session: set_rule(
            session, floor.venue.id, key, value, day, "示例文件", floor.now, "管理员甲"
        ),
    )
    assert not isinstance(made, Refused), made


def of_kind(kind: EntryKind) -> Callable[[Entry], bool]:
    return lambda entry: entry.kind is kind


def test_a_command_decided_under_a_fault_replays(floor: Floor) -> None:
    floor.place("a1", "sell", "300", "70.50")
    with breaking(floor, of_kind(EntryKind.FILL)):
        answer = floor.place("b1", "buy", "100", "70.50")
    assert answer.answer["status"] == "resting"
    said = refused(floor.place("b1", "buy", "100", "70.50"))
    assert said.code == "venue_halted_by_fault"
    assert replayed(floor).differences == ()


def test_a_command_that_cannot_be_decided_at_all_is_refused_and_the_next_one_is_not(
    floor: Floor,
) -> None:
    """A fault in the call itself: without it the venue halts, and the queue goes on."""
    floor.ask("", "open_call", minutes=5)
    floor.place("a1", "sell", "300", "70.50")
    floor.place("b1", "buy", "300", "70.50")
    with breaking(floor, of_kind(EntryKind.FILL)):
        said = refused(floor.ask("", "uncross"))
    assert said.code == "command_not_carried_out"
    # What failed names accounts and amounts: it is kept, and not told.
    assert said.values == {"command": "uncross"}
    assert floor.ask("b1", "cancel_all").answer["cancelled"] != []
    assert replayed(floor).differences == ()


def test_a_clock_whose_own_step_fails_halts_the_venue_and_does_not_spin(floor: Floor) -> None:
    floor.ask("", "open_call", minutes=5)
    floor.place("a1", "sell", "300", "70.50")
    floor.place("b1", "buy", "300", "70.50")
    floor.tick(minutes=6)
    with breaking(floor, of_kind(EntryKind.FILL)):
        assert floor.runner.drain() == 1
    assert refused(floor.place("b1", "buy", "1", "70.00")).code == "venue_halted_by_fault"
    floor.tick(minutes=2)
    floor.runner.drain()
    assert floor.ask("", "resume").status == "accepted"
    floor.tick(minutes=6)
    floor.runner.drain()
    with reading(floor.engine) as session:
        assert session.scalar(text("SELECT phase FROM venue_state")) == Stand.CONTINUOUS
        assert session.scalar(text("SELECT count(*) FROM trade")) == 1
    assert replayed(floor).differences == ()


def test_a_command_to_a_venue_that_is_opened_later_does_not_count_for_it(floor: Floor) -> None:
    stray = NewCommand("venue", floor.venue.id + 1, "halt", 0, "stray", {"reason": "x"}, "")
    assert submit(floor.engine, stray, floor.now) is None
    floor.runner.drain()
    assert refused(floor.answer(stray)).code == "venue_unknown"
    assert replayed(floor).differences == ()


def test_no_such_venue(sqlite_floor: Floor) -> None:
    with reading(sqlite_floor.engine) as session:
        answer = replay(session, "nowhere")
    assert isinstance(answer, Refused)
    assert answer.code is VenueCode.VENUE_NOT_FOUND


def test_a_venue_without_a_command_replays(sqlite_floor: Floor) -> None:
    assert replayed(sqlite_floor).identical


def test_orders_are_gone_through_in_the_same_sequence_after_a_restart(floor: Floor) -> None:
    """An amended order is later in its queue than a younger one, but no later among the orders."""
    first = floor.place("b1", "buy", "10", "69.00").answer["order"]
    second = floor.place("b1", "buy", "10", "69.10").answer["order"]
    floor.ask("b1", "amend", order=first, price="69.20")
    floor.runner = floor.new_runner("first")
    assert floor.runner.take_lease()
    assert floor.ask("b1", "cancel_all").answer == {"cancelled": [first, second]}
    assert replayed(floor).differences == ()


# -- what a replay finds: the record is changed behind the ledger's back, its guards taken off


def tamper(floor: Floor, statement: str) -> None:
    def work(session: Session) -> None:
        connection = session.connection()
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'")
        for (name,) in triggers.all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(statement)

    run(floor.engine, work)


CHANGES = {
    "status": ("UPDATE command_log SET status = 'refused' WHERE number = 2", "status_differs"),
    "answer": (
        "UPDATE command_log SET answer = '{\"answer\":{}}' WHERE number = 4",
        "answer_differs",
    ),
    "events": ("UPDATE command_log SET events = '[]' WHERE number = 4", "events_differ"),
    "trade": ("UPDATE trade SET lots = lots + 1 WHERE number = 1", "trade_differs"),
    "trade_gone": ("DELETE FROM trade WHERE number = 2", "trade_differs"),
    "trade_more": (
        "INSERT INTO trade SELECT venue_id, 99, command, mode, price_ticks, lots, value_fen, "
        "buy_order, sell_order, taker, 'x', traded_at, traded_on FROM trade WHERE number = 1",
        "trades_too_many",
    ),
    "order": ("UPDATE market_order SET fee_fen = 0 WHERE id = 2", "order_differs"),
    "order_open": (
        "UPDATE market_order SET limit_ticks = 7041 WHERE state = 'open'",
        "order_differs",
    ),
    "order_gone": ("DELETE FROM market_order WHERE id = 2", "order_missing"),
    "order_more": (
        "UPDATE market_order SET state = 'open', open_lots = 1, shown_lots = 1 WHERE id = 2",
        "book_differs",
    ),
    "state": (
        "UPDATE venue_state SET state = replace(state, '\"last_ticks\": 7060', '\"last_ticks\": 1')",
        "state_differs",
    ),
    "log_gap": ("UPDATE command_log SET number = 50 WHERE number = 5", "log_has_gaps"),
    "asks": ("UPDATE command_log SET admission = '[]' WHERE number = 4", "asks_otherwise"),
    "unreadable": ("UPDATE command_log SET admission = 'x' WHERE number = 4", "cannot_follow"),
    "behind": (
        "UPDATE command_log SET admission = replace(admission, '\"cash_account_id\":', '\"x\":') "
        "WHERE number = 4",
        "cannot_follow",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_behind_the_ledgers_back_is_found(sqlite_floor: Floor, name: str) -> None:
    trade_a_little(sqlite_floor)
    statement, code = CHANGES[name]
    assert codes(sqlite_floor) == set()
    tamper(sqlite_floor, statement)
    assert f"replay_{code}" in codes(sqlite_floor)


def test_an_admission_that_the_journal_does_not_bear_out_is_found(sqlite_floor: Floor) -> None:
    trade_a_little(sqlite_floor)
    tamper(sqlite_floor, "UPDATE entry SET key = 'other' WHERE key LIKE 'trade:%:1'")
    assert codes(sqlite_floor) == {ReplayCode.ADMITTED_ENTRY_MISSING}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET money_fen = money_fen + 1 WHERE key LIKE 'trade:%:1'",
        "UPDATE entry SET business_date = '2026-11-16' WHERE key LIKE 'trade:%:1'",
        "UPDATE transfer SET amount = amount + 1 WHERE line = 1 AND entry_id = "
        "(SELECT id FROM entry WHERE key LIKE 'trade:%:1')",
    ],
    ids=["money", "day", "amount"],
)
def test_an_entry_that_stands_otherwise_is_found(sqlite_floor: Floor, change: str) -> None:
    trade_a_little(sqlite_floor)
    tamper(sqlite_floor, change)
    assert codes(sqlite_floor) == {ReplayCode.ADMITTED_ENTRY_DIFFERS}


def test_an_entry_that_was_refused_and_stands_is_found(sqlite_floor: Floor) -> None:
    trade_a_little(sqlite_floor)
    said = refused(sqlite_floor.place("b1", "buy", "20000", "70.00"))
    assert said.code == "cash_too_small"
    tamper(
        sqlite_floor,
        "INSERT INTO entry (kind, key, business_date, recorded_at, late, actor, office, document) "
        "SELECT kind, 'order:6:hold', business_date, recorded_at, late, actor, office, document "
        "FROM entry WHERE key LIKE 'order:2:hold'",
    )
    assert codes(sqlite_floor) == {ReplayCode.REFUSED_ENTRY_STANDS}


def test_a_hold_that_is_not_what_its_order_needs_is_found(sqlite_floor: Floor) -> None:
    trade_a_little(sqlite_floor)
    tamper(
        sqlite_floor,
        "UPDATE position SET credits = credits + 1 WHERE kind = 'frozen' AND ref = 'order:5'",
    )
    assert codes(sqlite_floor) == {ReplayCode.REPLAY_HOLD_DIFFERS}


def test_later_words_about_the_calendar_do_not_change_earlier_answers(floor: Floor) -> None:
    """An order on Wednesday evening is told that Thursday opens; then Thursday becomes a holiday."""
    floor.now = at(18, 20)
    said = refused(floor.place("b1", "buy", "10", "70.00"))
    assert said.code == "outside_session"

    def work(session: Session) -> object:
        number = find_calendar(session, "workdays")
        assert isinstance(number, int)
        holiday = SpecialDay(date(2026, 11, 19), False, "示例文件")
        return set_calendar_days(session, number, [holiday], floor.now, "管理员甲")

    assert run(floor.engine, work) == 1
    floor.tick(minutes=1)
    floor.place("b1", "buy", "10", "70.00")
    floor.runner = floor.new_runner("first")
    assert floor.runner.take_lease()
    floor.place("b1", "buy", "10", "70.00")
    floor.now = at(19, 10)
    floor.place("b1", "buy", "10", "70.00")
    assert replayed(floor).differences == ()
