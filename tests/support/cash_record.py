"""Two invented parties with cash accounts, and short words for what clerks do with money."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.clock import now_at
from ledger.core.database import run
from ledger.refusals import Refused
from ledger.registry.cash import MoneyDesk, money_desk, open_cash_account
from ledger.registry.cash_proposals import CashKind, CashRow
from ledger.registry.cash_requests import NewCash, approve_cash, propose_cash, turn_down_cash
from ledger.registry.parties import NewParty, PartyKind, register_parties
from tests.support.small_record import balances

NOVEMBER_20 = now_at(datetime(2026, 11, 20, 4, tzinfo=UTC))
BANK_DAY = date(2026, 11, 19)
CLERK, SECOND = "示例经办甲", "示例复核乙"


@dataclass(frozen=True, slots=True)
class CashRecord:
    """A database with money in it: the desk, and two parties with an account each."""

    engine: Engine
    desk: MoneyDesk
    parties: tuple[int, int]
    accounts: tuple[int, int]
    numbers: tuple[str, str]

    def do(self, work: Callable[[Session], CashRow | Refused]) -> CashRow | Refused:
        """Run one act in a transaction of its own."""
        return run(self.engine, work)

    def propose(
        self, kind: CashKind, who: int, fen: int, document: str, actor: str = CLERK
    ) -> CashRow | Refused:
        """Propose a deposit or a withdrawal for one of the two."""
        new = NewCash(kind, self.accounts[who], fen, document, BANK_DAY, actor)
        return self.do(lambda session: propose_cash(session, new, NOVEMBER_20))

    def approve(self, proposal: int, actor: str = SECOND) -> CashRow | Refused:
        """Approve a proposal."""
        return self.do(lambda session: approve_cash(session, proposal, actor, NOVEMBER_20))

    def turn_down(self, proposal: int, actor: str = SECOND) -> CashRow | Refused:
        """Turn a proposal down."""
        return self.do(
            lambda session: turn_down_cash(session, proposal, actor, "凭证不符", NOVEMBER_20)
        )

    def moved(self, kind: CashKind, who: int, fen: int, document: str) -> CashRow:
        """Propose and approve."""
        return row_of(self.approve(row_of(self.propose(kind, who, fen, document)).id))

    def cash(self, who: int) -> int:
        """What one of the two may spend, in fen."""
        return balances(self.engine, self.desk.cash(self.accounts[who]))[0]

    def held(self, who: int, proposal: int) -> int:
        """What is held for a withdrawal, in fen."""
        return balances(self.engine, self.desk.held(self.accounts[who], f"cash:{proposal}"))[0]

    def bank(self) -> int:
        """What lies at the bank, in fen."""
        return -balances(self.engine, self.desk.bank)[0]


def make_cash_record(engine: Engine) -> CashRecord:
    """Register two parties and open their cash accounts."""

    def work(session: Session) -> CashRecord:
        names = ("示例化工有限公司", "示例热电有限公司")
        made = register_parties(
            session, [NewParty(PartyKind.ENTERPRISE, name, demonstration=True) for name in names]
        )
        parties = [one for one in made if not isinstance(one, Refused)]
        opened = [open_cash_account(session, party, NOVEMBER_20) for party in parties]
        accounts = [one for one in opened if not isinstance(one, Refused)]
        return CashRecord(
            engine,
            money_desk(session),
            (parties[0], parties[1]),
            (accounts[0].id, accounts[1].id),
            (accounts[0].number, accounts[1].number),
        )

    return run(engine, work)


def row_of(answer: CashRow | Refused) -> CashRow:
    """Give the answer of an act that must have been let through."""
    assert isinstance(answer, CashRow), answer
    return answer


def refusal_of(answer: object) -> Refused:
    """Give the answer of an act that must have been refused."""
    assert isinstance(answer, Refused), answer
    return answer
