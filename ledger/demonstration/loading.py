"""Plays the invented year into a migrated database, day by day, as its offices would have.

Every act is recorded at ten in the morning of its own day, whatever day it is now, so the journal
looks as a lived one does.  All in one transaction: it is there whole or not at all.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.check_digits import credit_code_with_check
from ledger.compliance.duties import set_duties
from ledger.compliance.records import Duty
from ledger.compliance.surrender import SurrenderRequest, surrender_many
from ledger.compliance.use import UseReport, record_use
from ledger.core.clock import Now, now_at
from ledger.core.closing import close_month
from ledger.core.database import reading, run
from ledger.demonstration.naiman import (
    CLERK,
    CLOSED_MONTHS,
    HOLDERS,
    OFFICE,
    PRICES,
    SCHEMES,
    STEPS,
    TREE,
    YEAR,
    ZONES,
    Place,
    Step,
)
from ledger.numerals import parse_plain, parse_plain_quantity
from ledger.refusals import InvariantBroken, Refused, ensure
from ledger.registry.accounts import AccountKind, NewAccount, open_accounts
from ledger.registry.parties import NewParty, PartyKind, register_parties
from ledger.registry.transfers import TransferRequest, transfer
from ledger.registry.zones import ensure_cell, ensure_zone
from ledger.rights.definitions import definition
from ledger.rights.schemes import Scheme, find_scheme, open_scheme
from ledger.totals.acts import Act
from ledger.totals.allocation import Allocation, allocate, return_units
from ledger.totals.desk import Part, divide, lower_total, raise_total, set_total
from ledger.totals.indexes import open_asset
from ledger.units import unit_of

_OPENED_ON = date(YEAR, 1, 4)
_FIRST_CARBON_YEAR = YEAR - 1


def load_demonstration(engine: Engine) -> bool:
    """Load the year; False where it is there already."""
    with reading(engine) as session:
        if find_scheme(session, SCHEMES[0]) is not None:
            return False
    run(engine, lambda session: _Loading(session).play())
    return True


def _ten_o_clock(day: date) -> Now:
    return now_at(datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC))


def _stands(answer: object) -> None:
    """Hold that an act of the invented year is not refused."""
    answers = answer if isinstance(answer, list) else [answer]
    for one in answers:
        if isinstance(one, Refused):
            raise InvariantBroken(f"the invented year obeys the rules: {one}")


def _granted(answer: int | Refused) -> int:
    _stands(answer)
    return int(answer)  # type: ignore[arg-type]


class _Loading:
    """One loading: what was made so far, by its code."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._zones: dict[tuple[str, str], int] = {}
        self._cells: dict[Place, int] = {}
        self._schemes: dict[str, Scheme] = {}
        self._accounts: dict[tuple[str, str], int] = {}
        self._metered: dict[str, int] = defaultdict(int)

    def play(self) -> None:
        """Make places and parties, then play the year and close its months."""
        self._make_places()
        self._make_holders()
        for number, step in sorted(enumerate(STEPS), key=lambda pair: (pair[1].day, pair[0])):
            self._act(number, step)
        for month in range(1, CLOSED_MONTHS + 1):
            self._close(month)

    def _make_places(self) -> None:
        for zone in ZONES:
            parent = None if zone.parent is None else self._zones[zone.tree, zone.parent]
            self._zones[zone.tree, zone.code] = ensure_zone(
                self._session, zone.tree, zone.code, zone.name_zh, zone.name_en, parent
            )
        for code in SCHEMES:
            found = definition(code)
            if isinstance(found, Refused):
                raise InvariantBroken(f"the program ships {code}")
            self._schemes[code] = open_scheme(self._session, found)

    def _cell(self, place: Place) -> int:
        if place not in self._cells:
            zone, use = place
            self._cells[place] = ensure_cell(self._session, self._zones[TREE, zone], use)
        return self._cells[place]

    def _make_holders(self) -> None:
        parties = register_parties(
            self._session,
            [
                NewParty(
                    PartyKind.ENTERPRISE,
                    holder.name,
                    credit_code=credit_code_with_check(f"91{ZONES[0].code}{number:09d}"),
                    demonstration=True,
                )
                for number, holder in enumerate(HOLDERS, start=1)
            ],
        )
        wanted = [
            (holder, scheme, place, _granted(party_id))
            for holder, party_id in zip(HOLDERS, parties, strict=True)
            for scheme, place in holder.accounts.items()
        ]
        opened = open_accounts(
            self._session,
            [
                NewAccount(
                    kind=AccountKind.HOLDER,
                    scheme_id=self._schemes[scheme].id,
                    cell_id=self._cell(place),
                    party_id=party_id,
                    name=holder.name,
                    external_ref=None,
                    opened_on=_OPENED_ON,
                )
                for holder, scheme, place, party_id in wanted
            ],
        )
        for (holder, scheme, _, _), account_id in zip(wanted, opened, strict=True):
            self._accounts[holder.code, scheme] = _granted(account_id)
        self._make_duties()

    def _make_duties(self) -> None:
        first_years = {"nm-water": YEAR, "nm-carbon": _FIRST_CARBON_YEAR}
        _stands(
            set_duties(
                self._session,
                [
                    Duty(account_id, first_years[scheme], None)
                    for (_, scheme), account_id in self._accounts.items()
                    if scheme in first_years
                ],
                _ten_o_clock(_OPENED_ON),
                actor=CLERK,
                document="示例 履约名单",
            )
        )

    # -- the acts ------------------------------------------------------------------------------

    def _act(self, number: int, step: Step) -> None:
        acts: dict[str, Callable[[_Acting], None]] = {
            "set": self._set,
            "raise": self._raise,
            "lower": self._lower,
            "divide": self._divide,
            "open": self._open,
            "allocate": self._allocate,
            "return": self._return,
            "transfer": self._transfer,
            "use": self._use,
            "verify": self._verify,
            "surrender": self._surrender,
        }
        acts[step.what](_Acting(number, step, self._schemes))

    def _set(self, acting: "_Acting") -> None:
        for place, amount in acting.places():
            cell_id = self._cell(place)
            now, act = acting.now, acting.act()
            _stands(set_total(self._session, acting.asset_id, cell_id, amount, act, now))

    def _raise(self, acting: "_Acting") -> None:
        for place, amount in acting.places():
            cell_id = self._cell(place)
            now, act = acting.now, acting.act()
            _stands(raise_total(self._session, acting.asset_id, cell_id, amount, act, now))

    def _lower(self, acting: "_Acting") -> None:
        for place, amount in acting.places():
            cell_id = self._cell(place)
            now, act = acting.now, acting.act()
            _stands(lower_total(self._session, acting.asset_id, cell_id, amount, act, now))

    def _open(self, acting: "_Acting") -> None:
        for place, amount in acting.places():
            cell_id = self._cell(place)
            now, act = acting.now, acting.act()
            _stands(open_asset(self._session, acting.asset_id, cell_id, amount, act, now))

    def _divide(self, acting: "_Acting") -> None:
        parts = [Part(self._cell(place), amount) for place, amount in acting.places()]
        cell_id = self._cell(acting.where())
        _stands(divide(self._session, acting.asset_id, cell_id, parts, acting.act(), acting.now))

    def _allocate(self, acting: "_Acting") -> None:
        rows = [
            Allocation(self._accounts[holder, acting.scheme], amount, acting.act(holder))
            for holder, amount in acting.holders()
        ]
        _stands(allocate(self._session, acting.asset_id, rows, acting.now))

    def _return(self, acting: "_Acting") -> None:
        for holder, amount in acting.holders():
            account_id = self._accounts[holder, acting.scheme]
            act = acting.act(holder)
            _stands(
                return_units(self._session, account_id, acting.asset_id, amount, act, acting.now)
            )

    def _transfer(self, acting: "_Acting") -> None:
        giver = str(acting.step.where)
        price, money = PRICES[acting.step.paper]
        for holder, amount in acting.holders():
            request = TransferRequest(
                key=acting.key(holder),
                business_date=acting.now.today,
                from_account_id=self._accounts[giver, acting.scheme],
                to_account_id=self._accounts[holder, acting.scheme],
                asset_id=acting.asset_id,
                amount=amount,
                unit_price_micro=_digits(price, 6),
                money_fen=_digits(money, 2),
                actor=CLERK,
                office=OFFICE,
                document=acting.step.paper,
            )
            _stands(transfer(self._session, request, acting.now))

    def _use(self, acting: "_Acting") -> None:
        for holder, amount in acting.holders():
            self._metered[holder] += amount
        self._record(acting, YEAR, self._metered)

    def _verify(self, acting: "_Acting") -> None:
        self._record(acting, _FIRST_CARBON_YEAR, dict(acting.holders()))

    def _record(self, acting: "_Acting", year: int, amounts: dict[str, int]) -> None:
        reports = [
            UseReport(self._accounts[holder, acting.scheme], year, amounts[holder])
            for holder, _ in acting.holders()
        ]
        answers = record_use(
            self._session,
            reports,
            acting.now,
            business_date=acting.now.today,
            actor=CLERK,
            document=acting.step.paper,
        )
        _stands(answers)

    def _surrender(self, acting: "_Acting") -> None:
        requests = [
            SurrenderRequest(
                key=acting.key(holder),
                business_date=acting.now.today,
                account_id=self._accounts[holder, acting.scheme],
                asset_id=acting.asset_id,
                year=_FIRST_CARBON_YEAR,
                amount=amount,
                actor=CLERK,
                office=OFFICE,
                document=acting.step.paper,
            )
            for holder, amount in acting.holders()
        ]
        _stands(surrender_many(self._session, requests, acting.now))

    def _close(self, month: int) -> None:
        month_end = date(YEAR, month, monthrange(YEAR, month)[1])
        now = _ten_o_clock(date(YEAR, month + 1, 8))
        for scheme in self._schemes.values():
            _stands(close_month(self._session, scheme.id, month_end, now, CLERK))


def _digits(text: str, decimals: int) -> int:
    return _granted(parse_plain(text, decimals))


class _Acting:
    """One step, read: its day, its asset, its amounts in smallest units."""

    def __init__(self, number: int, step: Step, schemes: dict[str, Scheme]) -> None:
        month, day = map(int, step.day.split("-"))
        self.step = step
        self.now = _ten_o_clock(date(YEAR, month, day))
        self.scheme, asset = next(
            (code, scheme.assets[step.asset])
            for code, scheme in schemes.items()
            if step.asset in scheme.assets
        )
        self.asset_id = asset.id
        self._unit = unit_of(asset.unit)
        self._number = number

    def key(self, part: str = "") -> str:
        """Give the key of the step's entry, or of one of its entries."""
        return f"demonstration:{self._number}:{part}"

    def act(self, part: str = "") -> Act:
        """Give who acts on which paper."""
        return Act(self.key(part), self.now.today, CLERK, OFFICE, self.step.paper)

    def where(self) -> Place:
        """Give the cell that the step acts from."""
        place = self.step.where
        if isinstance(place, str):
            raise InvariantBroken("this step names a cell")
        return place

    def places(self) -> list[tuple[Place, int]]:
        """Give the step's cells with their amounts."""
        return [
            (place, self._amount(text))
            for place, text in self.step.parts.items()
            if not isinstance(place, str)
        ]

    def holders(self) -> list[tuple[str, int]]:
        """Give the step's holders with their amounts."""
        return [
            (holder, self._amount(text))
            for holder, text in self.step.parts.items()
            if isinstance(holder, str)
        ]

    def _amount(self, text: str) -> int:
        amount = _granted(parse_plain_quantity(text, self._unit))
        ensure(amount > 0, "an amount of the invented year is positive")
        return amount
