"""The rules of an auction as one JSON object, there and back.

The object is that of ``rules`` in an auction's file; a database keeps the same.  Writing is exact
and reading back gives equal rules.  Reading trusts its source: what people write is first looked at
by the schema of files, which refuses in words whatever is not readable here.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ledger.numerals import format_plain_digits, parse_plain
from ledger.refusals import Refused, ensure
from market.auctions.bids import price_text, quantity_text
from market.auctions.rules import (
    ContainmentTier,
    Format,
    PriceRule,
    Rules,
    TieRule,
    UndersubscriptionRule,
    UnsoldRule,
    Withholding,
)
from market.pricing import PRICE_DECIMALS, format_plain_money, money_decimals

SHARE_DECIMALS = 12
"""The most decimals that a share is written with."""
TICK_UNLESS_WRITTEN, LOT_UNLESS_WRITTEN = "0.01", "1"
"""As the file format has it for order books, where nothing else is written."""


def rules_from_json(written: Mapping[str, Any], quantity_decimals: int) -> Rules:
    """Read rules; quantities become whole units of 10^-``quantity_decimals``."""
    at = _Reader(written, quantity_decimals)
    tick, lot = written.get("tick", TICK_UNLESS_WRITTEN), written.get("lot", LOT_UNLESS_WRITTEN)
    return Rules(
        format=Format(written["format"]),
        price_rule=_price_rule(written),
        tie_rule=TieRule(written["tie_rule"]),
        undersubscription_rule=UndersubscriptionRule(written["undersubscription_rule"]),
        tick_micro=_number(tick, PRICE_DECIMALS),
        lot=_number(lot, quantity_decimals),
        quantity_decimals=quantity_decimals,
        price_shown_decimals=_decimals_of(tick),
        quantity_shown_decimals=_decimals_of(lot),
        reserve_micro=at.price("reserve_price"),
        reserve_secret=written.get("reserve_secret", False),
        minimum_bid=at.quantity("minimum_bid") or 0,
        years=written.get("years", 1),
        bidder_limit=at.share("bidder_limit"),
        groups=dict(written.get("groups", {})),
        containment=tuple(
            ContainmentTier(
                _number(tier["trigger"], PRICE_DECIMALS),
                _number(tier["quantity"], quantity_decimals),
            )
            for tier in written.get("containment", ())
        ),
        withholding=_withholding(written.get("withholding")),
        unsold=_unsold(written.get("unsold_rule"), quantity_decimals),
        quotes_limit=written.get("quotes_limit"),
        top_share=_share_in(written.get("winner_rule"), "top_share"),
        increment_micro=at.price("increment"),
        fixed_price_micro=at.price("price"),
        ceiling_micro=at.price("ceiling"),
        budget_fen=at.money("budget"),
    )


def rules_as_json(rules: Rules) -> dict[str, Any]:
    """Write rules; keys that do not apply are left out."""
    written: dict[str, Any] = {
        "format": str(rules.format),
        "price_rule": None if rules.price_rule is None else str(rules.price_rule),
        "tie_rule": str(rules.tie_rule),
        "undersubscription_rule": str(rules.undersubscription_rule),
        "tick": price_text(rules, rules.tick_micro),
        "lot": quantity_text(rules, rules.lot),
        "reserve_price": _price_or_none(rules, rules.reserve_micro),
        "reserve_secret": rules.reserve_secret or None,
        "minimum_bid": quantity_text(rules, rules.minimum_bid) if rules.minimum_bid else None,
        "years": rules.years,
        "bidder_limit": _share_text(rules.bidder_limit),
        "groups": dict(rules.groups) or None,
        "quotes_limit": rules.quotes_limit,
        "increment": _price_or_none(rules, rules.increment_micro),
        "price": _price_or_none(rules, rules.fixed_price_micro),
        "ceiling": _price_or_none(rules, rules.ceiling_micro),
        "budget": None if rules.budget_fen is None else format_plain_money(rules.budget_fen),
        **_written_parts(rules),
    }
    return {key: value for key, value in written.items() if value is not None}


def _written_parts(rules: Rules) -> dict[str, Any]:
    """Write the rules that are objects or lists themselves."""
    parts: dict[str, Any] = {}
    if rules.top_share is not None:
        parts["winner_rule"] = {"top_share": _share_text(rules.top_share)}
    if rules.containment:
        parts["containment"] = [
            {
                "trigger": price_text(rules, tier.trigger_micro),
                "quantity": quantity_text(rules, tier.quantity),
            }
            for tier in rules.containment
        ]
    if rules.withholding is not None:
        parts["withholding"] = {
            "trigger": price_text(rules, rules.withholding.trigger_micro),
            "share": _share_text(rules.withholding.share),
        }
    if rules.unsold is not None:
        unsold: dict[str, Any] = {"spread": rules.unsold.spread}
        if rules.unsold.cap is not None:
            unsold["cap"] = _share_text(rules.unsold.cap)
        if rules.unsold.planned:
            unsold["planned"] = [quantity_text(rules, one) for one in rules.unsold.planned]
        parts["unsold_rule"] = unsold
    return parts


class _Reader:
    """Reads keys that may be left out."""

    def __init__(self, written: Mapping[str, Any], quantity_decimals: int) -> None:
        self._written = written
        self._quantity_decimals = quantity_decimals

    def price(self, key: str) -> int | None:
        return self._read(key, PRICE_DECIMALS)

    def quantity(self, key: str) -> int | None:
        return self._read(key, self._quantity_decimals)

    def money(self, key: str) -> int | None:
        return self._read(key, money_decimals())

    def share(self, key: str) -> Fraction | None:
        return _share_in(self._written, key)

    def _read(self, key: str, decimals: int) -> int | None:
        text = self._written.get(key)
        return None if text is None else _number(text, decimals)


def _price_rule(written: Mapping[str, Any]) -> PriceRule | None:
    """Read the price rule; quotes of a window are paid as they are bid unless written otherwise."""
    if "price_rule" in written:
        return PriceRule(written["price_rule"])
    return PriceRule.OWN_BID if written["format"] == Format.MULTI_QUOTE else None


def _withholding(written: Mapping[str, Any] | None) -> Withholding | None:
    if written is None:
        return None
    return Withholding(_number(written["trigger"], PRICE_DECIMALS), _share(written["share"]))


def _unsold(written: Mapping[str, Any] | None, quantity_decimals: int) -> UnsoldRule | None:
    if written is None:
        return None
    planned = (_number(text, quantity_decimals) for text in written.get("planned", ()))
    return UnsoldRule(written["spread"], _share_in(written, "cap"), tuple(planned))


def _share_in(written: Mapping[str, Any] | None, key: str) -> Fraction | None:
    return None if written is None or key not in written else _share(written[key])


def _share(text: str) -> Fraction:
    return Fraction(_number(text, SHARE_DECIMALS), 10**SHARE_DECIMALS)


def _number(text: str, decimals: int) -> int:
    read = parse_plain(text, decimals)
    if isinstance(read, Refused):
        ensure(False, f"rules that were looked at can be read: {read.code}")
        return 0
    return read


def _decimals_of(text: str) -> int:
    return len(text.partition(".")[2])


def _price_or_none(rules: Rules, price_micro: int | None) -> str | None:
    return None if price_micro is None else price_text(rules, price_micro)


def _share_text(share: Fraction | None) -> str | None:
    """Write a share with the decimals it has."""
    if share is None:
        return None
    scaled = share * 10**SHARE_DECIMALS
    ensure(scaled.denominator == 1, "a share has been written with decimals")
    value, decimals = scaled.numerator, SHARE_DECIMALS
    while decimals and value % 10 == 0:
        value, decimals = value // 10, decimals - 1
    return format_plain_digits(value, decimals)
