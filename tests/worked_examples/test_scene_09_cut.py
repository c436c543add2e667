"""Scene 9: a mass cut by factors, as RECLAIM cut its SOx credits for 2017 (worked case C43).

0.5520 of every holding stays usable and 0.0896 is withheld; the rest is cancelled for good.

    who                      held  ->  usable  withheld  cancelled
    one holder of 1,000     1,000        552        90        358
    1,000 holders of 1      1,000        552        90        358     nobody has more than 1

Rounded by itself the second column would give 90 of the thousand small holders two units out of
one: what remains at all is shared first, and the usable part inside it.

The units were opened under an index, whose total falls with what is cancelled:

    index                    set  ->    used    room
    before                  1,200      1,000     200
    after                     842        642     200

As far as the ledger reaches today a holder has one kind of position to cut, ``holding``; frozen
units are released first, and a cut that would pass them by is refused.
"""

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.database import run
from ledger.core.entries import PositionKey, Posted
from ledger.core.moves import PositionKind
from ledger.refusals import Refused
from ledger.registry.accounts import AccountKind, NewAccount, open_accounts
from ledger.registry.parties import NewParty, PartyKind, register_parties
from ledger.totals.allocation import Allocation, allocate
from ledger.totals.cutting import CutRule, cut
from ledger.totals.indexes import open_asset
from tests.support.desk_record import (
    DeskRecord,
    act,
    figures,
    make_desk_record,
    of_cell,
    set_in,
    table_of,
)
from tests.support.small_record import NOON, balances

FACTORS = CutRule(kept=Fraction("0.5520"), withheld=Fraction("0.0896"), ref="2017", period="2026")


def _open_accounts_for(session: Session, record: DeskRecord, count: int) -> list[int]:
    new = [
        NewParty(PartyKind.ENTERPRISE, f"示例持有人 {number}", demonstration=True)
        for number in range(count)
    ]
    parties = [one for one in register_parties(session, new) if isinstance(one, int)]
    accounts = [
        NewAccount(
            AccountKind.HOLDER,
            record.scheme,
            record.cells["B"],
            party,
            "示例",
            None,
            date(2026, 1, 1),
        )
        for party in parties
    ]
    return [one for one in open_accounts(session, accounts) if isinstance(one, int)]


def _hold_1000(engine: Engine, record: DeskRecord, holders: int) -> list[int]:
    """An index of 1,200 in town B; 1,000 opened under it and issued in equal parts."""
    set_in(engine, record, "B", 1200, "cod")
    free, cell = record.assets["free"], record.cells["B"]

    def issue(session: Session) -> list[int]:
        assert isinstance(open_asset(session, free, cell, 1000, act("open"), NOON), Posted)
        accounts = _open_accounts_for(session, record, holders)
        rows = [Allocation(account, 1000 // holders, act(f"row {account}")) for account in accounts]
        results = allocate(session, free, rows, NOON)
        assert not [result for result in results if isinstance(result, Refused)]
        return accounts

    return run(engine, issue)


@pytest.mark.parametrize("holders", [1, 1000])
def test_552_stay_90_are_withheld_and_358_are_gone(engine: Engine, holders: int) -> None:
    record = make_desk_record(engine)
    accounts = _hold_1000(engine, record, holders)
    free = record.assets["free"]
    before = figures(table_of(engine, record, "cod"), "B")
    assert (before.set_amount, before.opened, before.room) == (1200, 1000, 200)

    result = run(
        engine,
        lambda session: cut(session, free, [record.cells["B"]], FACTORS, act("cut"), NOON),
    )
    assert isinstance(result, list)
    assert len(result) == 1

    kept = balances(engine, *(PositionKey(one, free, PositionKind.HOLDING) for one in accounts))
    withheld = balances(
        engine, *(PositionKey(one, free, PositionKind.WITHHELD, "2017") for one in accounts)
    )
    (gone,) = balances(engine, record.of_cell("B", PositionKind.RETIRED, "free", ref="2026"))
    assert (sum(kept), sum(withheld), gone) == (552, 90, 358)
    assert max(k + w for k, w in zip(kept, withheld, strict=True)) <= 1000 // holders

    # The index's total falls with what is gone; the asset's own total tells where all 1,000 are.
    assert of_cell(engine, record, "B", "cod") == {"source": -842, "room": 200, "room_used": 642}
    after = figures(table_of(engine, record, "cod"), "B")
    assert (after.set_amount, after.opened, after.room) == (842, 642, 200)
    units = figures(table_of(engine, record, "free"), "B")
    assert (units.set_amount, units.held, units.withheld, units.retired) == (1000, 552, 90, 358)
