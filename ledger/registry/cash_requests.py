"""Deposits and withdrawals: a clerk proposes with the bank's document, a second person decides.

A deposit posts when it is approved (bank to cash).  A withdrawal holds the money as soon as it is
proposed (cash to frozen), so that nobody can trade with it, and lets it go to the bank when it is
approved; turned down, it goes back to cash.  Proposals and decisions stay on record for good.
Knows no trade, and nothing of the bank's own statements.
"""

from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.entries import Entry, Posted, PostingCode, Transfer
from ledger.core.moves import AMOUNT_MAX, EntryKind
from ledger.core.posting import post
from ledger.core.reference_rows import draw_ids, insert_missing
from ledger.core.standing import standing_entries
from ledger.refusals import InvariantBroken, RefusalCode, Refused
from ledger.registry.cash import MoneyDesk, money_desk, usable_cash_account
from ledger.registry.cash_proposals import CashKind, CashRow, Outcome, find_cash
from ledger.registry.cash_tables import (
    ACTOR_LENGTH,
    DOCUMENT_LENGTH,
    REASON_LENGTH,
    bank_document,
    cash_decision,
    cash_proposal,
)
from ledger.units import Quantity

_SHOWN_MAX = 60
_UNIT = "CNY"


class CashCode(RefusalCode):
    """Why money is not proposed or decided on, in the order in which the rules are looked at.

    Those of accounts (unknown, closed, no cash account) come after the form, those of posting
    (not enough cash, a closed month) last.
    """

    CASH_ACTOR_MISSING = "cash_actor_missing"
    CASH_TEXT_UNREADABLE = "cash_text_unreadable"
    BANK_DOCUMENT_MISSING = "bank_document_missing"
    CASH_AMOUNT_ZERO = "cash_amount_zero"
    CASH_AMOUNT_TOO_LARGE = "cash_amount_too_large"
    BANK_DAY_IN_FUTURE = "bank_day_in_future"
    BANK_DOCUMENT_TAKEN = "bank_document_taken"
    WITHDRAWAL_ABOVE_CASH = "withdrawal_above_cash"
    CASH_PROPOSAL_UNKNOWN = "cash_proposal_unknown"
    CASH_APPROVED_BEFORE = "cash_approved_before"
    CASH_REJECTED_BEFORE = "cash_rejected_before"
    CASH_WITHDRAWN_BEFORE = "cash_withdrawn_before"
    CASH_APPROVER_PROPOSED_IT = "cash_approver_proposed_it"
    CASH_REASON_MISSING = "cash_reason_missing"


_DECIDED_CODES = {
    Outcome.APPROVED: CashCode.CASH_APPROVED_BEFORE,
    Outcome.REJECTED: CashCode.CASH_REJECTED_BEFORE,
    Outcome.WITHDRAWN: CashCode.CASH_WITHDRAWN_BEFORE,
}


@dataclass(frozen=True, slots=True)
class NewCash:
    """Money to propose: ``amount_fen`` in fen (1..10^15), by the bank's document of a day.

    ``bank_document`` has 1..64 signs, ``actor`` (the clerk) 1..200.
    """

    kind: CashKind
    account_id: int
    amount_fen: int
    bank_document: str
    bank_day: date
    actor: str


def propose_cash(session: Session, new: NewCash, now: Now) -> CashRow | Refused:
    """Put a deposit or withdrawal before a second person; a withdrawal holds its money now.

    Each document of the bank backs one proposal that waits or was approved, whoever asks at the
    same moment; it is free again once that was turned down, or its entry reversed.
    """
    refused = _refuse_form(new, now)
    if refused is not None:
        return refused
    desk = money_desk(session)
    found = usable_cash_account(session, desk, new.account_id)
    if isinstance(found, Refused):
        return found
    (number,) = draw_ids(session, cash_proposal, 1)
    refused = _take_document(session, new.bank_document.strip(), number)
    if refused is not None:
        return refused
    if new.kind is CashKind.WITHDRAW:
        # The money first: a proposal on record always has it.
        held = _post(session, _hold(desk, new, number, now), now)
        if isinstance(held, Refused):
            _give_document_back(session, number)
            return _in_yuan(held, found.number)
    session.execute(
        insert(cash_proposal).values(
            id=number,
            kind=new.kind.value,
            account_id=new.account_id,
            amount_fen=new.amount_fen,
            bank_document=new.bank_document.strip(),
            bank_day=new.bank_day,
            proposed_by=new.actor.strip(),
            proposed_at=now.instant,
        )
    )
    return _proposal_that_is_there(session, number)


def approve_cash(session: Session, proposal_id: int, actor: str, now: Now) -> CashRow | Refused:
    """Let the money in or out: a second person's act, posted at once and dated today.

    The same person asking again gets the same answer; whoever comes second is told who was first.
    """
    found = _open_proposal(session, proposal_id, actor, Outcome.APPROVED)
    if isinstance(found, Refused) or found.outcome is not None:
        return found
    if _is_same_person(actor, found.proposed_by):
        values = {"proposal": found.id, "actor": found.proposed_by}
        return Refused(CashCode.CASH_APPROVER_PROPOSED_IT, values)
    desk = money_desk(session)
    account_row = usable_cash_account(session, desk, found.account_id)
    if isinstance(account_row, Refused):
        return account_row
    done = _post(session, _settling(desk, found, actor, now), now)
    if isinstance(done, Refused):
        return done
    return _decide(session, found, Outcome.APPROVED, actor, "", now)


def turn_down_cash(
    session: Session, proposal_id: int, actor: str, reason: str, now: Now
) -> CashRow | Refused:
    """Turn a proposal down: *rejected* by another person, *withdrawn* by whoever proposed it.

    A withdrawal's money goes back to cash, and the bank's document may be used again.
    """
    if not reason.strip():
        return Refused(CashCode.CASH_REASON_MISSING, {"proposal": proposal_id})
    refused = _refuse_text(reason, REASON_LENGTH)
    if refused is not None:
        return refused
    found = _open_proposal(session, proposal_id, actor, Outcome.REJECTED, Outcome.WITHDRAWN)
    if isinstance(found, Refused) or found.outcome is not None:
        return found
    if found.kind is CashKind.WITHDRAW:
        freed = _post(session, _freeing(money_desk(session), found, actor, now), now)
        if isinstance(freed, Refused):
            return freed
    _give_document_back(session, found.id)
    own = _is_same_person(actor, found.proposed_by)
    outcome = Outcome.WITHDRAWN if own else Outcome.REJECTED
    return _decide(session, found, outcome, actor, reason, now)


def _refuse_form(new: NewCash, now: Now) -> Refused | None:
    refused = refuse_actor(new.actor)
    if refused is not None:
        return refused
    if not new.bank_document.strip():
        return Refused(CashCode.BANK_DOCUMENT_MISSING)
    refused = _refuse_text(new.bank_document, DOCUMENT_LENGTH)
    if refused is not None:
        return refused
    if new.amount_fen <= 0:
        return Refused(CashCode.CASH_AMOUNT_ZERO, {"document": new.bank_document})
    if new.amount_fen > AMOUNT_MAX:
        values = {"limit": Quantity(AMOUNT_MAX, _UNIT), "document": new.bank_document}
        return Refused(CashCode.CASH_AMOUNT_TOO_LARGE, values)
    if new.bank_day > now.today:
        return Refused(CashCode.BANK_DAY_IN_FUTURE, {"date": new.bank_day, "today": now.today})
    return None


def refuse_actor(actor: str) -> Refused | None:
    """Say why nobody can act under this name: it is empty, too long, or cannot be printed."""
    if not actor.strip():
        return Refused(CashCode.CASH_ACTOR_MISSING)
    return _refuse_text(actor, ACTOR_LENGTH)


def _refuse_text(text: str, limit: int) -> Refused | None:
    if len(text) <= limit and text.isprintable():
        return None
    return Refused(
        CashCode.CASH_TEXT_UNREADABLE, {"text": ascii(text)[:_SHOWN_MAX], "limit": limit}
    )


def _take_document(session: Session, number: str, proposal_id: int) -> Refused | None:
    row = {"id": proposal_id, "number": number}
    # Whoever takes the same document at the same moment waits here until the first is done.
    if insert_missing(session, bank_document, [row]):
        return None
    query = select(bank_document.c.id).where(bank_document.c.number == number)
    taken_by = session.scalar(query)
    if taken_by is not None and _was_reversed(session, taken_by):
        _give_document_back(session, taken_by)
        if insert_missing(session, bank_document, [row]):
            return None
        taken_by = session.scalar(query)
    return Refused(
        CashCode.BANK_DOCUMENT_TAKEN, {"document": number, "proposal": taken_by or proposal_id}
    )


def _was_reversed(session: Session, proposal_id: int) -> bool:
    key = f"cash:{proposal_id}"
    posted = standing_entries(session, [key]).get(key)
    return posted is not None and posted.reversed_by is not None


def _give_document_back(session: Session, proposal_id: int) -> None:
    session.execute(delete(bank_document).where(bank_document.c.id == proposal_id))


def _open_proposal(
    session: Session, proposal_id: int, actor: str, *wanted: Outcome
) -> CashRow | Refused:
    """Give a proposal alone to its decider; a decided one only to whoever decided just so."""
    refused = refuse_actor(actor)
    if refused is not None:
        return refused
    session.execute(
        select(cash_proposal.c.id).where(cash_proposal.c.id == proposal_id).with_for_update()
    )
    found = find_cash(session, proposal_id)
    if found is None:
        return Refused(CashCode.CASH_PROPOSAL_UNKNOWN, {"proposal": proposal_id})
    if found.outcome is None:
        return found
    if found.outcome in wanted and _is_same_person(actor, found.decided_by):
        return found
    values = {"proposal": found.id, "actor": found.decided_by, "time": found.decided_at}
    return Refused(_DECIDED_CODES[found.outcome], values)


def _is_same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: letter case, width and spaces tell nobody apart."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(normalize("NFKC", name).casefold().split())


def _hold(desk: MoneyDesk, new: NewCash, number: int, now: Now) -> Entry:
    ref = f"cash:{number}"
    leg = Transfer(desk.cash(new.account_id), desk.held(new.account_id, ref), new.amount_fen)
    return _entry(EntryKind.HOLD, f"{ref}:hold", leg, new.bank_document.strip(), new.actor, now)


def _in_yuan(held: Refused, account_number: str) -> Refused:
    if held.code is not PostingCode.CASH_TOO_SMALL:
        return held
    figures = {
        name: Quantity(int(str(held.values[name])), _UNIT) for name in ("available", "needed")
    }
    return Refused(CashCode.WITHDRAWAL_ABOVE_CASH, {"account": account_number, **figures})


def _settling(desk: MoneyDesk, found: CashRow, actor: str, now: Now) -> Entry:
    if found.kind is CashKind.DEPOSIT:
        leg = Transfer(desk.bank, desk.cash(found.account_id), found.amount_fen)
        kind = EntryKind.DEPOSIT
    else:
        held = desk.held(found.account_id, found.hold_ref)
        leg, kind = Transfer(held, desk.bank, found.amount_fen), EntryKind.WITHDRAW
    return _entry(kind, found.hold_ref, leg, found.bank_document, actor, now)


def _freeing(desk: MoneyDesk, found: CashRow, actor: str, now: Now) -> Entry:
    held = desk.held(found.account_id, found.hold_ref)
    leg = Transfer(held, desk.cash(found.account_id), found.amount_fen)
    key = f"{found.hold_ref}:release"
    return _entry(EntryKind.RELEASE, key, leg, found.bank_document, actor, now)


def _entry(kind: EntryKind, key: str, leg: Transfer, document: str, actor: str, now: Now) -> Entry:
    return Entry(
        kind=kind,
        key=key,
        business_date=now.today,
        transfers=(leg,),
        actor=actor.strip(),
        document=document,
        money_fen=leg.amount,
    )


def _post(session: Session, entry: Entry, now: Now) -> Posted | Refused:
    (answer,) = post(session, [entry], now)
    return answer


def _decide(
    session: Session, found: CashRow, outcome: Outcome, actor: str, reason: str, now: Now
) -> CashRow:
    session.execute(
        insert(cash_decision).values(
            proposal_id=found.id,
            outcome=outcome.value,
            decided_by=actor.strip(),
            decided_at=now.instant,
            reason=reason.strip(),
        )
    )
    return _proposal_that_is_there(session, found.id)


def _proposal_that_is_there(session: Session, proposal_id: int) -> CashRow:
    found = find_cash(session, proposal_id)
    if found is None:
        raise InvariantBroken(f"the proposal {proposal_id} was just written")
    return found
