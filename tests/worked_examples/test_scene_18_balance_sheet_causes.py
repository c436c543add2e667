"""Scene 18, in the journal itself: opening + causes = closing, for each of eight states.

A cause is (kind of entry, from, to).  3,000 random entries over four months, some dated back, some
reversed; then for twenty pairs of dates and each state: what was there, plus what each cause
brought in, less what each took out, is what is there in the end.  And causes between two states
cancel out: what one side loses to a cause, the other gains.
"""

import random
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from ledger.core.audit import audit
from ledger.core.balances import balances_on
from ledger.core.database import reading, run
from ledger.core.entries import Entry, PositionKey, Posted
from ledger.core.moves import MOVE_SET, EntryKind, PositionKind
from ledger.core.posting import post, reversal_of
from tests.support.small_record import SmallRecord, entry_of, make_record, noon, post_all

STATES = (
    PositionKind.TOTAL,
    PositionKind.HOLDING,
    PositionKind.BOUGHT,
    PositionKind.WITHHELD,
    PositionKind.FROZEN,
    PositionKind.SURRENDERED,
    PositionKind.USED,
    PositionKind.RETIRED,
)
FIRST = date(2026, 1, 1)
DAYS = 120
A_DAY = 45

Cause = tuple[str, str, str]


def random_entry(record: SmallRecord, chance: random.Random, key: str, on: date) -> Entry:
    """One of twelve things that happen to units of a cell and its holders."""
    cell = chance.randrange(2)
    one, other = cell, cell + 2
    holder = record.holders[one]
    hold = record.frozen(one, f"order {chance.randrange(2)}")
    bought = PositionKey(record.holders[other], record.unit, PositionKind.BOUGHT)
    withheld = PositionKey(holder, record.unit, PositionKind.WITHHELD, "cut")

    def of_cell(kind: PositionKind) -> PositionKey:
        ended = kind in {PositionKind.SURRENDERED, PositionKind.USED, PositionKind.RETIRED}
        return record.of_cell(cell, kind, ref="2026" if ended else "")

    total, source = of_cell(PositionKind.TOTAL), of_cell(PositionKind.SOURCE)
    holding = record.holding(one)
    kind, debit, credit = chance.choice(
        (
            (EntryKind.SET, source, total),
            (EntryKind.LOWER, total, source),
            (EntryKind.ALLOCATE, total, holding),
            (EntryKind.ALLOCATE, total, holding),
            (EntryKind.RETURN, holding, total),
            (EntryKind.TRANSFER, holding, record.holding(other)),
            (EntryKind.HOLD, holding, hold),
            (EntryKind.RELEASE, hold, holding),
            (EntryKind.FILL, hold, bought),
            (EntryKind.ROLL, bought, record.holding(other)),
            (EntryKind.SURRENDER, holding, of_cell(PositionKind.SURRENDERED)),
            (EntryKind.USE, holding, of_cell(PositionKind.USED)),
            (EntryKind.CUT, holding, withheld),
            (EntryKind.CUT, holding, of_cell(PositionKind.RETIRED)),
        )
    )
    amount = chance.randint(1, 20) * (10 if kind is EntryKind.SET else 1)
    return entry_of(kind, key, (debit, credit, amount), on=on)


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    """Forty-five requests a day; a tenth of them dated back, two entries a day reversed."""
    r = make_record(engine)
    chance = random.Random(18)
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        entries = [
            random_entry(
                r,
                chance,
                f"{number}/{n}",
                max(FIRST, day - timedelta(days=chance.choice([0] * 9 + [20]))),
            )
            for n in range(A_DAY)
        ]
        answers = post_all(engine, *entries, now=noon(day))
        posted = [answer.entry_id for answer in answers if isinstance(answer, Posted)]
        for entry_id in chance.sample(posted, min(2, len(posted))):
            reverse(engine, entry_id, day)
    return r


def reverse(engine: Engine, entry_id: int, day: date) -> None:
    """Undo an entry if its units are still there."""

    def work(session):  # type: ignore[no-untyped-def]
        entry = reversal_of(session, entry_id, key=f"undo {entry_id}", business_date=day)
        assert isinstance(entry, Entry)
        return post(session, [entry], noon(day))

    run(engine, work)


def causes_of(session, asset_id: int, first: date, last: date) -> Counter[Cause]:  # type: ignore[no-untyped-def]
    """What moved between two dates, by cause, straight from the journal."""
    found = session.execute(
        text(
            "SELECT e.kind, d.kind, c.kind, sum(t.amount) FROM transfer t "
            "JOIN entry e ON e.id = t.entry_id "
            "JOIN position d ON d.id = t.debit_position_id "
            "JOIN position c ON c.id = t.credit_position_id "
            "WHERE t.asset_id = :asset AND e.business_date BETWEEN :first AND :last "
            "GROUP BY e.kind, d.kind, c.kind"
        ),
        {"asset": asset_id, "first": first.isoformat(), "last": last.isoformat()}
        if session.connection().dialect.name == "sqlite"
        else {"asset": asset_id, "first": first, "last": last},
    )
    return Counter({(row[0], row[1], row[2]): int(row[3]) for row in found})


def stock_on(session, asset_id: int, day: date) -> dict[str, int]:  # type: ignore[no-untyped-def]
    """How much there is in each state at the end of a day."""
    kinds = dict(
        session.execute(
            text("SELECT id, kind FROM position WHERE asset_id = :asset"), {"asset": asset_id}
        ).all()
    )
    stock: defaultdict[str, int] = defaultdict(int)
    for position, balance in balances_on(session, list(kinds), day).items():
        stock[kinds[position]] += balance
    return stock


def test_opening_and_causes_give_the_closing_for_each_state(
    engine: Engine, record: SmallRecord
) -> None:
    chance = random.Random(2)
    seen: Counter[Cause] = Counter()
    with reading(engine) as session:
        for _ in range(20):
            first = FIRST + timedelta(days=chance.randrange(DAYS))
            last = first + timedelta(days=chance.randrange(1, 60))
            opening = stock_on(session, record.unit, first - timedelta(days=1))
            closing = stock_on(session, record.unit, last)
            causes = causes_of(session, record.unit, first, last)
            for state in STATES:
                came = sum(n for (_, _, credit), n in causes.items() if credit == state)
                went = sum(n for (_, debit, _), n in causes.items() if debit == state)
                assert opening[state] + came - went == closing[state], (state, first, last)
            seen += causes
    # Every cause is in the table, or is the table read backwards by a reversal.
    for kind, debit, credit in seen:
        if kind == EntryKind.REVERSAL:
            assert any(move[1:] == (credit, debit) for move in MOVE_SET)
        else:
            assert (kind, debit, credit) in MOVE_SET
    assert {state.value for state in STATES} <= {credit for _, _, credit in seen}


def test_all_states_together_are_what_was_set_and_not_taken_back(
    engine: Engine, record: SmallRecord
) -> None:
    with reading(engine) as session:
        last = FIRST + timedelta(days=DAYS)
        stock = stock_on(session, record.unit, last)
        causes = causes_of(session, record.unit, FIRST, last)
        report = audit(session)
    came = sum(n for (_, debit, _), n in causes.items() if debit == PositionKind.SOURCE)
    went = sum(n for (_, _, credit), n in causes.items() if credit == PositionKind.SOURCE)
    assert sum(stock[state] for state in STATES) == came - went == -stock["source"]
    assert report.clean, report.differences
    assert report.counted["entries"] >= 3000
