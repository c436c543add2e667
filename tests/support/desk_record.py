"""A small banner for tests of the regulator's desk: two towns, use types, holders, assets.

Zones: banner CHD with the towns A and B, and the village A1 under A.  Assets: ``water`` (plain),
``y2026`` .. ``y2031`` (indexes), ``r2026`` (a right of 2026-2030) and ``r2027`` (of 2027-2031),
and ``free`` and ``paid``, two series under the index ``cod``.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.audit import audit
from ledger.core.database import reading, run
from ledger.core.entries import PositionKey, Posted
from ledger.core.moves import PositionKind
from ledger.refusals import Refused
from ledger.registry.accounts import AccountKind, NewAccount, cell_account, open_accounts
from ledger.registry.parties import NewParty, PartyKind, register_parties
from ledger.registry.zones import ensure_cell, ensure_zone
from ledger.rights.base import (
    AssetDefinition,
    SchemeDefinition,
    SettingDefinition,
    calendar_years,
)
from ledger.rights.schemes import open_scheme
from ledger.totals.acts import Act
from ledger.totals.allocation import Allocation, allocate
from ledger.totals.desk import set_total
from ledger.totals.figures import Figures
from ledger.totals.table import TotalsTable, totals_table
from tests.support.small_record import NOON, TODAY, balances

_OPENED = date(2026, 1, 1)
_INDEXES = tuple(f"y{year}" for year in range(2026, 2032))


def _asset(code: str, role: str, *indexes: str) -> AssetDefinition:
    return AssetDefinition(code, role, code, code, "m3", None, indexes)


def definition(border_policy: str = "stay") -> SchemeDefinition:
    """The scheme of the record; ``border_policy`` is stay, recount or move."""
    return SchemeDefinition(
        code="desk",
        asset_class="water",
        name_zh="示例制度",
        name_en="Example scheme",
        registry_letters="XX",
        zone_tree="chd",
        periods=calendar_years(2026, 2031),
        assets=(
            _asset("water", "unit"),
            *(_asset(code, "index") for code in _INDEXES),
            _asset("r2026", "unit", *_INDEXES[:5]),
            _asset("r2027", "unit", *_INDEXES[1:]),
            _asset("cod", "index"),
            _asset("free", "unit", "cod"),
            _asset("paid", "unit", "cod"),
        ),
        settings=(
            SettingDefinition("border_policy", _OPENED, border_policy, "example"),
            SettingDefinition("watch_share", _OPENED, "0.80", "example"),
            SettingDefinition("near_limit_share", _OPENED, "0.90", "example"),
        ),
    )


@dataclass(frozen=True)
class DeskRecord:
    """Numbers of what the record holds.

    Cells by label (``CHD``, ``A``, ``A/farm``, ``A/industry``, ``B``, ``B/farm``, ``A1`` ...),
    their accounts likewise; three holders in each of ``A/farm``, ``B/farm`` and ``A``.
    """

    scheme: int
    zones: dict[str, int]
    cells: dict[str, int]
    accounts: dict[str, int]
    assets: dict[str, int]
    holders: dict[str, tuple[int, int, int]]

    def of_cell(
        self, label: str, kind: PositionKind, asset: str = "water", ref: str = ""
    ) -> PositionKey:
        """A position of a cell's own account."""
        return PositionKey(self.accounts[label], self.assets[asset], kind, ref)

    def holding(self, label: str, number: int, asset: str = "water") -> PositionKey:
        """What a holder of a cell has freely."""
        return PositionKey(self.holders[label][number], self.assets[asset], PositionKind.HOLDING)


CELLS = ("CHD", "CHD/farm", "A", "A/farm", "A/industry", "B", "B/farm", "B/industry", "A1")


def make_desk_record(engine: Engine, border_policy: str = "stay") -> DeskRecord:
    """Open the scheme and make its zones, cells and holders."""
    return run(engine, lambda session: _make(session, border_policy))


def _make(session: Session, border_policy: str) -> DeskRecord:
    scheme = open_scheme(session, definition(border_policy))
    zones = {"CHD": ensure_zone(session, "chd", "CHD", "示例旗", "Example Banner")}
    for code, parent in (("A", "CHD"), ("B", "CHD"), ("A1", "A")):
        zones[code] = ensure_zone(session, "chd", code, code, code, zones[parent], _OPENED)
    cells = {}
    for label in CELLS:
        code, _, use_type = label.partition("/")
        cells[label] = ensure_cell(session, zones[code], use_type)
    holders = {
        label: _holders(session, scheme.id, cells[label], label)
        for label in ("A", "A/farm", "B/farm")
    }
    return DeskRecord(
        scheme=scheme.id,
        zones=zones,
        cells=cells,
        accounts={label: cell_account(session, scheme.id, cells[label]) for label in CELLS},
        assets={code: row.id for code, row in scheme.assets.items()},
        holders=holders,
    )


def _holders(session: Session, scheme_id: int, cell_id: int, label: str) -> tuple[int, int, int]:
    new = [
        NewParty(PartyKind.ENTERPRISE, f"示例 {label} {number}", demonstration=True)
        for number in range(3)
    ]
    parties = [one for one in register_parties(session, new) if isinstance(one, int)]
    opened = open_accounts(
        session,
        [
            NewAccount(AccountKind.HOLDER, scheme_id, cell_id, party_id, "示例", None, _OPENED)
            for party_id in parties
        ],
    )
    first, second, third = (one for one in opened if isinstance(one, int))
    return first, second, third


def act(key: str, on: date = TODAY, document: str = "奈政发〔2026〕1号（示例）") -> Act:
    """An act of the example bureau."""
    return Act(key, on, "示例经办人", "示例水务局", document)


def accepted(result: Posted | Refused) -> Posted:
    """The act must stand."""
    assert isinstance(result, Posted), result
    return result


def refused(result: Posted | Refused | list[Posted]) -> Refused:
    """The act must be refused."""
    assert isinstance(result, Refused), result
    return result


def set_in(
    engine: Engine, record: DeskRecord, label: str, amount: int, asset: str = "water"
) -> None:
    """Set a total in a cell."""
    key = f"set {asset} {label}"
    accepted(
        run(
            engine,
            lambda session: set_total(
                session, record.assets[asset], record.cells[label], amount, act(key), NOON
            ),
        )
    )


def allocate_to(
    engine: Engine, record: DeskRecord, label: str, *amounts: int, asset: str = "water"
) -> None:
    """Allocate to the holders of a cell, in order; 0 leaves one out."""
    rows = [
        Allocation(record.holders[label][number], amount, act(f"allocate {asset} {label} {number}"))
        for number, amount in enumerate(amounts)
        if amount
    ]
    results = run(engine, lambda session: allocate(session, record.assets[asset], rows, NOON))
    for result in results:
        accepted(result)


def of_cell(engine: Engine, record: DeskRecord, label: str, asset: str = "water") -> dict[str, int]:
    """What stands on a cell's own account: every kind that is not zero, by name."""
    kinds = [kind for kind in PositionKind if kind.value not in ("surrendered", "used", "retired")]
    found = balances(engine, *(record.of_cell(label, kind, asset) for kind in kinds))
    return {kind.value: amount for kind, amount in zip(kinds, found, strict=True) if amount}


def table_of(
    engine: Engine, record: DeskRecord, asset: str = "water", zone: str = "CHD", on: date = TODAY
) -> TotalsTable:
    """The table of totals; every cell must tie and the audit must find nothing."""
    with reading(engine) as session:
        found = totals_table(session, record.scheme, record.assets[asset], record.zones[zone], on)
        report = audit(session)
    assert not isinstance(found, Refused), found
    for listed in found.zones:
        for one in listed.cells:
            assert one.own.ties, (listed.code, one.use_type, one.own)
    assert not report.differences, report.differences
    return found


def figures(table: TotalsTable, label: str) -> Figures:
    """The figures of one cell."""
    code, _, use_type = label.partition("/")
    for listed in table.zones:
        for one in listed.cells:
            if (listed.code, one.use_type) == (code, use_type):
                return one.own
    raise AssertionError(f"{label} is in the table")
