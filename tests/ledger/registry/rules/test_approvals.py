"""Who must be second, in the fixed order of questions, and that it is another person."""

import pytest

from ledger.refusals import Refused
from ledger.registry.rules.approvals import (
    ApprovalCode,
    Circumstances,
    refuse_approver,
    refuse_without_second_person,
    second_person_needed,
)
from ledger.registry.rules.kinds import KINDS, Kind, SecondPerson, row_of

EASY = Circumstances(receiver_is_trusted=True)


def test_the_kind_decides_before_everything_else() -> None:
    harsh = Circumstances(True, True, False, True, True)
    assert not second_person_needed(SecondPerson.NEVER, harsh)
    assert second_person_needed(SecondPerson.ALWAYS, EASY)


def test_an_administrator_decides_before_the_accounts_flag() -> None:
    by_staff = Circumstances(by_administrator=True, receiver_is_trusted=True)
    assert second_person_needed(SecondPerson.BY_ACCOUNT_FLAG, by_staff)
    assert second_person_needed(SecondPerson.BY_TRUST, by_staff)


def test_the_accounts_flag_decides_before_government_and_trust() -> None:
    to_government = Circumstances(receiver_is_government=True, account_wants_second_person=True)
    assert not second_person_needed(SecondPerson.BY_ACCOUNT_FLAG, to_government)
    flagged = Circumstances(account_wants_second_for_surrender=True, receiver_is_trusted=True)
    assert second_person_needed(SecondPerson.BY_ACCOUNT_FLAG, flagged)


@pytest.mark.parametrize(
    ("asked", "needed"),
    [
        (EASY, False),
        (Circumstances(receiver_is_trusted=True, receiver_is_government=True), True),
        (Circumstances(receiver_is_trusted=True, account_wants_second_person=True), True),
        (Circumstances(receiver_is_trusted=False), True),
        (Circumstances(receiver_is_trusted=True, account_wants_second_for_surrender=True), False),
    ],
)
def test_a_transfer_goes_by_receiver_and_setting(asked: Circumstances, needed: bool) -> None:
    assert second_person_needed(SecondPerson.BY_TRUST, asked) is needed


def test_the_proposer_never_approves_however_the_name_is_written() -> None:
    for name in ("li", "LI", " li "):
        refused = refuse_approver("li", name)
        assert isinstance(refused, Refused)
        assert refused.code is ApprovalCode.APPROVER_MUST_DIFFER
    assert refuse_approver("li", "wang") is None


@pytest.mark.parametrize(
    ("approvers", "possible"),
    [((), False), (("li",), False), (("wang",), True), (("li", "wang"), True)],
)
def test_a_request_needs_somebody_else_who_could_approve(
    approvers: tuple[str, ...], possible: bool
) -> None:
    assert (refuse_without_second_person("li", frozenset(approvers)) is None) is possible


def test_every_kind_has_one_row_and_what_reverses_it_is_always_approved() -> None:
    assert [row.kind for row in KINDS] == list(Kind)
    reversing = [row.reversed_by for row in KINDS if row.reversed_by is not None]
    assert reversing == [Kind.REVERSE_ALLOCATION, Kind.REVERSE_SURRENDER, Kind.REVERSE_DELETION]
    assert {row_of(kind).second_person for kind in reversing} == {SecondPerson.ALWAYS}


def test_transfers_alone_wait_and_have_limits() -> None:
    assert [row.kind for row in KINDS if row.waits] == [Kind.TRANSFER]
    assert [row.kind for row in KINDS if row.is_limited] == [Kind.TRANSFER]
