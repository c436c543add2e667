"""Worked cases of the continuous book and the call auction, and the published scenarios.

Cases C21, C22, C24, C26 of the reference data's trading cases, written out; the scenarios are read
from the data.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.book_scenarios import as_file, expected, scenarios
from web.cli.simulate import simulate

Order = tuple[str, str, str, str]
"""Number, side, quantity, price."""


def played(tmp_path: Path, document: dict[str, Any]) -> dict[str, Any]:
    path = tmp_path / "book.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    result = CliRunner().invoke(simulate, ["book", str(path), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.stdout
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def entering(orders: list[Order], user: str | None = None) -> list[dict[str, Any]]:
    return [
        {
            "op": "new",
            "id": number,
            "side": side,
            "type": "limit",
            "price": price,
            "quantity": quantity,
            "tif": "GTC",
            "user": user,
        }
        for number, side, quantity, price in orders
    ]


def called(tmp_path: Path, buys: str, sells: str, reference: str | None = None) -> dict[str, Any]:
    orders = [
        (f"{side[0]}{place}", side, *written.split("@"))
        for side, text in (("buy", buys), ("sell", sells))
        for place, written in enumerate(text.split(", "), start=1)
    ]
    uncross = {"op": "uncross", "algorithm": "max_volume", "reference_price": reference}
    steps = [{"op": "phase", "to": "call"}, *entering(orders), uncross]  # type: ignore[arg-type]
    return played(tmp_path, {"venue": {"tick": "0.5"}, "steps": steps})


def test_the_published_scenarios_come_out_as_published(
    tmp_path: Path, reference_data: Path
) -> None:
    found = scenarios(reference_data)
    assert len(found) >= 10
    for scenario in found:
        answer = played(tmp_path, as_file(scenario))
        results = [
            {"status": result["status"], "fills": result["fills"]} for result in answer["results"]
        ]
        assert {"results": results, "book": answer["book"]} == expected(scenario), scenario["id"]


def test_c21_the_call_auction_of_the_published_example(tmp_path: Path) -> None:
    answer = called(
        tmp_path,
        "100@104.5, 2500@104.5, 1800@103, 500@102.5, 800@102.5, 1500@99.5",
        "600@100.5, 400@100.5, 1500@102, 1200@103, 700@104.5",
    )
    assert answer["call"] == {"price": "103.0", "quantity": "3700", "surplus": "700"}
    traded: dict[str, int] = {}
    for fill in answer["results"][-1]["fills"]:
        assert fill["price"] == "103.0"
        for number in (fill["resting"], fill["incoming"]):
            traded[number] = traded.get(number, 0) + int(fill["quantity"])
    assert traded == {
        "b1": 100,
        "b2": 2500,
        "b3": 1100,
        "s1": 600,
        "s2": 400,
        "s3": 1500,
        "s4": 1200,
    }
    assert answer["book"]["bids"][0] == ["103.0", [["b3", "700"]]]
    assert answer["book"]["asks"] == [["104.5", [["s5", "700"]]]]


@pytest.mark.parametrize(
    ("buys", "sells", "reference", "price", "quantity", "surplus"),
    [
        pytest.param(
            "200@202, 200@201, 300@200",
            "100@200, 200@198, 400@197",
            None,
            *("200.0", "700", "0"),
            id="a: most volume",
        ),
        pytest.param(
            "400@202, 200@201",
            "300@199, 200@198",
            None,
            *("201.0", "500", "100"),
            id="b: surplus of bids",
        ),
        pytest.param(
            "300@202, 200@201",
            "200@199, 400@198",
            None,
            *("199.0", "500", "-100"),
            id="c: surplus of asks",
        ),
        *(
            pytest.param(
                "300@203, 100@200",
                "300@200, 100@203",
                reference,
                *(f"{price}.0", "300", surplus),
                id=f"d: reference {reference}",
            )
            for reference, price, surplus in (
                ("199", "200", "100"),
                ("201", "201", "0"),
                ("205", "203", "-100"),
            )
        ),
    ],
)
def test_c22_the_steps_of_the_call_auction(
    tmp_path: Path,
    buys: str,
    sells: str,
    reference: str | None,
    price: str,
    quantity: str,
    surplus: str,
) -> None:
    answer = called(tmp_path, buys, sells, reference)
    assert answer["call"] == {"price": price, "quantity": quantity, "surplus": surplus}


def test_c24_price_comes_before_time_and_time_before_size(tmp_path: Path) -> None:
    orders = [
        ("S1", "sell", "100", "50.00"),
        ("S2", "sell", "100", "49.90"),
        ("S3", "sell", "100", "49.90"),
        ("B", "buy", "250", "50.00"),
    ]
    answer = played(tmp_path, {"steps": entering(orders)})
    fills = answer["results"][-1]["fills"]
    assert [(fill["resting"], fill["quantity"], fill["price"]) for fill in fills] == [
        ("S2", "100", "49.90"),
        ("S3", "100", "49.90"),
        ("S1", "50", "50.00"),
    ]
    paid = sum(int(fill["quantity"]) * int(fill["price"].replace(".", "")) for fill in fills)
    assert paid == 250 * 4992
    assert answer["book"]["asks"] == [["50.00", [["S1", "50"]]]]


@pytest.mark.parametrize(
    ("self_trade", "status", "fills", "bids", "asks"),
    [
        ("cancel_newest", "cancelled", [], [], [["A1", "100"], ["B1", "50"]]),
        ("cancel_oldest", "partial", [("B1", "50")], [["A2", "70"]], []),
        ("cancel_both", "cancelled", [], [], [["B1", "50"]]),
        ("decrement", "cancelled", [("B1", "20")], [], [["B1", "30"]]),
    ],
)
def test_c26_self_trade_prevention(
    tmp_path: Path,
    self_trade: str,
    status: str,
    fills: list[tuple[str, str]],
    bids: list[list[str]],
    asks: list[list[str]],
) -> None:
    steps = [
        *entering([("A1", "sell", "100", "10")], "A"),
        *entering([("B1", "sell", "50", "10")], "B"),
        *entering([("A2", "buy", "120", "10")], "A"),
    ]
    answer = played(tmp_path, {"venue": {"self_trade": self_trade}, "steps": steps})
    last = answer["results"][-1]
    assert last["status"] == status
    assert [(fill["resting"], fill["quantity"]) for fill in last["fills"]] == fills
    assert answer["book"] == {
        "bids": [["10.00", bids]] if bids else [],
        "asks": [["10.00", asks]] if asks else [],
    }
