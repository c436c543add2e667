"""What an import needs to stand before it posts: scheme, zones, cells, desk, edition and totals.

One zone for each published country, one cell for each zone.  The total of a phase's asset is set
cell by cell to what the extract allocates there, so nothing of it is left when all is allocated.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from babel import Locale
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.entries import PositionKey, Posted
from ledger.core.moves import AMOUNT_MAX, EntryKind, PositionKind
from ledger.imports.faults import ExtractCode
from ledger.imports.scheme_terms import SchemeTerms, phase_assets
from ledger.imports.scheme_years import SchemeYears
from ledger.imports.stored_extract import Edition, last_edition, new_edition, take_step
from ledger.imports.tables import extract_total
from ledger.imports.trouble import ImportStopped
from ledger.refusals import Refused
from ledger.registry.accounts import cell_account, desk_account
from ledger.registry.zones import ensure_cell, ensure_zone
from ledger.rights.schemes import open_scheme
from ledger.totals.acts import Act
from ledger.totals.codes import TotalsCode
from ledger.totals.desk import lower_total, raise_total, set_total

ACTOR = "registry-extract"
_NAME_LENGTH_MAX = 200

Published = tuple[str, str, int]
"""A published country: code, name, and the row where it is met first."""
CountryPhase = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ground:
    """What postings of one import stand on, by number: cells and their accounts by country,
    assets by phase, compliance years by year."""

    scheme_id: int
    edition: Edition
    years: SchemeYears
    cells: Mapping[str, int]
    cell_accounts: Mapping[str, int]
    desk_account: int
    assets: Mapping[str, int]
    periods: Mapping[int, int]
    now: Now

    def key(self, *parts: object) -> str:
        """Give the key of an entry of this edition."""
        return ":".join((self.key_prefix, *map(str, parts)))

    @property
    def document(self) -> str:
        """What acts of this edition are founded on."""
        return f"registry extract, edition {self.edition.number}"

    @property
    def key_prefix(self) -> str:
        """What all keys of this edition begin with."""
        return f"extract:{self.years.scheme_code}:{self.edition.number}"

    def total(self, country: str, phase: str) -> PositionKey:
        """The total of a phase's asset in a country's cell."""
        return self._of_cell(country, phase, PositionKind.TOTAL)

    def surrendered(self, country: str, year: int) -> PositionKey:
        """What a cell's accounts surrendered for a year."""
        at = self.years.by_year[year]
        return self._of_cell(country, at.phase, PositionKind.SURRENDERED, at.code)

    def outside(self, phase: str) -> PositionKey:
        """Where units of a phase come from that the extract does not explain."""
        return PositionKey(self.desk_account, self.assets[phase], PositionKind.OUTSIDE)

    def holding(self, account_id: int, phase: str) -> PositionKey:
        """What an account holds of a phase."""
        return PositionKey(account_id, self.assets[phase], PositionKind.HOLDING)

    def _of_cell(self, country: str, phase: str, kind: PositionKind, ref: str = "") -> PositionKey:
        return PositionKey(self.cell_accounts[country], self.assets[phase], kind, ref)

    def after_step(self) -> "Ground":
        """The same, with one more transaction written."""
        edition = replace(self.edition, steps=self.edition.steps + 1)
        return replace(self, edition=edition)


def lay_ground(
    session: Session,
    terms: SchemeTerms,
    countries: Sequence[Published],
    digest: str,
    seen: Edition | None,
    grown: Mapping[CountryPhase, int],
    now: Now,
) -> tuple[Ground, int]:
    """Open what is missing, begin or go on with the edition, and raise totals.

    Gives the ground, and how many totals were raised.

    ``seen`` is the newest edition when the comparison was made; ``grown`` how much more the
    accounts of a country and phase are allocated than before, those that get less left out.
    Raises ImportStopped if somebody else has imported in between.
    """
    scheme = open_scheme(session, terms.definition)
    last = last_edition(session, scheme.id)
    if last != seen:
        raise ImportStopped(Refused(ExtractCode.ANOTHER_IMPORT_IS_RUNNING))
    goes_on = last is not None and not last.finished and last.digest == digest
    edition = last if goes_on and last else new_edition(session, scheme.id, last, digest, now)
    cells = {code: _cell(session, scheme.zone_tree, code, name) for code, name, _ in countries}
    period_ids = {code: row.id for code, row in scheme.periods.items()}
    ground = Ground(
        scheme_id=scheme.id,
        edition=edition,
        years=terms.years,
        cells=cells,
        cell_accounts={
            code: cell_account(session, scheme.id, cell_id) for code, cell_id in cells.items()
        },
        desk_account=desk_account(session, scheme.id),
        assets=phase_assets(scheme),
        periods={year: period_ids[one.code] for year, one in terms.years.by_year.items()},
        now=now,
    )
    raised = _raise_totals(session, ground, grown)
    return step(session, ground), raised


def step(session: Session, ground: Ground, *, finished: bool = False) -> Ground:
    """Count this transaction; raises ImportStopped if somebody else is importing too."""
    done = take_step(session, ground.edition, finished_at=ground.now if finished else None)
    if not done:
        raise ImportStopped(Refused(ExtractCode.ANOTHER_IMPORT_IS_RUNNING))
    return ground.after_step()


def finish(session: Session, ground: Ground) -> int:
    """Take back what of the totals is not allocated any more, and end the edition.

    Gives the number of entries posted.
    """
    posted = 0
    for (country, phase), (total, allocated) in sorted(_totals(session, ground).items()):
        for place, amount in enumerate(_pieces(total - allocated), start=1):
            act = _act(ground, country, phase, EntryKind.LOWER, place)
            asset_id, cell_id = ground.assets[phase], ground.cells[country]
            _must_post(lower_total(session, asset_id, cell_id, amount, act, ground.now))
            _change_total(session, ground, country, phase, total=-amount)
            posted += 1
    step(session, ground, finished=True)
    return posted


def _raise_totals(session: Session, ground: Ground, grown: Mapping[CountryPhase, int]) -> int:
    """Raise every total by what is missing for all that is to be allocated."""
    totals = _totals(session, ground)
    posted = 0
    for (country, phase), more in sorted(grown.items()):
        if (country, phase) not in totals:
            _new_total(session, ground, country, phase)
        total, allocated = totals.get((country, phase), (0, 0))
        for place, amount in enumerate(_pieces(allocated + more - total), start=1):
            act = _act(ground, country, phase, EntryKind.SET, place)
            _set_or_raise(session, ground, country, phase, amount, act)
            _change_total(session, ground, country, phase, total=amount)
            posted += 1
    return posted


def _set_or_raise(
    session: Session, ground: Ground, country: str, phase: str, amount: int, act: Act
) -> None:
    asset_id, cell_id = ground.assets[phase], ground.cells[country]
    result = set_total(session, asset_id, cell_id, amount, act, ground.now)
    if isinstance(result, Refused) and result.code is TotalsCode.TOTAL_ALREADY_SET:
        result = raise_total(session, asset_id, cell_id, amount, act, ground.now)
    _must_post(result)


def _pieces(amount: int) -> Iterator[int]:
    """Cut an amount into such as one transfer can carry; nothing for nothing."""
    while amount > 0:
        yield min(amount, AMOUNT_MAX)
        amount -= AMOUNT_MAX


def _act(ground: Ground, country: str, phase: str, kind: EntryKind, place: int) -> Act:
    years = ground.years
    return Act(
        key=ground.key(country, phase, kind.value, place),
        business_date=years.first_open_day(years.phase_begins_on(phase)),
        actor=ACTOR,
        office=years.scheme_code,
        document=ground.document,
    )


def _must_post(result: Posted | Refused) -> None:
    if isinstance(result, Refused):
        raise ImportStopped(result)


def _totals(session: Session, ground: Ground) -> dict[CountryPhase, tuple[int, int]]:
    """Give what extracts set and allocated so far, for the countries of this one."""
    countries = {cell_id: country for country, cell_id in ground.cells.items()}
    phases = {asset_id: phase for phase, asset_id in ground.assets.items()}
    found = session.execute(
        select(extract_total).where(
            extract_total.c.cell_id.in_(countries), extract_total.c.asset_id.in_(phases)
        )
    )
    return {
        (countries[row.cell_id], phases[row.asset_id]): (row.total, row.allocated) for row in found
    }


def _new_total(session: Session, ground: Ground, country: str, phase: str) -> None:
    session.execute(
        insert(extract_total).values(
            cell_id=ground.cells[country], asset_id=ground.assets[phase], total=0, allocated=0
        )
    )


def _change_total(
    session: Session,
    ground: Ground,
    country: str,
    phase: str,
    *,
    total: int = 0,
    allocated: int = 0,
) -> None:
    session.execute(
        update(extract_total)
        .where(
            extract_total.c.cell_id == ground.cells[country],
            extract_total.c.asset_id == ground.assets[phase],
        )
        .values(
            total=extract_total.c.total + total,
            allocated=extract_total.c.allocated + allocated,
        )
    )


def note_allocated(session: Session, ground: Ground, changed: Counter[CountryPhase]) -> None:
    """Note how much more, or less, the extracts have allocated."""
    for (country, phase), amount in sorted(changed.items()):
        if amount:
            _change_total(session, ground, country, phase, allocated=amount)


def _cell(session: Session, tree: str, code: str, name: str) -> int:
    english = " ".join(name.split())[:_NAME_LENGTH_MAX] or code
    chinese = Locale("zh").territories.get(code, english)
    return ensure_cell(session, ensure_zone(session, tree, code, chinese, english))
