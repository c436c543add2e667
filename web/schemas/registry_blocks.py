"""The shape of each block of the registry's worked cases, by ``fn``.

What a block expects stands in fields made by ``expectation`` and is not read.  Knows shapes; what
comes of them is decided by the rules.
"""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from ledger.refusals import RefusalCode, Refused
from ledger.registry.rules.kinds import Kind
from ledger.registry.rules.states import Standing
from ledger.registry.rules.trusted import TrustState
from web.schemas.auction_fields import MapOf, Text, YesOrNo
from web.schemas.faults import ShapeCode
from web.schemas.fields import (
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
    BlockSchema,
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
from web.schemas.registry_scheme_blocks import CaliforniaSchema, ChinaSchema

STATE_NAMES = tuple(standing.name for standing in Standing)
TRUST_NAMES = tuple(state.name for state in TrustState)
OTHER_KIND_NAMES = (
    ("allocation", Kind.ALLOCATE),
    ("balance_installation", Kind.BALANCE_INSTALLATION_TRANSFER),
    ("closure", Kind.CLOSURE_TRANSFER),
    ("deletion", Kind.DELETE),
    ("inbound", Kind.INBOUND_TRANSFER),
    ("return_excess", Kind.RETURN_EXCESS_ALLOCATION),
    ("reverse_delete", Kind.REVERSE_DELETION),
    ("to_auction_delivery", Kind.AUCTION_DELIVERY),
)
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


class _KindName(OneOf):
    """A kind of transaction by its name, or by another that the cases give it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(*Kind, *(name for name, _ in OTHER_KIND_NAMES), **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        name = super()._deserialize(value, attr, data, **options)
        return dict(OTHER_KIND_NAMES).get(name) or Kind(name)


class _CalendarSchema(BlockSchema):
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
    type = _KindName(required=True)
    proposer = OneOf("ar", "admin", "authority", "system", load_default="ar")
    receiver = OneOf("government", "user", load_default="user")
    trusted = yes_or_no()
    two_ar_rule = yes_or_no()
    account_requires_second_for_surrender = yes_or_no()
    needed = expectation()


class _ApprovalsSchema(BlockSchema):
    rows = ListOf(Nested(_ApprovalSchema), required=True)
    and_ = fields.Raw(data_key="and", allow_none=True)


class _LimitNamesSchema(StrictSchema):
    """The four limits; the first and the third also by the names of the Union Registry."""

    system = amount()
    central = amount()
    unit = amount()
    zone = amount()
    country = amount()
    account = amount()

    @post_load
    def _by_our_names(self, read: dict[str, Any], **options: Any) -> dict[str, Any]:
        for other, ours in (("central", "system"), ("country", "zone")):
            given = read.pop(other)
            if read[ours] is None:
                read[ours] = given
        return read


class _LimitedSchema(_LimitNamesSchema):
    type = _KindName(load_default=Kind.TRANSFER)
    quantity = Amount(required=True)
    trusted = yes_or_no()
    limit = expectation()
    allowed = expectation()


class _LimitsSchema(BlockSchema, _LimitNamesSchema):
    rows = ListOf(RowOrObject(Row(Amount(), expected=1), _LimitedSchema), required=True)


class _QuantitySchema(StrictSchema):
    quantity = fields.Raw(required=True, allow_none=True, error_messages=_MISSING)
    available = amount()
    outcome = expectation()


class _QuantitiesSchema(BlockSchema):
    available = amount()
    rows = ListOf(
        RowOrObject(Row(fields.Raw(allow_none=True), expected=1), _QuantitySchema), required=True
    )


class _NumberSchema(StrictSchema):
    full = Text(required=True)
    digits = expectation()


class _NumbersSchema(BlockSchema):
    rows = ListOf(Nested(_NumberSchema), load_default=())
    bad = ListOf(Text(), load_default=())


class _CapSchema(BlockSchema):
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
    kind = _KindName(required=True)
    start = Row(Amount(), Amount(), required=True)
    qty = Amount(required=True)
    outcome = expectation()
    after_propose = expectation()
    after_approve = expectation()
    after_reject = expectation()
    after_withdraw = expectation()
    after_expire = expectation()


class _FlowsSchema(BlockSchema):
    runs = ListOf(Nested(_FlowSchema), required=True)


class _ReversalSchema(StrictSchema):
    type = _KindName(required=True)
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


class _ReversalsSchema(BlockSchema):
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


class _ReturnSchema(BlockSchema, _AllocationSchema):
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


class _ClassesSchema(BlockSchema):
    rows = ListOf(RowOrObject(Row(Amount(), Amount(), expected=1), _ClassSchema), required=True)


class _StatesSchema(BlockSchema):
    rows = ListOf(Row(OneOf(*STATE_NAMES), expected=3), load_default=())
    moves = Nested(
        StrictSchema.from_dict({name: expectation() for name in STATE_NAMES}), allow_none=True
    )


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
    ("california", CaliforniaSchema),
    ("china", ChinaSchema),
)


def schema_of(fn: str, written: Mapping[str, Any]) -> type[StrictSchema]:
    """Give the shape of a block; ``fn`` is one of ``SCHEMAS``."""
    schema = dict(SCHEMAS)[fn]
    if schema is not _ReturnSchema:
        return schema
    # ``after_50``: the key itself names the quantity.
    after = {
        key: Nested(_AfterReturnSchema, allow_none=True)
        for key in written
        if AFTER_RETURN.fullmatch(key)
    }
    return type("_ReturnSchemaWithAfter", (_ReturnSchema,), after)
