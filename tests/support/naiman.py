"""A small registry for tests of the counter: the shipped schemes with two towns and some holders.

Built through the public functions, so every balance came the way it comes in life.  All parties
are invented.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from ledger.core.clock import Now, now_at
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet, post
from ledger.refusals import Refused
from ledger.registry.accounts import (
    AccountKind,
    NewAccount,
    cell_account,
    desk_account,
    open_accounts,
)
from ledger.registry.parties import NewParty, PartyKind, register_parties
from ledger.registry.zones import ensure_cell, ensure_zone
from ledger.rights.definitions import definition
from ledger.rights.schemes import Scheme, open_scheme
from ledger.totals.acts import Act
from ledger.totals.allocation import Allocation, allocate
from ledger.totals.desk import set_total
from ledger.totals.indexes import open_asset

NOVEMBER = now_at(datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
"""A November day of the demonstration year, noon in Beijing."""

MARCH_1 = date(2026, 3, 1)
JUNE_1 = date(2026, 6, 1)


@dataclass
class Naiman:
    """One scheme opened in two towns: Daqintala and Baxiantong, with holders in each.

    ``holders`` are by name: ``a1``, ``a2`` in the first town, ``b1``, ``b2`` in the second.
    """

    session: Session
    scheme: Scheme
    zones: dict[str, int]
    cells: dict[str, int]
    holders: dict[str, int]
    now: Now = NOVEMBER
    _acts: int = field(default=0)

    def asset(self, code: str) -> int:
        """The number of an asset by its code."""
        return self.scheme.assets[code].id

    def act(self, day: date = MARCH_1) -> Act:
        """An act of the regulator with a fresh key."""
        self._acts += 1
        return Act(
            f"{self.scheme.code}-act-{self._acts}", day, "经办人甲", "奈曼旗主管部门", "示例文件1号"
        )

    def set(self, town: str, asset: str, amount: int) -> None:
        """Set a total (or the room of an index) in a town."""
        done(
            set_total(
                self.session, self.asset(asset), self.cells[town], amount, self.act(), self.now
            )
        )

    def open(self, town: str, asset: str, amount: int) -> None:
        """Open an asset that stands under indexes."""
        done(
            open_asset(
                self.session, self.asset(asset), self.cells[town], amount, self.act(), self.now
            )
        )

    def allocate(self, asset: str, amounts: dict[str, int], day: date = MARCH_1) -> None:
        """Issue units to holders."""
        rows = [Allocation(self.holders[name], n, self.act(day)) for name, n in amounts.items()]
        for result in allocate(self.session, self.asset(asset), rows, self.now):
            done(result)

    def receive(self, holder: str, asset: str, amount: int, day: date = MARCH_1) -> None:
        """Bring units in from outside, for cases in which totals do not matter."""
        self.post(
            EntryKind.IMPORT,
            PositionKey(self.desk, self.asset(asset), PositionKind.OUTSIDE),
            self.holding(holder, asset),
            amount,
            day,
        )

    def post(
        self,
        kind: EntryKind,
        debit: PositionKey,
        credit: PositionKey,
        amount: int,
        day: date = MARCH_1,
    ) -> None:
        """Post one transfer as it is."""
        self._acts += 1
        entry = Entry(
            kind,
            f"{self.scheme.code}-raw-{self._acts}",
            day,
            (Transfer(debit, credit, amount),),
            actor="测试",
        )
        done(post(self.session, [entry], self.now)[0])

    @property
    def desk(self) -> int:
        """The scheme's desk."""
        return desk_account(self.session, self.scheme.id)

    def cell(self, town: str) -> int:
        """The account of a town's cell."""
        return cell_account(self.session, self.scheme.id, self.cells[town])

    def holding(self, holder: str, asset: str) -> PositionKey:
        """What a holder has freely."""
        return PositionKey(self.holders[holder], self.asset(asset), PositionKind.HOLDING)

    def held(self, holder: str, asset: str) -> int:
        """How much a holder has freely."""
        return self.balance(self.holding(holder, asset))

    def of_town(self, town: str, asset: str, kind: PositionKind, ref: str = "") -> int:
        """What stands on a position of a town's cell."""
        return self.balance(PositionKey(self.cell(town), self.asset(asset), kind, ref))

    def balance(self, position: PositionKey) -> int:
        """What stands on a position now."""
        working_set = WorkingSet(self.session, self.now)
        working_set.open([position])
        return working_set.balance(position)


def naiman(session: Session, scheme_code: str) -> Naiman:
    """Open a shipped scheme with two towns under the banner and two holders in each."""
    shipped = definition(scheme_code)
    assert not isinstance(shipped, Refused)
    scheme = open_scheme(session, shipped)
    tree = scheme.zone_tree
    banner = ensure_zone(session, tree, "naiman", "奈曼旗", "Naiman Banner")
    zones = {
        "daqintala": ensure_zone(session, tree, "daqintala", "大沁他拉镇", "Daqintala", banner),
        "baxiantong": ensure_zone(session, tree, "baxiantong", "八仙筒镇", "Baxiantong", banner),
    }
    cells = {town: ensure_cell(session, zone_id) for town, zone_id in zones.items()}
    return Naiman(
        session, scheme, {"naiman": banner, **zones}, cells, _holders(session, scheme, cells)
    )


def _holders(session: Session, scheme: Scheme, cells: dict[str, int]) -> dict[str, int]:
    towns = {"a1": "daqintala", "a2": "daqintala", "b1": "baxiantong", "b2": "baxiantong"}
    parties = register_parties(
        session,
        [NewParty(PartyKind.ENTERPRISE, f"示例企业 {name}", demonstration=True) for name in towns],
    )
    accounts = open_accounts(
        session,
        [
            NewAccount(
                AccountKind.HOLDER,
                scheme.id,
                cells[town],
                done_id(party),
                f"示例账户 {name}",
                f"{scheme.code}-{name}",
                date(2026, 1, 1),
            )
            for (name, town), party in zip(towns.items(), parties, strict=True)
        ],
    )
    return {name: done_id(one) for name, one in zip(towns, accounts, strict=True)}


def done(result: Posted | Refused) -> Posted:
    """Give the result that must be a posting."""
    assert isinstance(result, Posted), result
    return result


def done_id(result: int | Refused) -> int:
    """Give the number that must have been given."""
    assert isinstance(result, int), result
    return result


def refused_with(result: object) -> str:
    """Give the code that something was refused with; what was not refused says so."""
    return str(result.code) if isinstance(result, Refused) else f"not refused: {result}"
