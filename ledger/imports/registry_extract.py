"""Imports a published registry extract: check all, compare, post what is new, correct what changed.

Nothing is written before the whole extract was found sound.  Then chunks of some thousand
account-years are written, each in a transaction of its own with what it posts; an import that
breaks off is finished by running it again.  Memory does not grow with the files.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.database import reading, run
from ledger.core.moves import EntryKind
from ledger.imports.checking import Checked, check_extract
from ledger.imports.columns import ALLOCATED, CELL_COLUMNS, SURRENDERED
from ledger.imports.comparing import AccountChange, Survey, compare, survey
from ledger.imports.faults import ExtractCode, FaultList
from ledger.imports.planning import PhaseChange
from ledger.imports.recording import Recorded, plan_batch, record
from ledger.imports.scheme_terms import SchemeTerms, terms_of
from ledger.imports.scheme_years import SchemeYears
from ledger.imports.setting_up import CountryPhase, Ground, finish, lay_ground, step
from ledger.imports.staging import PUBLISHED, Staging
from ledger.imports.standing import Group, holdings, standing_entries
from ledger.imports.stored_extract import Edition, last_edition, load_stored
from ledger.imports.trouble import told_plainly
from ledger.refusals import Refused

CHUNK_ROWS = 4000
"""Account-years of one transaction; fewer than this many accounts too."""


_COLLECT_AFTER = 50_000


class Stage(StrEnum):
    """What an import is doing."""

    CHECKING_ACCOUNTS = "checking_accounts"
    CHECKING_YEARS = "checking_years"
    COMPARING = "comparing"
    POSTING = "posting"


Progress = Callable[[Stage, int, int], None]
"""Is told the stage, the rows done so far, and how many there are (0 = not known)."""


def silent(_stage: Stage, _done: int, _of: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class PhaseSums:
    """Whole units of a phase: what the files say, what this import posted, what it undid."""

    phase: str
    allocated: int
    surrendered: int
    verified: int
    posted_allocated: int
    posted_inflow: int
    posted_surrendered: int
    undone_allocated: int
    undone_inflow: int
    undone_surrendered: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found and did; with ``dry_run`` what it would have done."""

    scheme: str
    dry_run: bool
    edition: int | None
    checked: Checked
    survey: Survey
    recorded: Recorded
    phases: tuple[PhaseSums, ...]

    @property
    def nothing_to_do(self) -> bool:
        """Whether the ledger had everything already."""
        return self.recorded.account_years == 0 and not any(
            self.survey.accounts[kind] for kind in ("new", "changed")
        )


@dataclass(slots=True)
class _Comparison:
    """The whole extract compared: sums, what totals grow by, and how much there is to do."""

    survey: Survey = field(default_factory=Survey)
    grown: Counter[CountryPhase] = field(default_factory=Counter)
    shrunk: Counter[CountryPhase] = field(default_factory=Counter)
    faults: FaultList = field(default_factory=FaultList)
    digest: str = ""
    rows_to_do: int = 0
    accounts_to_do: int = 0


def import_registry_extract(
    engine: Engine,
    folder: Path,
    scheme_code: str,
    now: Now,
    *,
    dry_run: bool = False,
    progress: Progress = silent,
    chunk_rows: int = CHUNK_ROWS,
) -> ImportReport | FaultList | Refused:
    """Import the extract in a folder into a scheme.

    Gives a report, or everything that is wrong with the files, or why the scheme takes none;
    raises ImportStopped when the import cannot go on (disk full, connection lost, somebody else
    importing): what was committed stands, and running it again goes on from there.
    """
    with told_plainly(engine), _fewer_collections(), Staging() as staging:
        with reading(engine) as session:
            terms = terms_of(session, scheme_code, now)
        if isinstance(terms, Refused):
            return terms
        checked = check_extract(
            folder,
            terms.years,
            staging,
            lambda rows: progress(Stage.CHECKING_ACCOUNTS, rows, 0),
            lambda rows: progress(Stage.CHECKING_YEARS, rows, 0),
        )
        if checked.faults.found:
            return checked.faults
        countries = staging.countries()
        with reading(engine) as session:
            seen = _load(session, terms, countries, staging)
        compared = _compare(terms.years, checked, staging, progress)
        if compared.faults.found:
            return compared.faults
        job = _Job(engine, terms, staging, compared, progress, chunk_rows)
        if dry_run:
            edition, recorded = None, job.rehearse()
        else:
            edition, recorded = job.carry_out(countries, seen, now)
        return ImportReport(
            scheme=scheme_code,
            dry_run=dry_run,
            edition=edition,
            checked=checked,
            survey=compared.survey,
            recorded=recorded,
            phases=_sums(terms.years, checked, recorded),
        )


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Let the cycle collector come less often while rows stream through.

    Rows are many small objects without cycles; walking over them took a tenth of an import.
    """
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _load(
    session: Session,
    terms: SchemeTerms,
    countries: Sequence[tuple[str, str, int]],
    staging: Staging,
) -> Edition | None:
    """Load what the ledger has, and the edition it had it from, in one snapshot."""
    scheme = terms.scheme
    if scheme is None:
        return None
    codes = [code for code, _, _ in countries]
    load_stored(session, scheme.id, scheme.zone_tree, codes, staging)
    return last_edition(session, scheme.id)


def _compare(
    years: SchemeYears, checked: Checked, staging: Staging, progress: Progress
) -> _Comparison:
    found = _Comparison()
    for row, ref, here, there in staging.moved_accounts():
        values = {"account": ref, "here": here, "there": there}
        refused = Refused(ExtractCode.ACCOUNT_IN_ANOTHER_COUNTRY, values)
        found.faults.add(checked.accounts_file, row, "NationalAdministratorCode", refused)
    digest = sha256()
    done = 0
    for change in _changes(staging, years):
        digest.update(_content(change))
        survey(change, found.survey)
        if change.has_work:
            found.accounts_to_do += 1
            found.rows_to_do += len(change.rows)
        for phase in change.phases:
            found.grown[change.country, phase.phase] += phase.allocated_more
            found.shrunk[change.country, phase.phase] += phase.allocated_less
            _find_closed(change, phase, years, checked, found.faults)
        published = sum(row.side == PUBLISHED for row in change.compared.years)
        done += published
        if done % 20_000 < published:
            progress(Stage.COMPARING, done, checked.account_years)
    progress(Stage.COMPARING, done, checked.account_years)
    found.digest = digest.hexdigest()
    return found


def _changes(staging: Staging, years: SchemeYears) -> Iterator[AccountChange]:
    return (compare(compared, years) for compared in staging.compared())


def _content(change: AccountChange) -> bytes:
    """What is published of an account, for telling one edition from another."""
    published = change.compared.published
    parts = [change.compared.ref, published.cells if published is not None else ""]
    for row in change.compared.years:
        if row.side == PUBLISHED:
            parts += [str(row.year), *row.cells]
    return "\x1f".join(parts).encode() + b"\x1e"


def _find_closed(
    change: AccountChange,
    phase: PhaseChange,
    years: SchemeYears,
    checked: Checked,
    faults: FaultList,
) -> None:
    """A year whose book is closed can be posted no more, neither anew nor in reverse."""
    if years.closed_through is None:
        return
    rows = {row.year: row for row in change.compared.years}
    for year in (figures.year for figures in phase.figures):
        at = years.by_year[year]
        cells = [row.cells for row in change.compared.years if row.year == year]
        for place, day in ((ALLOCATED, at.allocated_on), (SURRENDERED, at.surrendered_on)):
            if years.closed(day) and any(cell[place] not in ("", "0") for cell in cells):
                values = {"year": str(year), "date": day, "closed_through": years.closed_through}
                refused = Refused(ExtractCode.BOOK_CLOSED_FOR_YEAR, values)
                faults.add(checked.years_file, rows[year].row, CELL_COLUMNS[place], refused)


@dataclass(frozen=True, slots=True)
class _Job:
    """The second half of an import: everything is sound and compared."""

    engine: Engine
    terms: SchemeTerms
    staging: Staging
    compared: _Comparison
    progress: Progress
    chunk_rows: int

    def carry_out(
        self, countries: Sequence[tuple[str, str, int]], seen: Edition | None, now: Now
    ) -> tuple[int | None, Recorded]:
        """Write everything; gives the number of the edition, if there was anything to write."""
        compared = self.compared
        unfinished = seen is not None and not seen.finished and seen.digest == compared.digest
        recorded = Recorded()
        if not compared.accounts_to_do and not unfinished:
            return None, recorded
        ground, raised = run(
            self.engine,
            lambda session: lay_ground(
                session, self.terms, countries, compared.digest, seen, compared.grown, now
            ),
        )
        recorded.entries[EntryKind.SET.value] += raised
        self.progress(Stage.POSTING, 0, compared.rows_to_do)
        for chunk in self._chunks():
            ground, written = self._write(ground, chunk)
            recorded.add(written)
            self.progress(Stage.POSTING, recorded.account_years, compared.rows_to_do)
        lowered = run(self.engine, lambda session: finish(session, ground))
        recorded.entries[EntryKind.LOWER.value] += lowered
        return ground.edition.number, recorded

    def _write(self, ground: Ground, chunk: Sequence[AccountChange]) -> tuple[Ground, Recorded]:
        def work(session: Session) -> tuple[Ground, Recorded]:
            after = step(session, ground)
            return after, record(session, ground, chunk)

        return run(self.engine, work)

    def rehearse(self) -> Recorded:
        """Plan everything and write nothing."""
        recorded = Recorded()
        recorded.entries[EntryKind.SET.value] = sum(map(bool, self.compared.grown.values()))
        recorded.entries[EntryKind.LOWER.value] = sum(map(bool, self.compared.shrunk.values()))
        with reading(self.engine) as session:
            for chunk in self._chunks():
                recorded.add(self._rehearse(session, chunk))
        return recorded

    def _rehearse(self, session: Session, chunk: Sequence[AccountChange]) -> Recorded:
        # Accounts that are not open yet get numbers that nobody has.
        accounts = {
            change.compared.ref: (
                -place if change.compared.known is None else change.compared.known.account_id
            )
            for place, change in enumerate(chunk, start=1)
        }
        assets = self.terms.assets
        groups: list[Group] = [
            (accounts[change.compared.ref], phase.phase)
            for change in chunk
            for phase in change.phases
        ]
        known = [group for group in groups if group[0] > 0]
        balances = holdings(session, assets, known) if known else {}
        standing = standing_entries(session, assets, self.terms.years, known)
        _, recorded = plan_batch(chunk, accounts, lambda group: balances.get(group, 0), standing)
        return recorded

    def _chunks(self) -> Iterator[list[AccountChange]]:
        """Give the accounts with work, so many at a time that a chunk has some thousand rows."""
        chunk: list[AccountChange] = []
        rows = 0
        for change in _changes(self.staging, self.terms.years):
            if not change.has_work:
                continue
            chunk.append(change)
            rows += 1 + sum(len(phase.figures) for phase in change.phases)
            if rows >= self.chunk_rows:
                yield chunk
                chunk, rows = [], 0
        if chunk:
            yield chunk


def _sums(years: SchemeYears, checked: Checked, recorded: Recorded) -> tuple[PhaseSums, ...]:
    units, undone = recorded.units, recorded.undone
    return tuple(
        PhaseSums(
            phase=phase,
            allocated=checked.allocated[phase],
            surrendered=checked.surrendered[phase],
            verified=checked.verified[phase],
            posted_allocated=units[phase, EntryKind.ALLOCATE.value],
            posted_inflow=units[phase, EntryKind.IMPORT.value],
            posted_surrendered=units[phase, EntryKind.SURRENDER.value],
            undone_allocated=undone[phase, EntryKind.ALLOCATE.value],
            undone_inflow=undone[phase, EntryKind.IMPORT.value],
            undone_surrendered=undone[phase, EntryKind.SURRENDER.value],
        )
        for phase in years.phases
    )
