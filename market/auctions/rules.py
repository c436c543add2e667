"""The rules of one auction as values, and which of them contradict each other.

Knows nothing of bids, of who is bidding or of how rules are written down.  Prices are whole
millionths of the currency (``_micro``) per unit (and year), money is whole fen, quantities are whole
smallest units: ``quantity_decimals`` says how many of their digits stand behind the decimal sign.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from ledger.refusals import RefusalCode, Refused, ensure
from market.pricing import PRICE_DECIMALS, money_decimals


class Format(StrEnum):
    """How bids are made."""

    SEALED = "sealed"
    MULTI_QUOTE = "multi_quote"
    ASCENDING = "ascending"
    FIXED_PRICE = "fixed_price"
    REVERSE = "reverse"


class PriceRule(StrEnum):
    """What winners pay, or are paid."""

    LOWEST_ACCEPTED = "lowest_accepted"
    HIGHEST_REJECTED = "highest_rejected"
    OWN_BID = "own_bid"
    HIGHEST_ACCEPTED = "highest_accepted"


class TieRule(StrEnum):
    """Who is served first, or how much each gets, among bids of one price."""

    TIME = "time"
    RANDOM = "random"
    PRO_RATA_LARGEST_REMAINDER = "pro_rata_largest_remainder"
    PRO_RATA_RANDOM_REST = "pro_rata_random_rest"
    PRO_RATA_MINIMUM = "pro_rata_minimum"


class UndersubscriptionRule(StrEnum):
    """What happens when the valid bids do not cover the supply."""

    CANCEL = "cancel"
    CLEAR_AT_LOWEST_BID = "clear_at_lowest_bid"
    CLEAR_AT_RESERVE = "clear_at_reserve"
    DECLINE_IF_ANY_BELOW_RESERVE = "decline_if_any_below_reserve"


class AuctionRuleCode(RefusalCode):
    """Why a set of rules makes no sense."""

    UNDERSUBSCRIPTION_RULE_NEEDS_RESERVE = "undersubscription_rule_needs_reserve"
    AUCTION_KEY_OUTSIDE_ITS_FORMAT = "auction_key_outside_its_format"
    PRICE_RULE_NOT_OF_FORMAT = "price_rule_not_of_format"
    SUPPLY_STEP_WITH_OWN_PRICES = "supply_step_with_own_prices"
    SUPPLY_STEP_IN_REVERSE = "supply_step_in_reverse"
    TRIGGER_NOT_ABOVE_RESERVE = "trigger_not_above_reserve"


@dataclass(frozen=True, slots=True)
class ContainmentTier:
    """``quantity`` is added when the price without it is above ``trigger_micro``."""

    trigger_micro: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Withholding:
    """``share`` of the supply is kept back for good when the price is below ``trigger_micro``."""

    trigger_micro: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class UnsoldRule:
    """Unsold units go to the next ``spread`` sales in equal parts.

    No planned sale is lifted above ``cap`` times what was planned, in the order of ``planned``;
    without a cap, or where no plan is given, whatever comes.
    """

    spread: int
    cap: Fraction | None = None
    planned: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one auction; what does not apply is None, zero or empty.

    ``price_rule`` is None only for a fixed price without one.  ``lot`` and ``tick_micro`` are at
    least 1.  ``price_shown_decimals`` and ``quantity_shown_decimals`` are the decimals that figures
    are written with; parts of unsold units are whole in the last of the shown decimals.
    """

    format: Format
    price_rule: PriceRule | None
    tie_rule: TieRule
    undersubscription_rule: UndersubscriptionRule
    tick_micro: int
    lot: int
    quantity_decimals: int
    price_shown_decimals: int
    quantity_shown_decimals: int
    reserve_micro: int | None = None
    reserve_secret: bool = False
    minimum_bid: int = 0
    years: int = 1
    bidder_limit: Fraction | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    containment: tuple[ContainmentTier, ...] = ()
    withholding: Withholding | None = None
    unsold: UnsoldRule | None = None
    quotes_limit: int | None = None
    top_share: Fraction | None = None
    increment_micro: int | None = None
    fixed_price_micro: int | None = None
    ceiling_micro: int | None = None
    budget_fen: int | None = None

    @property
    def is_reverse(self) -> bool:
        """Whether we buy: the cheapest offer is the best."""
        return self.format is Format.REVERSE

    @property
    def has_own_prices(self) -> bool:
        """Whether winners pay, or are paid, what each of them bid."""
        return self.price_rule is PriceRule.OWN_BID and self.format is not Format.FIXED_PRICE

    @property
    def carried_unit(self) -> int:
        """The smallest part of unsold units that is carried to another sale."""
        return int(10 ** max(0, self.quantity_decimals - self.quantity_shown_decimals))

    def worth(self, price_micro: int) -> int:
        """A price such that more is better for whoever holds the auction."""
        return -price_micro if self.is_reverse else price_micro

    def is_short_of_reserve(self, price_micro: int) -> bool:
        """Whether a price is worse than the reserve: below it, or above it where we buy."""
        reserve = self.reserve_micro
        return reserve is not None and self.worth(price_micro) < self.worth(reserve)

    def down_to_lots(self, quantity: int) -> int:
        """The largest whole number of lots in a quantity."""
        return quantity // self.lot * self.lot

    def payable_quantity(
        self, money_fen: int, price_micro: int, years: int, spent_value: int = 0
    ) -> int:
        """How much, in smallest units, an amount of money pays for at a price above zero.

        ``spent_value`` is what it has paid for already: the sum of price x quantity, before years.
        """
        ensure(price_micro > 0, "a price that money is divided by is above zero")
        decimals = PRICE_DECIMALS - money_decimals() + self.quantity_decimals
        left = int(money_fen * 10**decimals) - spent_value * years
        return max(0, left) // (price_micro * years)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two rules that cannot stand together; ``key`` is one of them, the refusal names both."""

    key: str
    refused: Refused


_ONLY_IN = (
    ("budget", "budget_fen", Format.REVERSE),
    ("ceiling", "ceiling_micro", Format.REVERSE),
    ("increment", "increment_micro", Format.ASCENDING),
    ("winner_rule", "top_share", Format.MULTI_QUOTE),
    ("quotes_limit", "quotes_limit", Format.MULTI_QUOTE),
)
_NEED_RESERVE = (
    UndersubscriptionRule.CLEAR_AT_RESERVE,
    UndersubscriptionRule.DECLINE_IF_ANY_BELOW_RESERVE,
)
_OF_REVERSE = (PriceRule.HIGHEST_ACCEPTED, PriceRule.OWN_BID)
_OF_SALES = (PriceRule.LOWEST_ACCEPTED, PriceRule.HIGHEST_REJECTED, PriceRule.OWN_BID)


def contradictions(rules: Rules) -> Iterator[Contradiction]:
    """Give every pair of rules that cannot stand together; none means the rules can be played."""
    yield from _outside_format(rules)
    if rules.undersubscription_rule in _NEED_RESERVE and rules.reserve_micro is None:
        yield _broken(
            "undersubscription_rule",
            AuctionRuleCode.UNDERSUBSCRIPTION_RULE_NEEDS_RESERVE,
            rule=str(rules.undersubscription_rule),
        )
    triggers = [("containment", tier.trigger_micro) for tier in rules.containment]
    if rules.withholding is not None:
        triggers.append(("withholding", rules.withholding.trigger_micro))
    for key in dict.fromkeys(key for key, _ in triggers):
        yield from _senseless_step(rules, key)
    for key, trigger_micro in triggers:
        if rules.reserve_micro is not None and trigger_micro <= rules.reserve_micro:
            yield _broken(key, AuctionRuleCode.TRIGGER_NOT_ABOVE_RESERVE, key=key)
            break


def _outside_format(rules: Rules) -> Iterator[Contradiction]:
    for key, name, needed in _ONLY_IN:
        if getattr(rules, name) is not None and rules.format is not needed:
            code = AuctionRuleCode.AUCTION_KEY_OUTSIDE_ITS_FORMAT
            yield _broken(key, code, key=key, needed=str(needed), format=str(rules.format))
    allowed = _OF_REVERSE if rules.is_reverse else _OF_SALES
    if rules.price_rule is not None and rules.price_rule not in allowed:
        yield _broken(
            "price_rule",
            AuctionRuleCode.PRICE_RULE_NOT_OF_FORMAT,
            rule=str(rules.price_rule),
            format=str(rules.format),
            known=", ".join(allowed),
        )


def _senseless_step(rules: Rules, key: str) -> Iterator[Contradiction]:
    if rules.is_reverse:
        yield _broken(key, AuctionRuleCode.SUPPLY_STEP_IN_REVERSE, key=key)
    if rules.price_rule is PriceRule.OWN_BID:
        yield _broken(key, AuctionRuleCode.SUPPLY_STEP_WITH_OWN_PRICES, key=key)


def _broken(at: str, code: AuctionRuleCode, **values: object) -> Contradiction:
    return Contradiction(at, Refused(code, values))
