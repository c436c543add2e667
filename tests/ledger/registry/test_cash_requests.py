"""Deposits and withdrawals: two persons, one document, one posting; and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from ledger.core.audit import audit
from ledger.core.database import reading, run
from ledger.core.moves import AMOUNT_MAX
from ledger.core.tables import entry
from ledger.refusals import Refused
from ledger.registry.accounts import AccountCode
from ledger.registry.cash import CashAccountCode
from ledger.registry.cash_proposals import CashKind, CashRow, Outcome, list_cash
from ledger.registry.cash_requests import CashCode, NewCash, propose_cash, turn_down_cash
from ledger.registry.closing import close_account
from ledger.units import Quantity
from tests.support.cash_record import (
    BANK_DAY,
    CLERK,
    NOVEMBER_20,
    SECOND,
    CashRecord,
    make_cash_record,
    refusal_of,
    row_of,
)

DEPOSIT, WITHDRAW = CashKind.DEPOSIT, CashKind.WITHDRAW


@pytest.fixture
def record(engine: Engine) -> CashRecord:
    return make_cash_record(engine)


@pytest.fixture
def lite(sqlite_engine: Engine) -> CashRecord:
    return make_cash_record(sqlite_engine)


def test_a_deposit_posts_when_a_second_person_approves(record: CashRecord) -> None:
    waiting = row_of(record.propose(DEPOSIT, 0, 100_000, "B-1"))
    assert (waiting.outcome, record.cash(0)) == (None, 0)
    done = row_of(record.approve(waiting.id))
    assert (done.outcome, done.decided_by) == (Outcome.APPROVED, SECOND)
    assert (record.cash(0), record.bank()) == (100_000, 100_000)
    with reading(record.engine) as session:
        (posted,) = session.execute(select(entry)).all()
        assert (posted.kind, posted.document, posted.money_fen) == ("deposit", "B-1", 100_000)
        assert audit(session).clean


def test_a_withdrawal_holds_its_money_and_lets_it_go_on_approval(record: CashRecord) -> None:
    record.moved(DEPOSIT, 0, 100_000, "B-1")
    waiting = row_of(record.propose(WITHDRAW, 0, 40_000, "B-2"))
    assert (record.cash(0), record.held(0, waiting.id), record.bank()) == (60_000, 40_000, 100_000)
    row_of(record.approve(waiting.id))
    assert (record.cash(0), record.held(0, waiting.id), record.bank()) == (60_000, 0, 60_000)
    with reading(record.engine) as session:
        assert audit(session).clean


@pytest.mark.parametrize(
    ("actor", "outcome"), [(SECOND, Outcome.REJECTED), (CLERK, Outcome.WITHDRAWN)]
)
def test_what_is_turned_down_gives_back_money_and_document(
    lite: CashRecord, actor: str, outcome: Outcome
) -> None:
    lite.moved(DEPOSIT, 0, 100_000, "B-1")
    waiting = row_of(lite.propose(WITHDRAW, 0, 40_000, "B-2"))
    down = row_of(lite.turn_down(waiting.id, actor))
    assert (down.outcome, down.reason, lite.cash(0)) == (outcome, "凭证不符", 100_000)
    again = row_of(lite.propose(WITHDRAW, 0, 30_000, "B-2"))
    assert again.id != waiting.id


def test_a_document_backs_one_movement(lite: CashRecord) -> None:
    waiting = row_of(lite.propose(DEPOSIT, 0, 100_000, "B-1"))
    for document in ("B-1", " B-1 "):
        refused = refusal_of(lite.propose(DEPOSIT, 1, 5, document))
        assert refused.code is CashCode.BANK_DOCUMENT_TAKEN
        assert refused.values == {"document": "B-1", "proposal": waiting.id}
    row_of(lite.approve(waiting.id))
    refused = refusal_of(lite.propose(DEPOSIT, 0, 100_000, "B-1"))
    assert refused.code is CashCode.BANK_DOCUMENT_TAKEN


@pytest.mark.parametrize("name", [CLERK, f" {CLERK} ", "示例 经办甲"])
def test_nobody_approves_what_he_proposed(lite: CashRecord, name: str) -> None:
    waiting = row_of(lite.propose(DEPOSIT, 0, 100_000, "B-1"))
    refused = refusal_of(lite.approve(waiting.id, name))
    assert refused.code is CashCode.CASH_APPROVER_PROPOSED_IT
    assert lite.cash(0) == 0


def test_a_name_in_other_letters_is_the_same_person(lite: CashRecord) -> None:
    waiting = row_of(lite.propose(DEPOSIT, 0, 100_000, "B-1", actor="Example One"))
    refused = refusal_of(lite.approve(waiting.id, "ＥＸＡＭＰＬＥ one"))
    assert refused.code is CashCode.CASH_APPROVER_PROPOSED_IT


def test_asking_again_gives_the_same_answer_and_posts_nothing_more(lite: CashRecord) -> None:
    waiting = row_of(lite.propose(DEPOSIT, 0, 100_000, "B-1"))
    first = lite.approve(waiting.id)
    assert lite.approve(waiting.id) == first
    assert lite.cash(0) == 100_000


def test_whoever_comes_second_is_told_who_was_first(lite: CashRecord) -> None:
    decided = {
        CashCode.CASH_APPROVED_BEFORE: lambda number: lite.approve(number, SECOND),
        CashCode.CASH_REJECTED_BEFORE: lambda number: lite.turn_down(number, SECOND),
        CashCode.CASH_WITHDRAWN_BEFORE: lambda number: lite.turn_down(number, CLERK),
    }
    for code, act in decided.items():
        waiting = row_of(lite.propose(DEPOSIT, 0, 100, f"B-{code}"))
        first = row_of(act(waiting.id))
        for refused in (lite.approve(waiting.id, "示例丙"), lite.turn_down(waiting.id, "示例丙")):
            assert refusal_of(refused).code is code
            assert refusal_of(refused).values["actor"] == first.decided_by


def test_a_withdrawal_is_at_most_what_is_available(lite: CashRecord) -> None:
    lite.moved(DEPOSIT, 0, 100_000, "B-1")
    row_of(lite.propose(WITHDRAW, 0, 40_000, "B-2"))
    refused = refusal_of(lite.propose(WITHDRAW, 0, 60_001, "B-3"))
    assert refused.code is CashCode.WITHDRAWAL_ABOVE_CASH
    assert refused.values["available"] == Quantity(60_000, "CNY")
    assert refused.values["needed"] == Quantity(60_001, "CNY")
    # Nothing of the refused one stays, the document neither.
    row_of(lite.propose(WITHDRAW, 0, 60_000, "B-3"))


WELL = NewCash(DEPOSIT, 0, 100, "B-1", BANK_DAY, CLERK)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (replace(WELL, actor=" "), CashCode.CASH_ACTOR_MISSING),
        (replace(WELL, actor="甲" * 201), CashCode.CASH_TEXT_UNREADABLE),
        (replace(WELL, bank_document=" "), CashCode.BANK_DOCUMENT_MISSING),
        (replace(WELL, bank_document="B\n1"), CashCode.CASH_TEXT_UNREADABLE),
        (replace(WELL, amount_fen=0), CashCode.CASH_AMOUNT_ZERO),
        (replace(WELL, amount_fen=AMOUNT_MAX + 1), CashCode.CASH_AMOUNT_TOO_LARGE),
        (
            replace(WELL, bank_day=NOVEMBER_20.today + timedelta(days=1)),
            CashCode.BANK_DAY_IN_FUTURE,
        ),
        (replace(WELL, account_id=4040), AccountCode.ACCOUNT_NOT_FOUND),
    ],
    ids=lambda one: str(one) if isinstance(one, CashCode | AccountCode) else "",
)
def test_what_cannot_be_proposed(lite: CashRecord, new: NewCash, code: object) -> None:
    if new.account_id == 0:
        new = replace(new, account_id=lite.accounts[0])
    refused = refusal_of(lite.do(lambda session: propose_cash(session, new, NOVEMBER_20)))
    assert refused.code is code


def test_money_goes_to_cash_accounts_only(lite: CashRecord) -> None:
    new = replace(WELL, account_id=lite.desk.desk_account_id)
    refused = refusal_of(lite.do(lambda session: propose_cash(session, new, NOVEMBER_20)))
    assert refused.code is CashAccountCode.NOT_A_CASH_ACCOUNT


def test_an_unknown_proposal_and_a_missing_reason_are_refused(lite: CashRecord) -> None:
    assert refusal_of(lite.approve(9)).code is CashCode.CASH_PROPOSAL_UNKNOWN
    assert refusal_of(lite.turn_down(9)).code is CashCode.CASH_PROPOSAL_UNKNOWN
    refused = lite.do(lambda session: turn_down_cash(session, 9, SECOND, " ", NOVEMBER_20))
    assert refusal_of(refused).code is CashCode.CASH_REASON_MISSING
    assert refusal_of(lite.approve(9, " ")).code is CashCode.CASH_ACTOR_MISSING


def test_a_deposit_to_an_account_closed_meanwhile_is_refused(lite: CashRecord) -> None:
    waiting = row_of(lite.propose(DEPOSIT, 0, 100, "B-1"))
    today = NOVEMBER_20.today
    run(
        lite.engine,
        lambda s: close_account(
            s, lite.accounts[0], today, NOVEMBER_20, actor="示例", document="示例1号"
        ),
    )
    assert refusal_of(lite.approve(waiting.id)).code is AccountCode.ACCOUNT_CLOSED


def test_two_approvers_at_once_post_once(postgresql_engine: Engine) -> None:
    record = make_cash_record(postgresql_engine)
    waiting = [row_of(record.propose(DEPOSIT, 0, 100, f"B-{number}")) for number in range(8)]
    start = Barrier(4)

    def approver(number: int) -> list[CashRow | Refused]:
        start.wait()
        return [record.approve(one.id, f"示例复核{number}") for one in waiting]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(approver, range(4)))
    for results in zip(*answers, strict=True):
        assert sum(isinstance(one, CashRow) for one in results) == 1
        late = [one for one in results if isinstance(one, Refused)]
        assert {one.code for one in late} == {CashCode.CASH_APPROVED_BEFORE}
    assert (record.cash(0), record.bank()) == (800, 800)


def test_two_clerks_at_once_use_a_document_once(postgresql_engine: Engine) -> None:
    record = make_cash_record(postgresql_engine)
    record.moved(DEPOSIT, 0, 1_000, "B-0")
    start = Barrier(4)

    def clerk(number: int) -> list[CashRow | Refused]:
        start.wait()
        return [record.propose(WITHDRAW, 0, 10, f"B-{one}", f"示例{number}") for one in range(1, 6)]

    with ThreadPoolExecutor(4) as pool:
        answers = [one for result in pool.map(clerk, range(4)) for one in result]
    assert sum(isinstance(one, CashRow) for one in answers) == 5
    codes = {one.code for one in answers if isinstance(one, Refused)}
    assert codes == {CashCode.BANK_DOCUMENT_TAKEN}
    assert record.cash(0) == 950


def test_proposals_are_listed_newest_first(lite: CashRecord) -> None:
    first = lite.moved(DEPOSIT, 0, 100_000, "B-1")
    second = row_of(lite.propose(WITHDRAW, 0, 1, "B-2"))
    third = row_of(lite.propose(DEPOSIT, 1, 5, "B-3"))
    with reading(lite.engine) as session:
        assert list_cash(session) == [third, second, first]
        assert list_cash(session, waiting_only=True) == [third, second]
        assert list_cash(session, account_id=lite.accounts[0]) == [second, first]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cash_proposal SET amount_fen = 1",
        "DELETE FROM cash_proposal",
        "UPDATE cash_decision SET decided_by = 'x'",
        "DELETE FROM cash_decision",
    ],
)
def test_the_history_only_grows(record: CashRecord, statement: str) -> None:
    record.moved(DEPOSIT, 0, 100, "B-1")
    with pytest.raises(DBAPIError, match="journal_only_grows"):
        run(record.engine, lambda session: session.execute(text(statement)))


def test_a_proposal_says_who_and_when(lite: CashRecord) -> None:
    done = lite.moved(DEPOSIT, 1, 500, "B-1")
    assert (done.proposed_by, done.proposed_at) == (CLERK, NOVEMBER_20.instant)
    assert (done.decided_by, done.decided_at) == (SECOND, NOVEMBER_20.instant)
    assert done.bank_day == BANK_DAY == date(2026, 11, 19)
