"""Everything a trader can get wrong: a code, a sentence in both languages, and a row in the log."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Engine, select

from ledger.core.database import reading
from ledger.refusals import Refused
from market.submission import Answer, submit
from market.tables import command_log
from tests.support.market_floor import Floor, make_floor, refused
from tests.support.market_venues import CONTINUOUS, at, with_rules
from web.sentences.catalogue import sentence


@pytest.fixture
def floor(sqlite_engine: Engine) -> Floor:
    made = make_floor(
        sqlite_engine, with_rules(CONTINUOUS, order_minimum="10", order_maximum="500")
    )
    made.fund("a1", units=1000)
    made.fund("b1", fen=10_000_000)
    return made


@dataclass(frozen=True)
class Case:
    """A wrong command, the code that answers it, and figures that its sentences name."""

    name: str
    act: Callable[[Floor], Answer]
    code: str
    figures: tuple[str, ...] = ()


def _buy(
    quantity: str = "10", price: str | None = "70.00", **more: object
) -> Callable[..., Answer]:
    return lambda floor: floor.place("b1", "buy", quantity, price, **more)


def _elsewhere(floor: Floor) -> Answer:
    command = floor.command("b1", "place", floor.order("b1", "buy", "10", "70.00"), "")
    command = replace(command, market_id=999)
    assert submit(floor.engine, command, floor.now) is None
    floor.runner.drain()
    return floor.answer(command)


def _closed(floor: Floor) -> Answer:
    floor.now = at(17, 12)
    floor.runner.drain()
    return floor.place("b1", "buy", "10", "70.00")


def _night(floor: Floor) -> Answer:
    floor.now = at(17, 20)
    return floor.place("b1", "buy", "10", "70.00")


def _halted(floor: Floor) -> Answer:
    assert floor.ask("", "halt", reason="系统检修").status == "accepted"
    return floor.place("b1", "buy", "10", "70.00")


def _amend_filled(floor: Floor) -> Answer:
    order = floor.place("a1", "sell", "10", "70.00").answer["order"]
    floor.place("b1", "buy", "10", "70.00")
    return floor.ask("a1", "amend", order=order, price="70.10")


CASES = (
    Case("off tick", _buy(price="70.005"), "order_price_off_tick", ("70.005", "0.01")),
    Case("off lot", _buy(quantity="10.5"), "number_too_many_decimals", ("10.5",)),
    Case("outside band", _buy(price="77.01"), "order_price_outside_band", ("63.00", "77.00")),
    Case("pause", _closed, "outside_session", ("13:00",)),
    Case("night", _night, "outside_session", ("09:15",)),
    Case("no such venue", _elsewhere, "venue_unknown", ("999",)),
    Case("halted", _halted, "venue_halted", ("系统检修",)),
    Case("digits", _buy(price="70.0000001"), "number_too_many_decimals", ("70.0000001",)),
    Case("zero", _buy(quantity="0"), "quantity_not_above_zero", ("0",)),
    Case("negative", _buy(quantity="-5"), "number_negative", ("-5",)),
    Case("price zero", _buy(price="0"), "price_not_above_zero", ("0",)),
    Case("too small", _buy(quantity="9"), "quantity_below_minimum", ("9", "10")),
    Case("too large", _buy(quantity="501"), "quantity_above_maximum", ("501", "500")),
    Case("no price", _buy(price=None, type="limit"), "limit_order_without_price"),
    Case("unknown field", _buy(colour="red"), "command_field_unknown", ("colour",)),
    Case("unknown word", _buy(tif="hold"), "command_field_unreadable", ("hold",)),
    Case("expiry", _buy(tif="GTD"), "expiry_needs_date", ("GTD",)),
    Case(
        "expiry beyond the calendar",
        _buy(tif="GTD", expires_at="9999-12-31T23:59:59-12:00"),
        "command_field_unreadable",
        ("9999",),
    ),
    Case(
        "expiry past",
        _buy(tif="GTD", expires_at="2026-11-17T09:00:00+08:00"),
        "expiry_not_in_future",
    ),
    Case("amend of a filled order", _amend_filled, "order_no_longer_open"),
    Case(
        "an operator's command",
        lambda floor: floor.ask("b1", "halt", reason="?"),
        "command_only_for_operators",
        ("halt",),
    ),
    Case(
        "seized for nobody",
        lambda floor: floor.ask(
            "", "seize", account=floor.numbers["a1"], quantity="1", case="示例案", for_party=987
        ),
        "seizure_for_unknown_party",
        ("987",),
    ),
    Case(
        "another's account",
        lambda f: f.ask("a1", "place", **f.order("b1", "buy", "10", "70.00")),
        "account_not_found",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_what_is_wrong_is_said_and_kept(floor: Floor, case: Case) -> None:
    answer = case.act(floor)
    said = refused(answer)
    assert said.code == case.code
    for language in ("zh", "en"):
        text = sentence(said, language)
        for figure in case.figures:
            assert figure in text, text
    with reading(floor.engine) as session:
        row = session.execute(
            select(command_log).where(command_log.c.number == answer.number)
        ).one()
    assert row.status == "refused"
    assert case.code in row.answer


def test_too_little_money_and_too_few_units(floor: Floor) -> None:
    """500 x 77.00 = 38,500.00 and 38.50 of fee, three times: the third is beyond 100,000.00."""
    for _ in range(2):
        assert floor.place("b1", "buy", "500", "77.00").status == "accepted"
    said = refused(floor.place("b1", "buy", "500", "77.00"))
    assert said.code == "cash_too_small"
    assert "22,923.00" in sentence(said, "en")
    assert "38,538.50" in sentence(said, "en")
    for _ in range(2):
        assert floor.place("a1", "sell", "500", "77.00").status == "accepted"
    said = refused(floor.place("a1", "sell", "10", "77.00"))
    assert said.code == "available_too_small"
    assert "10" in sentence(said, "zh")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"actor": "甲\n乙"}, "command_text_not_usable"),
        ({"actor": "甲" * 201}, "command_text_not_usable"),
        ({"kind": "advance"}, "command_of_the_runner_alone"),
        ({"kind": "regroup"}, "command_of_the_runner_alone"),
        ({"key": ""}, "command_key_not_usable"),
        ({"key": "k" * 65}, "command_key_not_usable"),
        ({"payload": {"account": "\ud800"}}, "command_text_not_usable"),
        ({"payload": {"account": "x" * 20_000}}, "command_too_long"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, str) else None,
)
def test_what_no_log_could_keep_is_not_queued(
    floor: Floor, changed: dict[str, object], code: str
) -> None:
    floor.runner.drain()
    command = floor.command("b1", "place", floor.order("b1", "buy", "10", "70.00"), "")
    said = submit(floor.engine, replace(command, **changed), floor.now)  # type: ignore[arg-type]
    assert isinstance(said, Refused)
    assert said.code == code
    for language in ("zh", "en"):
        assert sentence(said, language)
    assert floor.runner.drain() == 0


def test_a_case_that_cannot_be_printed_seizes_nothing_and_halts_nothing(floor: Floor) -> None:
    said = refused(
        floor.ask("", "seize", account=floor.numbers["a1"], quantity="1", case="a\tb", for_party=1)
    )
    assert said.code == "command_field_unreadable"
    assert floor.place("b1", "buy", "10", "70.00").status == "accepted"
