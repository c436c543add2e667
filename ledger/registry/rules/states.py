"""The states of an account and what each still permits: sending, receiving, changing state.

A restricted account may still surrender and return; a suspended one is still served by staff; a
closed one never.  Knows no account in a database.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.refusals import InvariantBroken, RefusalCode, Refused
from ledger.registry.rules.kinds import Kind, row_of

SOURCE = "UK Emissions Trading Registry, account states"


class StateCode(RefusalCode):
    """Why an account in its state may not take part, or may not change its state."""

    SENDER_CLOSED = "sender_closed"
    SENDER_SUSPENDED = "sender_suspended"
    SENDER_RESTRICTED = "sender_restricted"
    SENDER_TRANSFER_PENDING = "sender_transfer_pending"
    SENDER_ALL_RESTRICTED = "sender_all_restricted"
    DELETION_FROM_RESTRICTED = "deletion_from_restricted"
    RECEIVER_CLOSED = "receiver_closed"
    RECEIVER_SUSPENDED = "receiver_suspended"
    RECEIVER_TRANSFER_PENDING = "receiver_transfer_pending"
    RECEIVER_ALL_RESTRICTED = "receiver_all_restricted"
    ACCOUNT_STATE_MOVE_NOT_ALLOWED = "account_state_move_not_allowed"


class Standing(StrEnum):
    """The state of an account."""

    OPEN = "open"
    SOME_TRANSACTIONS_RESTRICTED = "some_transactions_restricted"
    ALL_TRANSACTIONS_RESTRICTED = "all_transactions_restricted"
    """Set by reconciliation alone: no action of staff leads in or out."""
    SUSPENDED_PARTIALLY = "suspended_partially"
    SUSPENDED = "suspended"
    TRANSFER_PENDING = "transfer_pending"
    CLOSURE_PENDING = "closure_pending"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class StandingRow:
    """What a state refuses, None where it permits.

    To a representative: ordinary kinds, and those of relief; to staff: deletions, and the others;
    ``receiving`` to both.  ``may_become`` are the states that staff may choose next.
    """

    standing: Standing
    representative: StateCode | None = None
    representative_relief: StateCode | None = None
    staff: StateCode | None = None
    staff_deletion: StateCode | None = None
    receiving: StateCode | None = None
    may_become: tuple[Standing, ...] = ()


STANDINGS: tuple[StandingRow, ...] = (
    StandingRow(
        Standing.OPEN,
        may_become=(
            Standing.SUSPENDED,
            Standing.SUSPENDED_PARTIALLY,
            Standing.SOME_TRANSACTIONS_RESTRICTED,
        ),
    ),
    StandingRow(
        Standing.SOME_TRANSACTIONS_RESTRICTED,
        representative=StateCode.SENDER_RESTRICTED,
        staff_deletion=StateCode.DELETION_FROM_RESTRICTED,
        may_become=(Standing.SUSPENDED, Standing.SUSPENDED_PARTIALLY, Standing.OPEN),
    ),
    StandingRow(
        Standing.ALL_TRANSACTIONS_RESTRICTED,
        representative=StateCode.SENDER_ALL_RESTRICTED,
        representative_relief=StateCode.SENDER_ALL_RESTRICTED,
        staff=StateCode.SENDER_ALL_RESTRICTED,
        staff_deletion=StateCode.SENDER_ALL_RESTRICTED,
        receiving=StateCode.RECEIVER_ALL_RESTRICTED,
    ),
    StandingRow(
        Standing.SUSPENDED_PARTIALLY,
        representative=StateCode.SENDER_SUSPENDED,
        representative_relief=StateCode.SENDER_SUSPENDED,
        may_become=(Standing.OPEN, Standing.SUSPENDED, Standing.SOME_TRANSACTIONS_RESTRICTED),
    ),
    StandingRow(
        Standing.SUSPENDED,
        representative=StateCode.SENDER_SUSPENDED,
        representative_relief=StateCode.SENDER_SUSPENDED,
        receiving=StateCode.RECEIVER_SUSPENDED,
        may_become=(
            Standing.OPEN,
            Standing.SUSPENDED_PARTIALLY,
            Standing.SOME_TRANSACTIONS_RESTRICTED,
        ),
    ),
    StandingRow(
        Standing.TRANSFER_PENDING,
        representative=StateCode.SENDER_TRANSFER_PENDING,
        representative_relief=StateCode.SENDER_TRANSFER_PENDING,
        receiving=StateCode.RECEIVER_TRANSFER_PENDING,
    ),
    StandingRow(
        Standing.CLOSURE_PENDING,
        representative=StateCode.SENDER_CLOSED,
        representative_relief=StateCode.SENDER_CLOSED,
        staff=StateCode.SENDER_CLOSED,
        staff_deletion=StateCode.SENDER_CLOSED,
        receiving=StateCode.RECEIVER_CLOSED,
    ),
    StandingRow(
        Standing.CLOSED,
        representative=StateCode.SENDER_CLOSED,
        representative_relief=StateCode.SENDER_CLOSED,
        staff=StateCode.SENDER_CLOSED,
        staff_deletion=StateCode.SENDER_CLOSED,
        receiving=StateCode.RECEIVER_CLOSED,
    ),
)


def refuse_sending(
    standing: Standing, kind: Kind, *, by_staff: bool, account: str
) -> Refused | None:
    """Refuse a transaction of a kind out of an account in a state."""
    row = _row(standing)
    if by_staff:
        code = row.staff_deletion if kind is Kind.DELETE else row.staff
    else:
        code = row.representative_relief if row_of(kind).is_relief else row.representative
    return None if code is None else Refused(code, {"account": account}, SOURCE)


def refuse_receiving(standing: Standing, *, account: str) -> Refused | None:
    """Refuse units into an account in a state."""
    code = _row(standing).receiving
    return None if code is None else Refused(code, {"account": account}, SOURCE)


def moves_from(standing: Standing) -> tuple[Standing, ...]:
    """Give the states that staff may choose next, in the order in which they are offered."""
    return _row(standing).may_become


def refuse_move(standing: Standing, wanted: Standing, *, account: str) -> Refused | None:
    """Refuse a change of state that is not in the graph; to the same state is one of these."""
    if wanted in moves_from(standing):
        return None
    values = {"account": account, "state": standing.value, "wanted": wanted.value}
    return Refused(StateCode.ACCOUNT_STATE_MOVE_NOT_ALLOWED, values, SOURCE)


def _row(standing: Standing) -> StandingRow:
    for row in STANDINGS:
        if row.standing is standing:
            return row
    raise InvariantBroken(f"{standing} has a row")
