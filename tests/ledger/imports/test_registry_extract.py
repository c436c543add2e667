"""Importing an extract: what is posted, what is kept, what a second run and a new edition do."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from ledger.core.audit import audit
from ledger.core.clock import Now, now_at
from ledger.core.database import make_engine, reading, run
from ledger.core.entries import Entry, PositionKey, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post, posted, reversal_of
from ledger.imports.comparing import Correction, Oddity
from ledger.imports.faults import ExtractCode, FaultList
from ledger.imports.registry_extract import ImportReport, import_registry_extract
from ledger.refusals import Refused
from ledger.reports.reconciliation import reconcile
from tests.support.ledger_content import (
    balances,
    counts,
    journal,
    published,
    reported,
    sums,
)
from tests.support.made_extract import MadeExtract, small_extract

NOW = now_at(datetime(2026, 6, 15, 4, 0, tzinfo=UTC))


def bring_in(engine: Engine, folder: Path, *, now: Now = NOW, **options: object) -> ImportReport:
    report = import_registry_extract(engine, folder, "eu-ets", now, **options)  # type: ignore[arg-type]
    assert isinstance(report, ImportReport), report
    return report


def test_each_account_year_becomes_allocation_inflow_and_surrender(
    engine: Engine, tmp_path: Path
) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    of_at_2 = [
        (kind, day, year, debit, credit, amount)
        for kind, key, day, year, *_, debit, credit, amount, _, _ in journal(engine)
        if ":AT-2:" in key
    ]
    phase = "eu-ets-2005-07"
    assert of_at_2 == [
        ("import", "2007-04-30", "2006", f"desk  {phase} outside ", f"AT-2 {phase} holding ", 30),
        (
            "surrender",
            "2007-04-30",
            "2006",
            f"AT-2 {phase} holding ",
            f"cell AT {phase} surrendered 2006",
            30,
        ),
        ("allocate", "2007-02-28", "2007", f"cell AT {phase} total ", f"AT-2 {phase} holding ", 20),
        ("import", "2008-04-30", "2007", f"desk  {phase} outside ", f"AT-2 {phase} holding ", 5),
        (
            "surrender",
            "2008-04-30",
            "2007",
            f"AT-2 {phase} holding ",
            f"cell AT {phase} surrendered 2007",
            25,
        ),
    ]


def test_totals_are_set_country_by_country_and_nothing_of_them_is_left(
    engine: Engine, tmp_path: Path
) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    assert balances(engine) == {
        "cell AT eu-ets-2005-07 source ": -270,
        "AT-1 eu-ets-2005-07 holding ": 50,
        "cell AT eu-ets-2005-07 surrendered 2005": 80,
        "cell AT eu-ets-2005-07 surrendered 2006": 140,
        "cell AT eu-ets-2005-07 surrendered 2007": 35,
        "cell AT eu-ets-2008-12 source ": -70,
        "AT-1 eu-ets-2008-12 holding ": 10,
        "cell AT eu-ets-2008-12 surrendered 2008": 60,
        "cell BE eu-ets-2005-07 source ": -500,
        "BE-1 eu-ets-2005-07 holding ": 100,
        "cell BE eu-ets-2005-07 surrendered 2006": 400,
        "cell BE eu-ets-2013-20 source ": -40,
        "cell BE eu-ets-2013-20 surrendered 2013": 100,
        "desk  eu-ets-2005-07 outside ": -35,
        "desk  eu-ets-2013-20 outside ": -60,
    }


def test_words_in_place_of_numbers_are_kept_and_never_zero(engine: Engine, tmp_path: Path) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    assert [row for row in reported(engine) if row[0] == "BE-1"] == [
        ("BE-1", 2005, 1, "excluded", None),
        ("BE-1", 2006, 1, "not_reported", None),
        ("BE-1", 2013, 1, "verified", 100),
    ]
    assert ("BE-1", 2005, "", "500", "", "", "Not Calculated", "", "Excluded", "") in published(
        engine
    )


def test_the_order_of_rows_and_packing_make_no_difference(
    sqlite_template: object, tmp_path: Path
) -> None:
    made = small_extract()
    found = []
    for number, options in enumerate(
        ({}, {"backwards": True}, {"compressed": True}, {"backwards": True, "compressed": True})
    ):
        place = tmp_path / str(number)
        place.mkdir()
        fresh = make_engine(sqlite_template.copy_into(place))  # type: ignore[attr-defined]
        bring_in(fresh, made.write(place / "extract", **options), chunk_rows=1 + number)
        found.append((journal(fresh), sums(fresh), published(fresh), reported(fresh)))
        fresh.dispose()
    assert all(one == found[0] for one in found)


def test_a_second_run_posts_nothing_and_says_so(engine: Engine, tmp_path: Path) -> None:
    folder = small_extract().write(tmp_path / "first")
    assert not bring_in(engine, folder).nothing_to_do
    before = journal(engine), counts(engine)
    report = bring_in(engine, folder)
    assert report.nothing_to_do
    assert report.edition is None
    assert (journal(engine), counts(engine)) == before


def test_a_dry_run_tells_what_would_be_posted_and_writes_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    folder = small_extract().write(tmp_path / "first")
    rehearsed = bring_in(engine, folder, dry_run=True)
    assert set(counts(engine).values()) == {0}
    done = bring_in(engine, folder)
    assert rehearsed.recorded.entries == done.recorded.entries
    assert rehearsed.phases == done.phases
    changed = small_extract().year("AT-1", 2005, allocated=120).year("AT-1", 2006, allocated=30)
    second = changed.write(tmp_path / "second")
    rehearsed = bring_in(engine, second, dry_run=True)
    before = journal(engine), counts(engine)
    assert (journal(engine), counts(engine)) == before
    done = bring_in(engine, second)
    assert rehearsed.recorded.entries == done.recorded.entries
    assert rehearsed.phases == done.phases


def change_allocation(made: MadeExtract) -> None:
    made.year("AT-1", 2006, allocated=60)


def change_surrender(made: MadeExtract) -> None:
    made.year("AT-1", 2005, surrendered=95)


def change_many(made: MadeExtract) -> None:
    made.year("AT-1", 2005, allocated=300, surrendered=10)
    made.year("AT-2", 2007, allocated=0, surrendered="")
    made.year("BE-1", 2013, allocated=90)
    made.year("BE-1", 2006, verified=12, code="B")


def add_a_year_before(made: MadeExtract) -> None:
    made.year("AT-2", 2005, allocated=1000, surrendered=1, verified=1)


def add_an_account_and_a_phase(made: MadeExtract) -> None:
    made.year("DK-7", 2021, allocated=5, surrendered=9, verified=9)
    made.year("AT-2", 2021, allocated=7, surrendered=2)


def change_words(made: MadeExtract) -> None:
    made.year("BE-1", 2005, verified=77)
    made.year("BE-1", 2006, verified="Excluded")
    made.year("AT-1", 2005, verified="Not Reported")


def take_everything_back(made: MadeExtract) -> None:
    for ref, year in list(made.years):
        made.year(ref, year, allocated="", surrendered="")


CHANGES = (
    change_allocation,
    change_surrender,
    change_many,
    add_a_year_before,
    add_an_account_and_a_phase,
    change_words,
    take_everything_back,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_later_edition_ends_where_a_fresh_import_of_it_would(
    engine: Engine,
    sqlite_template: object,
    tmp_path: Path,
    change: Callable[[MadeExtract], None],
) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    changed = small_extract()
    change(changed)
    folder = changed.write(tmp_path / "second")
    bring_in(engine, folder, chunk_rows=2)
    fresh = make_engine(sqlite_template.copy_into(tmp_path / "second"))  # type: ignore[attr-defined]
    bring_in(fresh, folder)
    assert balances(engine) == balances(fresh)
    assert published(engine) == published(fresh)
    assert reconciled(engine) == reconciled(fresh)
    with reading(engine) as session:
        assert audit(session).differences == ()
    assert bring_in(engine, folder).nothing_to_do
    fresh.dispose()


def reconciled(engine: Engine) -> tuple[object, ...]:
    with reading(engine) as session:
        report = reconcile(session, "eu-ets")
    assert not isinstance(report, Refused)
    in_order = sorted(report.disagree, key=lambda one: (one.account, one.year, one.what))
    return report.compared, report.agree, in_order


def test_a_correction_reverses_last_first_from_the_changed_year_on(
    engine: Engine, tmp_path: Path
) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    before = len(journal(engine))
    changed = small_extract().year("AT-1", 2006, allocated=130)
    report = bring_in(engine, changed.write(tmp_path / "second"))
    added = [
        (kind, key.removeprefix("extract:eu-ets:"), undone and undone[-12:], amount)
        for kind, key, _, _, _, _, _, undone, _, _, _, amount, _, _ in journal(engine)[before:]
    ]
    assert added == [
        ("set", "2:AT:2005-07:set:1", None, 30),
        ("reversal", "2:AT-1:2007:undo:surrender", "07:surrender", 10),
        ("reversal", "2:AT-1:2007:undo:allocate", "007:allocate", 50),
        ("reversal", "2:AT-1:2006:undo:surrender", "06:surrender", 110),
        ("reversal", "2:AT-1:2006:undo:allocate", "006:allocate", 100),
        ("allocate", "2:AT-1:2006:allocate", None, 130),
        ("surrender", "2:AT-1:2006:surrender", None, 110),
        ("allocate", "2:AT-1:2007:allocate", None, 50),
        ("surrender", "2:AT-1:2007:surrender", None, 10),
    ]
    assert report.survey.corrections == [
        Correction("AT-1", 2006, "AllowanceInAllocation", "100", "130")
    ]


def test_a_change_and_back_again_ends_where_it_began(engine: Engine, tmp_path: Path) -> None:
    first = small_extract().write(tmp_path / "first")
    bring_in(engine, first)
    before = balances(engine)
    changed = small_extract()
    change_many(changed)
    bring_in(engine, changed.write(tmp_path / "second"))
    assert balances(engine) != before
    report = bring_in(engine, first)
    assert report.edition == 3
    assert balances(engine) == before


def test_cells_that_move_no_units_get_a_new_version_and_no_entry(
    engine: Engine, tmp_path: Path
) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    before = journal(engine)
    changed = small_extract().year("AT-1", 2005, code="A*", sum_surrendered=80)
    changed.accounts["BE-1"]["AccountStatus"] = "closed"
    report = bring_in(engine, changed.write(tmp_path / "second"))
    assert journal(engine) == before
    assert report.survey.corrections == [
        Correction("AT-1", 2005, "CumulativeSurrenderedUnits", "", "80"),
        Correction("AT-1", 2005, "ComplianceCode", "A", "A*"),
        Correction("BE-1", None, "AccountStatus", "open", "closed"),
    ]
    with engine.connect() as connection:
        versions = connection.execute(
            text("SELECT version, cells FROM extract_account ORDER BY version DESC")
        ).all()
    assert versions[0].version == 2
    assert json.loads(versions[0].cells)["AccountStatus"] == "closed"


def test_rows_that_are_no_longer_published_are_kept_and_listed(
    engine: Engine, tmp_path: Path
) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    before = balances(engine)
    changed = small_extract()
    del changed.years["AT-1", 2006]
    del changed.accounts["AT-2"]
    changed.years = {key: row for key, row in changed.years.items() if key[0] != "AT-2"}
    report = bring_in(engine, changed.write(tmp_path / "second"))
    assert report.nothing_to_do
    assert balances(engine) == before
    assert report.survey.examples[Oddity.ACCOUNT_NO_LONGER_PUBLISHED] == ["AT-2"]
    assert report.survey.examples[Oddity.ACCOUNT_YEAR_NO_LONGER_PUBLISHED] == [
        "AT-1 2006",
        "AT-2 2006",
        "AT-2 2007",
    ]


def test_a_correction_beside_a_row_that_is_no_longer_published_keeps_that_row(
    engine: Engine, sqlite_template: object, tmp_path: Path
) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    changed = small_extract().year("AT-1", 2005, surrendered=99)
    fresh = make_engine(sqlite_template.copy_into(tmp_path / "first"))  # type: ignore[attr-defined]
    bring_in(fresh, changed.write(tmp_path / "whole"))
    del changed.years["AT-1", 2006]
    bring_in(engine, changed.write(tmp_path / "less"))
    assert balances(engine) == balances(fresh)
    assert published(engine) == published(fresh)
    fresh.dispose()


def test_another_country_in_a_folder_of_its_own_touches_nothing_of_the_first(
    engine: Engine, tmp_path: Path
) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    report = bring_in(
        engine, MadeExtract().year("SI-1", 2005, allocated=3).write(tmp_path / "second")
    )
    assert Oddity.ACCOUNT_NO_LONGER_PUBLISHED not in report.survey.oddities
    assert report.survey.account_years == {"new": 1}
    assert balances(engine)["cell SI eu-ets-2005-07 source "] == -3


def test_oddities_are_counted_and_nothing_is_refused_for_them(
    engine: Engine, tmp_path: Path
) -> None:
    made = MadeExtract()
    made.account("AT-1", FirstYearOfEmissions="2013", LastYearOfEmissions="2012")
    made.account("AT-2", AccountStatus="closed", LastYearOfEmissions="2006")
    made.account("AT-3", AccountHolderName="", LastYearOfEmissions="-")
    made.account("AT-4", AccountHolderName="示例  两行\n名称")
    made.year("AT-2", 2006, allocated=5).year("AT-2", 2008, allocated=5, code="X*")
    made.year("AT-3", 2005, verified="Excluded", code="-*")
    report = bring_in(engine, made.write(tmp_path / "extract"))
    assert report.survey.oddities == {
        Oddity.LAST_YEAR_BEFORE_FIRST: 1,
        Oddity.POSTINGS_ON_CLOSED_ACCOUNT: 1,
        Oddity.POSTINGS_OUTSIDE_YEARS_OF_EMISSIONS: 1,
        Oddity.HOLDER_NAME_BLANK: 1,
        Oddity.NAME_WRITTEN_DIFFERENTLY: 1,
        Oddity.ACCOUNT_WITHOUT_YEARS: 2,
        Oddity.CELL_SAYS_EXCLUDED: 1,
        Oddity.COMPLIANCE_CODE_OPAQUE: 1,
        Oddity.COMPLIANCE_CODE_NEW: 1,
    }
    with engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM party ORDER BY id")).scalars().all()
    assert names == ["示例企业 AT-1", "示例企业 AT-2", "AT-3", "示例 两行 名称"]


def test_a_holder_with_several_accounts_is_one_party(engine: Engine, tmp_path: Path) -> None:
    made = MadeExtract()
    for ref in ("AT-1", "AT-2", "BE-1"):
        made.account(ref, AccountHolderName="示例企业", CompanyRegistrationNo="77")
    made.account("AT-3", AccountHolderName="示例企业", CompanyRegistrationNo="")
    bring_in(engine, made.write(tmp_path / "extract"), chunk_rows=1)
    with engine.connect() as connection:
        held = connection.execute(
            text(
                "SELECT p.foreign_number, count(*) FROM account a JOIN party p "
                "ON p.id = a.party_id GROUP BY p.id, p.foreign_number ORDER BY p.id"
            )
        ).all()
    assert [tuple(row) for row in held] == [("AT 77", 2), ("AT-3", 1), ("BE 77", 1)]


def transfer_out(engine: Engine, ref: str, to_ref: str, amount: int) -> None:
    """A clerk moves units of the first phase from one account to another."""
    with engine.connect() as connection:
        ids = dict(
            connection.execute(
                text("SELECT external_ref, id FROM account WHERE external_ref IS NOT NULL")
            ).all()  # type: ignore[arg-type]
        )
        asset = connection.execute(
            text("SELECT id FROM asset WHERE code = 'eu-ets-2005-07'")
        ).scalar_one()
    entry = Entry(
        kind=EntryKind.TRANSFER,
        key=f"clerk {ref}",
        business_date=date(2026, 6, 1),
        transfers=(
            Transfer(
                PositionKey(ids[ref], asset, PositionKind.HOLDING),
                PositionKey(ids[to_ref], asset, PositionKind.HOLDING),
                amount,
            ),
        ),
    )
    run(engine, lambda session: posted(post(session, [entry], NOW)[0]))


def test_a_correction_whose_units_have_moved_on_is_listed_and_left_out(
    engine: Engine, tmp_path: Path
) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    transfer_out(engine, "AT-1", "BE-1", 50)
    before = balances(engine)
    changed = small_extract().year("AT-1", 2005, allocated=90).year("AT-2", 2007, allocated=21)
    folder = changed.write(tmp_path / "second")
    report = bring_in(engine, folder)
    (left_out,) = report.recorded.not_posted
    assert (left_out.account, left_out.phase) == ("AT-1", "2005-07")
    assert left_out.refused.code is ExtractCode.UNITS_HAVE_MOVED_ON
    assert left_out.refused.values["missing"] == 50
    # The total is that of what stands, so nothing is left over.
    assert balances(engine) == before | {
        "cell AT eu-ets-2005-07 source ": -271,
        "desk  eu-ets-2005-07 outside ": -34,
    }
    transfer_out(engine, "BE-1", "AT-1", 50)
    assert bring_in(engine, folder).recorded.not_posted == []
    assert balances(engine)["cell AT eu-ets-2005-07 source "] == -261


def test_what_a_clerk_reversed_is_left_to_the_clerk(engine: Engine, tmp_path: Path) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    with engine.connect() as connection:
        entry_id = connection.execute(
            text("SELECT id FROM entry WHERE key = :key"),
            {"key": "extract:eu-ets:1:AT-1:2007:surrender"},
        ).scalar_one()

    def undo(session: object) -> None:
        entry = reversal_of(session, entry_id, key="clerk", business_date=date(2026, 6, 1))  # type: ignore[arg-type]
        assert isinstance(entry, Entry)
        posted(post(session, [entry], NOW)[0])  # type: ignore[arg-type]

    run(engine, undo)
    changed = small_extract().year("AT-1", 2006, allocated=99)
    report = bring_in(engine, changed.write(tmp_path / "second"))
    assert [one.refused.code for one in report.recorded.not_posted] == [
        ExtractCode.ENTRY_REVERSED_BY_HAND
    ]


def test_an_account_published_in_another_country_is_refused(engine: Engine, tmp_path: Path) -> None:
    bring_in(engine, small_extract().write(tmp_path / "first"))
    changed = small_extract()
    changed.accounts["AT-2"]["NationalAdministratorCode"] = "BE"
    answer = import_registry_extract(engine, changed.write(tmp_path / "second"), "eu-ets", NOW)
    assert isinstance(answer, FaultList)
    assert [(fault.at, fault.refused.code) for fault in answer.kept] == [
        ("accounts.csv:3:NationalAdministratorCode", ExtractCode.ACCOUNT_IN_ANOTHER_COUNTRY)
    ]


def test_a_phase_total_beyond_one_transfer_is_set_in_several(
    engine: Engine, tmp_path: Path
) -> None:
    made = MadeExtract()
    for year in (2013, 2014, 2015):
        made.year("AT-1", year, allocated=10**15, surrendered=10**15)
    bring_in(engine, made.write(tmp_path / "extract"))
    assert balances(engine) == {
        "cell AT eu-ets-2013-20 source ": -3 * 10**15,
        **{f"cell AT eu-ets-2013-20 surrendered {year}": 10**15 for year in (2013, 2014, 2015)},
    }


@pytest.mark.parametrize(
    ("scheme", "code"), [("no-such", "scheme_unknown"), ("nm-cod", "scheme_takes_no_extracts")]
)
def test_only_a_scheme_with_phases_takes_an_extract(
    engine: Engine, tmp_path: Path, scheme: str, code: str
) -> None:
    answer = import_registry_extract(engine, small_extract().write(tmp_path / "first"), scheme, NOW)
    assert isinstance(answer, Refused)
    assert answer.code == code
    assert set(counts(engine).values()) == {0}
