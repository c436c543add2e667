"""The shape of each block of the registry's worked cases, by ``fn``.

What a block expects stands in fields made by ``expectation`` and is not read.  Knows shapes; what
comes of them is decided by the rules.
"""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from ledger.refusals import RefusalCode, Refused
from ledger.registry.rules.kinds import Kind
from ledger.registry.rules.states import Standing
from ledger.registry.rules.trusted import TrustState
from web.schemas.auction_fields import MapOf, Scaled, Text, YesOrNo
from web.schemas.faults import ShapeCode
from web.schemas.fields import (
    AMOUNT_MAX,
    Amount,
    ListOf,
    Nested,
    OneOf,
    StrictSchema,
    WholeNumber,
    Year,
)
from web.schemas.registry_fields import (
    DELAY_MINUTES_MAX,
    Clock,
    Day,
    LocalMoment,
    MomentOrDay,
    Row,
    RowOrObject,
    Zone,
    amount,
    expectation,
    yes_or_no,
)

STATE_NAMES = tuple(standing.name for standing in Standing)
TRUST_NAMES = tuple(state.name for state in TrustState)
PRICE_DECIMALS = 2
AFTER_RETURN = re.compile(r"after_([1-9][0-9]{0,17})")
_WORKING_DAYS_MAX = DELAY_MINUTES_MAX // (24 * 60)
_DAYS_MAX = 36_600
_MISSING: dict[str, str | list[Any] | dict[Any, Any]] = {"required": ShapeCode.KEY_MISSING}


class RegistryBlockCode(RefusalCode):
    """Why a block of the registry's cases cannot be played."""

    WINDOW_NOT_IN_ORDER = "window_not_in_order"
    WEEK_WITHOUT_WORKING_DAY = "week_without_working_day"
    DELAY_NOT_GIVEN = "delay_not_given"
    TRUST_WITHOUT_TIME_OR_STATE = "trust_without_time_or_state"
    MORE_CAME_BACK_THAN_ALLOCATED = "more_came_back_than_allocated"
    CAP_NOT_GIVEN = "cap_not_given"
    START_WITHOUT_QUANTITY = "start_without_quantity"


def _refuse(key: str, code: RefusalCode, **values: object) -> ValidationError:
    return ValidationError({key: [Refused(code, values)]})


def _delay(**options: Any) -> WholeNumber:
    return WholeNumber(minimum=0, maximum=DELAY_MINUTES_MAX, **options)


def _working_days() -> WholeNumber:
    return WholeNumber(minimum=1, maximum=_WORKING_DAYS_MAX)


def _kind(**options: Any) -> OneOf:
    return OneOf(*Kind, **options)


class _BlockSchema(StrictSchema):
    fn = expectation()
    note = expectation()


class _CalendarSchema(_BlockSchema):
    window = Row(Clock(), Clock())
    zone = Zone()
    holidays = ListOf(Day())
    extra_days = ListOf(Day())
    weekdays = ListOf(WholeNumber(minimum=1, maximum=7))

    @validates_schema
    def _has_hours(self, block: dict[str, Any], **options: Any) -> None:
        window = block.get("window")
        if window is not None and window[0] >= window[1]:
            values = {"opens": f"{window[0]:%H:%M}", "closes": f"{window[1]:%H:%M}"}
            raise _refuse("window", RegistryBlockCode.WINDOW_NOT_IN_ORDER, **values)
        if block.get("weekdays") == []:
            raise _refuse("weekdays", RegistryBlockCode.WEEK_WITHOUT_WORKING_DAY)


class _DelayedSchema(StrictSchema):
    approved = LocalMoment(required=True)
    delay_min = _delay()
    trusted = YesOrNo()
    clock_start = expectation()
    executes = expectation()

    @validates_schema
    def _has_delay(self, row: dict[str, Any], **options: Any) -> None:
        if "delay_min" not in row and "trusted" not in row:
            raise _refuse("delay_min", RegistryBlockCode.DELAY_NOT_GIVEN)


class _ExecutionSchema(_CalendarSchema):
    rows = ListOf(Nested(_DelayedSchema), required=True)


class _TrustSchema(StrictSchema):
    approved = MomentOrDay()
    proposed = MomentOrDay()
    delay_min = _delay()
    working_days = _working_days()
    kyoto_person = yes_or_no()
    at_clock = Clock()
    action = OneOf("add", "remove", load_default="add")
    state = OneOf(*TRUST_NAMES)
    asked = LocalMoment()
    same_holder = yes_or_no()
    central = yes_or_no()
    effective = expectation()

    @validates_schema
    def _has_time(self, row: dict[str, Any], **options: Any) -> None:
        by_itself = row["same_holder"] or row["central"]
        if not by_itself and not {"approved", "proposed", "state"} & row.keys():
            raise _refuse("approved", RegistryBlockCode.TRUST_WITHOUT_TIME_OR_STATE)


class _TrustedSchema(_CalendarSchema):
    delay_min = _delay()
    working_days = _working_days()
    rows = ListOf(Nested(_TrustSchema), required=True)


class _ApprovalSchema(StrictSchema):
    type = _kind(required=True)
    proposer = OneOf("ar", "admin", "authority", "system", load_default="ar")
    receiver = OneOf("government", "user", load_default="user")
    trusted = yes_or_no()
    two_ar_rule = yes_or_no()
    account_requires_second_for_surrender = yes_or_no()
    needed = expectation()


class _ApprovalsSchema(_BlockSchema):
    rows = ListOf(Nested(_ApprovalSchema), required=True)
    and_ = fields.Raw(data_key="and", allow_none=True)


class _LimitedSchema(StrictSchema):
    type = _kind(load_default=Kind.TRANSFER.value)
    quantity = Amount(required=True)
    trusted = yes_or_no()
    system = amount()
    unit = amount()
    zone = amount()
    account = amount()
    limit = expectation()
    allowed = expectation()


class _LimitsSchema(_BlockSchema):
    system = amount()
    unit = amount()
    zone = amount()
    account = amount()
    rows = ListOf(RowOrObject(Row(Amount(), expected=1), _LimitedSchema), required=True)


class _QuantitySchema(StrictSchema):
    quantity = fields.Raw(required=True, allow_none=True, error_messages=_MISSING)
    available = amount()
    outcome = expectation()


class _QuantitiesSchema(_BlockSchema):
    available = amount()
    rows = ListOf(
        RowOrObject(Row(fields.Raw(allow_none=True), expected=1), _QuantitySchema), required=True
    )


class _NumberSchema(StrictSchema):
    full = Text(required=True)
    digits = expectation()


class _NumbersSchema(_BlockSchema):
    rows = ListOf(Nested(_NumberSchema), load_default=())
    bad = ListOf(Text(), load_default=())


class _CapSchema(_BlockSchema):
    year_caps = MapOf(Amount())
    phase_cap = amount()
    total = expectation()
    columns = expectation()
    steps = ListOf(
        Row(OneOf("propose", "approve", "reject", "withdraw", "expire"), Amount(), expected=2),
        required=True,
    )

    @validates_schema
    def _has_cap(self, block: dict[str, Any], **options: Any) -> None:
        if block["phase_cap"] is None and "year_caps" not in block:
            raise _refuse("phase_cap", RegistryBlockCode.CAP_NOT_GIVEN)


class _FlowSchema(StrictSchema):
    kind = _kind(required=True)
    start = Row(Amount(), Amount(), required=True)
    qty = Amount(required=True)
    outcome = expectation()
    after_propose = expectation()
    after_approve = expectation()
    after_reject = expectation()
    after_withdraw = expectation()
    after_expire = expectation()


class _FlowsSchema(_BlockSchema):
    runs = ListOf(Nested(_FlowSchema), required=True)


class _ReversalSchema(StrictSchema):
    type = _kind(required=True)
    reversed = yes_or_no()
    completed = YesOrNo(load_default=True)
    days_ago = WholeNumber(minimum=0, maximum=_DAYS_MAX, load_default=0)
    window_days = WholeNumber(minimum=0, maximum=_DAYS_MAX, load_default=None, allow_none=True)
    start = Row(Amount(), Amount(), required=False)
    qty = Amount()
    outcome = expectation()
    by = expectation()
    after = expectation()

    @validates_schema
    def _moves_units(self, row: dict[str, Any], **options: Any) -> None:
        if ("start" in row) != ("qty" in row):
            raise _refuse("qty", RegistryBlockCode.START_WITHOUT_QUANTITY)


class _ReversalsSchema(_BlockSchema):
    rows = ListOf(Nested(_ReversalSchema), required=True)


class _AllocationSchema(StrictSchema):
    entitlement = Amount(required=True)
    allocated = Amount(load_default=0)
    returned = Amount(load_default=0)
    reversed = Amount(load_default=0)
    excluded = yes_or_no()

    @validates_schema
    def _comes_back(self, row: dict[str, Any], **options: Any) -> None:
        back = row["returned"] + row["reversed"]
        if back > row["allocated"]:
            values = {"returned": back, "allocated": row["allocated"]}
            raise _refuse("returned", RegistryBlockCode.MORE_CAME_BACK_THAN_ALLOCATED, **values)


class _AfterReturnSchema(StrictSchema):
    remaining = expectation()
    account = Row(Amount(), expected=1, required=False)
    allocation_account = Row(Amount(), expected=1, required=False)


class _ReturnSchema(_BlockSchema, _AllocationSchema):
    max = expectation()
    rows = ListOf(Row(Amount(), expected=1), load_default=())
    pending_same_year_and_table = expectation()


class _TableYearSchema(_AllocationSchema):
    year = Year(load_default=None, allow_none=True)
    table = Text()


class _ClassSchema(_AllocationSchema):
    entitlement = Amount(load_default=0)
    tables = ListOf(Nested(_TableYearSchema))
    current_year = Year(load_default=None, allow_none=True)
    remaining = expectation()
    class_ = fields.Raw(data_key="class", allow_none=True)


class _ClassesSchema(_BlockSchema):
    rows = ListOf(RowOrObject(Row(Amount(), Amount(), expected=1), _ClassSchema), required=True)


class _StatesSchema(_BlockSchema):
    rows = ListOf(Row(OneOf(*STATE_NAMES), expected=3), load_default=())
    moves = MapOf(expectation())


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


class _CaliforniaSchema(_BlockSchema):
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


class _ChinaSchema(_BlockSchema):
    carry = Nested(_CarrySchema)
    gap_cap = Nested(_GapSchema)
    borrow = Nested(_BorrowSchema)
    band = Nested(_BandSchema)
    listed_order_ok = ListOf(Row(Amount(), expected=1))
    same_day_resale = expectation()
    offset_cap_from_knowledge = expectation()


SCHEMAS: tuple[tuple[str, type[StrictSchema]], ...] = (
    ("execution_time", _ExecutionSchema),
    ("trusted_account_effective", _TrustedSchema),
    ("second_approval_needed", _ApprovalsSchema),
    ("transfer_limit", _LimitsSchema),
    ("validate_quantity", _QuantitiesSchema),
    ("check_digits", _NumbersSchema),
    ("cap", _CapSchema),
    ("proposal_flow", _FlowsSchema),
    ("reverse", _ReversalsSchema),
    ("return_excess", _ReturnSchema),
    ("allocation_class", _ClassesSchema),
    ("account_state", _StatesSchema),
    ("california", _CaliforniaSchema),
    ("china", _ChinaSchema),
)


def schema_of(fn: str, written: Mapping[str, Any]) -> type[StrictSchema]:
    """Give the shape of a block; ``fn`` is one of ``SCHEMAS``."""
    schema = dict(SCHEMAS)[fn]
    if schema is not _ReturnSchema:
        return schema
    # ``after_50``: the key itself names the quantity.
    after = {key: Nested(_AfterReturnSchema) for key in written if AFTER_RETURN.fullmatch(key)}
    return type("_ReturnSchemaWithAfter", (_ReturnSchema,), after)
