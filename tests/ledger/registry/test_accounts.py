"""Accounts: opened in bulk with numbers that check themselves, found again, and made on first use."""

from datetime import date

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from ledger.check_digits import CheckDigitCode, parse_account_number
from ledger.core.database import reading, run
from ledger.refusals import InvariantBroken, Refused
from ledger.registry.accounts import (
    AccountCode,
    AccountKind,
    NewAccount,
    accounts_by_id,
    cell_account,
    cell_accounts,
    desk_account,
    find_account,
    find_by_external_ref,
    open_accounts,
)
from ledger.registry.parties import NewParty, PartyKind, register_parties
from ledger.registry.zones import ensure_cell, ensure_zone
from ledger.rights.definitions import DEFINITIONS
from ledger.rights.schemes import open_scheme

OPENED = date(2026, 1, 5)


def _prepare(session: Session) -> tuple[int, int, int]:
    """Open nm-water with one cell and one party: their ids."""
    scheme = open_scheme(session, next(d for d in DEFINITIONS if d.code == "nm-water"))
    cell = ensure_cell(session, ensure_zone(session, "naiman", "qinglongshan", "青龙山镇", "A"))
    (party,) = register_parties(
        session, [NewParty(PartyKind.ENTERPRISE, "示例甲公司", demonstration=True)]
    )
    assert isinstance(party, int)
    return scheme.id, cell, party


def _holder(prepared: tuple[int, int, int], ref: str | None, name: str = "示例") -> NewAccount:
    scheme_id, cell_id, party_id = prepared
    return NewAccount(AccountKind.HOLDER, scheme_id, cell_id, party_id, name, ref, OPENED)


def test_numbers_carry_the_letters_and_check_digits(engine: Engine) -> None:
    def work(session: Session) -> list[str]:
        prepared = _prepare(session)
        ids = open_accounts(session, [_holder(prepared, f"W{n}") for n in range(3)])
        rows = accounts_by_id(session, [one for one in ids if isinstance(one, int)])
        return [row.number for row in rows.values()]

    numbers = run(engine, work)
    assert len(set(numbers)) == 3
    for number in numbers:
        parsed = parse_account_number(number)
        assert not isinstance(parsed, Refused)
        assert (parsed.letters, parsed.type_code) == ("NM", 100)


def test_an_account_is_found_by_its_number_and_a_slip_is_told(engine: Engine) -> None:
    def work(session: Session) -> None:
        (account_id,) = open_accounts(session, [_holder(_prepare(session), "W1")])
        assert isinstance(account_id, int)
        number = accounts_by_id(session, [account_id])[account_id].number
        found = find_account(session, number)
        assert not isinstance(found, Refused)
        assert found.id == account_id
        slipped = number[:-1] + ("1" if number[-1] == "0" else "0")
        refused = find_account(session, slipped)
        assert isinstance(refused, Refused)
        assert refused.code is CheckDigitCode.ACCOUNT_NUMBER_CHECK_DIGITS_WRONG
        unknown = find_account(session, "NM-100-999999-0-" + _digits("NM", 100, 999999))
        assert isinstance(unknown, Refused)
        assert unknown.code is AccountCode.ACCOUNT_NOT_FOUND

    run(engine, work)


def _digits(letters: str, type_code: int, identifier: int) -> str:
    from ledger.check_digits import account_check_digits

    return f"{account_check_digits(letters, type_code, identifier, 0):02d}"


def test_one_bad_account_stops_no_other(engine: Engine) -> None:
    def work(session: Session) -> list[int | Refused]:
        prepared = _prepare(session)
        scheme_id, cell_id, party_id = prepared
        elsewhere = ensure_cell(
            session, ensure_zone(session, "countries", "AT", "奥地利", "Austria")
        )
        return open_accounts(
            session,
            [
                _holder(prepared, "W1"),
                _holder(prepared, "W1"),
                _holder((scheme_id, elsewhere, party_id), "W2"),
                _holder((scheme_id, cell_id, party_id + 900), "W3"),
                _holder((scheme_id + 900, cell_id, party_id), "W4"),
                _holder(prepared, "W5", name="换\n行"),
                _holder(prepared, None),
                _holder(prepared, None),
            ],
        )

    results = run(engine, work)
    assert [one.code if isinstance(one, Refused) else "opened" for one in results] == [
        "opened",
        AccountCode.EXTERNAL_REF_TAKEN,
        AccountCode.ACCOUNT_CELL_UNKNOWN,
        AccountCode.ACCOUNT_PARTY_UNKNOWN,
        AccountCode.ACCOUNT_SCHEME_UNKNOWN,
        AccountCode.ACCOUNT_TEXT_UNREADABLE,
        "opened",
        "opened",
    ]


def test_external_references_are_found_all_at_once(engine: Engine) -> None:
    def work(session: Session) -> None:
        prepared = _prepare(session)
        ids = open_accounts(session, [_holder(prepared, f"W{n}") for n in range(6000)])
        found = find_by_external_ref(session, prepared[0], [f"W{n}" for n in range(7000)])
        assert found == {f"W{n}": account_id for n, account_id in enumerate(ids)}

    run(engine, work)


def test_opening_many_accounts_does_not_ask_the_database_per_account(engine: Engine) -> None:
    statements: list[str] = []

    def work(session: Session) -> None:
        prepared = _prepare(session)
        statements.clear()
        open_accounts(session, [_holder(prepared, f"W{n}") for n in range(2000)])

    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    run(engine, work)
    # The insert travels in pieces of about a thousand rows.
    assert len(statements) < 12


def test_desk_and_cell_accounts_are_made_once(engine: Engine) -> None:
    def work(session: Session) -> tuple[int, int]:
        scheme_id, cell_id, _ = _prepare(session)
        return desk_account(session, scheme_id), cell_account(session, scheme_id, cell_id)

    first = run(engine, work)
    assert run(engine, work) == first
    with reading(engine) as session:
        rows = accounts_by_id(session, first)
    assert [rows[one].kind for one in first] == [AccountKind.DESK, AccountKind.CELL]
    assert rows[first[1]].opened_on == date(2025, 1, 1)


def test_cell_accounts_of_many_cells_come_together(engine: Engine) -> None:
    def work(session: Session) -> None:
        scheme_id, cell_id, _ = _prepare(session)
        zone = ensure_zone(session, "naiman", "bayin", "八仙筒镇", "B")
        cells = [cell_id, *(ensure_cell(session, zone, use) for use in ("", "farm", "industry"))]
        found = cell_accounts(session, [(scheme_id, one) for one in cells])
        assert len(set(found.values())) == 4
        assert cell_account(session, scheme_id, cells[2]) == found[(scheme_id, cells[2])]

    run(engine, work)


def test_the_counter_opens_no_desk(engine: Engine) -> None:
    def work(session: Session) -> None:
        scheme_id, _, _ = _prepare(session)
        wrong = NewAccount(AccountKind.DESK, scheme_id, None, None, "", None, OPENED)
        with pytest.raises(InvariantBroken):
            open_accounts(session, [wrong])

    run(engine, work)
