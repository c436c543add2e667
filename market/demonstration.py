"""Plays the demonstration's markets: money paid in, two venues opened, four days of orders.

Comes after the ledger's demonstration year and everything goes the way it goes in life: a second
person approves every deposit, orders are queued, the runner decides them, by a clock of that year.
All figures are the same each time but the seeds of random ends of calls, which are drawn.  Started
again after it was cut off it goes on where it stopped.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ledger.core.clock import REGISTRY_ZONE, Now, now_at
from ledger.core.database import reading, run
from ledger.core.tables import account
from ledger.demonstration.naiman import CLERK, HOLDERS
from ledger.refusals import InvariantBroken, Refused, ensure
from ledger.registry.cash import open_cash_account
from ledger.registry.cash_proposals import CashKind
from ledger.registry.cash_requests import NewCash, approve_cash, propose_cash
from ledger.registry.tables import party
from ledger.rights.cny import CNY
from ledger.rights.schemes import find_scheme, open_scheme
from market.calendar import Mode
from market.commands import CommandKind
from market.demonstration_orders import (
    BOOK,
    DAYS,
    DEPOSITS,
    FIRST_DAY,
    MARKS,
    STEPS,
    OrderStep,
)
from market.demonstration_venue import WORKDAYS, carbon_continuous, carbon_listing
from market.pricing import parse_plain_money
from market.runner import Runner
from market.submission import Answer, NewCommand, answer_of, submit
from market.tables import command_log
from market.venue_calendars import open_calendar
from market.venues import Venue, find_venue, open_venue

SECOND_CLERK = "示例复核员"
_ASSET = "nm-carbon-2025"
_SCHEME = "nm-carbon"
_EVE = now_at(datetime(2026, 10, 9, 10, 0, tzinfo=REGISTRY_ZONE))
"""The last working day before the first trading day."""
_RUNNER = "demonstration"


def load_market_demonstration(engine: Engine) -> bool:
    """Play the markets; False where they were played to the end already.

    The ledger's demonstration year must be there.
    """
    with reading(engine) as session:
        if _was_played(session):
            return False
    run(engine, _prepare)
    _Playing(engine).play()
    return True


def _key(number: int) -> str:
    return f"demonstration:{number}"


def _was_played(session: Session) -> bool:
    last = select(command_log.c.number).where(command_log.c.key == _key(len(STEPS)))
    return session.scalar(last.limit(1)) is not None


# -- money and venues --------------------------------------------------------------------------


def _prepare(session: Session) -> None:
    """Open accounts of money, pay in, open the venues; nothing where that was done."""
    ensure(find_scheme(session, _SCHEME) is not None, "the demonstration's year was loaded")
    if not isinstance(find_venue(session, BOOK), Refused):
        return
    open_scheme(session, CNY)
    for number, (code, amount) in enumerate(DEPOSITS.items(), start=1):
        _deposit(session, number, _party_of(session, code), amount)
    _granted(open_calendar(session, WORKDAYS, _EVE, CLERK))
    for definition in (carbon_listing, carbon_continuous):
        _granted(open_venue(session, definition(date(*FIRST_DAY), _ASSET), _EVE, CLERK))


def _deposit(session: Session, number: int, party_id: int, amount: str) -> None:
    opened = open_cash_account(session, party_id, _EVE)
    fen = parse_plain_money(amount)
    if isinstance(opened, Refused) or isinstance(fen, Refused):
        raise InvariantBroken(f"the demonstration's money can be paid in: {opened} {fen}")
    new = NewCash(
        kind=CashKind.DEPOSIT,
        account_id=opened.id,
        amount_fen=fen,
        bank_document=f"示例 银行回单 {number} 号",
        bank_day=_EVE.today,
        actor=CLERK,
    )
    proposed = propose_cash(session, new, _EVE)
    if isinstance(proposed, Refused):
        raise InvariantBroken(f"the demonstration's money can be paid in: {proposed}")
    _granted(approve_cash(session, proposed.id, SECOND_CLERK, _EVE))


def _party_of(session: Session, code: str) -> int:
    (name,) = (holder.name for holder in HOLDERS if holder.code == code)
    found = session.scalars(select(party.c.id).where(party.c.name == name)).one()
    return int(found)


def _account_number(session: Session, party_id: int) -> str:
    scheme = find_scheme(session, _SCHEME)
    if scheme is None:
        raise InvariantBroken("the demonstration's year was loaded")
    query = select(account.c.number).where(
        account.c.party_id == party_id, account.c.scheme_id == scheme.id
    )
    return str(session.scalars(query).one())


def _granted(answer: object) -> None:
    if isinstance(answer, Refused):
        raise InvariantBroken(f"the demonstration's markets obey the rules: {answer}")


# -- orders ------------------------------------------------------------------------------------


def _moment(day: int, clock_text: str) -> Now:
    begins = date(*FIRST_DAY) + timedelta(days=day - 1)
    return now_at(datetime.combine(begins, time.fromisoformat(clock_text), REGISTRY_ZONE))


def _in_time() -> Iterator[tuple[Now, int, OrderStep | None]]:
    """Give the orders with their numbers and the marks of the clock, by time."""
    marks = [(_moment(day, mark), 0, None) for day in range(1, DAYS + 1) for mark in MARKS]
    steps = sorted(
        ((_moment(one.day, one.time), one) for one in STEPS), key=lambda one: one[0].instant
    )
    numbered = [(now, number, step) for number, (now, step) in enumerate(steps, start=1)]
    yield from sorted([*marks, *numbered], key=lambda one: one[0].instant)


class _Playing:
    """One playing: the clock that the runner reads, and the posted orders by their names."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._now = _moment(1, MARKS[0])
        self._runner = Runner(engine, _RUNNER, lambda: self._now)
        self._posted: dict[str, int] = {}
        with reading(engine) as session:
            self._parties = {code: _party_of(session, code) for code in DEPOSITS}
            self._numbers = {
                code: _account_number(session, party_id) for code, party_id in self._parties.items()
            }
            self._venues = {one.venue: _venue_id(session, one.venue) for one in STEPS}

    def play(self) -> None:
        """Send every order at its time; what was decided before gives its first answer again."""
        ensure(self._runner.take_lease(), "nobody else runs the markets of a demonstration")
        goes_on = False
        for now, number, step in _in_time():
            self._now = now
            if step is not None:
                goes_on = self._send(number, step) or goes_on
            elif goes_on:
                self._runner.drain()
        self._runner.give_up()

    def _send(self, number: int, step: OrderStep) -> bool:
        """Send one order; whether it was new."""
        command = NewCommand(
            market="venue",
            market_id=self._venues[step.venue],
            kind=_kind(step),
            party_id=self._parties[step.who],
            key=_key(number),
            payload=self._payload(step),
            actor=f"示例交易员（{_name_of(step.who)}）",
        )
        found = submit(self._engine, command, self._now)
        is_new = found is None
        if is_new:
            self._runner.drain()
            with reading(self._engine) as session:
                found = answer_of(session, command)
        if not isinstance(found, Answer) or found.refused is not None:
            raise InvariantBroken(f"the demonstration's orders obey the rules: {step} {found}")
        if step.name:
            self._posted[step.name] = found.number
        return is_new

    def _payload(self, step: OrderStep) -> dict[str, object]:
        account = {"account": self._numbers[step.who]}
        if step.confirms:
            return {**account, "order": self._posted[step.confirms]}
        asked: dict[str, object] = {**account, "side": step.side, "quantity": step.quantity}
        if step.picks:
            return asked | {"orders": [self._posted[name] for name in step.picks]}
        if step.partner:
            partner = self._numbers[step.partner]
            return asked | {"mode": Mode.AGREEMENT, "counterparty": partner, "price": step.price}
        return asked | {"type": "limit", "price": step.price, "tif": step.tif}


def _kind(step: OrderStep) -> CommandKind:
    if step.confirms:
        return CommandKind.CONFIRM
    if step.partner:
        return CommandKind.PROPOSE
    return CommandKind.PICK if step.picks else CommandKind.PLACE


def _name_of(code: str) -> str:
    return next(holder.name for holder in HOLDERS if holder.code == code)


def _venue_id(session: Session, code: str) -> int:
    found = find_venue(session, code)
    if not isinstance(found, Venue):
        raise InvariantBroken(f"the demonstration's venue {code} was opened")
    return found.id
