"""Replay: the log of a venue played again from an empty book, and compared with what is stored.

The answers that the record gave are taken from the log; answers to senders, events, trades, orders,
book and state are made anew and must come out the same, and each admission must be true against the
journal: what was held or settled stands there, exactly so, and what was refused does not.
Reads in pieces; what is kept in memory is the book and the first differences of each kind.
Changes nothing: call it with a session of ``ledger.core.database.reading``.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from ledger.core.clock import now_at
from ledger.refusals import Refused, ensure
from market.commands import Command
from market.decisions import Decision, MarketCode, State, Trade
from market.engine import Venue
from market.log_rows import answer_text, event_text
from market.orders import Order, OrderState
from market.record import ReplayDiffers, ReplayedRecord, fault_of
from market.replay_findings import Differences, ReplayCode, ReplayReport
from market.replay_journal import balances_now, compare_with_journal
from market.settlement import hold_needed, hold_position
from market.store import load_venue, order_of_row, state_to_json
from market.tables import command_log, market_order, trade
from market.venues import find_venue, terms_at

PIECE = 500
"""Commands played before their rows and entries are compared."""


@dataclass(slots=True)
class _Piece:
    """What a piece of the log brought about."""

    commands: dict[int, ReplayedRecord]
    trades: list[Trade]
    ended: dict[int, Order]


def replay(session: Session, code: str, piece: int = PIECE) -> ReplayReport | Refused:
    """Play a venue's log again; refused where there is no such venue."""
    found = find_venue(session, code)
    if isinstance(found, Refused):
        return found
    return _Replay(session, code, found.id, piece).run()


class _Replay:
    def __init__(self, session: Session, code: str, venue_id: int, piece: int) -> None:
        self._session = session
        self._code = code
        self._venue_id = venue_id
        self._piece = piece
        self._differences = Differences()
        self._one: Venue | None = None
        self._day: object = None
        self._orders = 0
        self._counted = {"commands": 0, "trades": 0, "orders": 0, "entries": 0}

    def run(self) -> ReplayReport:
        """Play all of it, piece by piece, then look at how things stand in the end."""
        self._look_for_gaps()
        whole = all(self._play_piece(rows) for rows in self._pieces())
        if whole and self._one is not None:
            self._compare_end(self._one)
        return self._differences.report(self._code, self._counted)

    def _look_for_gaps(self) -> None:
        count, last = self._session.execute(
            select(func.count(), func.coalesce(func.max(command_log.c.number), 0)).select_from(
                command_log
            )
        ).one()
        if count != last:
            self._differences.add(ReplayCode.REPLAY_LOG_HAS_GAPS, 0, count, last)

    def _pieces(self) -> Iterator[Sequence[Row[Any]]]:
        log, last = command_log.c, 0
        while rows := self._session.execute(
            select(command_log)
            .where(log.market == "venue", log.market_id == self._venue_id, log.number > last)
            .order_by(log.number)
            .limit(self._piece)
        ).all():
            yield rows
            last = rows[-1].number

    # -- commands --------------------------------------------------------------------------------

    def _play_piece(self, rows: Sequence[Row[Any]]) -> bool:
        """Play some commands; False where the log cannot be followed any further."""
        piece = _Piece({}, [], {})
        followed = all(self._play(row, piece) for row in rows)
        self._compare_trades(piece.trades)
        self._compare_orders(piece.ended)
        self._counted["entries"] += compare_with_journal(
            self._session, piece.commands, self._differences
        )
        return followed

    def _play(self, row: Row[Any], piece: _Piece) -> bool:
        self._counted["commands"] += 1
        try:
            if self._one is None and _is_of_unknown_venue(row):
                return True
            fault, answers = fault_of(json.loads(row.admission))
            record = ReplayedRecord(answers)
            command = _command(row)
            decision = self._venue_on(command).take(command, record, fault)
            record.finish()
        except Exception as broken:  # noqa: BLE001 - whatever a changed log makes the engine do
            said = str(broken) or type(broken).__name__
            code = (
                ReplayCode.REPLAY_ASKS_OTHERWISE
                if isinstance(broken, ReplayDiffers)
                else ReplayCode.REPLAY_CANNOT_FOLLOW
            )
            self._differences.add(code, row.number, said, row.admission)
            return False
        piece.commands[row.number] = record
        self._compare_answer(row, decision)
        self._take_in(decision, piece)
        return True

    def _venue_on(self, command: Command) -> Venue:
        """Give the venue with the terms of the command's day, as the runner has it."""
        if self._one is None or self._day != command.at.today:
            terms = terms_at(self._session, self._venue_id, command.at.instant)
            if self._one is None:
                self._one = Venue(terms, State())
            else:
                self._one.set_terms(terms)
            self._day = command.at.today
        return self._one

    def _compare_answer(self, row: Row[Any], decision: Decision) -> None:
        for code, played, stored in (
            (ReplayCode.REPLAY_STATUS_DIFFERS, decision.status, row.status),
            (ReplayCode.REPLAY_ANSWER_DIFFERS, answer_text(decision), row.answer),
            (ReplayCode.REPLAY_EVENTS_DIFFER, event_text(decision), row.events),
        ):
            if played != stored:
                self._differences.add(code, row.number, played, stored)

    def _take_in(self, decision: Decision, piece: _Piece) -> None:
        piece.trades += decision.trades
        for number, order in decision.orders.items():
            if order.state is not OrderState.OPEN:
                piece.ended[number] = order

    # -- rows ------------------------------------------------------------------------------------

    def _compare_trades(self, played: Sequence[Trade]) -> None:
        self._counted["trades"] += len(played)
        columns = trade.c
        stored = {
            row.number: row
            for numbers in _in_parts([one.number for one in played])
            for row in self._session.execute(
                select(trade).where(columns.venue_id == self._venue_id, columns.number.in_(numbers))
            )
        }
        for one in played:
            row = stored.get(one.number)
            told = None if row is None else _trade_of(row)
            if told != _told(one):
                self._differences.add(
                    ReplayCode.REPLAY_TRADE_DIFFERS, one.command, _told(one), told
                )

    def _compare_orders(self, ended: dict[int, Order]) -> None:
        self._counted["orders"] += len(ended)
        for numbers in _in_parts(list(ended)):
            found = self._session.execute(
                select(market_order).where(market_order.c.id.in_(numbers))
            )
            stored = {row.id: order_of_row(row._mapping) for row in found}
            for number in numbers:
                self._compare_order(ended[number], stored.get(number))

    def _compare_order(self, played: Order, stored: Order | None) -> None:
        if stored is None:
            self._differences.add(ReplayCode.REPLAY_ORDER_MISSING, played.number, played, stored)
            return
        for field in fields(Order):
            # Places in time are counted anew after a restart; the sequence is compared instead.
            if field.name == "priority":
                continue
            ours, theirs = getattr(played, field.name), getattr(stored, field.name)
            if ours != theirs:
                self._differences.add(
                    ReplayCode.REPLAY_ORDER_DIFFERS, played.number, ours, theirs, field.name
                )

    # -- the end ---------------------------------------------------------------------------------

    def _compare_end(self, played: Venue) -> None:
        """Compare state, open orders, books and holds, and look for rows that nothing made."""
        stored = load_venue(self._session, played.terms)
        ours, theirs = state_to_json(played.state), state_to_json(stored.state)
        for name, value in ours.items():
            if value != theirs[name]:
                self._differences.add(
                    ReplayCode.REPLAY_STATE_DIFFERS, played.state.number, value, theirs[name], name
                )
        self._counted["orders"] += len(played.orders)
        for number, order in played.orders.items():
            self._compare_order(order, stored.orders.get(number))
        for side, book in _image(played).items():
            if book != _image(stored)[side]:
                self._differences.add(
                    ReplayCode.REPLAY_BOOK_DIFFERS,
                    played.state.number,
                    book,
                    _image(stored)[side],
                    side,
                )
        self._compare_counts()
        self._compare_holds(played)

    def _compare_counts(self) -> None:
        for code, table, name in (
            (ReplayCode.REPLAY_ORDERS_TOO_MANY, market_order, "orders"),
            (ReplayCode.REPLAY_TRADES_TOO_MANY, trade, "trades"),
        ):
            count = self._session.scalar(
                select(func.count()).select_from(table).where(table.c.venue_id == self._venue_id)
            )
            ensure(count is not None, "rows can be counted")
            if (count or 0) > self._counted[name]:
                self._differences.add(code, 0, self._counted[name], count)

    def _compare_holds(self, played: Venue) -> None:
        """What stands held for each open order is what the order needs."""
        grounds = played.grounds
        needed = {
            hold_position(grounds, order): (number, hold_needed(grounds, order))
            for number, order in played.orders.items()
        }
        held = balances_now(self._session, list(needed))
        for key, (number, amount) in needed.items():
            if held.get(key, 0) != amount:
                self._differences.add(
                    ReplayCode.REPLAY_HOLD_DIFFERS, number, amount, held.get(key, 0)
                )


def _command(row: Row[Any]) -> Command:
    return Command(
        number=row.number,
        market_id=row.market_id,
        kind=row.kind,
        party_id=row.party_id,
        key=row.key,
        payload=json.loads(row.payload),
        actor=row.actor,
        at=now_at(row.decided_at),
    )


def _is_of_unknown_venue(row: Row[Any]) -> bool:
    """Tell a command that came before the venue of that number was opened."""
    refused = json.loads(row.answer).get("refused")
    return refused is not None and refused["code"] == MarketCode.VENUE_UNKNOWN


def _told(one: Trade) -> tuple[object, ...]:
    return (
        one.number,
        one.command,
        one.mode,
        one.price_ticks,
        one.lots,
        one.value_fen,
        one.buy_order,
        one.sell_order,
        one.taker,
        one.entry_key,
        one.traded_at.instant.isoformat(),
        one.traded_at.today.isoformat(),
    )


def _trade_of(row: Row[Any]) -> tuple[object, ...]:
    return (
        row.number,
        row.command,
        row.mode,
        row.price_ticks,
        row.lots,
        row.value_fen,
        row.buy_order,
        row.sell_order,
        row.taker,
        row.entry_key,
        row.traded_at.isoformat(),
        row.traded_on.isoformat(),
    )


def _image(one: Venue) -> dict[str, object]:
    """Give a book as it is matched: each side's orders in their sequence, and its phase and band."""
    sequence = [order.number for order in sorted(one.orders.values(), key=lambda o: o.priority)]
    views = [view._replace(since=0) for view in one.book.orders()]
    return {
        "orders": views,
        "sequence": sequence,
        "calling": one.book.calling,
        "band": one.book.band,
    }


def _in_parts(numbers: Sequence[int], size: int = PIECE) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]
