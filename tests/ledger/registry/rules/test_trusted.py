"""Trusted counterparties: from when, and how long an untrusted transfer waits."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger.refusals import Refused
from ledger.registry.rules.trusted import (
    TrustCode,
    TrustedEntry,
    TrustState,
    addition_effective,
    addition_effective_on_day,
    is_trusted,
    refuse_untrusted,
    removal_effective,
    waiting_minutes,
)
from ledger.registry.rules.working_time import WorkingCalendar

ZONE = ZoneInfo("Europe/Brussels")
CALENDAR = WorkingCalendar(ZONE, time(10), time(16), frozenset(range(1, 6)))
THURSDAY = datetime(2024, 2, 1, 11, 30, tzinfo=ZONE)
DAY = 24 * 60


@pytest.mark.parametrize(
    ("approved", "effective"),
    [
        ("2024-02-01 11:30", "2024-02-07 11:30"),
        ("2024-02-03 12:00", "2024-02-09 10:00"),
        ("2024-02-05 19:00", "2024-02-12 10:00"),
    ],
)
def test_an_addition_takes_four_working_days_of_the_register(approved: str, effective: str) -> None:
    found = addition_effective(
        datetime.fromisoformat(approved).replace(tzinfo=ZONE), 4 * DAY, CALENDAR
    )
    assert found == datetime.fromisoformat(effective).replace(tzinfo=ZONE)


def test_by_the_article_it_is_noon_of_the_fourth_working_day_whatever_the_hour() -> None:
    for hour in (0, 11, 23):
        found = addition_effective_on_day(THURSDAY.replace(hour=hour), 4, time(12), CALENDAR)
        assert found == datetime(2024, 2, 7, 12, tzinfo=ZONE)


def test_a_removal_is_at_once_on_a_sunday_too() -> None:
    sunday = datetime(2024, 2, 4, 3, 0, tzinfo=ZONE)
    assert removal_effective(sunday) == sunday


def test_an_addition_counts_from_its_very_instant() -> None:
    entry = TrustedEntry(TrustState.PENDING_ACTIVATION, THURSDAY)
    assert not is_trusted(entry, THURSDAY - timedelta(seconds=1))
    assert is_trusted(entry, THURSDAY)


@pytest.mark.parametrize(
    ("state", "trusted"),
    [
        (TrustState.PENDING_ADDITION_APPROVAL, False),
        (TrustState.PENDING_ACTIVATION, False),
        (TrustState.ACTIVE, True),
        (TrustState.PENDING_REMOVAL_APPROVAL, True),
        (TrustState.REJECTED, False),
        (TrustState.CANCELLED, False),
    ],
)
def test_each_state_is_trusted_or_not(state: TrustState, trusted: bool) -> None:
    assert is_trusted(TrustedEntry(state), THURSDAY) is trusted


def test_a_removal_asked_for_before_the_addition_counts_does_not_make_it_count() -> None:
    entry = TrustedEntry(TrustState.PENDING_REMOVAL_APPROVAL, THURSDAY)
    assert not is_trusted(entry, THURSDAY - timedelta(days=1))


def test_one_holder_and_the_authority_are_trusted_without_an_entry() -> None:
    assert not is_trusted(None, THURSDAY)
    assert is_trusted(None, THURSDAY, same_holder=True)
    assert is_trusted(TrustedEntry(TrustState.REJECTED), THURSDAY, is_central=True)


def test_a_receiver_outside_the_list_is_refused_where_the_account_says_so() -> None:
    refused = refuse_untrusted(trusted=False, outside_list_allowed=False, receiver="R")
    assert isinstance(refused, Refused)
    assert refused.code is TrustCode.RECEIVER_NOT_TRUSTED
    assert refuse_untrusted(trusted=True, outside_list_allowed=False, receiver="R") is None
    assert refuse_untrusted(trusted=False, outside_list_allowed=True, receiver="R") is None


@pytest.mark.parametrize(
    ("waits", "trusted", "government", "minutes"),
    [
        (True, False, False, 26 * 60),
        (True, True, False, 0),
        (True, False, True, 0),
        (False, False, False, 0),
    ],
)
def test_only_untrusted_transfers_to_users_wait(
    waits: bool, trusted: bool, government: bool, minutes: int
) -> None:
    found = waiting_minutes(
        26 * 60, kind_waits=waits, trusted=trusted, receiver_is_government=government
    )
    assert found == minutes
