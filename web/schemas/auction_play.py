"""The file of ``ecorights simulate auction``: rules, a supply and bids.

    {"rules": {"format": "sealed", "price_rule": "lowest_accepted", "tie_rule": "time",
               "undersubscription_rule": "cancel", "lot": "500", "tick": "0.01"},
     "supply": "10000",
     "bids": [{"id": "A", "bidder": "A", "quantity": "4000", "price": "75.10",
               "at": "2026-03-01T10:00:00+08:00"}]}

Turns shape into the values of ``market.auctions``.  What a rule of the auction refuses is an answer
and not looked at here; rules that contradict each other cannot be played and are faults.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, post_load

from ledger.refusals import RefusalCode, Refused
from market.auctions.bids import Bid
from market.auctions.rules import (
    Format,
    PriceRule,
    Rules,
    TieRule,
    UndersubscriptionRule,
    contradictions,
)
from market.auctions.written_rules import SHARE_DECIMALS, rules_from_json
from market.pricing import PRICE_DECIMALS, money_decimals
from web.schemas.auction_fields import MapOf, Moment, Offered, Scaled, Text, Written, YesOrNo
from web.schemas.faults import ShapeCode, Unreadable, faults_in, shown
from web.schemas.fields import ListOf, Nested, OneOf, StrictSchema, WholeNumber

QUANTITY_DECIMALS = 6
"""Quantities of a file are counted in millionths of its unit."""
_COUNT_MAX = 10_000


class AuctionPlayCode(RefusalCode):
    """Why an auction's file cannot be played."""

    BID_ID_REPEATED = "bid_id_repeated"
    BID_PRICE_WHERE_PRICE_IS_FIXED = "bid_price_where_price_is_fixed"


@dataclass(frozen=True, slots=True)
class AuctionPlay:
    """All that a clearing needs."""

    rules: Rules
    supply: int
    bids: tuple[Bid, ...]
    tie_order: tuple[str, ...]
    seed: str | None
    guarantees: Mapping[str, int]


def read_auction(document: object) -> AuctionPlay | Unreadable:
    """Read an auction's file, or name everything in it that cannot be read."""
    play: AuctionPlay | Unreadable = _loaded(_PlaySchema(), document)
    return play


def read_rules(document: object, quantity_decimals: int) -> Rules | Unreadable:
    """Read rules alone: of an announcement, or those a past auction is cleared under again."""
    rules: Rules | Unreadable = _loaded(_rules_schema(quantity_decimals)(), document)
    return rules


def _loaded(schema: StrictSchema, document: object) -> Any:
    try:
        return schema.load(document)  # type: ignore[arg-type]
    except ValidationError as error:
        return Unreadable(tuple(faults_in(error.messages, document)))


def _price(**options: Any) -> Written:
    return Written(PRICE_DECIMALS, **options)


def _share(**options: Any) -> Written:
    return Written(SHARE_DECIMALS, **options)


def _count() -> WholeNumber:
    return WholeNumber(minimum=1, maximum=_COUNT_MAX)


class _RulesSchema(StrictSchema):
    """The rules whose shape does not hang on the unit of quantities."""

    format = OneOf(*Format, required=True)
    price_rule = OneOf(*PriceRule)
    tie_rule = OneOf(*TieRule, required=True)
    undersubscription_rule = OneOf(*UndersubscriptionRule, required=True)
    tick = _price(above_zero=True)
    reserve_price = _price()
    reserve_secret = YesOrNo()
    years = _count()
    bidder_limit = _share(at_most_one=True)
    groups = MapOf(Text())
    quotes_limit = _count()
    winner_rule = Nested(
        StrictSchema.from_dict({"top_share": _share(at_most_one=True, required=True)})
    )
    increment = _price(above_zero=True)
    price = _price(above_zero=True)
    ceiling = _price()
    budget = Written(money_decimals())
    withholding = Nested(
        StrictSchema.from_dict(
            {
                "trigger": _price(required=True),
                "share": _share(at_most_one=True, required=True),
            }
        )
    )


def _rules_schema(quantity_decimals: int) -> type[StrictSchema]:
    """Make the schema of rules whose quantities have at most so many decimals."""

    def quantity(**options: Any) -> Written:
        return Written(quantity_decimals, **options)

    class RulesSchema(_RulesSchema):
        lot = quantity(above_zero=True)
        minimum_bid = quantity()
        containment = ListOf(
            Nested(
                StrictSchema.from_dict(
                    {"trigger": _price(required=True), "quantity": quantity(required=True)}
                )
            )
        )
        unsold_rule = Nested(
            StrictSchema.from_dict(
                {
                    "spread": WholeNumber(minimum=1, maximum=_COUNT_MAX, required=True),
                    "cap": _share(),
                    "planned": ListOf(quantity()),
                }
            )
        )

        @post_load
        def _make(self, written: dict[str, Any], **options: Any) -> Rules:
            return _consistent(written, quantity_decimals)

    return RulesSchema


def _consistent(written: dict[str, Any], quantity_decimals: int) -> Rules:
    """Make rules of what is written, unless something is missing or contradicts something."""
    needed = {Format.FIXED_PRICE: "price", Format.MULTI_QUOTE: "format"}
    key = needed.get(Format(written["format"]), "price_rule")
    if key not in written:
        raise ValidationError({key: [_missing(key)]})
    rules = rules_from_json(written, quantity_decimals)
    faults: dict[str, Any] = {}
    for one in contradictions(rules):
        faults.setdefault(one.key, []).append(one.refused)
    if faults:
        raise ValidationError(faults)
    return rules


class _BidSchema(StrictSchema):
    id = Text(required=True)
    bidder = Text(required=True)
    quantity = Offered(QUANTITY_DECIMALS, required=True)
    price = Offered(PRICE_DECIMALS, load_default=None, allow_none=True)
    at = Moment(required=True)
    minimum = Scaled(QUANTITY_DECIMALS, load_default=0)

    @post_load
    def _make(self, bid: dict[str, Any], **options: Any) -> Bid:
        price = bid.pop("price")
        return Bid(price_micro=price, **bid)


class _PlaySchema(StrictSchema):
    rules = Nested(lambda: _rules_schema(QUANTITY_DECIMALS)(), required=True)
    supply = Scaled(QUANTITY_DECIMALS, required=True, above_zero=True)
    bids = ListOf(Nested(_BidSchema), required=True)
    tie_order = ListOf(Text(), load_default=())
    seed = Text(load_default=None)
    guarantees = MapOf(Scaled(money_decimals()), load_default={})

    @post_load
    def _make(self, play: dict[str, Any], **options: Any) -> AuctionPlay:
        bids = tuple(play["bids"])
        faults = dict(_faults_of_bids(play["rules"], bids))
        if faults:
            raise ValidationError({"bids": faults})
        return AuctionPlay(
            play["rules"],
            play["supply"],
            bids,
            tuple(play["tie_order"]),
            play["seed"],
            play["guarantees"],
        )


def _faults_of_bids(rules: Rules, bids: tuple[Bid, ...]) -> Iterator[tuple[int, Any]]:
    """Look at what only rules and other bids tell of a bid: its price and its id."""
    seen: set[str] = set()
    for place, bid in enumerate(bids):
        faults: dict[str, Any] = {}
        if bid.id in seen:
            faults["id"] = [Refused(AuctionPlayCode.BID_ID_REPEATED, {"id": shown(bid.id)})]
        seen.add(bid.id)
        if rules.format is not Format.FIXED_PRICE and bid.price_micro is None:
            faults["price"] = [_missing("price")]
        elif rules.format is Format.FIXED_PRICE and bid.price_micro is not None:
            code = AuctionPlayCode.BID_PRICE_WHERE_PRICE_IS_FIXED
            faults["price"] = [Refused(code, {"id": shown(bid.id)})]
        if faults:
            yield place, faults


def _missing(key: str) -> Refused:
    return Refused(ShapeCode.KEY_MISSING, {"key": shown(key)})
