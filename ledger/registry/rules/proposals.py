"""The life of a request: proposed, approved by another person, waiting, carried out; or let go.

Pure: a request and an act come in, the request after it or a refusal goes out.  Knows who and when,
not what is requested: the units it holds are held by ``holds`` and released whenever
``Stage.releases`` says so.  All instants are aware.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ledger.refusals import RefusalCode, Refused, ensure
from ledger.registry.rules.approvals import refuse_approver

SOURCE = "UK Emissions Trading Registry, tasks and delayed transactions"


class ProposalCode(RefusalCode):
    """Why an act on a request is refused, in the order in which the rules are looked at."""

    REQUEST_DECIDED_BEFORE = "request_decided_before"
    REQUEST_APPROVED_BEFORE = "request_approved_before"
    REQUEST_HAS_EXPIRED = "request_has_expired"
    REJECTION_WITHOUT_REASON = "rejection_without_reason"
    ONLY_PROPOSER_WITHDRAWS = "only_proposer_withdraws"
    REQUEST_NOT_APPROVED_YET = "request_not_approved_yet"
    REQUEST_STILL_WAITS = "request_still_waits"
    REQUEST_NOT_EXPIRED_YET = "request_not_expired_yet"


class Stage(StrEnum):
    """Where a request stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    WAITING = "waiting"
    """Approved, or let through without approval; carried out when its time comes."""
    DONE = "done"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"
    """The checks, run again before it was carried out, refused it."""

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self not in (Stage.AWAITING_APPROVAL, Stage.WAITING)

    @property
    def releases(self) -> bool:
        """Whether what the request held goes back to where it came from."""
        return self.is_final and self is not Stage.DONE


@dataclass(frozen=True, slots=True)
class Proposal:
    """A request as it stands.

    ``expires_at``: an approval must come before this instant; ``executes_at``: known once the
    request waits, and the first instant at which it may be carried out.
    """

    stage: Stage
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    executes_at: datetime | None = None


def propose(proposed_by: str, at: datetime, *, expires_at: datetime | None = None) -> Proposal:
    """File a request that a second person must approve."""
    ensure(expires_at is None or expires_at > at, "a request expires after it was filed")
    return Proposal(Stage.AWAITING_APPROVAL, proposed_by, at, expires_at)


def propose_without_approval(proposed_by: str, at: datetime, executes_at: datetime) -> Proposal:
    """File a request that needs no second person; ``executes_at`` is ``at`` where nothing waits."""
    ensure(executes_at >= at, "nothing is carried out before it was asked for")
    return Proposal(Stage.WAITING, proposed_by, at, executes_at=executes_at)


def approve(
    proposal: Proposal, actor: str, at: datetime, executes_at: datetime
) -> Proposal | Refused:
    """Approve by another person; the request then waits until ``executes_at`` (``at``: no wait)."""
    ensure(executes_at >= at, "nothing is carried out before it was approved")
    if proposal.stage is Stage.WAITING:
        return Refused(ProposalCode.REQUEST_APPROVED_BEFORE, _decision(proposal), SOURCE)
    refused = (
        _refuse_final(proposal)
        or _refuse_expired(proposal, at)
        or refuse_approver(proposal.proposed_by, actor)
    )
    if refused is not None:
        return refused
    return replace(
        proposal, stage=Stage.WAITING, decided_by=actor, decided_at=at, executes_at=executes_at
    )


def reject(proposal: Proposal, actor: str, reason: str, at: datetime) -> Proposal | Refused:
    """Reject with a reason, one's own too; what waits after its approval can be stopped this way."""
    refused = _refuse_final(proposal)
    if refused is not None:
        return refused
    if not reason.strip():
        return Refused(ProposalCode.REJECTION_WITHOUT_REASON, {"actor": actor}, SOURCE)
    return _closed(proposal, Stage.REJECTED, actor, reason.strip(), at)


def withdraw(proposal: Proposal, actor: str, at: datetime) -> Proposal | Refused:
    """Take one's own request back, as long as it was not carried out."""
    refused = _refuse_final(proposal)
    if refused is not None:
        return refused
    # The same person is whom an approval would be refused to.
    if refuse_approver(proposal.proposed_by, actor) is None:
        values = {"actor": actor, "proposer": proposal.proposed_by}
        return Refused(ProposalCode.ONLY_PROPOSER_WITHDRAWS, values, SOURCE)
    return _closed(proposal, Stage.WITHDRAWN, actor, "", at)


def expire(proposal: Proposal, at: datetime) -> Proposal | Refused:
    """Let a request lapse that nobody approved in time; one that was approved never lapses."""
    if proposal.stage is Stage.WAITING:
        return Refused(ProposalCode.REQUEST_APPROVED_BEFORE, _decision(proposal), SOURCE)
    refused = _refuse_final(proposal)
    if refused is not None:
        return refused
    if proposal.expires_at is None or at < proposal.expires_at:
        return Refused(ProposalCode.REQUEST_NOT_EXPIRED_YET, {"at": at}, SOURCE)
    return _closed(proposal, Stage.EXPIRED, "", "", at)


def carry_out(proposal: Proposal, at: datetime) -> Proposal | Refused:
    """Carry out what was approved, from ``executes_at`` on; the caller has run the checks again."""
    refused = _refuse_not_due(proposal, at)
    return refused if refused is not None else replace(proposal, stage=Stage.DONE)


def fail(proposal: Proposal, reason: str, at: datetime) -> Proposal | Refused:
    """Close a due request because the checks, run again, refused it; ``reason`` is their code."""
    refused = _refuse_not_due(proposal, at)
    if refused is not None:
        return refused
    return replace(proposal, stage=Stage.FAILED, reason=reason)


def _refuse_not_due(proposal: Proposal, at: datetime) -> Refused | None:
    refused = _refuse_final(proposal)
    if refused is not None:
        return refused
    if proposal.executes_at is None:
        return Refused(ProposalCode.REQUEST_NOT_APPROVED_YET, {}, SOURCE)
    if at < proposal.executes_at:
        values = {"at": at, "executes_at": proposal.executes_at}
        return Refused(ProposalCode.REQUEST_STILL_WAITS, values, SOURCE)
    return None


def _refuse_final(proposal: Proposal) -> Refused | None:
    if not proposal.stage.is_final:
        return None
    return Refused(ProposalCode.REQUEST_DECIDED_BEFORE, _decision(proposal), SOURCE)


def _refuse_expired(proposal: Proposal, at: datetime) -> Refused | None:
    if proposal.expires_at is None or at < proposal.expires_at:
        return None
    values = {"at": at, "expires_at": proposal.expires_at}
    return Refused(ProposalCode.REQUEST_HAS_EXPIRED, values, SOURCE)


def _decision(proposal: Proposal) -> dict[str, object]:
    return {
        "stage": proposal.stage.value,
        "actor": proposal.decided_by or proposal.proposed_by,
        "at": proposal.decided_at or proposal.proposed_at,
    }


def _closed(proposal: Proposal, stage: Stage, actor: str, reason: str, at: datetime) -> Proposal:
    return replace(
        proposal, stage=stage, decided_by=actor, decided_at=at, reason=reason, executes_at=None
    )
