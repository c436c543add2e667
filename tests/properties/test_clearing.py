"""Clearing against a slow, obvious one, and what must hold whatever is bid, over random auctions."""

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.auction_files import answered
from tests.support.reference_clearing import reference_clearing

PRICES = st.sampled_from(["9", "10", "10.5", "11", "12", "12.25", "13", "0", "14"])
FORMATS = ("sealed", "multi_quote", "ascending", "fixed_price", "reverse")
TIES = (
    "time",
    "random",
    "pro_rata_largest_remainder",
    "pro_rata_random_rest",
    "pro_rata_minimum",
)
SHORT = ("cancel", "clear_at_lowest_bid", "clear_at_reserve", "decline_if_any_below_reserve")


def maybe(draw: st.DrawFn, rules: dict[str, Any], key: str, values: st.SearchStrategy[Any]) -> None:
    """Write a rule, or leave it out."""
    value = draw(st.none() | values)
    if value is not None:
        rules[key] = value


@st.composite
def rule_sets(draw: st.DrawFn) -> dict[str, Any]:
    """Rules without contradictions, of every format."""
    format_ = draw(st.sampled_from(FORMATS))
    price_rules = ["highest_accepted", "own_bid"]
    if format_ != "reverse":
        price_rules = ["lowest_accepted", "highest_rejected", "own_bid"]
    rules: dict[str, Any] = {
        "format": format_,
        "price_rule": draw(st.sampled_from(price_rules)),
        "tie_rule": draw(st.sampled_from(TIES)),
        "undersubscription_rule": draw(st.sampled_from(SHORT)),
        "tick": draw(st.sampled_from(["0.01", "0.5", "1"])),
        "lot": draw(st.sampled_from(["1", "2", "0.5"])),
    }
    if rules["undersubscription_rule"] in SHORT[2:] or draw(st.booleans()):
        rules["reserve_price"] = draw(st.sampled_from(["9", "10", "11"]))
        if format_ == "reverse":
            rules["reserve_price"] = draw(st.sampled_from(["12", "13"]))
        maybe(draw, rules, "reserve_secret", st.just(True))
    maybe(draw, rules, "minimum_bid", st.sampled_from(["2", "3"]))
    maybe(draw, rules, "years", st.integers(1, 3))
    maybe(draw, rules, "bidder_limit", st.sampled_from(["0.25", "0.4", "0.07"]))
    maybe(draw, rules, "groups", st.just({"P1": "G", "P2": "G"}))
    rules_of_format(draw, rules)
    return rules


def rules_of_format(draw: st.DrawFn, rules: dict[str, Any]) -> None:
    """Write the rules that only some formats have."""
    if rules["format"] == "multi_quote":
        maybe(draw, rules, "quotes_limit", st.integers(1, 3))
        shares = st.sampled_from(["0.70", "0.50", "0.10", "1"])
        maybe(draw, rules, "winner_rule", shares.map(lambda share: {"top_share": share}))
    if rules["format"] == "ascending":
        maybe(draw, rules, "increment", st.sampled_from(["0.5", "1", "2"]))
    if rules["format"] == "fixed_price":
        rules["price"] = draw(st.sampled_from(["10", "12"]))
    if rules["format"] == "reverse":
        maybe(draw, rules, "ceiling", st.sampled_from(["12", "13"]))
        maybe(draw, rules, "budget", st.sampled_from(["100", "250.50", "400"]))
    elif rules["price_rule"] != "own_bid":
        tiers = [{"trigger": "11.5", "quantity": "4"}, {"trigger": "12.5", "quantity": "6"}]
        maybe(draw, rules, "containment", st.sampled_from([tiers, tiers[:1], tiers[1:]]))
        low = st.sampled_from(["11.25", "12"])
        shares = st.sampled_from(["0.10", "0.5"])
        steps = st.builds(lambda at, share: {"trigger": at, "share": share}, low, shares)
        maybe(draw, rules, "withholding", steps)


@st.composite
def auctions(draw: st.DrawFn) -> dict[str, Any]:
    """Auctions of a few bidders with many ties and odd bids."""
    rules = draw(rule_sets())
    bids = []
    for number in range(draw(st.integers(0, 9))):
        bid = {
            "id": f"b{number}",
            "bidder": f"P{draw(st.integers(1, 5))}",
            "quantity": str(draw(st.integers(0, 12))),
            "at": f"2026-03-01T10:00:0{draw(st.integers(0, 4))}+08:00",
            "minimum": str(draw(st.sampled_from([0, 0, 2, 5]))),
        }
        if rules["format"] != "fixed_price":
            bid["price"] = draw(PRICES)
        bids.append(bid)
    document = {"rules": rules, "supply": str(draw(st.integers(1, 40))), "bids": bids}
    names = [bid["id"] for bid in bids]
    maybe(draw, document, "tie_order", st.permutations(names[:4]))
    maybe(draw, document, "seed", st.sampled_from(["published", "乙"]))
    money = st.sampled_from(["30", "55.50", "100"])
    maybe(draw, document, "guarantees", st.dictionaries(st.sampled_from(["P1", "P3"]), money))
    return document


def as_fractions(given_answer: dict[str, Any]) -> dict[str, Any]:
    """Read an answer back into what the slow clearing answers."""
    sums = ("sold", "unsold", "proceeds", "containment_sold", "withheld")
    return {
        "status": given_answer["status"],
        "price": None if given_answer["price"] is None else Fraction(given_answer["price"]),
        "awards": {award["bid"]: Fraction(award["quantity"]) for award in given_answer["awards"]},
        **{key: Fraction(given_answer[key]) for key in sums},
        "refused": {one["bid"] for one in given_answer["refused"]},
    }


@settings(max_examples=400, deadline=None)
@given(auctions())
def test_the_clearing_agrees_with_the_slow_one(document: dict[str, Any]) -> None:
    assert as_fractions(answered(document)) == reference_clearing(document)


@settings(max_examples=200, deadline=None)
@given(auctions())
def test_what_must_hold_of_every_answer(document: dict[str, Any]) -> None:
    given_answer = answered(document)
    rules, supply = document["rules"], Fraction(document["supply"])
    by_id = {bid["id"]: bid for bid in document["bids"]}
    totals = as_fractions(given_answer)
    assert totals["sold"] == sum(totals["awards"].values())
    assert totals["sold"] <= supply + totals["containment_sold"] - totals["withheld"]
    money = sum((Fraction(award["amount"]) for award in given_answer["awards"]), Fraction(0))
    assert totals["proceeds"] == money
    if "budget" in rules:
        assert totals["proceeds"] <= Fraction(rules["budget"])
    assert not totals["refused"] & totals["awards"].keys()
    at_reserve = rules["undersubscription_rule"] == "clear_at_reserve"
    for award in given_answer["awards"]:
        bid, price = by_id[award["bid"]], Fraction(award["price"])
        assert 0 < Fraction(award["quantity"]) <= Fraction(bid["quantity"])
        own = Fraction(bid.get("price", rules.get("price")))
        reserve = Fraction(rules.get("reserve_price", price))
        if rules["format"] == "reverse":
            assert own <= price <= reserve
        elif at_reserve and price == reserve:
            assert own >= reserve
        else:
            assert reserve <= price <= own
        if rules["tie_rule"] == "pro_rata_minimum":
            assert Fraction(award["quantity"]) >= Fraction(bid["minimum"])


@settings(max_examples=150, deadline=None)
@given(auctions(), st.randoms(use_true_random=False))
def test_the_order_of_the_file_decides_nothing_where_times_differ(
    document: dict[str, Any], shuffling: Any
) -> None:
    bids = document["bids"]
    for place, bid in enumerate(bids):
        bid["at"] = f"2026-03-01T10:{place:02d}:00+08:00"
    shuffled = list(bids)
    shuffling.shuffle(shuffled)
    one, other = answered(document), answered({**document, "bids": shuffled})
    assert {**one, "refused": None} == {**other, "refused": None}
    assert {bid["bid"] for bid in one["refused"]} == {bid["bid"] for bid in other["refused"]}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(10, 15)), min_size=1, max_size=8),
    st.integers(1, 30),
    st.sampled_from(["lowest_accepted", "highest_rejected"]),
    st.data(),
)
def test_raising_a_winning_bid_never_loses_it(
    bids: list[tuple[int, int]], supply: int, price_rule: str, data: st.DataObject
) -> None:
    def play(prices: list[int]) -> dict[str, Fraction]:
        # A lower tick per place makes all prices differ.
        written = [
            {
                "id": str(place),
                "bidder": str(place),
                "quantity": str(quantity),
                "price": f"{price}.{place:02d}",
                "at": "2026-03-01T10:00:00+08:00",
            }
            for place, ((quantity, _), price) in enumerate(zip(bids, prices, strict=True))
        ]
        rules = {
            "format": "sealed",
            "price_rule": price_rule,
            "tie_rule": "time",
            "undersubscription_rule": "clear_at_lowest_bid",
        }
        document = {"rules": rules, "supply": str(supply), "bids": written}
        awards: dict[str, Fraction] = as_fractions(answered(document))["awards"]
        return awards

    prices = [price for _, price in bids]
    before = play(prices)
    raised = int(data.draw(st.sampled_from(sorted(before))))
    prices[raised] += data.draw(st.integers(1, 5))
    assert play(prices)[str(raised)] >= before[str(raised)]
