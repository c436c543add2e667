"""The announcement of an auction: what it says, read from the one JSON object that is kept.

Everything an auction needs to know of itself is in it, each part with its source, and never changes
afterwards.  Pure: accounts and assets are named by their numbers and codes, nobody is looked up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ledger.refusals import RefusalCode, Refused
from market.auctions.life import Window
from market.auctions.rules import Format, Rules, contradictions
from market.fees import NO_FEE, WHOLE, FeeSchedule
from market.pricing import share_fen

QUOTING = (Format.ASCENDING, Format.MULTI_QUOTE)
"""Formats in which only the last quote of a bidder counts."""

SHARE_DECIMALS = 6
TEXT_LENGTH = 500
CODE_LENGTH = 32
NAME_LENGTH = 200
DAYS_MAX = 3660


class NoticeCode(RefusalCode):
    """Why an announcement is not accepted, in the order in which it is looked at."""

    NOTICE_PART_MISSING = "notice_part_missing"
    NOTICE_PART_UNREADABLE = "notice_part_unreadable"
    NOTICE_PART_WITHOUT_SOURCE = "notice_part_without_source"
    AUCTION_RULES_UNREADABLE = "auction_rules_unreadable"
    AUCTION_WINDOW_TURNED_ROUND = "auction_window_turned_round"
    SEALING_NEEDS_DEADLINE = "sealing_needs_deadline"
    SEALING_NOT_FOR_FORMAT = "sealing_not_for_format"
    SEALING_NEEDS_NAMED_GUARANTEE = "sealing_needs_named_guarantee"
    NAMED_GUARANTEE_NEEDS_SEALING = "named_guarantee_needs_sealing"
    QUOTES_ARE_FINAL = "quotes_are_final"
    DEPOSIT_SHARE_NEEDS_START_PRICE = "deposit_share_needs_start_price"
    OFFERS_HOLD_NO_MONEY = "offers_hold_no_money"
    INSTALMENTS_DO_NOT_MAKE_ONE = "instalments_do_not_make_one"
    INSTALMENTS_ONLY_WHEN_SELLING = "instalments_only_when_selling"
    OWN_USE_NOT_BY_INSTALMENTS = "own_use_not_by_instalments"
    BUYER_PAYS_NO_FEE_WHEN_BUYING = "buyer_pays_no_fee_when_buying"
    BUYING_NEEDS_BUDGET = "buying_needs_budget"
    BUYING_HAS_NO_SUPPLY_ACCOUNT = "buying_has_no_supply_account"
    WITHHOLDING_NEEDS_HOLDING = "withholding_needs_holding"
    # Against the dated settings of the scheme.
    AUCTION_SETTING_MISSING = "auction_setting_missing"
    NOTICE_TOO_SHORT = "notice_too_short"
    FIRST_INSTALMENT_TOO_SMALL = "first_instalment_too_small"
    # Against the registry.
    AUCTION_CODE_TAKEN = "auction_code_taken"
    AUCTION_SCHEME_UNKNOWN = "auction_scheme_unknown"
    AUCTION_ASSET_UNKNOWN = "auction_asset_unknown"
    SELLER_ACCOUNT_NOT_USABLE = "seller_account_not_usable"
    EARLIER_AUCTION_UNKNOWN = "earlier_auction_unknown"


class SupplyFrom(StrEnum):
    """Where what is sold is taken from at the announcement."""

    HOLDING = "holding"
    TOTAL = "total"
    RESERVE = "reserve"


class DepositKind(StrEnum):
    """What a bidder's money is held for."""

    FIXED = "fixed"
    SHARE_OF_START = "share_of_start"
    WHOLE_BID = "whole_bid"
    NAMED_STEPS = "named_steps"
    NONE = "none"


class Restriction(StrEnum):
    """What winners may do with what they bought."""

    NONE = "none"
    OWN_USE = "own_use"


@dataclass(frozen=True, slots=True)
class DepositRule:
    """How much is held at a bid.

    ``fixed``: ``amount_fen`` of each bidder.  ``share_of_start``: ``share_millionths`` of the start
    price (reserve or fixed) x what is bid for.  ``whole_bid``: the largest of price x quantity so
    far.  ``named_steps``: what the bidder names, at least ``amount_fen``, in whole ``step_fen``.
    """

    kind: DepositKind
    amount_fen: int = 0
    share_millionths: int = 0
    step_fen: int = 1


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of the price in millionths, due ``days`` after the clearing."""

    share_millionths: int
    days: int


@dataclass(frozen=True, slots=True)
class Payment:
    """When an award is paid: within ``days`` of the clearing, or in instalments, the first then."""

    days: int
    instalments: tuple[Instalment, ...] = ()
    deposit_lowers_shortfall: bool = False

    def parts_fen(self, amount_fen: int) -> tuple[int, ...]:
        """Split an amount: each part half up to the fen, the last is what is left."""
        if not self.instalments:
            return (amount_fen,)
        parts = [share_fen(amount_fen, one.share_millionths) for one in self.instalments[:-1]]
        return (*parts, amount_fen - sum(parts))

    def due_at(self, cleared_at: datetime, number: int) -> datetime:
        """Give when the instalment of this number, from 0, is due."""
        days = self.instalments[number].days if number else self.days
        return cleared_at + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Notice:
    """An auction as announced; quantities in smallest units, money in fen."""

    code: str
    scheme: str
    asset: str
    name_zh: str
    name_en: str
    account: str
    cash_account: str
    supply: int
    supply_from: SupplyFrom
    supply_ref: str
    rules: Rules
    window: Window
    public_key: str
    deposit: DepositRule
    payment: Payment
    buyer_fees: FeeSchedule
    seller_fees: FeeSchedule
    restriction: Restriction
    may_amend: bool
    may_withdraw: bool
    needs_required: bool
    follows: str

    @property
    def sealed(self) -> bool:
        """Whether nobody reads a bid before the opening."""
        return self.window.sealed

    @property
    def buys(self) -> bool:
        """Whether this auction buys."""
        return self.rules.is_reverse

    @property
    def to_hold(self) -> int:
        """What is held at the announcement: all that may be sold, or the money to buy with."""
        if self.buys:
            return self.rules.budget_fen or 0
        return self.supply + sum(tier.quantity for tier in self.rules.containment)


def refuse_notice(notice: Notice) -> Refused | None:
    """Refuse an announcement whose parts contradict each other."""
    for broken in contradictions(notice.rules):
        return broken.refused
    return (
        _refuse_window(notice)
        or _refuse_sealing(notice)
        or _refuse_money(notice)
        or _refuse_supply(notice)
    )


def _refuse_window(notice: Notice) -> Refused | None:
    window = notice.window
    ends = window.open_bids_by
    if window.opens_at < window.closes_at and (ends is None or window.closes_at < ends):
        return None
    values = {"opens": window.opens_at, "closes": window.closes_at}
    return Refused(NoticeCode.AUCTION_WINDOW_TURNED_ROUND, values)


def _refuse_sealing(notice: Notice) -> Refused | None:
    named = notice.deposit.kind is DepositKind.NAMED_STEPS
    if bool(notice.public_key) != notice.sealed:
        return Refused(NoticeCode.SEALING_NEEDS_DEADLINE)
    if notice.sealed and notice.rules.format in (Format.ASCENDING, Format.REVERSE):
        values = {"format": str(notice.rules.format)}
        return Refused(NoticeCode.SEALING_NOT_FOR_FORMAT, values)
    if notice.sealed and not named:
        values = {"deposit": str(notice.deposit.kind)}
        return Refused(NoticeCode.SEALING_NEEDS_NAMED_GUARANTEE, values)
    if named and not notice.sealed:
        return Refused(NoticeCode.NAMED_GUARANTEE_NEEDS_SEALING)
    if notice.rules.format in QUOTING and (notice.may_amend or notice.may_withdraw):
        # Or a bidder would have more quotes than he may make, and could go back on his last.
        return Refused(NoticeCode.QUOTES_ARE_FINAL, {"format": str(notice.rules.format)})
    return None


def _refuse_money(notice: Notice) -> Refused | None:
    deposit, payment = notice.deposit, notice.payment
    if deposit.kind is DepositKind.SHARE_OF_START and start_price(notice.rules) is None:
        return Refused(NoticeCode.DEPOSIT_SHARE_NEEDS_START_PRICE)
    if notice.buys and deposit.kind is not DepositKind.NONE:
        return Refused(NoticeCode.OFFERS_HOLD_NO_MONEY, {"deposit": str(deposit.kind)})
    parts = payment.instalments
    whole = sum(one.share_millionths for one in parts)
    days = [one.days for one in parts]
    if parts and (whole != WHOLE or days != sorted(days) or days[0] != payment.days):
        return Refused(NoticeCode.INSTALMENTS_DO_NOT_MAKE_ONE, {"sum_millionths": whole})
    if parts and notice.buys:
        return Refused(NoticeCode.INSTALMENTS_ONLY_WHEN_SELLING)
    if parts and notice.restriction is Restriction.OWN_USE:
        return Refused(NoticeCode.OWN_USE_NOT_BY_INSTALMENTS)
    return None


def _refuse_supply(notice: Notice) -> Refused | None:
    rules = notice.rules
    if notice.buys and rules.budget_fen is None:
        return Refused(NoticeCode.BUYING_NEEDS_BUDGET)
    if notice.buys and notice.buyer_fees != NO_FEE:
        return Refused(NoticeCode.BUYER_PAYS_NO_FEE_WHEN_BUYING)
    if notice.buys and notice.supply_from is not SupplyFrom.HOLDING:
        values = {"from": str(notice.supply_from)}
        return Refused(NoticeCode.BUYING_HAS_NO_SUPPLY_ACCOUNT, values)
    if rules.withholding is not None and notice.supply_from is not SupplyFrom.HOLDING:
        values = {"from": str(notice.supply_from)}
        return Refused(NoticeCode.WITHHOLDING_NEEDS_HOLDING, values)
    return None


def start_price(rules: Rules) -> int | None:
    """Give the price at which bidding starts: the fixed one, or the reserve where it is public."""
    if rules.fixed_price_micro is not None:
        return rules.fixed_price_micro
    return None if rules.reserve_secret else rules.reserve_micro
