"""The core against an obvious model: random entries in random batches, retries and reversals.

The model is a dictionary of balances and a notebook of what was posted; it knows nothing of
cumulative sums, positions, locks or databases.  After every batch the record must say what the
model says: each answer, each balance; nothing gained or lost; no floor crossed; no hold eaten by
another; and in the end the audit finds nothing.
"""

from dataclasses import dataclass
from datetime import date
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, insert, select

from ledger.core.audit import audit
from ledger.core.database import reading, run
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.core.tables import account, asset, position
from tests.support.small_record import NOON, TODAY, SmallRecord, make_record

# -- the model ------------------------------------------------------------------------------------

Name = tuple[str, ...]
"""A pot: ("source", cell), ("total", cell), ("free", holder), ("held", holder, order), ..."""
Step = tuple[Name, Name, int]

SHORT = {
    "total": "total_exhausted",
    "free": "available_too_small",
    "held": "hold_too_small",
    "gone": "balance_too_small",
}


class Notebook:
    """What the books should say, kept by hand."""

    def __init__(self) -> None:
        self.pots: dict[Name, int] = {}
        self.written: dict[str, tuple[str, tuple[Step, ...]]] = {}
        self.undone: set[str] = set()

    def ask(self, key: str, kind: str, steps: tuple[Step, ...], undoes: str = "") -> str:
        """Write an entry down if it holds; say "posted" or why not."""
        if key in self.written:
            same = self.written[key] == (kind + undoes, steps)
            return "posted" if same else "key_used_for_another_entry"
        if undoes and undoes in self.undone:
            return "entry_already_reversed"
        tried = dict(self.pots)
        for giver, taker, amount in steps:
            if amount < 1:
                return "amount_not_positive"
            if giver[0] != "source" and tried.get(giver, 0) < amount:
                return SHORT[giver[0]]
            tried[giver] = tried.get(giver, 0) - amount
            tried[taker] = tried.get(taker, 0) + amount
        self.pots = tried
        self.written[key] = (kind + undoes, steps)
        if undoes:
            self.undone.add(undoes)
        return "posted"


# -- the machine ------------------------------------------------------------------------------------

CELLS = ("0", "1")
HOLDERS = ("0", "1", "2")
ORDERS = ("a", "b")
amounts = st.integers(min_value=0, max_value=40)
cells, holders, orders = st.sampled_from(CELLS), st.sampled_from(HOLDERS), st.sampled_from(ORDERS)


@dataclass(frozen=True)
class Wish:
    """An entry as both sides are asked for it; ``undoes`` is the key of the one to reverse."""

    key: str
    kind: EntryKind
    steps: tuple[Step, ...]
    undoes: str = ""


class CoreMachine(RuleBasedStateMachine):
    """One run of random work.  Runs share a database; each has an asset and accounts of its own."""

    def __init__(self, engine: Engine, record: SmallRecord, number: int) -> None:
        super().__init__()
        self.engine = engine
        self.record = record
        self.number = number
        self.keys = count(1)
        self.notebook = Notebook()
        self.batch: list[Wish] = []
        self.size = 1
        self.posted: dict[str, tuple[Wish, int]] = {}
        self.asset, self.holders = run(self.engine, self._insert)

    def _insert(self, session) -> tuple[int, list[int]]:  # type: ignore[no-untyped-def]
        names = {"name_zh": "示例", "name_en": "example", "role": "unit", "unit": "t"}
        made = session.execute(
            insert(asset).values(code=f"u{self.number}", scheme_id=self.record.scheme, **names)
        )
        accounts = [
            session.execute(
                insert(account).values(
                    number=f"m{self.number}-{holder}",
                    kind="holder",
                    scheme_id=self.record.scheme,
                    cell_id=self.record.cells[int(holder) % 2],
                    party_id=self.record.parties[0],
                    opened_on=date(2026, 1, 1),
                )
            ).inserted_primary_key[0]
            for holder in HOLDERS
        ]
        return made.inserted_primary_key[0], accounts

    # -- wishes, gathered into batches

    @initialize(size=st.integers(min_value=1, max_value=6))
    def begin_with_something(self, size: int) -> None:
        """Fifty for everybody, so that most of what is asked for can be had."""
        self.size = size
        for cell in CELLS:
            self.wish(EntryKind.SET, (("source", cell), ("total", cell), 150))
        for holder in HOLDERS:
            cell = CELLS[int(holder) % 2]
            self.wish(EntryKind.ALLOCATE, (("total", cell), ("free", holder), 50))

    def wish(self, kind: EntryKind, *steps: Step) -> None:
        self.add(Wish(f"{self.number}/{next(self.keys)}", kind, steps))

    def add(self, wish: Wish) -> None:
        """Put it into the batch; a batch that is full is posted."""
        self.batch.append(wish)
        if len(self.batch) >= self.size:
            self.post_batch()

    @rule(cell=cells, amount=amounts)
    def open_total(self, cell: str, amount: int) -> None:
        self.wish(EntryKind.SET, (("source", cell), ("total", cell), amount))

    @rule(cell=cells, amount=amounts)
    def lower_total(self, cell: str, amount: int) -> None:
        source = ("source", cell)
        # A source at zero cannot take more back: another rule, tried in a table test.
        given = -self.notebook.pots.get(source, 0)
        if not self.batch and given >= amount:
            self.wish(EntryKind.LOWER, (("total", cell), source, amount))

    @rule(cell=cells, amount=amounts)
    def divide(self, cell: str, amount: int) -> None:
        other = CELLS[cell == CELLS[0]]
        self.wish(EntryKind.DIVIDE, (("total", cell), ("total", other), amount))

    @rule(holder=holders, amount=amounts)
    def allocate(self, holder: str, amount: int) -> None:
        cell = CELLS[int(holder) % 2]
        self.wish(EntryKind.ALLOCATE, (("total", cell), ("free", holder), amount))

    @rule(pair=st.permutations(HOLDERS), amount=amounts, onward=st.none() | amounts)
    def transfer(self, pair: list[str], amount: int, onward: int | None) -> None:
        """To another, and perhaps onward in the same entry: then the second half may fail."""
        giver, taker, third = pair
        steps: list[Step] = [(("free", giver), ("free", taker), amount)]
        if onward is not None:
            steps.append((("free", taker), ("free", third), 2 * onward))
        self.wish(EntryKind.TRANSFER, *steps)

    @rule(holder=holders, order=orders, amount=amounts)
    def hold(self, holder: str, order: str, amount: int) -> None:
        self.wish(EntryKind.HOLD, (("free", holder), ("held", holder, order), amount))

    @precondition(lambda self: self.holds())
    @rule(data=st.data(), amount=amounts)
    def release(self, data: st.DataObject, amount: int) -> None:
        hold = data.draw(st.sampled_from(self.holds()))
        self.wish(EntryKind.RELEASE, (hold, ("free", hold[1]), amount))

    @precondition(lambda self: self.holds())
    @rule(data=st.data(), buyer=holders, amount=amounts)
    def fill(self, data: st.DataObject, buyer: str, amount: int) -> None:
        """Often more than this order holds, while another order of the same holder has plenty."""
        hold = data.draw(st.sampled_from(self.holds()))
        self.wish(EntryKind.FILL, (hold, ("free", buyer), amount))

    def holds(self) -> list[Name]:
        return sorted(name for name in self.notebook.pots if name[0] == "held")

    @rule(holder=holders, amount=amounts)
    def surrender(self, holder: str, amount: int) -> None:
        end = ("gone", CELLS[int(holder) % 2])
        self.wish(EntryKind.SURRENDER, (("free", holder), end, amount))

    @precondition(lambda self: self.posted)
    @rule(data=st.data(), times=st.sampled_from((1, 1, 2)))
    def reverse(self, data: st.DataObject, times: int) -> None:
        original, _ = self.posted[data.draw(st.sampled_from(sorted(self.posted)))]
        if original.kind is EntryKind.REVERSAL:
            return
        steps = tuple((taker, giver, amount) for giver, taker, amount in original.steps[::-1])
        for _ in range(times):
            key = f"{self.number}/{next(self.keys)}"
            self.add(Wish(key, EntryKind.REVERSAL, steps, undoes=original.key))

    @precondition(lambda self: self.posted or self.batch)
    @rule(data=st.data(), change=st.booleans())
    def ask_again(self, data: st.DataObject, change: bool) -> None:
        known = {key: wish for key, (wish, _) in self.posted.items()}
        known |= {wish.key: wish for wish in self.batch}
        wish = known[data.draw(st.sampled_from(sorted(known)))]
        if change:
            giver, taker, amount = wish.steps[0]
            wish = Wish(wish.key, wish.kind, ((giver, taker, amount + 1), *wish.steps[1:]))
        if wish.kind is not EntryKind.REVERSAL or not change:
            self.add(wish)

    @precondition(lambda self: self.batch)
    @rule()
    def post_batch(self) -> None:
        wishes, self.batch = self.batch, []
        expected = [
            self.notebook.ask(wish.key, wish.kind, wish.steps, wish.undoes) for wish in wishes
        ]
        entries = [self.entry(wish) for wish in wishes]
        answers = run(self.engine, lambda session: post(session, entries, NOON))
        told = ["posted" if isinstance(answer, Posted) else str(answer.code) for answer in answers]
        assert told == expected
        for wish, answer in zip(wishes, answers, strict=True):
            if isinstance(answer, Posted):
                _, number = self.posted.setdefault(wish.key, (wish, answer.entry_id))
                assert answer.entry_id == number

    # -- what both sides must agree on

    @invariant()
    def balances_agree(self) -> None:
        columns = position.c
        with reading(self.engine) as session:
            found = session.execute(select(position).where(columns.asset_id == self.asset)).all()
        names = {self.key(name): balance for name, balance in self.notebook.pots.items()}
        for row in found:
            key = PositionKey(row.account_id, row.asset_id, PositionKind(row.kind), row.ref)
            assert row.credits - row.debits == names.pop(key, 0)
            assert row.floor is None or row.credits - row.debits >= row.floor
        assert not any(names.values())
        assert sum(row.credits - row.debits for row in found) == 0

    def teardown(self) -> None:
        if self.batch:
            self.post_batch()
        self.balances_agree()
        with reading(self.engine) as session:
            report = audit(session)
        assert report.clean, report.differences

    # -- names of the model as the record has them

    def entry(self, wish: Wish) -> Entry:
        transfers = tuple(
            Transfer(self.key(giver), self.key(taker), amount)
            for giver, taker, amount in wish.steps
        )
        reverses = self.posted[wish.undoes][1] if wish.undoes else None
        return Entry(wish.kind, wish.key, TODAY, transfers, reverses=reverses)

    def key(self, name: Name) -> PositionKey:
        kind, owner, *ref = name
        if kind in {"free", "held"}:
            holder = self.holders[int(owner)]
            kinds = {"free": PositionKind.HOLDING, "held": PositionKind.FROZEN}
            return PositionKey(holder, self.asset, kinds[kind], *ref)
        cell = self.record.cell_accounts[int(owner)]
        if kind == "gone":
            return PositionKey(cell, self.asset, PositionKind.SURRENDERED, "2026")
        return PositionKey(cell, self.asset, PositionKind(kind))


def test_the_core_does_what_an_obvious_model_does(engine: Engine) -> None:
    record = make_record(engine)
    numbers = count(1)
    # Each step goes through a database, so half as many runs as elsewhere.
    half = settings(max_examples=settings.default.max_examples // 2, stateful_step_count=50)
    run_state_machine_as_test(lambda: CoreMachine(engine, record, next(numbers)), settings=half)
