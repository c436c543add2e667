"""Cash accounts: one for each party, found by party, and only where money is kept."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ledger.core.database import reading, run
from ledger.core.tables import account
from ledger.refusals import Refused
from ledger.registry.accounts import AccountCode, AccountRow
from ledger.registry.cash import (
    CashAccountCode,
    cash_accounts_of,
    find_money_desk,
    find_party_id,
    money_desk,
    open_cash_account,
)
from ledger.registry.closing import close_account
from ledger.registry.parties import NewParty, PartyKind, register_parties
from tests.support.cash_record import NOVEMBER_20, CashRecord, make_cash_record, refusal_of


def test_a_party_has_one_cash_account_however_often_it_is_opened(engine: Engine) -> None:
    record = make_cash_record(engine)
    again = run(engine, lambda s: open_cash_account(s, record.parties[0], NOVEMBER_20))
    assert isinstance(again, AccountRow)
    assert again.id == record.accounts[0]
    with reading(engine) as session:
        found = cash_accounts_of(session, [*record.parties, 999])
    assert found == dict(zip(record.parties, record.accounts, strict=True))


def test_two_who_open_it_at_once_open_it_once(postgresql_engine: Engine) -> None:
    engine = postgresql_engine
    run(engine, money_desk)
    (party,) = run(engine, lambda s: register_parties(s, [NewParty(PartyKind.PERSON, "示例人")]))
    assert isinstance(party, int)
    start = Barrier(2)

    def opening(_: int) -> AccountRow | Refused:
        start.wait()
        return run(engine, lambda s: open_cash_account(s, party, NOVEMBER_20))

    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(opening, range(2)))
    assert isinstance(opened[0], AccountRow)
    assert opened[0] == opened[1]
    with reading(engine) as session:
        held = select(func.count()).select_from(account).where(account.c.party_id == party)
        assert session.scalar(held) == 1


def test_an_unknown_party_has_none(sqlite_engine: Engine) -> None:
    answer = run(sqlite_engine, lambda s: open_cash_account(s, 77, NOVEMBER_20))
    assert refusal_of(answer).code is CashAccountCode.CASH_ACCOUNT_PARTY_UNKNOWN
    with reading(sqlite_engine) as session:
        unknown = refusal_of(find_party_id(session, "P404"))
        assert unknown.code is CashAccountCode.CASH_ACCOUNT_PARTY_UNKNOWN


def test_a_closed_cash_account_is_neither_found_nor_opened_again(sqlite_engine: Engine) -> None:
    record: CashRecord = make_cash_record(sqlite_engine)

    def work(session: Session) -> AccountRow | Refused:
        today = NOVEMBER_20.today
        closed = close_account(
            session, record.accounts[0], today, NOVEMBER_20, actor="示例", document="示例1号"
        )
        assert closed is None
        assert cash_accounts_of(session, record.parties) == {record.parties[1]: record.accounts[1]}
        return open_cash_account(session, record.parties[0], NOVEMBER_20)

    assert refusal_of(run(sqlite_engine, work)).code is AccountCode.ACCOUNT_CLOSED


def test_a_database_without_money_has_no_desk(sqlite_engine: Engine) -> None:
    with reading(sqlite_engine) as session:
        assert find_money_desk(session) is None
    desk = run(sqlite_engine, money_desk)
    with reading(sqlite_engine) as session:
        assert find_money_desk(session) == desk
