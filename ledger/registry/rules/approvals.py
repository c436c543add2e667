"""Whether a second person must approve, and who that may be.

The order of the questions is fixed: the kind, an administrator who proposes, the account's flag for
surrenders and returns, a government receiver, then trust and the account's own setting.  Knows no
person's rights: who may approve at all is for the access rules; here only that it is another one.
"""

from dataclasses import dataclass

from ledger.refusals import RefusalCode, Refused
from ledger.registry.rules.kinds import SecondPerson

SOURCE = "UK Emissions Trading Registry, approval of transactions"


class ApprovalCode(RefusalCode):
    """Why somebody may not approve."""

    APPROVER_MUST_DIFFER = "approver_must_differ"
    NO_SECOND_PERSON_TO_APPROVE = "no_second_person_to_approve"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is asked about a proposal besides its kind."""

    by_administrator: bool = False
    receiver_is_government: bool = False
    receiver_is_trusted: bool = False
    account_wants_second_person: bool = False
    """The account's setting for transfers, to trusted receivers too."""
    account_wants_second_for_surrender: bool = False
    """The account's setting for surrenders and for returns of excess."""


def second_person_needed(rule: SecondPerson, asked: Circumstances) -> bool:
    """Tell whether a proposal needs a second person; the first question that decides is the answer."""
    if rule is not SecondPerson.BY_ACCOUNT_FLAG and rule is not SecondPerson.BY_TRUST:
        return rule is SecondPerson.ALWAYS
    if asked.by_administrator:
        return True
    if rule is SecondPerson.BY_ACCOUNT_FLAG:
        return asked.account_wants_second_for_surrender
    if asked.receiver_is_government:
        return True
    return not asked.receiver_is_trusted or asked.account_wants_second_person


def refuse_approver(proposed_by: str, approver: str) -> Refused | None:
    """Refuse the approval of whoever proposed it, administrators too; rejecting one's own is fine.

    Two spellings of one person's sign-in (case, outer blanks) are one person.
    """
    if _person(proposed_by) != _person(approver):
        return None
    return Refused(ApprovalCode.APPROVER_MUST_DIFFER, {"actor": approver}, SOURCE)


def refuse_without_second_person(proposed_by: str, approvers: frozenset[str]) -> Refused | None:
    """Refuse a proposal that nobody else could approve: it would only hold units until it expires."""
    if any(_person(approver) != _person(proposed_by) for approver in approvers):
        return None
    return Refused(ApprovalCode.NO_SECOND_PERSON_TO_APPROVE, {"actor": proposed_by}, SOURCE)


def _person(name: str) -> str:
    return name.strip().casefold()
