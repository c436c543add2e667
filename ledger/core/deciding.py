"""Whether an entry may be posted, decided in memory, entry by entry, in order.

Pure: what was locked and loaded comes in, what is to be written goes out.  The rules are looked at
in the order of ``PostingCode``; the first that says no answers.  Transfers of one entry are
applied in their order, each against the balances the earlier ones left; if one is refused, the
whole entry leaves no trace.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.core.clock import Now
from ledger.core.entries import (
    FLOOR_CODES,
    Entry,
    PositionKey,
    PositionName,
    Posted,
    PostingCode,
)
from ledger.core.moves import (
    AMOUNT_MAX,
    CUMULATIVE_MAX,
    MOVE_SET,
    EntryKind,
    PositionKind,
)
from ledger.refusals import Refused, ensure

KEY_LENGTH_MAX = 200
TEXT_LENGTH_MAX = 500
TRANSFERS_MAX = 30_000
"""Lines of one entry are numbered in 16 bits."""
PRICE_MAX = 2**62

_SPACES = dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
"""Spaces that Python counts as not printable: Chinese texts are full of the last one."""


def is_printable(text: str) -> bool:
    """Tell whether a text has visible signs and spaces only: no control sign, no line break."""
    return text.isprintable() or text.translate(_SPACES).isprintable()


_KINDS = {kind.value: kind for kind in PositionKind}


class Row:
    """One locked position: what it is, and its cumulative sums as this work has left them."""

    __slots__ = (
        "account_id",
        "asset_id",
        "ceiling",
        "changed",
        "credits",
        "debits",
        "floor",
        "for_party_id",
        "is_new",
        "kind",
        "position_id",
        "ref",
    )

    def __init__(
        self,
        position_id: int,
        debits: int,
        credits: int,
        floor: int | None,
        ceiling: int | None,
        account_id: int,
        asset_id: int,
        kind: str,
        ref: str,
        for_party_id: int | None,
    ) -> None:
        self.position_id = position_id
        self.debits = debits
        self.credits = credits
        self.floor = floor
        self.ceiling = ceiling
        self.account_id = account_id
        self.asset_id = asset_id
        self.kind = _KINDS[kind]
        self.ref = ref
        self.for_party_id = for_party_id
        self.changed = False
        self.is_new = False

    @property
    def key(self) -> PositionKey:
        """The position by what it is."""
        return PositionKey(self.account_id, self.asset_id, self.kind, self.ref, self.for_party_id)

    @property
    def balance(self) -> int:
        """Credits less debits."""
        return self.credits - self.debits


Line = tuple[int, int, int, int, int, int, int, int]
"""One transfer that was accepted: index of its entry among the accepted ones, number of the line
in the entry from 1, debit position, credit position, asset, amount, and the balances it left on
the debit and on the credit side.  A plain tuple, because there is one for every transfer.
"""


class PlainTransfer(NamedTuple):
    """A transfer by the numbers of its positions."""

    debit_position_id: int
    credit_position_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Content:
    """All that an entry says: what a second entry under the same key is compared with."""

    kind: str
    business_date: date
    transfers: tuple[PlainTransfer, ...]
    actor: str
    office: str
    document: str
    period_id: int | None
    unit_price_micro: int | None
    money_fen: int | None
    reverses: int | None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry that the journal has."""

    entry_id: int
    key: str
    content: Content
    reversed_by: int | None


class Decider:
    """The balances one unit of work may change, and its decisions about them."""

    def __init__(self, now: Now) -> None:
        self.now = now
        self.accepted: list[Entry] = []
        self.results: list[Posted] = []
        self.lines: list[Line] = []
        self._rows: dict[PositionName, Row] = {}
        self._all_rows: list[Row] = []
        self._stored_by_key: dict[str, StoredEntry] = {}
        self._stored_by_id: dict[int, StoredEntry] = {}
        self._posted_here: dict[str, tuple[Entry, Posted]] = {}
        self._texts_seen = {""}
        self._reversed_here: set[int] = set()
        self._closed_through: dict[int, date] = {}
        self._last_closed_day = date.min

    # -- what was loaded -------------------------------------------------------------------

    def add_rows(self, rows: Iterable[Row], *, by_key: bool) -> None:
        """Take in locked positions, to be named by number and, if asked, by what they are."""
        for loaded in rows:
            row = self._rows.setdefault(loaded.position_id, loaded)
            if row is loaded:
                self._all_rows.append(row)
            if by_key:
                self._rows[row.key] = row

    def add_stored(self, entries: Iterable[StoredEntry]) -> None:
        """Take in entries that stand already: same key, or to be reversed."""
        for stored in entries:
            self._stored_by_key[stored.key] = stored
            self._stored_by_id[stored.entry_id] = stored

    def set_closed(self, closed_through: Mapping[int, date]) -> None:
        """Say through which day each asset's book is closed (asset number -> last day)."""
        self._closed_through.update(closed_through)
        self._last_closed_day = max(self._closed_through.values(), default=date.min)

    def has(self, name: PositionName) -> bool:
        """Tell whether the position is locked and loaded here."""
        return name in self._rows

    def row(self, name: PositionName) -> Row:
        """Give a loaded position."""
        ensure(name in self._rows, "a position is opened before it is asked for")
        return self._rows[name]

    def changed_rows(self) -> list[Row]:
        """Positions that differ from the database, in the order of their numbers."""
        return sorted(
            (row for row in self._all_rows if row.changed),
            key=lambda row: row.position_id,
        )

    def written(self) -> None:
        """Everything accepted so far is in the database now."""
        for row in self._all_rows:
            if row.changed:
                row.changed = row.is_new = False
        self.accepted = []
        self.results = []
        self.lines = []

    # -- deciding ----------------------------------------------------------------------------

    def try_post(self, entry: Entry) -> Posted | Refused:
        """Decide one entry; its effects are seen by the next."""
        key = entry.key
        if key in self._posted_here or key in self._stored_by_key:
            return self._again(entry)
        refused = self._refuse_form(entry) or self._apply(entry)
        if refused is not None:
            return refused
        posted = Posted(key)
        self.accepted.append(entry)
        self.results.append(posted)
        self._posted_here[key] = (entry, posted)
        if entry.reverses is not None:
            self._reversed_here.add(entry.reverses)
        return posted

    def _again(self, entry: Entry) -> Posted | Refused:
        here = self._posted_here.get(entry.key)
        if here is not None:
            first, posted = here
            if self._content(entry) == self._content(first):
                return posted
        else:
            stored = self._stored_by_key[entry.key]
            if self._content(entry) == stored.content:
                posted = Posted(entry.key, again=True)
                posted.number(stored.entry_id)
                return posted
        return Refused(PostingCode.KEY_USED_FOR_ANOTHER_ENTRY, {"key": entry.key})

    def _content(self, entry: Entry) -> Content | None:
        rows = self._rows
        if any(t.debit not in rows or t.credit not in rows for t in entry.transfers):
            return None
        return Content(
            kind=entry.kind,
            business_date=entry.business_date,
            transfers=tuple(
                PlainTransfer(rows[t.debit].position_id, rows[t.credit].position_id, t.amount)
                for t in entry.transfers
            ),
            actor=entry.actor,
            office=entry.office,
            document=entry.document,
            period_id=entry.period_id,
            unit_price_micro=entry.unit_price_micro,
            money_fen=entry.money_fen,
            reverses=entry.reverses,
        )

    def _refuse_form(self, entry: Entry) -> Refused | None:
        """The rules that look at the entry alone, before its amounts."""
        key = entry.key
        if not 0 < len(key) <= KEY_LENGTH_MAX:
            return _refuse_key(key)
        if not 0 < len(entry.transfers) <= TRANSFERS_MAX:
            return _refuse_count(entry)
        if not key.isprintable() and not is_printable(key):
            return _refuse_text(key)
        seen = self._texts_seen
        if entry.actor not in seen or entry.office not in seen or entry.document not in seen:
            for text in (entry.actor, entry.office, entry.document):
                if not (is_printable(text) and len(text) <= TEXT_LENGTH_MAX):
                    return _refuse_text(text)
                seen.add(text)
        if entry.unit_price_micro is not None or entry.money_fen is not None:
            for number in (entry.unit_price_micro, entry.money_fen):
                if number is not None and not 0 <= number < PRICE_MAX:
                    return Refused(PostingCode.PRICE_OUT_OF_RANGE, {"value": number})
        if entry.business_date > self.now.today:
            return Refused(
                PostingCode.BUSINESS_DATE_IN_FUTURE,
                {"date": entry.business_date, "today": self.now.today},
            )
        if entry.reverses is not None or entry.kind is EntryKind.REVERSAL:
            return self._refuse_reversal(entry)
        return None

    def _refuse_reversal(self, entry: Entry) -> Refused | None:
        if entry.reverses is None or entry.kind is not EntryKind.REVERSAL:
            return Refused(PostingCode.REVERSAL_NAMES_NO_ENTRY, {"key": entry.key})
        original = self._stored_by_id.get(entry.reverses)
        if original is None:
            return Refused(PostingCode.ENTRY_TO_REVERSE_UNKNOWN, {"entry": entry.reverses})
        if original.reversed_by is not None or original.entry_id in self._reversed_here:
            return Refused(PostingCode.ENTRY_ALREADY_REVERSED, {"entry": entry.reverses})
        if original.content.kind == EntryKind.REVERSAL:
            return Refused(PostingCode.REVERSAL_NOT_REVERSIBLE, {"entry": entry.reverses})
        content = self._content(entry)
        if content is None or content.transfers != mirrored(original.content.transfers):
            return Refused(PostingCode.REVERSAL_MUST_MIRROR, {"entry": entry.reverses})
        return None

    def _apply(self, entry: Entry) -> Refused | None:
        """Move the amounts, or say why not and leave everything as it was."""
        rows = self._rows
        kind = entry.kind
        lines = self.lines
        start = len(lines)
        index = len(self.accepted)
        refused: Refused | None = None
        check_closing = entry.business_date <= self._last_closed_day
        for number, (debit_name, credit_name, amount) in enumerate(entry.transfers, start=1):
            if not 0 < amount <= AMOUNT_MAX:
                refused = _refuse_amount(amount)
                break
            debit = rows.get(debit_name)
            credit = rows.get(credit_name)
            if debit is None or credit is None:
                refused = Refused(PostingCode.POSITION_UNKNOWN, {"key": entry.key})
                break
            asset_id = debit.asset_id
            if (
                debit is credit
                or asset_id != credit.asset_id
                or (
                    (kind, debit.kind, credit.kind) not in MOVE_SET
                    # A reversal mirrors an entry whose moves were in the table.
                    and kind is not EntryKind.REVERSAL
                )
            ):
                refused = _refuse_pair(kind, debit, credit)
                break
            if check_closing:
                refused = self._refuse_closed(entry, asset_id)
                if refused is not None:
                    break
            debits = debit.debits + amount
            credits = credit.credits + amount
            debit_balance = debit.credits - debits
            credit_balance = credits - credit.debits
            if (
                debits > CUMULATIVE_MAX
                or credits > CUMULATIVE_MAX
                or (debit.floor is not None and debit_balance < debit.floor)
                or (credit.ceiling is not None and credit_balance > credit.ceiling)
            ):
                refused = _refuse_bounds(debit, credit, amount)
                break
            debit.debits = debits
            credit.credits = credits
            debit.changed = credit.changed = True
            lines.append(
                (
                    index,
                    number,
                    debit.position_id,
                    credit.position_id,
                    asset_id,
                    amount,
                    debit_balance,
                    credit_balance,
                )
            )
        if refused is not None:
            for _, _, debit_id, credit_id, _, amount, _, _ in lines[start:]:
                rows[debit_id].debits -= amount
                rows[credit_id].credits -= amount
            del lines[start:]
        return refused

    def _refuse_closed(self, entry: Entry, asset_id: int) -> Refused | None:
        closed_through = self._closed_through.get(asset_id, date.min)
        if entry.business_date > closed_through:
            return None
        return Refused(
            PostingCode.BUSINESS_DATE_IN_CLOSED_MONTH,
            {"date": entry.business_date, "closed_through": closed_through},
        )


def mirrored(transfers: Iterable[PlainTransfer]) -> tuple[PlainTransfer, ...]:
    """Give the transfers that undo these: last first, each the other way round."""
    return tuple(
        PlainTransfer(t.credit_position_id, t.debit_position_id, t.amount)
        for t in reversed(tuple(transfers))
    )


def _refuse_key(key: str) -> Refused:
    if not key:
        return Refused(PostingCode.KEY_MISSING)
    return Refused(PostingCode.KEY_TOO_LONG, {"length": len(key), "limit": KEY_LENGTH_MAX})


def _refuse_count(entry: Entry) -> Refused:
    if not entry.transfers:
        return Refused(PostingCode.ENTRY_WITHOUT_TRANSFERS, {"key": entry.key})
    return Refused(
        PostingCode.ENTRY_WITH_TOO_MANY_TRANSFERS,
        {"count": len(entry.transfers), "limit": TRANSFERS_MAX},
    )


def _refuse_pair(kind: EntryKind, debit: Row, credit: Row) -> Refused:
    if debit is credit:
        return Refused(PostingCode.POSITIONS_MUST_DIFFER, {"position": debit.position_id})
    if debit.asset_id != credit.asset_id:
        return Refused(
            PostingCode.ASSETS_MUST_MATCH,
            {"debit_asset": debit.asset_id, "credit_asset": credit.asset_id},
        )
    return Refused(
        PostingCode.MOVE_NOT_IN_TABLE,
        {"kind": str(kind), "debit": str(debit.kind), "credit": str(credit.kind)},
    )


def _refuse_text(text: str) -> Refused:
    if len(text) > TEXT_LENGTH_MAX:
        return Refused(PostingCode.TEXT_TOO_LONG, {"length": len(text), "limit": TEXT_LENGTH_MAX})
    return Refused(PostingCode.TEXT_HAS_CONTROL_SIGN, {"text": ascii(text)[:60]})


def _refuse_amount(amount: int) -> Refused:
    if amount <= 0:
        return Refused(PostingCode.AMOUNT_NOT_POSITIVE, {"amount": amount})
    return Refused(PostingCode.AMOUNT_TOO_LARGE, {"amount": amount, "limit": AMOUNT_MAX})


def _refuse_bounds(debit: Row, credit: Row, amount: int) -> Refused:
    if debit.debits + amount > CUMULATIVE_MAX or credit.credits + amount > CUMULATIVE_MAX:
        return Refused(PostingCode.CUMULATIVE_SUM_TOO_LARGE, {"amount": amount})
    if debit.floor is not None and debit.balance - amount < debit.floor:
        return Refused(
            FLOOR_CODES.get(debit.kind, PostingCode.BALANCE_TOO_SMALL),
            {
                "available": debit.balance - debit.floor,
                "needed": amount,
                "position": debit.position_id,
            },
        )
    return Refused(
        PostingCode.BALANCE_ABOVE_ZERO,
        {"balance": credit.balance, "amount": amount, "position": credit.position_id},
    )
