"""Random histories of the regulator's desk over a small tree, against a plain model.

After every step each cell has the room, the overdraft and the holdings that the model says; at
the end of every history the table of totals ties in every cell, the figures are the model's, and
the audit of the whole record finds nothing.  A history runs in one transaction that is rolled
back, so three hundred of them share one database.
"""

from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ledger.core.audit import audit
from ledger.core.database import run
from ledger.core.entries import Posted
from ledger.core.moves import PositionKind
from ledger.core.tables import position
from ledger.refusals import Refused
from ledger.registry.transfers import TransferRequest, transfer
from ledger.totals.allocation import Allocation, allocate, return_units
from ledger.totals.desk import Part, divide, give_back, lower_total, raise_total, set_total
from ledger.totals.table import totals_table
from tests.support.desk_record import (
    DeskRecord,
    act,
    allocate_to,
    figures,
    make_desk_record,
    set_in,
)
from tests.support.small_record import NOON, TODAY

HISTORIES = 2400
STEPS = 16

TREE = ("CHD", "A", "A/farm", "B/farm")
BELOW = {"CHD": ("A", "A/farm", "B/farm"), "A": ("A/farm",)}
PAIRS = [(upper, lower) for upper, lowers in BELOW.items() for lower in lowers]
HOLDERS = [("A", 0), ("A/farm", 0), ("A/farm", 1), ("B/farm", 0)]

cells = st.sampled_from(TREE)
pairs = st.sampled_from(PAIRS)
holders = st.sampled_from(HOLDERS)
shares = st.integers(min_value=1, max_value=110)
"""In percent of what could be: mostly inside, sometimes just beyond."""


def part(share: int, whole: int) -> int:
    """So many percent of what could be, at least one."""
    return max(whole * share // 100, 1)


class Model:
    """What a clerk with a pencil would write down: one line a cell, nothing of the ledger's."""

    def __init__(self) -> None:
        self.source = dict.fromkeys(TREE, 0)
        self.given = dict.fromkeys(TREE, 0)
        self.passed_on: dict[tuple[str, str], int] = dict.fromkeys(PAIRS, 0)
        self.room = dict.fromkeys(TREE, 0)
        self.tolerated = dict.fromkeys(TREE, 0)
        self.carried = dict.fromkeys(TREE, 0)
        self.held = dict.fromkeys(HOLDERS, 0)

    def start(self) -> None:
        """What every history begins with: two levels divided, most of it issued."""
        self.source |= {"CHD": 300, "B/farm": 40}
        self.given |= {"CHD": 300, "A": 200, "A/farm": 120, "B/farm": 100}
        self.passed_on |= {("CHD", "A"): 200, ("A", "A/farm"): 120, ("CHD", "B/farm"): 60}
        self.held |= {("A", 0): 60, ("A/farm", 0): 70, ("A/farm", 1): 30, ("B/farm", 0): 80}
        self.room |= {"CHD": 40, "A": 20, "A/farm": 20, "B/farm": 20}

    def comes(self, cell: str, amount: int) -> None:
        served = min(amount, self.tolerated[cell])
        self.tolerated[cell] -= served
        self.room[cell] += amount - served

    def leaves(self, cell: str, amount: int) -> None:
        from_room = min(amount, self.room[cell])
        self.room[cell] -= from_room
        self.tolerated[cell] += amount - from_room

    def lower(self, cell: str, amount: int) -> None:
        """Take what the cell lacks out, then send it back: to its source, else upward."""
        self.leaves(cell, amount)
        self._back(cell, amount)

    def _back(self, cell: str, amount: int) -> None:
        own = min(amount, self.source[cell])
        self.source[cell] -= own
        self.given[cell] -= amount
        left = amount - own
        for upper in (one for one in TREE if (one, cell) in self.passed_on):
            part = min(left, self.passed_on[upper, cell])
            left -= part
            self.passed_on[upper, cell] -= part
            served = min(part, self.tolerated[upper])
            self.tolerated[upper] -= served
            self._back(upper, part - served)

    def can_lower(self, cell: str, amount: int) -> bool:
        return amount <= self.given[cell]


class Desk(RuleBasedStateMachine):
    """One history; ``engine`` and ``record`` are those of the test."""

    engine: Engine
    record: DeskRecord
    policy: str

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.model.start()
        self.number = 0
        self.open = ExitStack()
        self.session = self.open.enter_context(Session(self.engine))
        self.water = self.record.assets["water"]

    def teardown(self) -> None:
        try:
            self.check_the_whole_record()
        finally:
            self.session.rollback()
            self.open.close()

    # -- what may happen -------------------------------------------------------------------

    @rule(cell=cells, share=shares)
    def set_or_raise(self, cell: str, share: int) -> None:
        amount = part(share, 100)
        function = raise_total if self.model.source[cell] else set_total
        self.stands(
            function(
                self.session, self.water, self.record.cells[cell], amount, self.next_act(), NOON
            )
        )
        self.model.source[cell] += amount
        self.model.given[cell] += amount
        self.model.comes(cell, amount)

    @rule(cell=cells, share=shares)
    def lower(self, cell: str, share: int) -> None:
        amount = part(share, self.model.given[cell])
        result = lower_total(
            self.session, self.water, self.record.cells[cell], amount, self.next_act(), NOON
        )
        if self.agrees(result, self.model.can_lower(cell, amount)):
            self.model.lower(cell, amount)

    @rule(upper=st.sampled_from(sorted(BELOW)), share=shares, both=st.booleans())
    def divide(self, upper: str, share: int, both: bool) -> None:
        lowers = BELOW[upper][-2 if both else -1 :]
        each = part(share, self.model.room[upper] // len(lowers))
        parts = [Part(self.record.cells[cell], each) for cell in lowers]
        result = divide(
            self.session, self.water, self.record.cells[upper], parts, self.next_act(), NOON
        )
        if self.agrees(result, each * len(lowers) <= self.model.room[upper]):
            for cell in lowers:
                self.model.room[upper] -= each
                self.model.passed_on[upper, cell] += each
                self.model.given[cell] += each
                self.model.comes(cell, each)

    @rule(pair=pairs, share=shares)
    def give_back(self, pair: tuple[str, str], share: int) -> None:
        upper, cell = pair
        amount = part(share, self.model.passed_on[pair])
        result = give_back(
            self.session,
            self.water,
            self.record.cells[cell],
            self.record.cells[upper],
            amount,
            self.next_act(),
            NOON,
        )
        came_from_there = amount <= self.model.passed_on[pair]
        if self.agrees(result, came_from_there and amount <= self.model.room[cell]):
            self.model.room[cell] -= amount
            self.model.given[cell] -= amount
            self.model.passed_on[pair] -= amount
            self.model.comes(upper, amount)

    @rule(holder=holders, share=shares)
    def allocate(self, holder: tuple[str, int], share: int) -> None:
        amount = part(share, self.model.room[holder[0]])
        row = Allocation(self.account(holder), amount, self.next_act())
        (result,) = allocate(self.session, self.water, [row], NOON)
        if self.agrees(result, amount <= self.model.room[holder[0]]):
            self.model.room[holder[0]] -= amount
            self.model.held[holder] += amount

    @rule(holder=holders, share=shares)
    def return_units(self, holder: tuple[str, int], share: int) -> None:
        amount = part(share, self.model.held[holder])
        result = return_units(
            self.session, self.account(holder), self.water, amount, self.next_act(), NOON
        )
        if self.agrees(result, amount <= self.model.held[holder]):
            self.model.held[holder] -= amount
            self.model.comes(holder[0], amount)

    @rule(giver=holders, receiver=holders, share=shares)
    def sell(self, giver: tuple[str, int], receiver: tuple[str, int], share: int) -> None:
        amount = part(share, self.model.held[giver])
        if giver == receiver:
            return
        asked = TransferRequest(
            self.next_act().key,
            TODAY,
            self.account(giver),
            self.account(receiver),
            self.water,
            amount,
            actor="示例",
            document="示例",
        )
        crosses = giver[0] != receiver[0]
        recounts = crosses and self.policy == "recount"
        fits = not recounts or amount <= self.model.room[receiver[0]]
        result = transfer(self.session, asked, NOON)
        if not self.agrees(result, amount <= self.model.held[giver] and fits):
            return
        self.model.held[giver] -= amount
        self.model.held[receiver] += amount
        if recounts:
            self.model.room[receiver[0]] -= amount
            self.model.comes(giver[0], amount)
        elif crosses:
            self.model.carried[giver[0]] -= amount
            self.model.carried[receiver[0]] += amount

    # -- what must hold --------------------------------------------------------------------

    @invariant()
    def every_cell_stands_as_the_model_says(self) -> None:
        found = self.balances()
        for cell in TREE:
            account = self.record.accounts[cell]
            assert found.get((account, PositionKind.TOTAL), 0) == self.model.room[cell], cell
            tolerated = -found.get((account, PositionKind.TOLERATED), 0)
            assert tolerated == self.model.tolerated[cell], cell
            assert -found.get((account, PositionKind.SOURCE), 0) == self.model.source[cell], cell
        for holder, held in self.model.held.items():
            assert found.get((self.account(holder), PositionKind.HOLDING), 0) == held, holder
        assert sum(found.values()) == 0

    def check_the_whole_record(self) -> None:
        table = totals_table(
            self.session, self.record.scheme, self.water, self.record.zones["CHD"], TODAY
        )
        assert not isinstance(table, Refused)
        for cell in TREE:
            one = figures(table, cell)
            divided = sum(n for (upper, _), n in self.model.passed_on.items() if upper == cell)
            assert one.ties, cell
            assert one.set_amount == self.model.given[cell], cell
            assert one.divided == divided, cell
            assert one.carried == self.model.carried[cell], cell
        report = audit(self.session)
        assert not report.differences, report.differences

    # -- small things ----------------------------------------------------------------------

    def next_act(self):  # type: ignore[no-untyped-def]
        self.number += 1
        return act(f"step {self.number}")

    def account(self, holder: tuple[str, int]) -> int:
        label, number = holder
        return self.record.holders[label][number]

    def balances(self) -> dict[tuple[int, PositionKind], int]:
        rows = self.session.execute(
            select(
                position.c.account_id, position.c.kind, position.c.credits - position.c.debits
            ).where(position.c.asset_id == self.water)
        )
        return {(account, PositionKind(kind)): balance for account, kind, balance in rows}

    def stands(self, result: Posted | Refused) -> None:
        assert isinstance(result, Posted), result

    def agrees(self, result: Posted | Refused, should_stand: bool) -> bool:
        assert isinstance(result, Posted) == should_stand, result
        return should_stand


def begin(engine: Engine, border_policy: str) -> DeskRecord:
    """Bring the record to where the model starts."""
    record = make_desk_record(engine, border_policy)
    set_in(engine, record, "CHD", 300)
    set_in(engine, record, "B/farm", 40)
    for upper, shares in (("CHD", {"A": 200, "B/farm": 60}), ("A", {"A/farm": 120})):
        parts = [Part(record.cells[cell], amount) for cell, amount in shares.items()]
        cell, key = record.cells[upper], act(f"divide {upper}")
        result = run(
            engine,
            lambda session, cell=cell, parts=parts, key=key: divide(
                session, record.assets["water"], cell, parts, key, NOON
            ),
        )
        assert isinstance(result, Posted), result
    allocate_to(engine, record, "A", 60)
    allocate_to(engine, record, "A/farm", 70, 30)
    allocate_to(engine, record, "B/farm", 80)
    return record


@pytest.mark.parametrize("border_policy", ["stay", "recount"])
def test_random_histories_keep_every_cells_identity(
    sqlite_engine: Engine, border_policy: str
) -> None:
    class OnThisRecord(Desk):
        engine = sqlite_engine
        record = begin(sqlite_engine, border_policy)
        policy = border_policy

    run_state_machine_as_test(
        OnThisRecord,
        settings=settings(
            max_examples=HISTORIES // 2,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
