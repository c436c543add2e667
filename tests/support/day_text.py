"""Days and statements as text, so that an accountant can read a worked example.

A day is a list of entries.  An entry begins at the margin with its kind and its key, and perhaps
a remark behind ``#``; its transfers are indented: from > to, then the amount.

    hold b1          # 100 at 50.00
        buyer cash > buyer held b1      500,500

A statement has one line for each transfer: kind and key, the other side, what came in or went out,
and the balance after.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Engine, text

from ledger.core.database import reading
from ledger.core.entries import Entry, PositionKey, Transfer
from ledger.core.journal import statement
from ledger.core.moves import EntryKind

Names = Mapping[str, PositionKey]
"""What each position is called in the text."""


def entries_of(day_text: str, names: Names, on: date) -> list[Entry]:
    """Read a day."""
    entries: list[Entry] = []
    for raw in day_text.splitlines():
        line = raw.partition("#")[0].rstrip()
        if not line:
            continue
        if line.startswith(" "):
            entries[-1] = _with_transfer(entries[-1], line.strip(), names)
        else:
            kind, key = line.split(maxsplit=1)
            entries.append(Entry(EntryKind(kind), key.strip(), on, ()))
    return entries


def _with_transfer(entry: Entry, line: str, names: Names) -> Entry:
    sides, amount = line.rsplit(maxsplit=1)
    debit, credit = (names[side.strip()] for side in sides.split(">"))
    transfer = Transfer(debit, credit, int(amount.replace(",", "")))
    return Entry(entry.kind, entry.key, entry.business_date, (*entry.transfers, transfer))


def statement_text(engine: Engine, name: str, names: Names) -> str:
    """Write the whole statement of a position."""
    called = {key: other for other, key in names.items()}
    with reading(engine) as session:
        rows = session.execute(text("SELECT id, account_id, asset_id, kind, ref FROM position"))
        ids = {tuple(row[1:]): row[0] for row in rows}
        number_of = {key: ids.get((*key[:2], key.kind.value, key.ref)) for key in called}
        name_of = {number: called[key] for key, number in number_of.items()}
        keys = dict(session.execute(text("SELECT id, key FROM entry")).all())
        page = statement(session, [number_of[names[name]]], limit=500)  # type: ignore[list-item]
    lines = [name]
    for line in page.lines:
        moved = f"{line.incoming:+,}" if line.incoming else f"{-line.outgoing:+,}"
        what = f"{line.kind} {keys[line.entry_id]}"
        lines.append(
            f"  {what:<22}{name_of[line.other_position_id]:<24}{moved:>9}{line.balance:>9,}"
        )
    return "\n".join(lines)
