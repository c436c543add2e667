"""Closing an account: only when nothing is on it, by a person with a paper, and undone likewise."""

from datetime import date
from threading import Thread

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from ledger.core.database import reading, run
from ledger.registry.accounts import AccountState, accounts_by_id
from ledger.registry.closing import close_account, reopen_account
from ledger.registry.tables import account_event
from ledger.registry.transfers import TransferRequest, transfer
from tests.support.naiman import JUNE_1, NOVEMBER, Naiman, done, naiman, refused_with

CARBON = "nm-carbon-2026"
SIGNED = {"actor": "经办人甲", "document": "示例注销通知"}


def test_an_account_with_anything_on_it_is_not_closed(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 1)
        a1 = nm.holders["a1"]
        refused = close_account(session, a1, JUNE_1, NOVEMBER, **SIGNED)
        assert refused_with(refused) == "account_not_empty"
        wanted = TransferRequest("t", JUNE_1, a1, nm.holders["a2"], nm.asset(CARBON), 1)
        done(transfer(session, wanted, NOVEMBER))
        assert close_account(session, a1, JUNE_1, NOVEMBER, **SIGNED) is None
        assert accounts_by_id(session, [a1])[a1].state is AccountState.CLOSED

    run(engine, work)


def test_closing_and_opening_again_stay_on_record(engine: Engine) -> None:
    def work(session: Session) -> None:
        a1 = naiman(session, "nm-carbon").holders["a1"]
        assert close_account(session, a1, JUNE_1, NOVEMBER, **SIGNED) is None
        assert (
            refused_with(close_account(session, a1, JUNE_1, NOVEMBER, **SIGNED)) == "account_closed"
        )
        assert reopen_account(session, a1, JUNE_1, NOVEMBER, **SIGNED) is None
        assert (
            refused_with(reopen_account(session, a1, JUNE_1, NOVEMBER, **SIGNED))
            == "account_is_open"
        )
        events = session.execute(select(account_event).order_by(account_event.c.id)).all()
        assert [(one.state, one.happened_on) for one in events] == [
            ("closed", JUNE_1),
            ("open", JUNE_1),
        ]

    run(engine, work)


@pytest.mark.parametrize(
    ("day", "signed", "code"),
    [
        (JUNE_1, {"actor": "", "document": "x"}, "closing_without_document"),
        (JUNE_1, {"actor": "x", "document": " "}, "closing_without_document"),
        (JUNE_1, {"actor": "x", "document": "a\tb"}, "closing_text_unreadable"),
        (date(2026, 11, 21), SIGNED, "closing_day_in_future"),
        (date(2025, 12, 31), SIGNED, "closing_day_before_opening"),
    ],
)
def test_each_fault_has_its_name(
    engine: Engine, day: date, signed: dict[str, str], code: str
) -> None:
    def work(session: Session) -> None:
        a1 = naiman(session, "nm-carbon").holders["a1"]
        assert refused_with(close_account(session, a1, day, NOVEMBER, **signed)) == code
        assert accounts_by_id(session, [a1])[a1].state is AccountState.OPEN

    run(engine, work)


def test_the_regulators_own_accounts_never_close(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        for account_id in (nm.desk, nm.cell("daqintala")):
            refused = close_account(session, account_id, JUNE_1, NOVEMBER, **SIGNED)
            assert refused_with(refused) == "account_never_closes"
        assert (
            refused_with(close_account(session, 999, JUNE_1, NOVEMBER, **SIGNED))
            == "account_not_found"
        )

    run(engine, work)


def test_the_record_of_closings_cannot_be_changed(engine: Engine) -> None:
    def work(session: Session) -> None:
        a1 = naiman(session, "nm-carbon").holders["a1"]
        close_account(session, a1, JUNE_1, NOVEMBER, **SIGNED)

    run(engine, work)
    for statement in (
        update(account_event).values(actor="另一人"),
        delete(account_event),
        text("UPDATE setting SET value = '0.10'"),
    ):
        with pytest.raises(DatabaseError, match="journal_only_grows"):
            run(engine, lambda session, statement=statement: session.execute(statement) and None)


def test_nothing_arrives_while_an_account_is_being_closed(engine: Engine) -> None:
    """Twenty rounds of closing against receiving: either the one or the other, never both."""

    def prepare(session: Session) -> tuple[int, int, int]:
        nm: Naiman = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 100)
        return nm.holders["a1"], nm.holders["a2"], nm.asset(CARBON)

    giver, receiver, asset_id = run(engine, prepare)
    for number in range(20):
        wanted = TransferRequest(f"t{number}", JUNE_1, giver, receiver, asset_id, 1)
        back = TransferRequest(f"b{number}", JUNE_1, receiver, giver, asset_id, 1)

        def close(session: Session) -> object:
            return close_account(session, receiver, JUNE_1, NOVEMBER, **SIGNED)

        def send(session: Session, wanted: TransferRequest = wanted) -> object:
            return transfer(session, wanted, NOVEMBER)

        threads = [Thread(target=run, args=(engine, work)) for work in (close, send)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with reading(engine) as session:
            state = accounts_by_id(session, [receiver])[receiver].state
        if state is AccountState.CLOSED:
            run(engine, lambda s: reopen_account(s, receiver, JUNE_1, NOVEMBER, **SIGNED))
            # What is sent now arrives, and goes back whole: nothing was on the closed account.
            taken = run(engine, lambda s, back=back: transfer(s, back, NOVEMBER))
            assert refused_with(taken) == "available_too_small"
        else:
            done(run(engine, lambda s, back=back: transfer(s, back, NOVEMBER)))
