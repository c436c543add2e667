"""The announcement of an auction: what it says, read from the one JSON object that is kept.

Everything an auction needs to know of itself is in it, each part with its source, and never changes
afterwards.  Pure: accounts and assets are named by their numbers and codes, nobody is looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ledger.numerals import parse_plain
from ledger.refusals import InvariantBroken, RefusalCode, Refused
from market.auctions.life import Window
from market.auctions.rules import Format, Rules, contradictions
from market.auctions.written_rules import rules_from_json
from market.commands import Fields
from market.fees import NO_FEE, WHOLE, FeeSchedule
from market.pricing import parse_plain_money, share_fen

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


PARTS = (
    "code",
    "scheme",
    "asset",
    "name_zh",
    "name_en",
    "account",
    "cash_account",
    "supply",
    "rules",
    "rules_source",
    "window",
    "deposit",
    "payment",
    "fees",
    "restriction",
    "bids",
    "follows",
)


def read_notice(written: Mapping[str, object], quantity_decimals: int) -> Notice | Refused:
    """Read an announcement and hold its parts against each other; the first fault answers."""
    try:
        notice = _Reader(written, quantity_decimals).read()
    except _Fault as fault:
        return fault.refused
    return refuse_notice(notice) or notice


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


class _Fault(Exception):
    """Ends the reading of an announcement."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(str(refused.code))
        self.refused = refused


class _Reader:
    """Reads the parts of an announcement; a fault ends it."""

    def __init__(self, written: Mapping[str, object], quantity_decimals: int) -> None:
        self._written = written
        self._decimals = quantity_decimals

    def read(self) -> Notice:
        fields = Fields(self._written, PARTS)
        if fields.fault is not None:
            raise _Fault(fields.fault)
        supply, window = self._part("supply"), self._part("window", sourced=False)
        fees, bids = self._part("fees"), self._part("bids")
        restriction = self._part("restriction")
        self._text("rules_source", TEXT_LENGTH, NoticeCode.NOTICE_PART_WITHOUT_SOURCE)
        return Notice(
            code=self._text("code", CODE_LENGTH),
            scheme=self._text("scheme", NAME_LENGTH),
            asset=self._text("asset", NAME_LENGTH),
            name_zh=self._text("name_zh", NAME_LENGTH),
            name_en=self._text("name_en", NAME_LENGTH),
            account=self._text("account", NAME_LENGTH),
            cash_account=self._text("cash_account", NAME_LENGTH),
            supply=supply.number("quantity", self._decimals, least=1),
            supply_from=supply.word("from", SupplyFrom),
            supply_ref=supply.text("pocket", optional=True),
            rules=self._rules(),
            window=Window(
                window.instant("opens_at"),
                window.instant("closes_at"),
                window.instant("open_bids_by") if window.has("open_bids_by") else None,
            ),
            public_key=bids.text("public_key", optional=True),
            deposit=_deposit(self._part("deposit")),
            payment=_payment(self._part("payment")),
            buyer_fees=_fees(fees, "buyer"),
            seller_fees=_fees(fees, "seller"),
            restriction=restriction.word("use", Restriction),
            may_amend=bids.flag("amend"),
            may_withdraw=bids.flag("withdraw"),
            needs_required=bids.flag("approved_need"),
            follows=str(self._written.get("follows") or ""),
        )

    def _text(
        self, name: str, limit: int, code: NoticeCode = NoticeCode.NOTICE_PART_UNREADABLE
    ) -> str:
        value = self._written.get(name)
        if value is None:
            raise _Fault(Refused(NoticeCode.NOTICE_PART_MISSING, {"part": name}))
        if not isinstance(value, str) or not 0 < len(value.strip()) <= limit:
            raise _Fault(Refused(code, {"part": name}))
        return value.strip()

    def _part(self, name: str, *, sourced: bool = True) -> "_Part":
        value = self._written.get(name)
        if value is None:
            raise _Fault(Refused(NoticeCode.NOTICE_PART_MISSING, {"part": name}))
        if not isinstance(value, dict):
            raise _Fault(Refused(NoticeCode.NOTICE_PART_UNREADABLE, {"part": name}))
        part = _Part(name, value)
        if sourced and not part.text("source", optional=True).strip():
            raise _Fault(Refused(NoticeCode.NOTICE_PART_WITHOUT_SOURCE, {"part": name}))
        return part

    def _rules(self) -> Rules:
        """Read the rules of clearing; the schema of files has said in words what is wrong."""
        rules = self._written.get("rules")
        try:
            if isinstance(rules, dict):
                return rules_from_json(rules, self._decimals)
        except (InvariantBroken, KeyError, TypeError, ValueError, AttributeError):
            pass
        raise _Fault(Refused(NoticeCode.AUCTION_RULES_UNREADABLE))


class _Part:
    """One object of an announcement."""

    def __init__(self, name: str, written: Mapping[str, Any]) -> None:
        self._name = name
        self._written = written

    def _fail(self, key: str) -> _Fault:
        part = f"{self._name}.{key}"
        return _Fault(Refused(NoticeCode.NOTICE_PART_UNREADABLE, {"part": part}))

    def has(self, key: str) -> bool:
        return self._written.get(key) is not None

    def text(self, key: str, *, optional: bool = False) -> str:
        value = self._written.get(key)
        if value is None and optional:
            return ""
        if not isinstance(value, str) or len(value) > TEXT_LENGTH:
            raise self._fail(key)
        return value

    def flag(self, key: str) -> bool:
        value = self._written.get(key, False)
        if type(value) is not bool:
            raise self._fail(key)
        return value

    def days(self, key: str) -> int:
        value = self._written.get(key)
        if type(value) is not int or not 0 <= value <= DAYS_MAX:
            raise self._fail(key)
        return value

    def word(self, key: str, words: type[Any]) -> Any:
        try:
            return words(self.text(key))
        except ValueError:
            raise self._fail(key) from None

    def instant(self, key: str) -> datetime:
        try:
            read = datetime.fromisoformat(self.text(key))
        except ValueError:
            raise self._fail(key) from None
        if read.tzinfo is None:
            raise self._fail(key)
        return read

    def number(self, key: str, decimals: int, *, least: int = 0) -> int:
        read = parse_plain(self.text(key), decimals)
        if isinstance(read, Refused) or read < least:
            raise self._fail(key)
        return read

    def money(self, key: str, *, least: int = 0) -> int:
        read = parse_plain_money(self.text(key))
        if isinstance(read, Refused) or read < least:
            raise self._fail(key)
        return read

    def share(self, key: str) -> int:
        read = self.number(key, SHARE_DECIMALS)
        if read > WHOLE:
            raise self._fail(key)
        return read

    def inner(self, key: str) -> "_Part":
        value = self._written.get(key)
        if not isinstance(value, dict):
            raise self._fail(key)
        return _Part(f"{self._name}.{key}", value)

    def inners(self, key: str) -> list["_Part"]:
        value = self._written.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self._fail(key)
        return [_Part(f"{self._name}.{key}", one) for one in value]


def _deposit(part: _Part) -> DepositRule:
    kind: DepositKind = part.word("kind", DepositKind)
    if kind is DepositKind.FIXED:
        return DepositRule(kind, amount_fen=part.money("amount", least=1))
    if kind is DepositKind.SHARE_OF_START:
        return DepositRule(kind, share_millionths=part.share("share"))
    if kind is DepositKind.NAMED_STEPS:
        step = part.money("step", least=1)
        return DepositRule(kind, amount_fen=part.money("least", least=1), step_fen=step)
    return DepositRule(kind)


def _payment(part: _Part) -> Payment:
    return Payment(
        days=part.days("days"),
        instalments=tuple(
            Instalment(one.share("share"), one.days("days")) for one in part.inners("instalments")
        ),
        deposit_lowers_shortfall=part.flag("deposit_lowers_shortfall"),
    )


def _fees(part: _Part, side: str) -> FeeSchedule:
    if not part.has(side):
        return NO_FEE
    one = part.inner(side)
    least = one.money("minimum") if one.has("minimum") else 0
    most = one.money("maximum", least=least) if one.has("maximum") else None
    return FeeSchedule(one.share("rate"), least, most)
