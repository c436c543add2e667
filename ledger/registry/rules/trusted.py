"""Trusted counterparties: who is trusted when, and how long an untrusted transfer waits.

An addition takes effect after a delay in working time, a removal at once; accounts of the same
holder and the authority's own accounts are trusted by themselves.  Knows no list in a database.
"""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from ledger.refusals import RefusalCode, Refused, ensure
from ledger.registry.rules.working_time import WorkingCalendar, execution_time

SOURCE = (
    "UK Emissions Trading Registry, trusted account list; Regulation (EU) 2019/1122, article 23"
)


class TrustCode(RefusalCode):
    """Why a transfer may not go to a receiver."""

    RECEIVER_NOT_TRUSTED = "receiver_not_trusted"


class TrustState(StrEnum):
    """Where an account stands on another's trusted list."""

    PENDING_ADDITION_APPROVAL = "pending_addition_approval"
    PENDING_ACTIVATION = "pending_activation"
    """Approved; it takes effect when the delay is over."""
    ACTIVE = "active"
    PENDING_REMOVAL_APPROVAL = "pending_removal_approval"
    """Still trusted: only the approval removes it."""
    REJECTED = "rejected"
    """Never added, or removed."""
    CANCELLED = "cancelled"
    """Withdrawn while it waited."""


@dataclass(frozen=True, slots=True)
class TrustedEntry:
    """An account on a trusted list; ``effective_at`` is set once the addition was approved."""

    state: TrustState
    effective_at: datetime | None = None


def addition_effective(
    approved: datetime, delay_minutes: int, calendar: WorkingCalendar
) -> datetime:
    """Give when an approved addition takes effect: as delays of transfers run, by its own delay."""
    return execution_time(approved, delay_minutes, calendar)


def addition_effective_on_day(
    proposed: datetime, working_days: int, clock: time, calendar: WorkingCalendar
) -> datetime:
    """Give when an addition takes effect by the article itself.

    At a clock time (12:00) of the ``working_days``-th working day (fourth; seventh for Kyoto person
    accounts, both settings) after the day of the proposal, whatever the hour of the proposal.
    """
    ensure(working_days > 0, "an addition waits at least a day")
    day = calendar.local(proposed).date()
    return calendar.at(calendar.working_day_after(day, working_days), clock)


def removal_effective(approved: datetime) -> datetime:
    """Give when a removal takes effect: at once, at any hour of any day."""
    return approved


def is_trusted(
    entry: TrustedEntry | None,
    instant: datetime,
    *,
    same_holder: bool = False,
    is_central: bool = False,
) -> bool:
    """Tell whether a receiver is trusted at an instant.

    ``same_holder``: both accounts are of one holder; ``is_central``: the authority's allocation or
    deletion account.  An addition counts from its very instant on, also before a scheduler has
    marked it active, and not before it although it is already marked.
    """
    if same_holder or is_central:
        return True
    if entry is None or entry.state not in _TRUSTED_STATES:
        return False
    if entry.effective_at is None:
        return entry.state is not TrustState.PENDING_ACTIVATION
    return instant >= entry.effective_at


def refuse_untrusted(*, trusted: bool, outside_list_allowed: bool, receiver: str) -> Refused | None:
    """Refuse a transfer outside the trusted list where the account does not allow any."""
    if trusted or outside_list_allowed:
        return None
    return Refused(TrustCode.RECEIVER_NOT_TRUSTED, {"receiver": receiver}, SOURCE)


def waiting_minutes(
    delay_minutes: int, *, kind_waits: bool, trusted: bool, receiver_is_government: bool
) -> int:
    """Give the delay of a transaction: none unless its kind waits and the receiver is untrusted.

    Transfers to accounts of the government never wait.
    """
    waits = kind_waits and not trusted and not receiver_is_government
    return delay_minutes if waits else 0


_TRUSTED_STATES = (
    TrustState.PENDING_ACTIVATION,
    TrustState.ACTIVE,
    TrustState.PENDING_REMOVAL_APPROVAL,
)
