"""Proposed deposits and withdrawals as they stand, with what became of them.

Reads only; what may be proposed and decided is ``ledger.registry.cash_requests``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from ledger.core.tables import account
from ledger.registry.cash_tables import cash_decision, cash_proposal
from ledger.registry.tables import party

LIST_MAX = 1000


class CashKind(StrEnum):
    """Which way the money goes."""

    DEPOSIT = "deposit"
    WITHDRAW = "withdraw"


class Outcome(StrEnum):
    """What became of a proposal; ``withdrawn`` is turned down by whoever proposed it."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class CashRow:
    """A proposal as it stands; ``outcome`` and what follows it are empty while it waits."""

    id: int
    kind: CashKind
    account_id: int
    account_number: str
    party_name: str
    amount_fen: int
    bank_document: str
    bank_day: date
    proposed_by: str
    proposed_at: datetime
    outcome: Outcome | None
    decided_by: str
    decided_at: datetime | None
    reason: str

    @property
    def hold_ref(self) -> str:
        """The reference of the position that holds a withdrawal's money."""
        return f"cash:{self.id}"


def list_cash(
    session: Session, *, waiting_only: bool = False, account_id: int | None = None
) -> list[CashRow]:
    """Give the newest proposals, at most a thousand, newest first."""
    query = _proposals().order_by(cash_proposal.c.id.desc()).limit(LIST_MAX)
    if waiting_only:
        query = query.where(cash_decision.c.outcome.is_(None))
    if account_id is not None:
        query = query.where(cash_proposal.c.account_id == account_id)
    return [_row(row) for row in session.execute(query)]


def find_cash(session: Session, proposal_id: int) -> CashRow | None:
    """Give a proposal by its number."""
    row = session.execute(_proposals().where(cash_proposal.c.id == proposal_id)).one_or_none()
    return None if row is None else _row(row)


def _proposals() -> Select[Any]:
    return (
        select(
            cash_proposal.c.id,
            cash_proposal.c.kind,
            cash_proposal.c.account_id,
            account.c.number,
            party.c.name,
            cash_proposal.c.amount_fen,
            cash_proposal.c.bank_document,
            cash_proposal.c.bank_day,
            cash_proposal.c.proposed_by,
            cash_proposal.c.proposed_at,
            cash_decision.c.outcome,
            cash_decision.c.decided_by,
            cash_decision.c.decided_at,
            cash_decision.c.reason,
        )
        .join_from(cash_proposal, account, account.c.id == cash_proposal.c.account_id)
        .join(party, party.c.id == account.c.party_id)
        .outerjoin(cash_decision, cash_decision.c.proposal_id == cash_proposal.c.id)
    )


def _row(row: Row[Any]) -> CashRow:
    return CashRow(
        id=row.id,
        kind=CashKind(row.kind),
        account_id=row.account_id,
        account_number=row.number,
        party_name=row.name,
        amount_fen=row.amount_fen,
        bank_document=row.bank_document,
        bank_day=row.bank_day,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        decided_by=row.decided_by or "",
        decided_at=row.decided_at,
        reason=row.reason or "",
    )
