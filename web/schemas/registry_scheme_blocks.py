"""The shape of the worked cases of whole schemes: California and China.

What a block expects stands in fields made by ``expectation`` and is not read.
"""

from web.schemas.auction_fields import Scaled
from web.schemas.fields import (
    AMOUNT_MAX,
    Amount,
    ListOf,
    Nested,
    StrictSchema,
    WholeNumber,
    Year,
)
from web.schemas.registry_fields import BlockSchema, Row, expectation

PRICE_DECIMALS = 2
"""Decimals of a price in yuan."""


class _HoldingLimitSchema(StrictSchema):
    base = Amount()
    budget = Amount(required=True)
    limit = expectation()
    rows = ListOf(Row(Amount(), Amount(), expected=1), load_default=())


class _LateSchema(StrictSchema):
    shortfall = Amount(required=True)
    duty = expectation()
    min_allowances = expectation()
    max_offsets = expectation()


class CaliforniaSchema(BlockSchema):
    """Holding limit, late surrender and offsets; a part that is left out is not asked."""

    holding_limit = Nested(_HoldingLimitSchema)
    late = Nested(_LateSchema)
    offset_cap = ListOf(Row(Year(), Amount(), expected=1))
    annual_share = expectation()
    cure_business_days = expectation()


class _UnsoldSchema(StrictSchema):
    holdings = Amount(required=True)
    carried = expectation()
    not_carried = expectation()


class _CarrySchema(_UnsoldSchema):
    net_sales = WholeNumber(minimum=-AMOUNT_MAX, maximum=AMOUNT_MAX, required=True)
    no_sales = Nested(_UnsoldSchema)


class _GapSchema(StrictSchema):
    allocation = Amount(required=True)
    emissions = Amount(required=True)
    duty = expectation()


class _BorrowSchema(StrictSchema):
    allocation = Amount(required=True)
    emissions = Amount(required=True)
    gap = expectation()
    max_borrow = expectation()


class _BandSchema(StrictSchema):
    last_close = Scaled(PRICE_DECIMALS, required=True, above_zero=True)
    listed = expectation()
    block_from_knowledge = expectation()


class ChinaSchema(BlockSchema):
    """Carry-over, duty, borrowing, bands and order size; a part that is left out is not asked."""

    carry = Nested(_CarrySchema)
    gap_cap = Nested(_GapSchema)
    borrow = Nested(_BorrowSchema)
    band = Nested(_BandSchema)
    listed_order_ok = ListOf(Row(Amount(), expected=1))
    same_day_resale = expectation()
    offset_cap_from_knowledge = expectation()
