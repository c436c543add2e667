"""``ecorights simulate book`` and ``simulate tape``: answers, tables and what cannot be read."""

import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from market.book.grid import Step
from market.book.listing import Listing, ListingCode
from market.book.orders import BookCode
from market.book.refusing import refused
from web.cli.simulate import simulate
from web.sentences.catalogue import sentence


def run(command: str, path: Path, *options: str, language: str = "zh") -> Result:
    return CliRunner(env={"ECORIGHTS_LANGUAGE": language}).invoke(
        simulate, [command, str(path), *options], catch_exceptions=False
    )


def written(folder: Path, content: object) -> Path:
    path = folder / "book.json"
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def played(folder: Path, steps: list[dict[str, Any]], **venue: str) -> dict[str, Any]:
    result = run("book", written(folder, {"venue": venue, "steps": steps}), "--json")
    assert result.exit_code == 0, result.stdout
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def new(number: str, side: str, price: str | None, quantity: str, **more: Any) -> dict[str, Any]:
    kind = "market" if price is None else "limit"
    order = {"op": "new", "id": number, "side": side, "type": kind, "price": price}
    return {**order, "quantity": quantity, "tif": "GTC", **more}


def statuses(answer: dict[str, Any]) -> list[str]:
    return [result["status"] for result in answer["results"]]


def codes(answer: dict[str, Any]) -> list[str | None]:
    return [result["code"] for result in answer["results"]]


def test_the_example_of_the_format_is_played(tmp_path: Path) -> None:
    steps = [
        new("b1", "buy", "12.51", "10", user="P1"),
        {"op": "modify", "id": "b1", "price": "12.52", "quantity": "20"},
        {"op": "cancel", "id": "b1"},
        {"op": "phase", "to": "call"},
        {"op": "uncross", "algorithm": "max_volume", "reference_price": "12.50"},
        {"op": "clock", "at": "2026-03-01T15:00:00+08:00"},
    ]
    venue = {"tick": "0.01", "lot": "1", "reference_price": "12.50", "band": "0.10"}
    answer = played(tmp_path, steps, **venue, self_trade="cancel_newest")
    assert statuses(answer) == ["resting", "modified", "cancelled", "done", "done", "done"]
    assert answer["results"][0] == {"step": 0, "status": "resting", "code": None, "fills": []}
    assert answer["book"] == {"bids": [], "asks": []}
    assert answer["call"] == {"price": None, "quantity": "0", "surplus": "0"}


def test_fills_and_the_book_are_written_as_the_format_has_them(tmp_path: Path) -> None:
    steps = [
        new("a0", "sell", "12.51", "30", display="10"),
        new("a1", "sell", "12.52", "5"),
        new("b1", "buy", "12.51", "12"),
        new("b2", "buy", "12.50", "7"),
    ]
    answer = played(tmp_path, steps)
    assert answer["results"][2]["fills"] == [
        {"resting": "a0", "incoming": "b1", "price": "12.51", "quantity": "10"},
        {"resting": "a0", "incoming": "b1", "price": "12.51", "quantity": "2"},
    ]
    assert answer["book"] == {
        "bids": [["12.50", [["b2", "7"]]]],
        "asks": [["12.51", [["a0", "8"]]], ["12.52", [["a1", "5"]]]],
    }
    assert "call" not in answer


REJECTED = [
    ("zero", new("x", "buy", "12.50", "0"), "order_quantity_not_above_zero"),
    ("negative", new("x", "buy", "12.50", "-5"), "order_quantity_not_above_zero"),
    ("price of zero", new("x", "buy", "0.00", "5"), "order_price_not_above_zero"),
    ("negative price", new("x", "buy", "-1", "5"), "order_price_not_above_zero"),
    ("off tick", new("x", "buy", "12.505", "5"), "order_price_off_tick"),
    ("off lot", new("x", "buy", "12.50", "5.5"), "order_quantity_off_lot"),
    ("display off lot", new("x", "buy", "12.50", "5", display="0.5"), "order_quantity_off_lot"),
    ("display of zero", new("x", "buy", "12.50", "5", display="0"), "display_not_above_zero"),
    ("minimum of zero", new("x", "buy", "12.50", "5", minimum="0"), "minimum_not_above_zero"),
    (
        "minimum not there",
        new("x", "buy", "12.60", "5", minimum="5"),
        "minimum_quantity_not_available",
    ),
    ("no price", {**new("x", "buy", None, "5"), "type": "limit"}, "limit_order_without_price"),
    ("a price", {**new("x", "buy", "12.50", "5"), "type": "market"}, "market_order_with_price"),
    ("below the band", new("x", "buy", "11.24", "5"), "order_price_outside_band"),
    ("above the band", new("x", "buy", "13.76", "5"), "order_price_outside_band"),
    ("used number", new("s", "buy", "12.50", "5"), "order_id_already_used"),
    ("post only", new("x", "buy", "12.60", "5", post_only=True), "post_only_order_would_trade"),
    ("cancel", {"op": "cancel", "id": "x"}, "order_not_in_book"),
    ("modify", {"op": "modify", "id": "x", "quantity": "1"}, "order_not_in_book"),
    (
        "modify to zero",
        {"op": "modify", "id": "s", "quantity": "0"},
        "order_quantity_not_above_zero",
    ),
    ("modify off tick", {"op": "modify", "id": "s", "price": "12.605"}, "order_price_off_tick"),
    ("modify off lot", {"op": "modify", "id": "s", "quantity": "1.5"}, "order_quantity_off_lot"),
    ("modify out", {"op": "modify", "id": "s", "price": "14.00"}, "order_price_outside_band"),
]


@pytest.mark.parametrize(
    ("step", "code"), [pytest.param(step, code, id=name) for name, step, code in REJECTED]
)
def test_what_the_book_refuses_is_an_answer_and_has_no_effect(
    tmp_path: Path, step: dict[str, Any], code: str
) -> None:
    steps = [new("s", "sell", "12.60", "4"), step, new("x", "buy", "11.25", "5")]
    answer = played(tmp_path, steps, reference_price="12.50", band="0.10")
    assert statuses(answer) == ["resting", "rejected", "resting"]
    assert codes(answer) == [None, code, None]
    assert answer["book"]["asks"] == [["12.60", [["s", "4"]]]]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_is_said_in_words(tmp_path: Path, language: str) -> None:
    steps = [new("s", "sell", "12.60", "4"), *(step for _, step, _ in REJECTED)]
    document = {"venue": {"reference_price": "12.50", "band": "0.10"}, "steps": steps}
    result = run("book", written(tmp_path, document), language=language)
    assert result.exit_code == 0
    said = {"zh": "不受理", "en": "rejected"}[language]
    assert result.stdout.count(f" {said} ") == len(REJECTED)
    assert "{" not in result.stdout
    if language == "en":
        assert "from 11.25 to 13.75, both allowed" in result.stdout


def test_in_a_call_only_limit_orders_that_stay_are_taken(tmp_path: Path) -> None:
    steps = [
        {"op": "phase", "to": "call"},
        new("1", "buy", None, "5"),
        new("2", "buy", "12.50", "5", tif="IOC"),
        new("3", "buy", "12.50", "5", tif="FOK"),
        new("4", "buy", "12.50", "5"),
        new("5", "sell", "12.40", "5"),
        {"op": "phase", "to": "continuous"},
        new("6", "sell", "12.40", "5"),
    ]
    answer = played(tmp_path, steps)
    assert codes(answer)[1:4] == ["no_immediate_order_in_call"] * 3
    assert statuses(answer)[4:] == ["resting", "resting", "done", "filled"]


def test_shanghai_and_shenzhen_choose_the_price_their_way(tmp_path: Path) -> None:
    orders = [new("b", "buy", "12.60", "5"), new("s", "sell", "12.41", "5")]
    for uncross, price in (
        ({"algorithm": "shanghai"}, "12.51"),
        ({"algorithm": "shenzhen", "previous_close": "12.00"}, "12.41"),
        ({"algorithm": "shenzhen", "previous_close": "12.47"}, "12.47"),
        ({"algorithm": "max_volume"}, "12.44"),
    ):
        steps = [{"op": "phase", "to": "call"}, *orders, {"op": "uncross", **uncross}]
        answer = played(tmp_path, steps, reference_price="12.44")
        assert answer["call"] == {"price": price, "quantity": "5", "surplus": "0"}


def test_orders_expire_by_the_clock(tmp_path: Path) -> None:
    def clock(at: str) -> dict[str, Any]:
        return {"op": "clock", "at": at}

    steps = [
        clock("2026-03-01T09:30:00+08:00"),
        new("gtc", "buy", "1.00", "1"),
        new("day", "buy", "2.00", "1", tif="DAY"),
        new("gtd", "buy", "3.00", "1", tif="GTD", expires_at="2026-03-01T07:00:00+00:00"),
        clock("2026-03-01T14:59:59+08:00"),
        clock("2026-03-01T15:00:00+08:00"),
    ]

    def left(*more: dict[str, Any], of: int = len(steps)) -> list[str]:
        bids = played(tmp_path, [*steps[:of], *more])["book"]["bids"]
        return [number for _, orders in bids for number, _ in orders]

    assert left(of=5) == ["gtd", "day", "gtc"]
    assert left() == ["day", "gtc"]
    assert left(clock("2026-03-01T15:59:59+00:00")) == ["day", "gtc"]
    assert left(clock("2026-03-02T00:00:00+08:00")) == ["gtc"]


def test_a_day_order_before_the_first_clock_is_of_its_day(tmp_path: Path) -> None:
    steps: list[dict[str, Any]] = [
        new("day", "buy", "2.00", "1", tif="DAY"),
        {"op": "clock", "at": "2026-03-01T15:00:00+08:00"},
    ]
    assert played(tmp_path, steps)["book"]["bids"] == [["2.00", [["day", "1"]]]]
    steps.append({"op": "clock", "at": "2026-03-02T09:00:00+08:00"})
    assert played(tmp_path, steps)["book"]["bids"] == []


def test_an_order_that_ended_before_it_came_is_gone_at_the_same_clock_told_again(
    tmp_path: Path,
) -> None:
    clock = {"op": "clock", "at": "2026-03-01T15:00:00+08:00"}
    late = new("late", "buy", "2.00", "1", tif="GTD", expires_at="2026-03-01T14:00:00+08:00")
    assert statuses(played(tmp_path, [clock, late])) == ["done", "resting"]
    assert played(tmp_path, [clock, late, clock])["book"]["bids"] == []


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_the_first_and_the_last_instant_of_the_calendar_are_clocks(tmp_path: Path, at: str) -> None:
    steps = [new("day", "buy", "2.00", "1", tif="DAY"), {"op": "clock", "at": at}]
    assert statuses(played(tmp_path, steps)) == ["resting", "done"]
    ends = new("gtd", "buy", "2.00", "1", tif="GTD", expires_at=at)
    bids = played(tmp_path, [*steps, ends, {"op": "clock", "at": at}])["book"]["bids"]
    assert bids == [["2.00", [["day", "1"]]]]


def test_a_band_of_zero_leaves_the_reference_price_alone(tmp_path: Path) -> None:
    steps = [new(price, "buy", price, "1") for price in ("9.99", "10.00", "10.01")]
    answer = played(tmp_path, steps, reference_price="10", band="0")
    assert statuses(answer) == ["rejected", "resting", "rejected"]


def test_ticks_and_lots_of_any_size_are_printed_with_their_decimals(tmp_path: Path) -> None:
    steps = [new("b", "buy", "7.5", "1.50"), new("s", "sell", "7.50", "0.25")]
    answer = played(tmp_path, steps, tick="0.5", lot="0.25")
    assert answer["results"][1]["fills"][0]["price"] == "7.5"
    assert answer["book"]["bids"] == [["7.5", [["b", "1.25"]]]]


PROBLEMS = [
    ("no steps", {}, "/steps", "json_key_missing"),
    ("unknown key", {"steps": [], "extra": 1}, "/extra", "key_unknown"),
    ("unknown op", {"steps": [{"op": "wait"}]}, "/steps/0/op", "value_not_one_of"),
    ("no op", {"steps": [{}]}, "/steps/0/op", "json_key_missing"),
    ("a step of 5", {"steps": [5]}, "/steps/0", "value_not_an_object"),
    ("null step", {"steps": [None]}, "/steps/0", "value_not_an_object"),
    ("no id", {"steps": [{"op": "cancel"}]}, "/steps/0/id", "json_key_missing"),
    (
        "unknown key of a step",
        {"steps": [{"op": "cancel", "id": "x", "price": "1"}]},
        "/steps/0/price",
        "key_unknown",
    ),
    (
        "a number for a text",
        {"steps": [{**new("x", "buy", "1", "5"), "quantity": 5}]},
        "/steps/0/quantity",
        "text_not_in_quotes",
    ),
    (
        "an exponent",
        {"steps": [new("x", "buy", "1e2", "5")]},
        "/steps/0/price",
        "number_exponent",
    ),
    (
        "a very long number",
        {"steps": [new("x", "buy", "1", "9" * 50)]},
        "/steps/0/quantity",
        "number_too_long",
    ),
    ("unknown side", {"steps": [new("x", "hold", "1", "5")]}, "/steps/0/side", "value_not_one_of"),
    (
        "unknown term",
        {"steps": [new("x", "buy", "1", "5", tif="ATC")]},
        "/steps/0/tif",
        "value_not_one_of",
    ),
    (
        "no expiry",
        {"steps": [new("x", "buy", "1", "5", tif="GTD")]},
        "/steps/0/expires_at",
        "json_key_missing",
    ),
    (
        "an expiry too many",
        {"steps": [new("x", "buy", "1", "5", expires_at="2026-03-01T00:00:00+08:00")]},
        "/steps/0/expires_at",
        "expiry_without_gtd",
    ),
    (
        "a time without offset",
        {"steps": [{"op": "clock", "at": "2026-03-01T00:00:00"}]},
        "/steps/0/at",
        "moment_without_offset",
    ),
    (
        "unknown algorithm",
        {"steps": [{"op": "uncross", "algorithm": "tokyo"}]},
        "/steps/0/algorithm",
        "value_not_one_of",
    ),
    (
        "no previous close",
        {"steps": [{"op": "uncross", "algorithm": "shenzhen"}]},
        "/steps/0/previous_close",
        "json_key_missing",
    ),
    (
        "a tick of zero",
        {"venue": {"tick": "0"}, "steps": []},
        "/venue/tick",
        "number_must_be_above_zero",
    ),
    (
        "unknown prevention",
        {"venue": {"self_trade": "both"}, "steps": []},
        "/venue/self_trade",
        "value_not_one_of",
    ),
    (
        "a band below zero",
        {"venue": {"reference_price": "10", "band": "-0.1"}, "steps": []},
        "/venue/band",
        "band_below_zero",
    ),
    (
        "a band around nothing",
        {"venue": {"band": "0.1"}, "steps": []},
        "/venue/band",
        "band_without_reference_price",
    ),
]


@pytest.mark.parametrize(
    ("content", "at", "code"), [pytest.param(*rest, id=name) for name, *rest in PROBLEMS]
)
def test_what_cannot_be_read_is_named_with_its_place(
    tmp_path: Path, content: object, at: str, code: str
) -> None:
    result = run("book", written(tmp_path, content), "--json")
    assert result.exit_code == 2
    errors = json.loads(result.stdout)["errors"]
    assert [(error["at"], error["code"]) for error in errors] == [(at, code)]


def test_without_json_tables_show_steps_call_and_book(tmp_path: Path) -> None:
    steps = [
        {"op": "phase", "to": "call"},
        new("b1", "buy", "12.51", "10"),
        new("s1", "sell", "12.51", "4"),
        {"op": "uncross", "algorithm": "shanghai"},
        {"op": "modify", "id": "b1", "quantity": "5"},
    ]
    shown = run("book", written(tmp_path, {"steps": steps}), language="en").stdout
    for line in ("new b1 buy 10 @ 12.51 GTC", "b1 and s1 trade 4 @ 12.51", "uncross (shanghai)"):
        assert line in shown
    chinese = run("book", written(tmp_path, {"steps": steps})).stdout
    for words in ("进入集合竞价", "b1 与 s1 成交 4 @ 12.51", "最后的订单簿", "b1 5"):
        assert words in chinese


TAPES = {
    "normal": "d5fa1fcda1903969ae0d40910452f33b714e7e8ca0bff938739901f4d2026f1b",
    "static": "b91bcf3715063a88cf7422df43766feee36593a18ea50e7e47fe7733d906732b",
}


@pytest.mark.parametrize("name", TAPES)
def test_a_published_tape_is_played_packed_or_plain(
    tmp_path: Path, reference_data: Path, name: str
) -> None:
    packed = (
        reference_data / "data" / "matching-tapes" / f"consensus_tape_{name}_s23_n100000.bin.xz"
    )
    plain = tmp_path / "tape.bin"
    plain.write_bytes(lzma.decompress(packed.read_bytes()))
    for file in (packed, plain):
        answer = json.loads(run("tape", file, "--json").stdout)
        assert list(answer) == ["messages", "trades", "sha256", "book_seconds"]
        assert answer["messages"] == 199833
        assert answer["sha256"] == TAPES[name]
        assert 0 < answer["book_seconds"] < 60


def test_a_packed_tape_is_known_by_how_it_begins(tmp_path: Path) -> None:
    answers = []
    for name in ("tape.bin.xz", "tape.bin", "TAPE.XZ"):
        (tmp_path / name).write_bytes(lzma.compress(bytes(16)))
        answers.append(json.loads(run("tape", tmp_path / name, "--json").stdout)["messages"])
    assert answers == [0, 0, 0]


def test_a_tape_without_json_is_a_table(tmp_path: Path) -> None:
    tape = tmp_path / "empty.bin"
    tape.write_bytes(bytes(16))
    assert "SHA-256" in run("tape", tape).stdout


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("cut.bin", bytes(17), "tape_cut_short"),
        ("odd.bin", bytes(16) + b"\x09" + bytes(39), "tape_record_unknown"),
        ("not.xz", b"no xz at all", "file_not_readable"),
        ("missing.bin", None, "file_not_found"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_no_tape_is_a_problem(
    tmp_path: Path, name: str, content: bytes | None, code: str, language: str
) -> None:
    tape = tmp_path / name
    if content is not None:
        tape.write_bytes(content)
    result = run("tape", tape, "--json", language=language)
    assert result.exit_code == 2
    (error,) = json.loads(result.stdout)["errors"]
    assert error["code"] == code
    assert "{" not in error["message"]


def test_the_sentences_of_book_and_listing_are_filled_by_their_refusals() -> None:

    for code in (*ListingCode, *BookCode):
        made = refused(
            code, Listing(), Step(1, 2), Step(1, 0), 7, price=1250, quantity=5, band=(1, 2)
        )
        for language in ("zh", "en"):
            assert "{" not in sentence(made, language)
