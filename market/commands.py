"""Commands to the market and how their content is read: texts become ticks and lots.

A command comes as the log keeps it: its content is texts and counts, so that one which is refused
(too many digits, off tick) stands in the log as it was sent.  Pure: knows no database and no book.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from ledger.core.clock import Now
from ledger.numerals import parse_plain, parse_plain_quantity
from ledger.refusals import RefusalCode, Refused
from ledger.units import Unit
from market.book.grid import GridCode
from market.book.orders import Side, Tif

_Word = TypeVar("_Word", bound=StrEnum)

TEXT_MAX = 500
"""Signs that a text inside a command may have, as in the journal."""

PRICE_DECIMALS = 6
"""Decimals of a price that are read before the tick is looked at."""


class CommandKind(StrEnum):
    """What is asked of a venue."""

    PLACE = "place"
    AMEND = "amend"
    CANCEL = "cancel"
    CANCEL_ALL = "cancel_all"
    PICK = "pick"
    PROPOSE = "propose"
    CONFIRM = "confirm"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    REGISTER = "register"
    REJECT = "reject"
    ADVANCE = "advance"
    OPEN_CALL = "open_call"
    UNCROSS = "uncross"
    HALT = "halt"
    RESUME = "resume"
    SEIZE = "seize"
    REGROUP = "regroup"


OPERATOR_KINDS = (
    CommandKind.REGISTER,
    CommandKind.REJECT,
    CommandKind.ADVANCE,
    CommandKind.OPEN_CALL,
    CommandKind.UNCROSS,
    CommandKind.HALT,
    CommandKind.RESUME,
    CommandKind.SEIZE,
    CommandKind.REGROUP,
)
"""What no trader may ask for."""


class CommandCode(RefusalCode):
    """Why a command's content cannot be used, or by whom it may not be sent."""

    COMMAND_KIND_UNKNOWN = "command_kind_unknown"
    COMMAND_FIELD_MISSING = "command_field_missing"
    COMMAND_FIELD_UNREADABLE = "command_field_unreadable"
    COMMAND_FIELD_UNKNOWN = "command_field_unknown"
    KEY_ALREADY_USED_FOR_OTHER_CONTENT = "key_already_used_for_other_content"
    QUANTITY_NOT_ABOVE_ZERO = "quantity_not_above_zero"
    PRICE_NOT_ABOVE_ZERO = "price_not_above_zero"
    EXPIRY_NEEDS_DATE = "expiry_needs_date"
    EXPIRY_NOT_IN_FUTURE = "expiry_not_in_future"


@dataclass(slots=True)
class Command:
    """One command with its number; ``at`` is the instant at which it is decided.

    ``sent`` keeps the content of an order once it was read, so that it is read once.
    """

    number: int
    market_id: int
    kind: str
    party_id: int
    key: str
    payload: Mapping[str, object]
    actor: str
    at: Now
    sent: "PlaceOrder | Refused | None" = None


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """An order as sent: price in millionths of the currency (None: market), smallest units."""

    account: str
    side: Side
    price_micro: int | None
    quantity: int
    tif: Tif
    expires_at: datetime | None
    display: int
    minimum: int
    post_only: bool


@dataclass(frozen=True, slots=True)
class AmendOrder:
    """A change of an order; what stays as it is, is None."""

    order: int
    price_micro: int | None
    quantity: int | None


class Fields:
    """Reads the content of one command; the first fault stays and everything after is void."""

    def __init__(self, payload: Mapping[str, object], known: tuple[str, ...]) -> None:
        self._payload = payload
        self.fault: Refused | None = None
        for name in payload:
            if name not in known:
                self._fail(CommandCode.COMMAND_FIELD_UNKNOWN, name)

    def _fail(self, code: RefusalCode, name: str, value: object = "") -> None:
        if self.fault is None:
            shown = str(value)[:60]
            self.fault = Refused(code, {"field": name, "value": shown})

    def missing(self, name: str) -> Refused:
        """Refuse for a field that must be there."""
        return Refused(CommandCode.COMMAND_FIELD_MISSING, {"field": name, "value": ""})

    def has(self, name: str) -> bool:
        """Whether the field is there and says something."""
        return self._payload.get(name) is not None

    def text(self, name: str, limit: int = TEXT_MAX) -> str:
        """Give a text that must be there, at most ``limit`` signs long."""
        value = self._payload.get(name)
        if value is None:
            self._fail(CommandCode.COMMAND_FIELD_MISSING, name)
            return ""
        # What cannot be printed cannot stand in the journal.
        if not isinstance(value, str) or len(value) > limit or not value.isprintable():
            self._fail(CommandCode.COMMAND_FIELD_UNREADABLE, name, ascii(value))
            return ""
        return value

    def number(self, name: str) -> int:
        """Give a whole number above zero that must be there."""
        value = self._payload.get(name)
        if value is None:
            self._fail(CommandCode.COMMAND_FIELD_MISSING, name)
            return 0
        if type(value) is not int or not 0 < value < 2**62:
            self._fail(CommandCode.COMMAND_FIELD_UNREADABLE, name, value)
            return 0
        return value

    def numbers(self, name: str) -> tuple[int, ...]:
        """Give a list of whole numbers above zero; it must be there and have one at least."""
        value = self._payload.get(name)
        if value is None:
            self._fail(CommandCode.COMMAND_FIELD_MISSING, name)
            return ()
        listed = value if isinstance(value, list) else []
        if not listed or any(type(one) is not int or not 0 < one < 2**62 for one in listed):
            self._fail(CommandCode.COMMAND_FIELD_UNREADABLE, name, value)
            return ()
        return tuple(listed)

    def flag(self, name: str) -> bool:
        """Give yes or no; absent is no."""
        value = self._payload.get(name, False)
        if type(value) is not bool:
            self._fail(CommandCode.COMMAND_FIELD_UNREADABLE, name, value)
            return False
        return value

    def word(self, name: str, words: type[_Word]) -> _Word:
        """Give one of the words of an enumeration."""
        text = self.text(name)
        try:
            return words(text)
        except ValueError:
            self._fail(CommandCode.COMMAND_FIELD_UNREADABLE, name, text)
            return next(iter(words))

    def instant(self, name: str) -> datetime | None:
        """Give an instant with its offset, or None where there is none."""
        if not self.has(name):
            return None
        text = self.text(name)
        try:
            read = datetime.fromisoformat(text)
            # Near the end of the calendar an instant may have no time in UTC.
            if read.tzinfo is not None:
                return read.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        self._fail(CommandCode.COMMAND_FIELD_UNREADABLE, name, text)
        return None

    def price(self, name: str) -> int | None:
        """Give a price in millionths, or None where there is none."""
        if not self.has(name):
            return None
        read = parse_plain(self.text(name), PRICE_DECIMALS)
        if isinstance(read, Refused):
            self._keep(read, name)
            return None
        if read <= 0:
            self._fail(CommandCode.PRICE_NOT_ABOVE_ZERO, name, self._payload[name])
        return read

    def quantity(self, name: str, unit: Unit) -> int:
        """Give a quantity in smallest units, above zero."""
        read = parse_plain_quantity(self.text(name), unit)
        if isinstance(read, Refused):
            self._keep(read, name)
            return 0
        if read <= 0:
            self._fail(CommandCode.QUANTITY_NOT_ABOVE_ZERO, name, self._payload.get(name))
        return read

    def _keep(self, refused: Refused, name: str) -> None:
        if self.fault is None:
            self.fault = Refused(refused.code, {"field": name, **refused.values}, refused.source)


def sent_order(command: Command, unit: Unit) -> PlaceOrder | Refused:
    """Give the order that a command sends, read once."""
    if command.sent is None:
        command.sent = read_place(command.payload, unit, command.at, command.number)
    return command.sent


_PLACE_FIELDS = (
    "account",
    "side",
    "type",
    "price",
    "quantity",
    "tif",
    "expires_at",
    "display",
    "minimum",
    "post_only",
)


class OrderType(StrEnum):
    """Whether an order names its price."""

    LIMIT = "limit"
    MARKET = "market"


def read_place(
    payload: Mapping[str, object], unit: Unit, at: Now, number: int
) -> PlaceOrder | Refused:
    """Read an order: ``account side type price quantity tif`` and what else it may say."""
    fields = Fields(payload, _PLACE_FIELDS)
    order_type = fields.word("type", OrderType)
    tif = fields.word("tif", Tif)
    order = PlaceOrder(
        account=fields.text("account"),
        side=fields.word("side", Side),
        price_micro=fields.price("price"),
        quantity=fields.quantity("quantity", unit),
        tif=tif,
        expires_at=fields.instant("expires_at"),
        display=fields.quantity("display", unit) if fields.has("display") else 0,
        minimum=fields.quantity("minimum", unit) if fields.has("minimum") else 0,
        post_only=fields.flag("post_only"),
    )
    if fields.fault is not None:
        return fields.fault
    if order_type is OrderType.LIMIT and order.price_micro is None:
        return Refused(GridCode.LIMIT_ORDER_WITHOUT_PRICE, {"order": number})
    if order_type is OrderType.MARKET and order.price_micro is not None:
        return Refused(
            GridCode.MARKET_ORDER_WITH_PRICE,
            {"order": number, "price": str(payload["price"])[:60]},
        )
    if (tif is Tif.GTD) != (order.expires_at is not None):
        return Refused(CommandCode.EXPIRY_NEEDS_DATE, {"field": "expires_at", "tif": str(tif)})
    if order.expires_at is not None and order.expires_at <= at.instant:
        return Refused(
            CommandCode.EXPIRY_NOT_IN_FUTURE,
            {"field": "expires_at", "value": order.expires_at, "now": at.instant},
        )
    return order


def read_amend(payload: Mapping[str, object], unit: Unit) -> AmendOrder | Refused:
    """Read a change: ``order`` and a new ``price``, a new open ``quantity``, or both."""
    fields = Fields(payload, ("order", "price", "quantity"))
    if not fields.has("price") and not fields.has("quantity"):
        fields.text("quantity")
    change = AmendOrder(
        order=fields.number("order"),
        price_micro=fields.price("price"),
        quantity=fields.quantity("quantity", unit) if fields.has("quantity") else None,
    )
    return fields.fault or change
