"""Account states, reversals, returns, classes and closure."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.refusals import Refused
from ledger.registry.rules.check_numbers import CHECK_NUMBERS, check_number
from ledger.registry.rules.closure import ClosureCode, OpenDuties, refuse_closure
from ledger.registry.rules.figures import FIGURES, figure
from ledger.registry.rules.kinds import Kind
from ledger.registry.rules.limits import LimitCode
from ledger.registry.rules.returns import (
    AllocationClass,
    AllocationRow,
    ReturnCode,
    allocation_class,
    refuse_return,
)
from ledger.registry.rules.reversals import Original, ReversalCode, reversal_of
from ledger.registry.rules.states import (
    STANDINGS,
    Standing,
    StateCode,
    moves_from,
    refuse_move,
    refuse_receiving,
    refuse_sending,
)

DAY = date(2026, 3, 2)


def code(outcome: Any) -> Any:
    return outcome.code if isinstance(outcome, Refused) else outcome


def test_every_state_has_one_row_and_its_moves_stay_in_the_graph() -> None:
    assert [row.standing for row in STANDINGS] == list(Standing)
    movable = {standing for standing in Standing if moves_from(standing)}
    assert {wanted for one in movable for wanted in moves_from(one)} == movable
    assert Standing.ALL_TRANSACTIONS_RESTRICTED not in movable


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        (Kind.SURRENDER, None),
        (Kind.RETURN_EXCESS_ALLOCATION, None),
        (Kind.RETURN_EXCESS_AUCTION, None),
        (Kind.REVERSE_ALLOCATION, None),
        (Kind.TRANSFER, StateCode.SENDER_RESTRICTED),
        (Kind.DELETE, StateCode.SENDER_RESTRICTED),
    ],
)
def test_a_restricted_account_still_surrenders_and_returns(
    kind: Kind, refused: StateCode | None
) -> None:
    restricted = Standing.SOME_TRANSACTIONS_RESTRICTED
    assert code(refuse_sending(restricted, kind, by_staff=False, account="A")) is refused


def test_staff_serve_a_suspended_account_and_delete_from_no_restricted_one() -> None:
    for standing in (Standing.SUSPENDED, Standing.SUSPENDED_PARTIALLY, Standing.TRANSFER_PENDING):
        assert refuse_sending(standing, Kind.DELETE, by_staff=True, account="A") is None
    restricted = Standing.SOME_TRANSACTIONS_RESTRICTED
    assert refuse_sending(restricted, Kind.TRANSFER, by_staff=True, account="A") is None
    refused = refuse_sending(restricted, Kind.DELETE, by_staff=True, account="A")
    assert code(refused) is StateCode.DELETION_FROM_RESTRICTED


def test_nobody_is_served_at_a_closed_account() -> None:
    for standing in (Standing.CLOSED, Standing.CLOSURE_PENDING):
        for kind in Kind:
            for by_staff in (False, True):
                refused = refuse_sending(standing, kind, by_staff=by_staff, account="A")
                assert code(refused) is StateCode.SENDER_CLOSED
        assert code(refuse_receiving(standing, account="A")) is StateCode.RECEIVER_CLOSED


def test_a_move_outside_the_graph_and_one_to_the_same_state_are_refused() -> None:
    assert refuse_move(Standing.OPEN, Standing.SUSPENDED, account="A") is None
    for wanted in (Standing.OPEN, Standing.CLOSED, Standing.ALL_TRANSACTIONS_RESTRICTED):
        refused = refuse_move(Standing.OPEN, wanted, account="A")
        assert code(refused) is StateCode.ACCOUNT_STATE_MOVE_NOT_ALLOWED


@pytest.mark.parametrize(
    ("original", "days", "window", "expected"),
    [
        (Original(Kind.SURRENDER, DAY, False), 0, None, Kind.REVERSE_SURRENDER),
        (Original(Kind.DELETE, DAY, False), 400, None, Kind.REVERSE_DELETION),
        (Original(Kind.ALLOCATE, DAY, False), 14, 14, Kind.REVERSE_ALLOCATION),
        (Original(Kind.ALLOCATE, DAY, False), 15, 14, ReversalCode.REVERSAL_TOO_LATE),
        (Original(Kind.ALLOCATE, DAY, False), 1, 0, ReversalCode.REVERSAL_TOO_LATE),
        (Original(Kind.ALLOCATE, DAY, True), 15, 14, ReversalCode.REVERSED_BEFORE),
        (Original(Kind.ALLOCATE, None, True), 0, None, ReversalCode.ORIGINAL_NOT_CARRIED_OUT),
        (Original(Kind.TRANSFER, None, True), 0, None, ReversalCode.KIND_NOT_REVERSIBLE),
        (Original(Kind.REVERSE_SURRENDER, DAY, False), 0, None, ReversalCode.KIND_NOT_REVERSIBLE),
    ],
)
def test_listed_kinds_are_reversed_once_and_in_time(
    original: Original, days: int, window: int | None, expected: Any
) -> None:
    assert code(reversal_of(original, DAY + timedelta(days=days), window)) is expected


def test_no_more_than_the_excess_is_returned() -> None:
    row = AllocationRow(2021, 100, 150)
    assert refuse_return(row, 50, pending=False) is None
    assert code(refuse_return(row, 51, pending=False)) is ReturnCode.RETURN_ABOVE_EXCESS
    assert code(refuse_return(row, 50, pending=True)) is ReturnCode.RETURN_PENDING_ALREADY
    returned = AllocationRow(2021, 100, 150, returned=50)
    assert (returned.remaining, returned.most_returnable) == (0, 0)
    assert code(refuse_return(returned, 1, pending=False)) is ReturnCode.RETURN_ABOVE_EXCESS


def test_an_excluded_year_is_entitled_to_nothing() -> None:
    assert AllocationRow(2021, 100, 30, excluded=True).most_returnable == 30


NAT = (AllocationRow(2023, 100, 120, returned=20), AllocationRow(2026, 100, 60))


@pytest.mark.parametrize(
    ("new_entrants", "expected"),
    [
        (320, AllocationClass.UNDER_ALLOCATED),
        (340, AllocationClass.FULLY_ALLOCATED),
        (341, AllocationClass.OVER_ALLOCATED),
    ],
)
def test_the_class_sums_tables_and_years_up_to_now(
    new_entrants: int, expected: AllocationClass
) -> None:
    rows = (*NAT, AllocationRow(2026, 300, new_entrants), AllocationRow(2027, 999))
    assert allocation_class(rows, 2026) is expected


def test_nothing_due_is_no_class_and_all_returned_is_not_yet_allocated() -> None:
    assert allocation_class((), None) is None
    assert allocation_class((AllocationRow(2021, 0),), None) is None
    assert allocation_class((AllocationRow(2021, 9, excluded=True),), None) is None
    back = AllocationRow(2021, 9, 9, returned=4, reversed_=5)
    assert allocation_class((back,), None) is AllocationClass.NOT_YET_ALLOCATED


def test_closure_names_every_open_duty() -> None:
    assert refuse_closure(OpenDuties("A"), 2026) == ()
    done = OpenDuties("A", reports_use=True, last_year=2026)
    assert refuse_closure(done, 2026) == ()
    open_everywhere = OpenDuties("A", 1, 1, 1, True, 2027, (2024, 2025), True, 1)
    found = [refused.code for refused in refuse_closure(open_everywhere, 2026)]
    assert found == [one for one in ClosureCode if one is not ClosureCode.CLOSURE_WITHOUT_LAST_YEAR]
    (refused,) = refuse_closure(OpenDuties("A", reports_use=True), 2026)
    assert refused.code is ClosureCode.CLOSURE_WITHOUT_LAST_YEAR


def test_no_number_serves_two_rules() -> None:
    numbers = [number for _, number in CHECK_NUMBERS]
    assert len(set(numbers)) == len(numbers) == len(dict(CHECK_NUMBERS))
    assert check_number(LimitCode.TRANSFER_ABOVE_LIMIT) is None


def test_every_figure_is_dated_and_names_its_source() -> None:
    assert len({(one.key, one.valid_from) for one in FIGURES}) == len(FIGURES)
    assert [one.key for one in FIGURES if not one.source.strip()] == []
    assert figure("offset_share", date(2020, 12, 31)).value * 100 == 8
    assert figure("offset_share", date(2021, 1, 1)).value * 100 == 4
    assert figure("offset_share", date(2025, 12, 31)).value * 100 == 4
    assert figure("offset_share", date(2026, 1, 1)).value * 100 == 6
