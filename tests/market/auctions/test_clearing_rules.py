"""Rules: which contradict each other, how they are written down, and what cannot be read."""

from typing import Any

import pytest
from hypothesis import given, settings

from market.auctions.written_rules import rules_as_json, rules_from_json
from tests.properties.test_clearing import FORMATS, SHORT, rule_sets
from tests.support.auction_files import answered, file, problems, read
from web.schemas.auction_play import QUANTITY_DECIMALS, read_rules
from web.schemas.faults import Unreadable

TIER = [{"trigger": "15", "quantity": "4"}]
LOW = {"trigger": "13", "share": "0.1"}
REVERSE = {"format": "reverse", "price_rule": "highest_accepted"}


@pytest.mark.parametrize(
    ("rules", "at", "code"),
    [
        (
            {"undersubscription_rule": "clear_at_reserve"},
            "undersubscription_rule",
            "undersubscription_rule_needs_reserve",
        ),
        (
            {"undersubscription_rule": "decline_if_any_below_reserve"},
            "undersubscription_rule",
            "undersubscription_rule_needs_reserve",
        ),
        ({"budget": "100"}, "budget", "auction_key_outside_its_format"),
        ({"ceiling": "100"}, "ceiling", "auction_key_outside_its_format"),
        ({"increment": "1"}, "increment", "auction_key_outside_its_format"),
        ({"winner_rule": {"top_share": "0.7"}}, "winner_rule", "auction_key_outside_its_format"),
        ({"quotes_limit": 3}, "quotes_limit", "auction_key_outside_its_format"),
        (
            {"containment": TIER, "price_rule": "own_bid"},
            "containment",
            "supply_step_with_own_prices",
        ),
        (
            {"withholding": LOW, "price_rule": "own_bid"},
            "withholding",
            "supply_step_with_own_prices",
        ),
        ({"containment": TIER, **REVERSE}, "containment", "supply_step_in_reverse"),
        ({"withholding": LOW, **REVERSE}, "withholding", "supply_step_in_reverse"),
        ({"containment": TIER, "reserve_price": "15"}, "containment", "trigger_not_above_reserve"),
        ({"withholding": LOW, "reserve_price": "14"}, "withholding", "trigger_not_above_reserve"),
        ({"price_rule": "highest_accepted"}, "price_rule", "price_rule_not_of_format"),
        ({**REVERSE, "price_rule": "lowest_accepted"}, "price_rule", "price_rule_not_of_format"),
    ],
)
def test_contradictions_are_problems_at_one_of_the_two_keys(
    rules: dict[str, Any], at: str, code: str
) -> None:
    assert problems(file("10", "A 1@20", **rules)) == [(f"/rules/{at}", code)]


@pytest.mark.parametrize("short", SHORT)
@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_and_price_rule_takes_every_rule_for_a_shortage(
    format_: str, short: str
) -> None:
    names = ["lowest_accepted", "highest_rejected", "own_bid"]
    for price_rule in ["highest_accepted", "own_bid"] if format_ == "reverse" else names:
        rules: dict[str, Any] = {"format": format_, "price_rule": price_rule}
        bids = "A 5@20; B 3@18"
        if format_ == "fixed_price":
            rules["price"], bids = "20", "A 5; B 3"
        rules["reserve_price"] = "25" if format_ == "reverse" else "12"
        given_answer = answered(file("10", bids, **rules, undersubscription_rule=short))
        assert given_answer["status"] == ("cancelled" if short == "cancel" else "cleared")


@pytest.mark.parametrize(
    ("change", "at", "code"),
    [
        ({"rules": {"tie_rule": "luck"}}, "/rules/tie_rule", "value_not_one_of"),
        ({"rules": {"lots": "5"}}, "/rules/lots", "key_unknown"),
        ({"rules": {"lot": 5}}, "/rules/lot", "text_not_in_quotes"),
        ({"rules": {"lot": "0"}}, "/rules/lot", "number_must_be_above_zero"),
        ({"rules": {"tick": "1e-2"}}, "/rules/tick", "number_exponent"),
        ({"rules": {"years": "5"}}, "/rules/years", "value_not_a_whole_number"),
        ({"rules": {"bidder_limit": "25"}}, "/rules/bidder_limit", "share_above_one"),
        ({"rules": {"reserve_secret": "yes"}}, "/rules/reserve_secret", "value_not_one_of"),
        ({"rules": {"groups": {"A": 1}}}, "/rules/groups/A", "text_not_in_quotes"),
        ({"rules": {"format": "fixed_price"}}, "/rules/price", "json_key_missing"),
        ({"supply": "0"}, "/supply", "number_must_be_above_zero"),
        ({"supply": None}, "/supply", "text_not_in_quotes"),
        ({"seed": 7}, "/seed", "text_not_in_quotes"),
        ({"guarantees": []}, "/guarantees", "value_not_an_object"),
        ({"guarantees": {"A": "1.005"}}, "/guarantees/A", "number_too_many_decimals"),
        ({"bid": {"price": None}}, "/bids/0/price", "json_key_missing"),
        ({"bid": {"price": "--5"}}, "/bids/0/price", "number_negative"),
        ({"bid": {"minimum": "-5"}}, "/bids/0/minimum", "number_negative"),
        ({"bid": {"at": "2026-03-01T10:00:00"}}, "/bids/0/at", "moment_without_offset"),
        ({"bid": {"at": 5}}, "/bids/0/at", "moment_without_offset"),
        ({"bid": {"id": "B"}}, "/bids/1/id", "bid_id_repeated"),
        ({"bid": {"id": ""}}, "/bids/0/id", "text_not_in_quotes"),
        ({"bid": {"colour": "red"}}, "/bids/0/colour", "key_unknown"),
        ({"top": 1}, "/top", "key_unknown"),
    ],
)
def test_what_cannot_be_read_is_named_by_place_and_code(
    change: dict[str, Any], at: str, code: str
) -> None:
    document = file("10", "A 1@20; B 2@20")
    document["rules"] |= change.pop("rules", {})
    document["bids"][0] |= change.pop("bid", {})
    assert problems({**document, **change}) == [(at, code)]


def test_a_bid_with_a_price_where_the_price_is_fixed_cannot_be_read() -> None:
    document = file("10", "A 1@20", format="fixed_price", price="20", price_rule=None)
    assert problems(document) == [("/bids/0/price", "bid_price_where_price_is_fixed")]


@pytest.mark.parametrize("key", ["rules", "supply", "bids"])
def test_the_three_parts_of_a_file_are_needed(key: str) -> None:
    document = file("10", "A 1@20")
    del document[key]
    assert problems(document) == [(f"/{key}", "json_key_missing")]


def test_quotes_of_a_window_are_paid_as_they_are_bid_unless_written_otherwise() -> None:
    given_answer = answered(file("2", "A 1@20; B 1@18", format="multi_quote", price_rule=None))
    assert (given_answer["price"], given_answer["proceeds"]) == (None, "38.00")
    assert problems(file("2", "A 1@20", price_rule=None)) == [
        ("/rules/price_rule", "json_key_missing")
    ]


@settings(max_examples=100, deadline=None)
@given(rule_sets())
def test_rules_written_down_read_back_equal(written: dict[str, Any]) -> None:
    rules = read_rules(written, QUANTITY_DECIMALS)
    assert not isinstance(rules, Unreadable)
    again = rules_as_json(rules)
    assert read_rules(again, QUANTITY_DECIMALS) == rules
    assert rules_from_json(again, QUANTITY_DECIMALS) == rules
    assert rules_as_json(rules_from_json(again, QUANTITY_DECIMALS)) == again


def test_every_rule_there_is_survives_being_written_down() -> None:
    document = file(
        "10",
        "",
        price_rule="highest_rejected",
        reserve_price="2.505",
        lot="0.50",
        bidder_limit="0.333333333333",
        groups={"A1": "G"},
        containment=TIER,
        withholding=LOW,
        unsold_rule={"spread": 1, "cap": "1.25", "planned": ["7.50"]},
    )
    rules = read(document).rules
    written = rules_as_json(rules)
    for key, value in document["rules"].items():
        assert written[key] == value or key in ("containment", "withholding")
    assert written["containment"] == [{"trigger": "15.00", "quantity": "4.00"}]
    assert rules_from_json(written, QUANTITY_DECIMALS) == rules
