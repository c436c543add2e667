"""``ecorights simulate auction FILE [--json]``: the documented answer, tables, problems, sentences."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.support.auction_files import answered, file
from web.cli.simulate import simulate
from web.sentences.market_clearing import SENTENCES

DOCUMENT = {
    "rules": {
        "format": "sealed",
        "price_rule": "lowest_accepted",
        "tie_rule": "random",
        "undersubscription_rule": "cancel",
        "lot": "500",
        "tick": "0.01",
    },
    "supply": "10000",
    "bids": [
        {"id": name, "bidder": name, "quantity": quantity, "price": price, "at": at}
        for name, quantity, price, at in (
            ("A", "4000", "75.10", "2026-03-01T10:00:00+08:00"),
            ("B", "3000", "74.90", "2026-03-01T10:00:01+08:00"),
            ("C", "2500", "74.50", "2026-03-01T10:00:02+08:00"),
            ("D", "2000", "74.50", "2026-03-01T10:00:03+08:00"),
        )
    ],
    "tie_order": ["D", "C"],
}
ANSWER = (
    '{"status": "cleared", "price": "74.50", "awards": ['
    '{"bid": "A", "bidder": "A", "quantity": "4000", "price": "74.50", "amount": "298000.00"}, '
    '{"bid": "B", "bidder": "B", "quantity": "3000", "price": "74.50", "amount": "223500.00"}, '
    '{"bid": "D", "bidder": "D", "quantity": "2000", "price": "74.50", "amount": "149000.00"}, '
    '{"bid": "C", "bidder": "C", "quantity": "1000", "price": "74.50", "amount": "74500.00"}], '
    '"sold": "10000", "unsold": "0", "proceeds": "745000.00", "containment_sold": "0", '
    '"withheld": "0", "carried": [], "fallback": "0", "refused": [], "seed_commitment": null}'
)


def run(folder: Path, document: Any, *options: str, language: str = "zh") -> Result:
    path = folder / "auction.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return CliRunner(env={"ECORIGHTS_LANGUAGE": language}).invoke(
        simulate, ["auction", str(path), *options], catch_exceptions=False
    )


def test_the_documented_auction_has_the_documented_answer(tmp_path: Path) -> None:
    result = run(tmp_path, DOCUMENT, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == ANSWER + "\n"


@pytest.mark.parametrize(("language", "word"), [("zh", "低于保留价"), ("en", "below the reserve")])
def test_a_refused_bid_is_an_answer_with_its_code_and_sentence(
    tmp_path: Path, language: str, word: str
) -> None:
    document = file("10", "A 9@20; B 9@11", reserve_price="12")
    result = run(tmp_path, document, "--json", language=language)
    assert result.exit_code == 0
    (refused,) = json.loads(result.stdout)["refused"]
    assert (refused["bid"], refused["code"]) == ("B", "bid_below_reserve")
    assert word in refused["message"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["结果：已成交", "覆盖倍数", "0.90", "中标", "结转第 1 场", "bid_off_tick"]),
        ("en", ["Result: cleared", "Cover ratio", "0.90", "Awards", "Carried to sale 1"]),
    ],
)
def test_without_json_it_is_a_table_in_the_language(
    tmp_path: Path, language: str, words: list[str]
) -> None:
    document = file("10", "A 9@20; B 9@11.111", {"seed": "s"}, unsold_rule={"spread": 1})
    result = run(tmp_path, document, language=language)
    assert result.exit_code == 0
    assert [word for word in words if word not in result.stdout] == []


def test_a_cancelled_auction_is_a_table_too(tmp_path: Path) -> None:
    result = run(tmp_path, file("10", ""), language="en")
    assert (result.exit_code, "Result: cancelled" in result.stdout) == (0, True)


def test_contradicting_rules_are_a_problem_that_names_both_keys(tmp_path: Path) -> None:
    document = file("10", "A 1@20", undersubscription_rule="clear_at_reserve", budget="5")
    result = run(tmp_path, document, "--json", language="en")
    assert (result.exit_code, result.stderr) == (2, "")
    errors = json.loads(result.stdout)["errors"]
    assert [error["at"] for error in errors] == ["/rules/undersubscription_rule", "/rules/budget"]
    for error, keys in zip(
        errors, [("undersubscription_rule", "reserve_price"), ("budget", "format")], strict=True
    ):
        assert [key for key in keys if key not in error["message"]] == []


@pytest.mark.parametrize(
    ("rules", "keys"),
    [
        ({"containment": [{"trigger": "9", "quantity": "1"}]}, ("containment", "price_rule")),
        ({"withholding": {"trigger": "9", "share": "1"}}, ("withholding", "price_rule")),
        ({"winner_rule": {"top_share": "0.7"}}, ("winner_rule", "format")),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_problem_names_both_keys(
    tmp_path: Path, language: str, rules: Any, keys: tuple[str, str]
) -> None:
    document = file("10", "A 1@20", **rules, price_rule="own_bid")
    result = run(tmp_path, document, "--json", language=language)
    (error,) = json.loads(result.stdout)["errors"]
    assert [key for key in keys if key not in error["message"]] == []


def test_every_sentence_of_a_refused_bid_can_be_said() -> None:
    """Each refusal tells all figures of its sentence, in both languages."""
    sealed = answered(
        file(
            "90",
            "A 1@10.005; B 5@10; C 0@10; D 2@0; E 2@10; F 8@9; G 8@20; G/g2 8@19; H 80@18; H/h2 8@18;"
            " I -2@10; J 2@-10",
            {"guarantees": {"G": "170"}},
            lot="2",
            minimum_bid="4",
            reserve_price="10",
            bidder_limit="0.1",
        )
    )
    offers = answered(
        file(
            "90",
            "A 1@31; B 1@26",
            format="reverse",
            price_rule="own_bid",
            ceiling="30",
            reserve_price="25",
        )
    )
    dear = answered(file("90", "A 1@31", format="reverse", price_rule="own_bid", ceiling="30"))
    quotes = answered(file("9", "A/a 1@10; A/b 1@11", format="multi_quote", quotes_limit=1))
    steps = answered(file("9", "A 1@10.5", format="ascending", increment="1", reserve_price="10"))
    said = {
        one["code"] for given in (sealed, offers, dear, quotes, steps) for one in given["refused"]
    }
    of_bids = {str(code) for code in SENTENCES if type(code).__name__ == "BidCode"}
    assert of_bids - said == set()
