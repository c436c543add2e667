"""The file of ``ecorights auction announce``: an auction as it is to be announced.

Looks at the shape of every part and, in the words of the clearing's own schema, at the rules; what
the market refuses in it is decided when it is announced.
"""

from typing import Any

from marshmallow import INCLUDE, ValidationError

from market.auctions.notice import DepositKind, Restriction, SupplyFrom
from market.pricing import money_decimals
from web.schemas.auction_fields import Moment, Text, Written, YesOrNo
from web.schemas.auction_play import QUANTITY_DECIMALS, read_rules
from web.schemas.faults import Unreadable, faults_in
from web.schemas.fields import ListOf, Nested, OneOf, StrictSchema, WholeNumber

_SHARE_DECIMALS = 6
_DAYS_MAX = 3660


def read_notice_file(document: object) -> dict[str, Any] | Unreadable:
    """Give the announcement as it is written, or name everything in it that cannot be read."""
    try:
        _NoticeSchema().load(document)  # type: ignore[arg-type]
    except ValidationError as error:
        return Unreadable(tuple(faults_in(error.messages, document)))
    written: dict[str, Any] = document  # type: ignore[assignment]
    rules = read_rules(written["rules"], QUANTITY_DECIMALS)
    return rules if isinstance(rules, Unreadable) else written


def _money() -> Written:
    return Written(money_decimals())


def _days() -> WholeNumber:
    return WholeNumber(minimum=0, maximum=_DAYS_MAX, required=True)


class _Whatever(StrictSchema):
    """The rules: looked at by the schema of the clearing."""

    class Meta:
        unknown = INCLUDE


class _Supply(StrictSchema):
    quantity = Written(QUANTITY_DECIMALS, above_zero=True, required=True)
    pocket = Text()
    source = Text(required=True)


class _Window(StrictSchema):
    opens_at = Moment(required=True)
    closes_at = Moment(required=True)
    open_bids_by = Moment()


class _Deposit(StrictSchema):
    kind = OneOf(*DepositKind, required=True)
    amount = _money()
    share = Written(_SHARE_DECIMALS, at_most_one=True)
    least = _money()
    step = _money()
    source = Text(required=True)


class _Instalment(StrictSchema):
    share = Written(_SHARE_DECIMALS, at_most_one=True, required=True)
    days = _days()


class _Payment(StrictSchema):
    days = _days()
    instalments = ListOf(Nested(_Instalment))
    deposit_lowers_shortfall = YesOrNo()
    source = Text(required=True)


class _Fee(StrictSchema):
    rate = Written(_SHARE_DECIMALS, at_most_one=True, required=True)
    minimum = _money()
    maximum = _money()


class _Fees(StrictSchema):
    buyer = Nested(_Fee)
    seller = Nested(_Fee)
    source = Text(required=True)


class _Restriction(StrictSchema):
    use = OneOf(*Restriction, required=True)
    source = Text(required=True)


class _Bids(StrictSchema):
    amend = YesOrNo()
    withdraw = YesOrNo()
    approved_need = YesOrNo()
    public_key = Text()
    source = Text(required=True)


_SupplyWithFrom = type("_SupplyWithFrom", (_Supply,), {"from": OneOf(*SupplyFrom, required=True)})


class _NoticeSchema(StrictSchema):
    code = Text(required=True)
    scheme = Text(required=True)
    asset = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    account = Text(required=True)
    cash_account = Text(required=True)
    supply = Nested(_SupplyWithFrom, required=True)
    rules = Nested(_Whatever, required=True)
    rules_source = Text(required=True)
    window = Nested(_Window, required=True)
    deposit = Nested(_Deposit, required=True)
    payment = Nested(_Payment, required=True)
    fees = Nested(_Fees, required=True)
    restriction = Nested(_Restriction, required=True)
    bids = Nested(_Bids, required=True)
    follows = Text()
