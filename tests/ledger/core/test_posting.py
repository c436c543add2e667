"""``post``: one result for each entry, in order; a refusal has its own code and leaves no trace."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from ledger.core.closing import close_month
from ledger.core.database import run
from ledger.core.deciding import KEY_LENGTH_MAX, TEXT_LENGTH_MAX, TRANSFERS_MAX
from ledger.core.entries import Entry, PositionKey, Posted, PostingCode
from ledger.core.moves import AMOUNT_MAX, CUMULATIVE_MAX, EntryKind, PositionKind
from ledger.core.posting import post, reversal_of
from ledger.refusals import Refused
from tests.support.small_record import (
    NOON,
    TODAY,
    SmallRecord,
    balances,
    entry_of,
    make_record,
    post_all,
    post_well,
)
from web.sentences.catalogue import sentence

TOMORROW = TODAY + timedelta(days=1)
IN_CLOSED_MONTH = date(2026, 4, 30)
NOWHERE = 10**9
"""The number of a position, or of an entry, that does not exist."""

HOLDING, TOTAL, SOURCE = PositionKind.HOLDING, PositionKind.TOTAL, PositionKind.SOURCE
ROOM, ROOM_USED, TOLERATED = PositionKind.ROOM, PositionKind.ROOM_USED, PositionKind.TOLERATED


@dataclass(frozen=True)
class World:
    """Holder 0 has 100 free and 7 held, cell 0 a total of 50 and room of 20; April is closed."""

    engine: Engine
    record: SmallRecord
    transfer: int
    reversed_entry: int
    reversal: int

    def key(self, name: str) -> PositionKey | int:
        """A position by its word in the table below."""
        r = self.record
        return {
            "free 0": r.holding(0),
            "free 1": r.holding(1),
            "held 0": r.frozen(0, "order-1"),
            "cash 0": r.cash(0),
            "bank": r.bank(),
            "bought 0": PositionKey(r.holders[0], r.unit, PositionKind.BOUGHT),
            "surrendered": r.of_cell(0, PositionKind.SURRENDERED, ref="2026"),
            "total": r.of_cell(0, TOTAL),
            "room": r.of_cell(0, ROOM, r.index),
            "room used": r.of_cell(0, ROOM_USED, r.index),
            "tolerated": r.of_cell(0, TOLERATED, r.index),
            "other asset 1": r.holding(1, r.second_unit),
            "empty": r.holding(4, r.second_unit),
            "nearly full": r.holding(5, r.second_unit),
            "nowhere": NOWHERE,
        }[name]


@pytest.fixture
def world(engine: Engine) -> World:
    r = make_record(engine)
    numbers = post_well(
        engine,
        entry_of(EntryKind.IMPORT, "import", (r.outside(), r.holding(0), 117)),
        entry_of(EntryKind.SET, "set", (r.of_cell(0, SOURCE), r.of_cell(0, TOTAL), 50)),
        entry_of(
            EntryKind.SET,
            "set-index",
            (r.of_cell(0, SOURCE, r.index), r.of_cell(0, ROOM, r.index), 20),
        ),
        entry_of(EntryKind.HOLD, "hold", (r.holding(0), r.frozen(0, "order-1"), 7)),
        entry_of(EntryKind.DEPOSIT, "deposit", (r.bank(), r.cash(0), 300)),
        filling(r, CUMULATIVE_MAX - 5),
        entry_of(EntryKind.TRANSFER, "transfer", (r.holding(0), r.holding(1), 10)),
        entry_of(EntryKind.TRANSFER, "mistake", (r.holding(0), r.holding(1), 1)),
    )
    reversal = reverse(engine, numbers[-1], "reversal")
    assert isinstance(reversal, Posted)
    run(engine, lambda session: close_month(session, r.scheme, IN_CLOSED_MONTH, NOON, "示例"))
    return World(engine, r, numbers[-2], numbers[-1], reversal.entry_id)


def filling(r: SmallRecord, amount: int) -> Entry:
    """Bring a cumulative sum to any figure, in one entry of pieces that are small enough."""
    whole, rest = divmod(amount, AMOUNT_MAX)
    pieces = [AMOUNT_MAX] * whole + [rest] * (rest > 0)
    pair = (r.outside(r.second_unit), r.holding(5, r.second_unit))
    return entry_of(EntryKind.IMPORT, f"fill-{amount}", *((*pair, piece) for piece in pieces))


def reverse(engine: Engine, entry_id: int, key: str) -> Posted | Refused:
    def work(session):  # type: ignore[no-untyped-def]
        entry = reversal_of(session, entry_id, key=key, business_date=TODAY)
        return entry if isinstance(entry, Refused) else post(session, [entry], NOON)[0]

    return run(engine, work)


# Each line breaks its own rule and, where one entry can, the rules after it as well:
# (kind, debit, credit, amount, the rest of the entry, expected code)
TRANSFER, REVERSAL = EntryKind.TRANSFER, EntryKind.REVERSAL
LONG = "\n" * (TEXT_LENGTH_MAX + 1)
BACK = {"on": IN_CLOSED_MONTH}
# fmt: off
TABLE = (
    (TRANSFER, "", "", 0, {"key": ""}, "key_missing"),
    (TRANSFER, "", "", 0, {"key": "k" * (KEY_LENGTH_MAX + 1)}, "key_too_long"),
    (TRANSFER, "", "", 0, {"key": "transfer", "actor": LONG}, "key_used_for_another_entry"),
    (TRANSFER, "", "", 0, {"actor": LONG}, "entry_without_transfers"),
    (TRANSFER, "free 0", "free 1", 0, {"times": TRANSFERS_MAX + 1, "actor": LONG},
     "entry_with_too_many_transfers"),
    (TRANSFER, "free 0", "free 1", 0, {"actor": LONG, "money_fen": -1}, "text_too_long"),
    (TRANSFER, "free 0", "free 1", 0, {"document": "1\t2", "money_fen": -1},
     "text_has_control_sign"),
    (REVERSAL, "free 0", "free 1", 0, {"money_fen": 2**62, "on": TOMORROW}, "price_out_of_range"),
    (REVERSAL, "free 0", "free 1", 0, {"on": TOMORROW}, "business_date_in_future"),
    (REVERSAL, "free 0", "free 1", 0, BACK, "reversal_names_no_entry"),
    (REVERSAL, "free 0", "free 1", 0, {"reverses": "nowhere"}, "entry_to_reverse_unknown"),
    (REVERSAL, "free 0", "free 1", 0, {"reverses": "reversed_entry"}, "entry_already_reversed"),
    (REVERSAL, "free 0", "free 1", 0, {"reverses": "reversal"}, "reversal_not_reversible"),
    (REVERSAL, "free 0", "free 1", 0, {"reverses": "transfer"}, "reversal_must_mirror"),
    (TRANSFER, "nowhere", "nowhere", 0, BACK, "amount_not_positive"),
    (TRANSFER, "nowhere", "nowhere", AMOUNT_MAX + 1, BACK, "amount_too_large"),
    (TRANSFER, "nowhere", "nowhere", 1, BACK, "position_unknown"),
    (TRANSFER, "free 0", "free 0", 101, BACK, "positions_must_differ"),
    (EntryKind.USE, "free 0", "other asset 1", 101, BACK, "assets_must_match"),
    (EntryKind.USE, "free 0", "free 1", 101, BACK, "move_not_in_table"),
    (TRANSFER, "free 0", "free 1", 101, BACK, "business_date_in_closed_month"),
    (TRANSFER, "empty", "nearly full", 6, {}, "cumulative_sum_too_large"),
    (TRANSFER, "free 0", "free 1", 101, {}, "available_too_small"),
    (EntryKind.ALLOCATE, "total", "free 0", 51, {}, "total_exhausted"),
    (EntryKind.OPEN, "room", "room used", 21, {}, "room_exhausted"),
    (EntryKind.RELEASE, "held 0", "free 0", 8, {}, "hold_too_small"),
    (EntryKind.WITHDRAW, "cash 0", "bank", 301, {}, "cash_too_small"),
    (EntryKind.SURRENDER, "bought 0", "surrendered", 1, {}, "balance_too_small"),
    (EntryKind.GIVE_BACK, "room", "tolerated", 1, {}, "balance_above_zero"),
)
# fmt: on


def written(
    world: World, kind: EntryKind, debit: str, credit: str, amount: int, rest: dict
) -> Entry:  # type: ignore[type-arg]
    """Write the entry of a line of the table."""
    rest = {"key": "new", **rest}
    times = rest.pop("times", 1 if debit else 0)
    if "reverses" in rest:
        named = rest["reverses"]
        rest["reverses"] = NOWHERE if named == "nowhere" else getattr(world, named)
    lines = [(world.key(debit), world.key(credit), amount)] * times if debit else []
    return entry_of(kind, rest.pop("key"), *lines, **rest)


def journal_of(engine: Engine) -> list[object]:
    """All that the journal holds."""
    with engine.connect() as connection:
        return [
            connection.execute(text(question)).all()
            for question in (
                "SELECT id, key FROM entry ORDER BY id",
                "SELECT entry_id, line, amount FROM transfer ORDER BY entry_id, line",
                "SELECT id, debits, credits FROM position WHERE debits + credits > 0 ORDER BY id",
            )
        ]


def test_each_rule_answers_with_its_code_in_the_order_of_precedence(world: World) -> None:
    before = journal_of(world.engine)
    answers = []
    for kind, debit, credit, amount, rest, _code in TABLE:
        (answer,) = post_all(world.engine, written(world, kind, debit, credit, amount, rest))
        assert isinstance(answer, Refused)
        answers.append(str(answer.code))
        # A sentence that asks for a figure which the refusal does not tell would raise.
        assert sentence(answer, "zh") != sentence(answer, "en")
    assert answers == [line[-1] for line in TABLE]
    assert journal_of(world.engine) == before


def test_the_table_has_every_code_in_the_order_in_which_they_are_looked_at() -> None:
    assert [line[-1] for line in TABLE] == [str(code) for code in PostingCode]


def test_refused_entries_do_not_stop_the_others_of_their_batch(world: World) -> None:
    r = world.record
    bad = [written(world, *line[:5]) for line in TABLE]
    good = [
        entry_of(TRANSFER, f"good-{n}", (r.holding(0), r.holding(1), 1)) for n in range(len(bad))
    ]
    mixed = [entry for pair in zip(bad, good, strict=True) for entry in pair]
    answers = post_all(world.engine, *mixed)
    assert [isinstance(answer, Posted) for answer in answers] == [False, True] * len(bad)
    assert [answer.code for answer in answers[::2]] == list(PostingCode)  # type: ignore[union-attr]
    assert balances(world.engine, r.holding(0), r.holding(1)) == [100 - 29, 10 + 29]


# -- what a refusal tells --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (4, {"count": 30_001, "limit": 30_000}),
        (8, {"date": TOMORROW, "today": TODAY}),
        (15, {"amount": 10**15 + 1, "limit": 10**15}),
        (20, {"date": IN_CLOSED_MONTH, "closed_through": IN_CLOSED_MONTH}),
        (19, {"kind": "use", "debit": "holding", "credit": "holding"}),
    ],
)
def test_a_refusal_tells_its_figures(world: World, line: int, values: dict[str, object]) -> None:
    (answer,) = post_all(world.engine, written(world, *TABLE[line][:5]))
    assert isinstance(answer, Refused)
    assert answer.values == values


def test_a_floor_that_was_met_tells_what_is_there_and_what_was_needed(world: World) -> None:
    (answer,) = post_all(
        world.engine,
        entry_of(TRANSFER, "too-much", (world.key("free 0"), world.key("free 1"), 250)),
    )
    assert isinstance(answer, Refused)
    assert (answer.values["available"], answer.values["needed"]) == (100, 250)


# -- exact bounds -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "code"),
    [(AMOUNT_MAX, None), (AMOUNT_MAX + 1, PostingCode.AMOUNT_TOO_LARGE)],
)
def test_one_transfer_carries_up_to_ten_to_the_fifteen(
    engine: Engine, amount: int, code: PostingCode | None
) -> None:
    r = make_record(engine)
    (answer,) = post_all(
        engine, entry_of(EntryKind.IMPORT, "import", (r.outside(), r.holding(0), amount))
    )
    assert (answer.code if isinstance(answer, Refused) else None) == code
    assert balances(engine, r.holding(0)) == [AMOUNT_MAX if code is None else 0]


@pytest.mark.parametrize(
    ("amount", "code"),
    [(2**62 - 1, None), (2**62, PostingCode.CUMULATIVE_SUM_TOO_LARGE)],
)
def test_a_cumulative_sum_stays_below_two_to_the_sixty_two(
    engine: Engine, amount: int, code: PostingCode | None
) -> None:
    r = make_record(engine)
    full = r.holding(5, r.second_unit)
    (answer,) = post_all(engine, filling(r, amount))
    assert (answer.code if isinstance(answer, Refused) else None) == code
    assert balances(engine, full) == [2**62 - 1 if code is None else 0]


def test_units_that_come_back_count_towards_the_cumulative_sum(world: World) -> None:
    """The sums only grow: a balance far below the limit may still have reached it."""
    full, empty = world.key("nearly full"), world.key("empty")
    answers = post_all(
        world.engine,
        entry_of(TRANSFER, "there", (full, empty, 5)),
        entry_of(TRANSFER, "back", (empty, full, 5)),
        entry_of(TRANSFER, "there again", (full, empty, 5)),
        entry_of(TRANSFER, "back again", (empty, full, 1)),
    )
    assert [getattr(answer, "code", "posted") for answer in answers] == [
        "posted",
        "posted",
        "posted",
        PostingCode.CUMULATIVE_SUM_TOO_LARGE,
    ]


@pytest.mark.parametrize(
    ("length", "code"),
    [(KEY_LENGTH_MAX, None), (KEY_LENGTH_MAX + 1, PostingCode.KEY_TOO_LONG)],
)
def test_a_key_has_up_to_200_signs(engine: Engine, length: int, code: PostingCode | None) -> None:
    r = make_record(engine)
    (answer,) = post_all(
        engine, entry_of(EntryKind.IMPORT, "钥" * length, (r.outside(), r.holding(0), 1))
    )
    assert (answer.code if isinstance(answer, Refused) else None) == code


@pytest.mark.parametrize("price", [0, 2**62 - 1])
def test_price_and_money_are_kept_as_they_are(engine: Engine, price: int) -> None:
    r = make_record(engine)
    line = (r.outside(), r.holding(0), 1)
    post_well(
        engine,
        entry_of(EntryKind.IMPORT, "import", line, unit_price_micro=price, money_fen=price),
    )
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT unit_price_micro, money_fen FROM entry")).one()
    assert tuple(stored) == (price, price)


def test_an_entry_of_the_longest_kind_posts_all_its_lines(engine: Engine) -> None:
    r = make_record(engine)
    line = (r.outside(), r.holding(0), 1)
    post_well(engine, entry_of(EntryKind.IMPORT, "long", *([line] * TRANSFERS_MAX)))
    assert balances(engine, r.holding(0)) == [TRANSFERS_MAX]


# -- texts --------------------------------------------------------------------------------------

ODD_TEXTS = (
    "{1,NULL}",
    'quoted "twice"',
    "back\\slash \\N \\t",
    "it's; -- done",
    "环评〔2026〕12号　附件一",
    "no\u00a0break",
    "𠮷野家 😀",
    "NULL",
    ",",
    " ",
)


@pytest.mark.parametrize("batch", [1, 150], ids=["alone", "in bulk"])
def test_texts_come_back_as_they_were_written(engine: Engine, batch: int) -> None:
    r = make_record(engine)
    entries = [
        entry_of(
            EntryKind.IMPORT,
            f"{text_written}/{n}",
            (r.outside(), PositionKey(r.holders[0], r.unit, HOLDING, text_written), 1),
            actor=text_written,
            office=text_written,
            document=text_written,
        )
        for text_written in ODD_TEXTS
        for n in range(batch)
    ]
    post_well(engine, *entries)
    with engine.connect() as connection:
        stored = connection.execute(
            text("SELECT key, actor, office, document FROM entry ORDER BY id")
        ).all()
        refs = connection.execute(
            text("SELECT ref FROM position WHERE kind = 'holding' ORDER BY id")
        ).scalars()
        assert set(refs) == set(ODD_TEXTS)
    assert [tuple(row) for row in stored] == [
        (entry.key, entry.actor, entry.office, entry.document) for entry in entries
    ]


@pytest.mark.parametrize("sign", ["\x00", "\n", "\x7f", "\u200b", "\u2028", "\u202e", "\ud800"])
def test_texts_with_invisible_signs_are_refused(engine: Engine, sign: str) -> None:
    r = make_record(engine)
    line = (r.outside(), r.holding(0), 1)
    answers = post_all(
        engine,
        entry_of(EntryKind.IMPORT, f"key{sign}", line),
        entry_of(EntryKind.IMPORT, "document", line, document=f"1{sign}2"),
    )
    assert [answer.code for answer in answers] == [  # type: ignore[union-attr]
        PostingCode.TEXT_HAS_CONTROL_SIGN
    ] * 2


# -- order and wholeness ------------------------------------------------------------------------


def test_an_entry_posts_whole_or_not_at_all(world: World) -> None:
    r = world.record
    before = journal_of(world.engine)
    (answer,) = post_all(
        world.engine,
        entry_of(
            TRANSFER,
            "three legs",
            (r.holding(0), r.holding(1), 100),
            (r.holding(1), r.holding(2), 110),
            (r.holding(2), r.holding(0), 111),
        ),
    )
    assert isinstance(answer, Refused)
    assert answer.code == PostingCode.AVAILABLE_TOO_SMALL
    assert journal_of(world.engine) == before


def test_lines_of_an_entry_are_applied_in_their_order(engine: Engine) -> None:
    """What a later line brings does not help an earlier one; the other way round it does."""
    r = make_record(engine)
    post_well(engine, entry_of(EntryKind.IMPORT, "import", (r.outside(), r.holding(0), 5)))
    there, on = (r.holding(0), r.holding(1), 5), (r.holding(1), r.holding(2), 5)
    answers = post_all(
        engine, entry_of(TRANSFER, "on first", on, there), entry_of(TRANSFER, "in row", there, on)
    )
    assert [type(answer) for answer in answers] == [Refused, Posted]
    assert balances(engine, r.holding(0), r.holding(1), r.holding(2)) == [0, 0, 5]


def test_each_entry_of_a_batch_sees_what_the_earlier_ones_left(engine: Engine) -> None:
    """Sell, then spend the proceeds, in one batch: the second needs the first to be posted."""
    r = make_record(engine)
    answers = post_all(
        engine,
        entry_of(TRANSFER, "too early", (r.holding(0), r.holding(1), 3)),
        entry_of(EntryKind.IMPORT, "import", (r.outside(), r.holding(0), 3)),
        entry_of(TRANSFER, "in time", (r.holding(0), r.holding(1), 3)),
        entry_of(TRANSFER, "too late", (r.holding(0), r.holding(1), 3)),
    )
    assert [type(answer) for answer in answers] == [Refused, Posted, Posted, Refused]


@pytest.mark.parametrize("sizes", [(7,), (1,) * 7, (2, 3, 2)], ids=str)
def test_how_entries_fall_into_batches_changes_no_result(
    engine: Engine, sizes: tuple[int, ...]
) -> None:
    r = make_record(engine)
    entries = [
        entry_of(EntryKind.IMPORT, "a", (r.outside(), r.holding(0), 10)),
        entry_of(TRANSFER, "b", (r.holding(0), r.holding(1), 4)),
        entry_of(TRANSFER, "c", (r.holding(0), r.holding(1), 7)),
        entry_of(TRANSFER, "b", (r.holding(0), r.holding(1), 4)),
        entry_of(EntryKind.HOLD, "d", (r.holding(1), r.frozen(1, "o"), 4)),
        entry_of(TRANSFER, "e", (r.holding(1), r.holding(2), 1)),
        entry_of(EntryKind.RELEASE, "f", (r.frozen(1, "o"), r.holding(1), 4)),
    ]
    answers: list[Posted | Refused] = []
    at = 0
    for size in sizes:
        answers += post_all(engine, *entries[at : at + size])
        at += size
    assert [str(getattr(answer, "code", "posted")) for answer in answers] == [
        "posted",
        "posted",
        "available_too_small",
        "posted",
        "posted",
        "available_too_small",
        "posted",
    ]
    assert balances(engine, r.holding(0), r.holding(1)) == [6, 4]


@pytest.mark.parametrize("count", [1, 99, 100, 101, 1000, 1001, 2500])
def test_batches_of_any_size_are_written_alike(engine: Engine, count: int) -> None:
    """Small and large batches go to the database in different ways."""
    r = make_record(engine)
    entries = [
        entry_of(EntryKind.IMPORT, f"i-{n}", (r.outside(), r.holding(n % 10), n + 1))
        for n in range(count)
    ]
    numbers = post_well(engine, *entries)
    assert numbers == sorted(set(numbers))
    with engine.connect() as connection:
        stored = connection.execute(
            text(
                "SELECT e.key, t.line, t.amount, t.debit_balance FROM entry e "
                "JOIN transfer t ON t.entry_id = e.id ORDER BY e.id"
            )
        ).all()
    assert [tuple(row) for row in stored] == [
        (f"i-{n}", 1, n + 1, -(n + 1) * (n + 2) // 2) for n in range(count)
    ]
