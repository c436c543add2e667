"""Parties: registered once, by a code that checks itself."""

from dataclasses import replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.check_digits import credit_code_with_check
from ledger.core.database import run
from ledger.refusals import Refused
from ledger.registry.parties import (
    NewParty,
    PartyKind,
    find_by_credit_code,
    find_by_foreign_number,
    register_parties,
)

# Codes under a registration department and a place that do not exist: nobody's.
CODE = credit_code_with_check("91000000MA0EXAMPL".replace("O", "0"))
OTHER_CODE = credit_code_with_check("91000000MA0EXAMP1")
ENTERPRISE = NewParty(PartyKind.ENTERPRISE, "示例农业公司", CODE, demonstration=True)
FOREIGN = NewParty(PartyKind.ENTERPRISE, "Example AG", None, "FN 1x")


def codes(results: list[int | Refused]) -> list[str]:
    return [str(one.code) if isinstance(one, Refused) else "registered" for one in results]


def test_a_credit_code_is_taken_once_also_within_one_table(engine: Engine) -> None:
    def work(session: Session) -> list[int | Refused]:
        first = register_parties(session, [ENTERPRISE, replace(ENTERPRISE, name="示例另名")])
        second = register_parties(
            session, [ENTERPRISE, replace(ENTERPRISE, credit_code=OTHER_CODE)]
        )
        return [*first, *second]

    results = run(engine, work)
    assert codes(results) == [
        "registered",
        "credit_code_taken",
        "credit_code_taken",
        "registered",
    ]


def test_a_foreign_number_and_a_name_are_one_party(engine: Engine) -> None:
    def work(session: Session) -> None:
        results = register_parties(session, [FOREIGN, FOREIGN, replace(FOREIGN, name="Another AG")])
        assert codes(results) == ["registered", "party_registered_already", "registered"]
        assert codes(register_parties(session, [FOREIGN])) == ["party_registered_already"]
        found = find_by_foreign_number(session, ["FN 1x", "FN 2"])
        assert sorted(name for _, name in found) == ["Another AG", "Example AG"]

    run(engine, work)


def test_each_fault_is_told_and_stops_no_other(engine: Engine) -> None:
    def work(session: Session) -> None:
        wrong_check = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
        results = register_parties(
            session,
            [
                replace(ENTERPRISE, name=""),
                replace(ENTERPRISE, name="两\n行"),
                replace(ENTERPRISE, name="长" * 301),
                replace(FOREIGN, foreign_number="9" * 101),
                replace(ENTERPRISE, credit_code=wrong_check),
                replace(ENTERPRISE, credit_code=CODE[:-1]),
                replace(ENTERPRISE, credit_code=None, demonstration=False),
                replace(ENTERPRISE, credit_code=None),
                NewParty(PartyKind.PERSON, "示例个人", demonstration=True),
                ENTERPRISE,
            ],
        )
        assert codes(results) == [
            "party_name_unreadable",
            "party_name_unreadable",
            "party_name_unreadable",
            "foreign_number_unreadable",
            "credit_code_check_sign_wrong",
            "credit_code_length_wrong",
            "party_number_missing",
            "registered",
            "registered",
            "registered",
        ]

    run(engine, work)


def test_what_was_registered_is_found_as_it_was_given(engine: Engine) -> None:
    def work(session: Session) -> None:
        (party_id,) = register_parties(session, [ENTERPRISE])
        found = find_by_credit_code(session, [CODE, OTHER_CODE])
        assert set(found) == {CODE}
        row = found[CODE]
        assert (row.id, row.name, row.kind) == (party_id, "示例农业公司", PartyKind.ENTERPRISE)
        assert row.demonstration
        assert row.number == f"P{party_id:08d}"

    run(engine, work)
