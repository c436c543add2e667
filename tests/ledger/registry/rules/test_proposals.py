"""The life of a request: every act in every stage."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.refusals import Refused
from ledger.registry.rules.approvals import ApprovalCode
from ledger.registry.rules.proposals import (
    Proposal,
    ProposalCode,
    Stage,
    approve,
    carry_out,
    expire,
    fail,
    propose,
    propose_without_approval,
    reject,
    withdraw,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=2)
END = NOON + timedelta(days=5)


def code(outcome: Any) -> Any:
    return outcome.code if isinstance(outcome, Refused) else outcome.stage


def made(outcome: Proposal | Refused) -> Proposal:
    assert isinstance(outcome, Proposal)
    return outcome


FILED = propose("li", NOON, expires_at=END)
APPROVED = made(approve(FILED, "wang", NOON, LATER))


def test_another_person_approves_and_it_waits_until_its_time() -> None:
    assert (APPROVED.stage, APPROVED.executes_at) == (Stage.WAITING, LATER)
    assert (
        code(carry_out(APPROVED, LATER - timedelta(seconds=1))) is ProposalCode.REQUEST_STILL_WAITS
    )
    assert code(carry_out(APPROVED, LATER)) is Stage.DONE


def test_the_proposer_may_reject_and_withdraw_but_not_approve() -> None:
    assert code(approve(FILED, "li", NOON, NOON)) is ApprovalCode.APPROVER_MUST_DIFFER
    assert code(reject(FILED, "li", "a slip", NOON)) is Stage.REJECTED
    assert code(withdraw(FILED, "li", NOON)) is Stage.WITHDRAWN
    assert code(withdraw(FILED, "wang", NOON)) is ProposalCode.ONLY_PROPOSER_WITHDRAWS


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_rejection_needs_a_reason(reason: str) -> None:
    assert code(reject(FILED, "wang", reason, NOON)) is ProposalCode.REJECTION_WITHOUT_REASON


def test_an_approval_comes_before_the_end_and_expiry_from_it_on() -> None:
    before = END - timedelta(seconds=1)
    assert code(approve(FILED, "wang", before, before)) is Stage.WAITING
    assert code(approve(FILED, "wang", END, END)) is ProposalCode.REQUEST_HAS_EXPIRED
    assert code(expire(FILED, before)) is ProposalCode.REQUEST_NOT_EXPIRED_YET
    assert code(expire(FILED, END)) is Stage.EXPIRED
    assert code(expire(propose("li", NOON), END)) is ProposalCode.REQUEST_NOT_EXPIRED_YET


def test_what_waits_can_be_stopped_but_neither_approved_again_nor_expired() -> None:
    assert code(reject(APPROVED, "wang", "seized", LATER)) is Stage.REJECTED
    assert code(withdraw(APPROVED, "li", LATER)) is Stage.WITHDRAWN
    assert code(approve(APPROVED, "zhao", LATER, LATER)) is ProposalCode.REQUEST_APPROVED_BEFORE
    assert code(expire(APPROVED, END)) is ProposalCode.REQUEST_APPROVED_BEFORE


def test_a_request_without_approval_waits_at_once() -> None:
    waiting = propose_without_approval("li", NOON, NOON)
    assert code(carry_out(waiting, NOON)) is Stage.DONE
    assert code(fail(waiting, "sender_suspended", NOON)) is Stage.FAILED


def test_what_is_not_approved_is_not_carried_out() -> None:
    assert code(carry_out(FILED, LATER)) is ProposalCode.REQUEST_NOT_APPROVED_YET


@pytest.mark.parametrize(
    "closed",
    [
        pytest.param(made(carry_out(APPROVED, LATER)), id="done"),
        pytest.param(made(reject(FILED, "wang", "no", NOON)), id="rejected"),
        pytest.param(made(withdraw(FILED, "li", NOON)), id="withdrawn"),
        pytest.param(made(expire(FILED, END)), id="expired"),
        pytest.param(made(fail(APPROVED, "x", LATER)), id="failed"),
    ],
)
def test_nothing_happens_to_what_is_closed(closed: Proposal) -> None:
    acts = (
        approve(closed, "zhao", END, END),
        reject(closed, "zhao", "late", END),
        withdraw(closed, "li", END),
        expire(closed, END),
        carry_out(closed, END),
        fail(closed, "x", END),
    )
    assert {code(act) for act in acts} == {ProposalCode.REQUEST_DECIDED_BEFORE}
    assert closed.stage.is_final


def test_all_that_is_closed_but_what_was_done_releases_what_it_held() -> None:
    releasing = {stage for stage in Stage if stage.releases}
    assert releasing == {Stage.REJECTED, Stage.WITHDRAWN, Stage.EXPIRED, Stage.FAILED}
