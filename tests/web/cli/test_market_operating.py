"""``ecorights market``: calendars, venues, limits, commands, asked and answered as an operator would.

On the machine's own clock, so the venue of these tests is open day and night.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.clock import clock
from ledger.core.database import run
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.registry.accounts import accounts_by_id
from ledger.rights.cny import CNY
from ledger.rights.schemes import open_scheme
from market.auctions.desk import other_markets
from market.runner import Runner
from market.serving import Service, ServiceThread
from tests.support.naiman import naiman
from web.cli.main import main
from web.cli.market_sending import KINDS

OPERATOR, CLERK, SECOND = "示例操作员", "示例经办甲", "示例复核乙"
CODE = "carbon-always"
EXAMPLE = "示例数值，无公布来源"
PAPER = ("--document", "示例-1", "--office", "示例主管部门")
UNDER = ("--scheme", "nm-carbon")
TODAY = clock().today
LATER = TODAY + timedelta(days=7)

CALENDAR: dict[str, Any] = {
    "code": "every-day",
    "name_zh": "每天（示例）",
    "name_en": "Every day (example)",
    "weekdays": "1234567",
    "source": EXAMPLE,
}
RULES = {
    "hours_continuous": "00:00-24:00",
    "order_band": "0.10",
    "close_rule": "volume_weighted",
    "resale_lock_days": "0",
    "self_trade": "cancel_newest",
    "own_use": "off",
    "limits_apply": "on",
    "buyer_fee_rate": "0.001",
    "seller_fee_rate": "0.001",
}
VENUE: dict[str, Any] = {
    "code": CODE,
    "name_zh": "碳排放配额全天连续竞价（示例）",
    "name_en": "Carbon around the clock (example)",
    "scheme": "nm-carbon",
    "asset": "nm-carbon-2026",
    "calendar": "every-day",
    "modes": ["continuous"],
    "tick": "0.01",
    "lot": "1",
    "price_basis": "per_unit",
    "opened_on": TODAY.isoformat(),
    "opening_reference": "70.00",
    "demonstration": True,
    "rules": [{"key": key, "value": value, "source": EXAMPLE} for key, value in RULES.items()],
}


@dataclass(frozen=True, slots=True)
class Desk:
    """A ledger with a seller's units in it, and a folder for files."""

    engine: Engine
    folder: Path
    numbers: dict[str, str]
    """Accounts of units by trader."""

    def ask(self, *words: str, language: str = "zh") -> Result:
        environment = {
            "ECORIGHTS_DATABASE_URL": self.engine.url.render_as_string(hide_password=False),
            "ECORIGHTS_LANGUAGE": language,
        }
        return CliRunner().invoke(main, list(words), env=environment)

    def answer(self, *words: str, code: int = 0) -> Any:
        result = self.ask(*words, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def acted(self, *words: str, code: int = 0) -> Any:
        return self.answer(*words, "--actor", OPERATOR, code=code)

    def file(self, document: object, name: str = "asked.json") -> str:
        path = self.folder / name
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        return str(path)

    def order(self, trader: str, side: str, quantity: str, price: str) -> str:
        return json.dumps(
            {
                "account": self.numbers[trader],
                "side": side,
                "type": "limit",
                "price": price,
                "quantity": quantity,
                "tif": "GTC",
            }
        )

    def send(self, kind: str, content: str = "{}", *more: str, code: int = 0) -> Any:
        return self.acted("market", "send", CODE, kind, content, *more, code=code)

    def place(self, trader: str, content: str, *more: str, code: int = 0) -> Any:
        return self.send("place", content, "--party", PARTIES[trader], *more, code=code)


PARTIES = {"a1": "P00000001", "a2": "P00000002", "b1": "P00000003", "b2": "P00000004"}


def make_desk(engine: Engine, folder: Path) -> Desk:
    def work(session: Session) -> dict[str, str]:
        ground = naiman(session, "nm-carbon")
        open_scheme(session, CNY)
        asset = ground.asset("nm-carbon-2026")
        outside = PositionKey(ground.desk, asset, PositionKind.OUTSIDE)
        mine = PositionKey(ground.holders["a1"], asset, PositionKind.HOLDING)
        leg = Transfer(outside, mine, 1000)
        entry = Entry(EntryKind.IMPORT, "units", clock().today, (leg,))
        (posted,) = post(session, [entry], clock())
        assert isinstance(posted, Posted), posted
        rows = accounts_by_id(session, ground.holders.values())
        return {name: rows[number].number for name, number in ground.holders.items()}

    return Desk(engine, folder, run(engine, work))


def with_venue(desk: Desk) -> Desk:
    desk.acted("market", "calendar", "open", desk.file(CALENDAR))
    desk.acted("market", "venue", "open", desk.file(VENUE))
    return desk


def pay_in(desk: Desk, trader: str, amount: str, document: str) -> str:
    """Two persons pay in; gives the number of the cash account."""
    number: str = desk.answer("cash", "open", "--party", PARTIES[trader])["account"]
    asked = ("--account", number, "--amount", amount, "--document", document, "--actor", CLERK)
    proposal = desk.answer("cash", "deposit", *asked)["proposal"]
    assert desk.answer("cash", "approve", str(proposal), "--actor", SECOND)["outcome"] == "approved"
    return number


@pytest.fixture
def bare(sqlite_engine: Engine, tmp_path: Path) -> Desk:
    return make_desk(sqlite_engine, tmp_path)


@pytest.fixture
def desk(bare: Desk) -> Desk:
    return with_venue(bare)


@pytest.fixture
def funded(desk: Desk) -> Desk:
    pay_in(desk, "a1", "1.00", "B-1")
    pay_in(desk, "b1", "10,000.00", "B-2")
    return desk


def test_from_nothing_to_a_trade_a_halt_and_a_statement(engine: Engine, tmp_path: Path) -> None:
    desk = with_venue(make_desk(engine, tmp_path))
    pay_in(desk, "a1", "1.00", "B-1")
    cash = pay_in(desk, "b1", "10,000.00", "B-2")
    offer = desk.order("a1", "sell", "300", "70.20")
    waiting = desk.place("a1", offer, "--key", "offer-1")
    assert (waiting["decided"], waiting["key"]) == (False, "offer-1")
    assert desk.answer("market", "drain")["decided"] >= 1
    placed = desk.place("a1", offer, "--key", "offer-1")
    assert (placed["decided"], placed["answer"]["status"]) == (True, "resting")
    bought = desk.place("b1", desk.order("b1", "buy", "100", "70.50"), "--drain")
    assert bought["trades"] == [{"trade": 1, "price": "70.20", "quantity": "100"}]
    assert desk.send("halt", '{"reason": "示例：核对"}', "--drain")["state"] == "halted"
    refused = desk.place("b1", desk.order("b1", "buy", "1", "70.50"), "--drain", code=1)
    assert refused["refused"]["code"] == "venue_halted"
    assert "示例：核对" in refused["refused"]["message"]
    assert desk.send("resume", "{}", "--drain")["state"] == "continuous"
    (first, *_) = desk.answer("report", "statement", "--account", cash)["positions"]
    # 10,000.00 less 100 at 70.20 less the fee of 7.02.
    assert [(line["kind"], line["balance"]) for line in first["lines"]] == [
        ("deposit", "10000.00"),
        ("hold", "2942.95"),
        ("fill", "2972.98"),
    ]
    assert desk.answer("market", "replay", CODE)["identical"] is True


# -- calendars and venues ----------------------------------------------------------------------


def test_a_calendar_is_opened_and_its_days_are_set(bare: Desk) -> None:
    opened = bare.acted("market", "calendar", "open", bare.file(CALENDAR))
    assert opened == {"calendar": "every-day", "weekdays": "1234567"}
    day = {"day": LATER.isoformat(), "trading": False, "source": EXAMPLE}
    days = {"calendar": "every-day", "days": [day]}
    assert bare.acted("market", "calendar", "days", bare.file(days))["days"] == 1
    days["days"] = [day, {**day, "day": TODAY.isoformat()}]
    refused = bare.acted("market", "calendar", "days", bare.file(days), code=1)
    assert refused["refused"]["code"] == "calendar_change_not_in_future"
    days["calendar"] = "nowhere"
    refused = bare.acted("market", "calendar", "days", bare.file(days), code=1)
    assert refused["refused"]["code"] == "calendar_not_found"


def test_venues_are_listed_with_what_they_are(desk: Desk) -> None:
    (venue,) = desk.answer("market", "venue", "list")["venues"]
    assert venue == {
        "venue": CODE,
        "name_zh": VENUE["name_zh"],
        "name_en": VENUE["name_en"],
        "modes": ["continuous"],
        "opened_on": TODAY.isoformat(),
        "unit": "tCO2e",
        "tick": "0.01",
        "lot": "1",
        "price_basis": "per_unit",
        "years": 1,
        "state": "closed",
        "demonstration": True,
    }
    assert "连续竞价" in desk.ask("market", "venue", "list").stdout
    assert "Continuous trading" in desk.ask("market", "venue", "list", language="en").stdout


def test_a_rule_changes_from_a_later_day_and_both_are_shown(desk: Desk) -> None:
    change = ("market", "venue", "set-rule", CODE, "order_band", "0.20", "--source", EXAMPLE)
    refused = desk.acted(*change, "--from", TODAY.isoformat(), code=1)
    assert refused["refused"]["code"] == "venue_rule_change_not_in_future"
    assert desk.acted(*change, "--from", LATER.isoformat())["value"] == "0.20"
    rules = desk.answer("market", "venue", "rules", CODE)["rules"]
    bands = [(row["value"], row["holds"]) for row in rules if row["key"] == "order_band"]
    assert bands == [("0.10", "now"), ("0.20", "later")]
    text = desk.ask("market", "venue", "rules", CODE, language="en").stdout
    assert "to come" in text
    assert "Price band" in text


def test_what_a_venue_cannot_be_is_refused_with_its_sentence(desk: Desk) -> None:
    for changes, code in (
        ({}, "venue_code_taken"),
        ({"code": "x", "tick": "0.001"}, "venue_tick_lot_not_whole_fen"),
        ({"code": "x", "scheme": "nowhere"}, "venue_scheme_unknown"),
        ({"code": "x", "years": 71, "price_basis": "per_unit_year"}, "venue_years_out_of_range"),
        ({"code": "x", "price_basis": "per_day"}, "venue_price_basis_unknown"),
    ):
        refused = desk.acted("market", "venue", "open", desk.file(VENUE | changes), code=1)
        assert refused["refused"]["code"] == code


def venue_without(name: str) -> dict[str, Any]:
    return {key: value for key, value in VENUE.items() if key != name}


def venue_with_rule(**rule: object) -> dict[str, Any]:
    changed = deepcopy(VENUE)
    changed["rules"][0] |= rule
    return changed


@pytest.mark.parametrize(
    ("document", "at", "code"),
    [
        (venue_without("tick"), "/tick", "json_key_missing"),
        (VENUE | {"colour": "red"}, "/colour", "key_unknown"),
        (VENUE | {"modes": ["barter"]}, "/modes/0", "value_not_one_of"),
        (VENUE | {"tick": 1}, "/tick", "text_not_in_quotes"),
        (VENUE | {"opened_on": "2026-W50-1"}, "/opened_on", "day_not_iso"),
        (VENUE | {"opened_on": "tomorrow"}, "/opened_on", "day_not_iso"),
        (VENUE | {"scheme": "nm\u0000carbon"}, "/scheme", "line_not_printable"),
        (VENUE | {"demonstration": "yes"}, "/demonstration", "value_not_one_of"),
        (venue_with_rule(source=None), "/rules/0/source", "text_not_in_quotes"),
        ([], "", "value_not_an_object"),
    ],
    ids=[
        "missing",
        "unknown",
        "mode",
        "number",
        "week",
        "word",
        "control",
        "yes",
        "no_source",
        "list",
    ],
)
def test_a_venue_file_that_cannot_be_read_names_the_place(
    bare: Desk, document: object, at: str, code: str
) -> None:
    problem = bare.acted("market", "venue", "open", bare.file(document), code=2)
    assert [(fault["at"], fault["code"]) for fault in problem["errors"]] == [(at, code)]


def test_a_file_that_is_not_there_is_a_problem(bare: Desk) -> None:
    for kind in ("calendar", "venue"):
        problem = bare.acted("market", kind, "open", str(bare.folder / "none.json"), code=2)
        assert problem["errors"][0]["code"] == "file_not_found"


@pytest.mark.parametrize(
    ("actor", "code"),
    [(" ", "operator_not_named"), ("a\nb", "operator_name_unreadable")],
    ids=["blank", "control"],
)
def test_somebody_must_be_named(bare: Desk, actor: str, code: str) -> None:
    words = ("market", "calendar", "open", bare.file(CALENDAR), "--actor", actor)
    assert bare.answer(*words, code=1)["refused"]["code"] == code


# -- commands ----------------------------------------------------------------------------------


def test_a_key_gives_the_first_answer_and_no_other(funded: Desk) -> None:
    offer = funded.order("a1", "sell", "300", "70.20")
    first = funded.place("a1", offer, "--key", "k", "--drain")
    again = funded.place("a1", offer, "--key", "k", "--drain")
    assert (again["command"], again["answer"]) == (first["command"], first["answer"])
    other = funded.order("a1", "sell", "301", "70.20")
    refused = funded.place("a1", other, "--key", "k", code=1)
    assert refused["refused"]["code"] == "key_already_used_for_other_content"


def test_an_order_is_told_in_both_languages(funded: Desk) -> None:
    funded.place("a1", funded.order("a1", "sell", "300", "70.20"), "--drain")
    content = funded.file(json.loads(funded.order("b1", "buy", "100", "70.50")))
    words = ("market", "send", CODE, "place", content, "--party", PARTIES["b1"], "--key", "k")
    chinese = funded.ask(*words, "--actor", OPERATOR, "--drain")
    english = funded.ask(*words, "--actor", OPERATOR, language="en")
    number = funded.answer(*words, "--actor", OPERATOR)["command"]
    assert chinese.stdout.splitlines() == [
        f"指令 {number} 已执行：{CODE} place。",
        f"委托 {number}：全部成交，已成交 100，未成交 0（吨二氧化碳当量）。",
        "成交 1：100 吨二氧化碳当量，价格 70.20 元。",
        f"{CODE} 现在：交易中。",
    ]
    assert english.stdout.splitlines() == [
        f"Command {number} was carried out: {CODE} place.",
        f"Order {number}: all traded; traded 100, open 0 (t CO₂e).",
        "Trade 1: 100 t CO₂e at 70.20 yuan.",
        f"{CODE} now: Trading.",
    ]


def test_what_is_refused_is_a_sentence_and_ends_with_1(funded: Desk) -> None:
    offer = funded.order("a1", "sell", "300", "70.205")
    words = ("market", "send", CODE, "place", offer, "--party", PARTIES["a1"], "--key", "k")
    chinese = funded.ask(*words, "--actor", OPERATOR, "--drain")
    english = funded.ask(*words, "--actor", OPERATOR, language="en")
    assert (chinese.exit_code, english.exit_code) == (1, 1)
    assert "70.205 不是最小变动价位 0.01 的整数倍" in chinese.stdout
    assert "is no multiple of the tick 0.01" in english.stdout


def test_a_party_sends_nothing_that_is_the_operators(funded: Desk) -> None:
    halt = ("halt", '{"reason": "x"}', "--party", PARTIES["a1"], "--drain")
    assert funded.send(*halt, code=1)["refused"]["code"] == "command_only_for_operators"
    unknown = funded.send("cancel_all", "{}", "--party", "P99", code=1)
    assert unknown["refused"]["code"] == "market_party_unknown"
    words = ("market", "send", "nowhere", "resume")
    assert funded.acted(*words, code=1)["refused"]["code"] == "venue_not_found"


def test_cancelled_orders_are_named(funded: Desk) -> None:
    order = funded.place("a1", funded.order("a1", "sell", "3", "70.20"), "--drain")["command"]
    words = ("market", "send", CODE, "cancel_all", "--party", PARTIES["a1"], "--drain")
    told = funded.ask(*words, "--actor", OPERATOR, language="en").stdout
    assert f"Orders cancelled: {order}.\n" in told
    told = funded.ask(*words, "--actor", OPERATOR).stdout
    assert "已撤销的委托：无。\n" in told


def test_a_seizure_cancels_and_takes(funded: Desk) -> None:
    order = funded.place("a1", funded.order("a1", "sell", "900", "70.20"), "--drain")["command"]
    content = {
        "account": funded.numbers["a1"],
        "quantity": "500",
        "case": "示例1号",
        "for_party": "P00000004",
    }
    words = ("market", "send", CODE, "seize", json.dumps(content), "--actor", OPERATOR, "--drain")
    told = funded.ask(*words, language="en").stdout
    assert "Seized: 500 t CO₂e.\n" in told
    assert f"Orders cancelled: {order}.\n" in told


def test_a_seizure_for_nobody_is_refused_and_halts_nothing(funded: Desk) -> None:
    content = {"account": funded.numbers["a1"], "quantity": "1", "case": "示例", "for_party": 99999}
    refused = funded.send("seize", json.dumps(content), "--drain", code=1)
    assert refused["refused"]["code"] == "market_party_unknown"
    assert funded.send("open_call", "{}", "--drain")["state"] == "call"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"reason": 1.5}', "content_not_plain"),
        ('{"reason": {"a": "b"}}', "content_not_plain"),
        ('{"reason": "a\\u0000"}', "content_not_plain"),
        ('{"reason": "\\ud800"}', "content_not_plain"),
        ('{"reason": "a", "reason": "b"}', "key_repeated"),
        ('{"reason": ', "text_not_json"),
    ],
    ids=["decimal", "object", "nul", "surrogate", "twice", "cut"],
)
def test_content_that_cannot_be_read_is_not_sent(desk: Desk, content: str, code: str) -> None:
    problem = desk.send("halt", content, code=2)
    assert [fault["code"] for fault in problem["errors"]] == [code]
    assert desk.answer("market", "drain")["decided"] == desk_begins()


def desk_begins() -> int:
    """The commands of the clock when a venue is first seen: none was sent."""
    return 1


def test_only_commands_that_can_be_carried_out_are_offered(desk: Desk) -> None:
    assert not {"advance", "regroup"} & set(KINDS)
    for kind in KINDS:
        refused = desk.ask("market", "send", CODE, kind, "--actor", OPERATOR, "--drain", "--json")
        assert "command_kind_unknown" not in refused.stdout
        assert refused.exit_code in (0, 1)


def test_a_name_that_cannot_be_kept_is_wrong_usage(desk: Desk) -> None:
    for words in (
        ("venue", "rules", "a" * 501),
        ("venue", "rules", "a\udcff"),
        ("send", "a\nb", "resume", "--actor", OPERATOR),
        ("limit", "set", "a", "b\udcff", "1", *PAPER, "--actor", OPERATOR),
        ("group", "open", "a", "--scheme", "\x00", "--name", "b", "--actor", OPERATOR),
    ):
        assert desk.ask("market", *words).exit_code == 2


# -- who decides -------------------------------------------------------------------------------


def test_draining_says_that_another_runner_leads(desk: Desk) -> None:
    other = Runner(desk.engine, "another", clock, others=other_markets())
    assert other.take_lease()
    refused = desk.answer("market", "drain", code=1)["refused"]
    assert refused["code"] == "another_runner_leads"
    assert "Another runner leads" in desk.ask("market", "drain", language="en").stdout
    assert "另一撮合程序正在工作" in desk.ask("market", "drain").stdout
    # What is sent waits for it, whoever asks to drain; nothing is lost.
    for more in ((), ("--drain",)):
        waits = desk.send("halt", '{"reason": "x"}', "--wait", "0", "--key", "k", *more)
        assert waits["decided"] is False
    other.give_up()
    assert desk.answer("market", "drain")["decided"] >= 1
    assert desk.send("halt", '{"reason": "x"}', "--key", "k")["decided"] is True


@pytest.fixture
def served(desk: Desk) -> Iterator[Desk]:
    service = Service(desk.engine, clock, lambda _notice: None, others=other_markets())
    thread = ServiceThread(service)
    thread.start()
    yield desk
    thread.stop()


def test_where_a_runner_leads_the_answer_is_waited_for(served: Desk) -> None:
    # The runner may not have begun: then the command waits, and is asked for again.
    asked = ("halt", '{"reason": "x"}', "--key", "k", "--wait", "30")
    answer = served.send(*asked)
    for _ in range(200):
        if answer["decided"]:
            break
        answer = served.send(*asked)
    assert (answer["decided"], answer["state"]) == (True, "halted")


# -- limits ------------------------------------------------------------------------------------


def open_limits(desk: Desk) -> None:
    names = ("--name-zh", "持有限额（示例）", "--name-en", "Holding (example)")
    limit = ("holding", "--kind", "holding", "--asset", "nm-carbon-2026", "--source", EXAMPLE)
    desk.acted("market", "limit", "open", *limit, *names)
    for code in ("north", "south"):
        desk.acted("market", "group", "open", code, *UNDER, "--name", f"示例集团 {code}")


def test_a_limit_is_set_for_a_group_and_shown(bare: Desk) -> None:
    open_limits(bare)
    bare.acted("market", "group", "join", "north", "P00000001", "P00000002", *UNDER, *PAPER)
    state = bare.acted("market", "limit", "set", "holding", "north", "1,500", *PAPER)
    assert state == {
        "limit": "holding",
        "group": "north",
        "unit": "tCO2e",
        "amount": "1500",
        "left": "500",
        "frozen": "0",
        "used": "1000",
        "above": "0",
    }
    lowered = bare.acted("market", "limit", "set", "holding", "north", "400", *PAPER)
    assert (lowered["left"], lowered["used"], lowered["above"]) == ("0", "1000", "600")
    (listed,) = bare.answer("market", "limit", "list")["limits"]
    assert listed["groups"][0]["above"] == "600"
    words = ("market", "limit", "list")
    assert "超出" in bare.ask(*words).stdout
    assert "Above" in bare.ask(*words, language="en").stdout


def test_an_amount_is_set_once_under_its_key(bare: Desk) -> None:
    open_limits(bare)
    words = ("market", "limit", "set", "holding", "north", "1,500", *PAPER, "--key", "limit-1")
    assert bare.acted(*words)["amount"] == bare.acted(*words)["amount"] == "1500"


def test_companies_are_linked_and_leave(bare: Desk) -> None:
    open_limits(bare)
    bare.acted("market", "group", "join", "north", "P00000001", *UNDER, *PAPER)
    bare.acted("market", "limit", "set", "holding", "south", "2,000", *PAPER)
    bare.acted("market", "group", "link", "north", "south", *UNDER, *PAPER)
    (limit,) = bare.answer("market", "limit", "list")["limits"]
    assert [(one["group"], one["used"]) for one in limit["groups"]] == [("south", "1000")]
    left = bare.acted("market", "group", "unlink", "P00000001", "north", *UNDER, *PAPER)
    assert left == {"group": "north", "joined": ["P00000001"]}
    (limit,) = bare.answer("market", "limit", "list")["limits"]
    assert [(one["group"], one["used"]) for one in limit["groups"]] == [("south", "0")]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("limit", "set", "none", "north", "1", *PAPER), "limit_not_found"),
        (("limit", "set", "holding", "none", "1", *PAPER), "group_not_found"),
        (("limit", "set", "holding", "north", "0", *PAPER), "limit_amount_out_of_range"),
        (("group", "open", "east", "--scheme", "none", "--name", "示例"), "limit_scheme_unknown"),
        (("group", "open", "north", *UNDER, "--name", "示例"), "group_code_taken"),
        (("group", "join", "north", "P9", *UNDER, *PAPER), "market_party_unknown"),
        (("group", "link", "north", "south", *UNDER, *PAPER), "group_has_no_members"),
        (("group", "link", "north", "none", *UNDER, *PAPER), "group_not_found"),
        (("group", "unlink", "P9", "north", *UNDER, *PAPER), "market_party_unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_there_or_not_allowed_is_refused(
    bare: Desk, words: tuple[str, ...], code: str
) -> None:
    open_limits(bare)
    assert bare.acted("market", *words, code=1)["refused"]["code"] == code


def test_what_cannot_be_limited_is_named_by_its_code(bare: Desk) -> None:
    limit = ("x", "--kind", "purchase", "--source", EXAMPLE, "--name-zh", "示例", "--name-en", "x")
    unknown = bare.acted("market", "limit", "open", *limit, "--asset", "none", code=1)
    assert unknown["refused"]["code"] == "market_asset_unknown"
    money = bare.acted("market", "limit", "open", *limit, "--asset", "CNY", code=1)
    assert money["refused"]["code"] == "limit_asset_unknown"
    assert "CNY" in money["refused"]["message"]


def test_a_party_that_is_in_already_is_named_by_its_number(bare: Desk) -> None:
    open_limits(bare)
    join = ("market", "group", "join", "north", "P00000002", *UNDER, *PAPER)
    bare.acted(*join)
    refused = bare.acted(*join, code=1)["refused"]
    assert refused["code"] == "party_in_group_already"
    assert "P00000002" in refused["message"]


def test_an_amount_that_cannot_be_read_is_a_problem(bare: Desk) -> None:
    open_limits(bare)
    words = ("market", "limit", "set", "holding", "north", "1.5", *PAPER)
    problem = bare.acted(*words, code=2)
    assert problem["errors"][0]["code"] == "number_too_many_decimals"
