"""Reading the announcement of an auction from the one JSON object that is kept.

Knows how each part is written; what the parts mean and which contradict each other is ``notice``.
Pure.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ledger.numerals import parse_plain
from ledger.refusals import InvariantBroken, Refused
from market.auctions.life import Window
from market.auctions.notice import (
    SHARE_DECIMALS,
    DepositKind,
    DepositRule,
    Instalment,
    Notice,
    NoticeCode,
    Payment,
    Restriction,
    SupplyFrom,
    refuse_notice,
)
from market.auctions.rules import Rules
from market.auctions.written_rules import rules_from_json
from market.commands import Fields
from market.fees import NO_FEE, WHOLE, FeeSchedule
from market.pricing import parse_plain_money

TEXT_LENGTH = 500
CODE_LENGTH = 32
NAME_LENGTH = 200
DAYS_MAX = 3660

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
