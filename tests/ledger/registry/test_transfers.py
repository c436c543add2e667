"""Transfers between holders: what moves, what happens at a border, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from ledger.core.audit import audit
from ledger.core.database import run
from ledger.core.entries import Posted
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import posted
from ledger.core.tables import entry
from ledger.refusals import Refused
from ledger.registry.closing import close_account
from ledger.registry.transfers import TransferRequest, transfer, transfer_many
from ledger.rights.schemes import change_setting
from ledger.totals.desk import lower_total
from tests.support.naiman import JUNE_1, NOVEMBER, Naiman, done, naiman, refused_with

COD = "nm-cod-2026-2030"
SO2 = "nm-so2-2026-2030"
CARBON = "nm-carbon-2026"
T = 1_000_000
"""One tonne in grams."""


def order(
    nm: Naiman, giver: str, receiver: str, asset: str, amount: int, key: str = "t1"
) -> TransferRequest:
    return TransferRequest(
        key=key,
        business_date=JUNE_1,
        from_account_id=nm.holders[giver],
        to_account_id=nm.holders[receiver],
        asset_id=nm.asset(asset),
        amount=amount,
        actor="经办人甲",
        document="示例合同1号",
    )


def test_units_move_and_price_and_money_are_on_the_entry(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 100)
        priced = replace(
            order(nm, "a1", "a2", CARBON, 30), unit_price_micro=75_100_000, money_fen=225_300
        )
        result = done(transfer(session, priced, NOVEMBER))
        assert (nm.held("a1", CARBON), nm.held("a2", CARBON)) == (70, 30)
        row = session.execute(select(entry).where(entry.c.id == result.entry_id)).one()
        assert (row.kind, row.unit_price_micro, row.money_fen) == ("transfer", 75_100_000, 225_300)
        assert row.document == "示例合同1号"

    run(engine, work)


def test_stay_leaves_totals_alone_at_a_border(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.set("daqintala", CARBON, 100)
        nm.allocate(CARBON, {"a1": 100})
        done(transfer(session, order(nm, "a1", "b1", CARBON, 40), NOVEMBER))
        assert nm.of_town("daqintala", CARBON, PositionKind.TOTAL) == 0
        assert nm.of_town("baxiantong", CARBON, PositionKind.TOTAL) == 0
        assert nm.held("b1", CARBON) == 40

    run(engine, work)


def test_recount_passes_room_of_the_receiving_town_to_the_giving_one(engine: Engine) -> None:
    """SO2: a purchase may not lift the buyer's town above its own total.

    Daqintala has 100 t, all issued; Baxiantong has 60 t, 50 t issued.  Ten tonnes may come over,
    the eleventh may not.
    """

    def work(session: Session) -> None:
        nm = naiman(session, "nm-so2")
        nm.set("daqintala", SO2, 100 * T)
        nm.set("baxiantong", SO2, 60 * T)
        nm.allocate(SO2, {"a1": 100 * T, "b1": 50 * T})
        refused = transfer(session, order(nm, "a1", "b2", SO2, 11 * T, "t0"), NOVEMBER)
        assert refused_with(refused) == "total_exhausted"
        done(transfer(session, order(nm, "a1", "b2", SO2, 10 * T), NOVEMBER))
        assert nm.of_town("baxiantong", SO2, PositionKind.TOTAL) == 0
        assert nm.of_town("daqintala", SO2, PositionKind.TOTAL) == 10 * T
        assert nm.held("b2", SO2) == 10 * T
        assert audit(session).clean

    run(engine, work)


def test_recount_serves_what_the_giving_town_has_out_beyond_its_total_first(
    engine: Engine,
) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-so2")
        nm.set("daqintala", SO2, 100 * T)
        nm.set("baxiantong", SO2, 60 * T)
        nm.allocate(SO2, {"a1": 100 * T})
        cell = nm.cells["daqintala"]
        done(lower_total(session, nm.asset(SO2), cell, 30 * T, nm.act(), NOVEMBER))
        assert nm.of_town("daqintala", SO2, PositionKind.TOLERATED) == -30 * T
        wanted = order(nm, "a1", "b1", SO2, 50 * T)
        first = done(transfer(session, wanted, NOVEMBER))
        assert nm.of_town("daqintala", SO2, PositionKind.TOLERATED) == 0
        assert nm.of_town("daqintala", SO2, PositionKind.TOTAL) == 20 * T
        again = done(transfer(session, wanted, NOVEMBER))
        assert (again.again, again.entry_id) == (True, first.entry_id)
        assert nm.held("b1", SO2) == 50 * T
        assert audit(session).clean

    run(engine, work)


def test_move_takes_the_yearly_totals_along(engine: Engine) -> None:
    """COD: a five-year right counts in five yearly totals, and takes its share of each along."""

    def work(session: Session) -> None:
        nm = naiman(session, "nm-cod")
        for year in range(2026, 2031):
            nm.set("daqintala", f"nm-cod-index-{year}", 100 * T)
            nm.set("baxiantong", f"nm-cod-index-{year}", 50 * T)
        nm.open("daqintala", COD, 80 * T)
        nm.allocate(COD, {"a1": 80 * T})
        result = done(transfer(session, order(nm, "a1", "b1", COD, 60 * T), NOVEMBER))
        for year in range(2026, 2031):
            index = f"nm-cod-index-{year}"
            assert nm.of_town("daqintala", index, PositionKind.ROOM_USED) == 20 * T
            assert nm.of_town("baxiantong", index, PositionKind.ROOM_USED) == 60 * T
            # The rooms stay: it is the total that went along.
            assert nm.of_town("daqintala", index, PositionKind.ROOM) == 20 * T
            assert nm.of_town("baxiantong", index, PositionKind.ROOM) == 50 * T
        kind = session.scalar(select(entry.c.kind).where(entry.c.id == result.entry_id))
        assert kind == EntryKind.TRANSFER_WITH_TOTAL
        assert audit(session).clean

    run(engine, work)


def test_inside_one_town_no_policy_writes_a_further_leg(engine: Engine) -> None:
    def work(session: Session) -> None:
        for code, asset in (("nm-cod", COD), ("nm-so2", SO2)):
            nm = naiman(session, code)
            nm.receive("a1", asset, 10)
            done(transfer(session, order(nm, "a1", "a2", asset, 4, f"{code}-t"), NOVEMBER))
            assert nm.of_town("daqintala", asset, PositionKind.TOTAL) == 0
            assert nm.held("a2", asset) == 4

    run(engine, work)


def test_the_border_policy_of_the_business_date_counts(engine: Engine) -> None:
    """A policy changed for December does not touch a transfer that counts for November."""

    def work(session: Session) -> None:
        nm = naiman(session, "nm-so2")
        nm.receive("a1", SO2, 10)
        changed = change_setting(
            session, nm.scheme.id, "border_policy", "stay", date(2026, 12, 1), "示例通知", NOVEMBER
        )
        assert not isinstance(changed, Refused)
        before = transfer(session, order(nm, "a1", "b1", SO2, 1), NOVEMBER)
        assert refused_with(before) == "total_exhausted"
        december = replace(order(nm, "a1", "b1", SO2, 1), business_date=date(2026, 12, 2))
        later = replace(NOVEMBER, today=date(2026, 12, 2))
        done(transfer(session, december, later))

    run(engine, work)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to_account_id": "a1"}, "transfer_to_same_account"),
        ({"to_account_id": 999_999}, "account_not_found"),
        ({"to_account_id": "cell"}, "transfer_needs_holders"),
        ({"to_account_id": "elsewhere"}, "transfer_leaves_scheme"),
        ({"to_account_id": "closed"}, "account_closed"),
        ({"asset_id": 999_999}, "asset_to_move_unknown"),
        ({"asset_id": "other"}, "asset_of_other_scheme"),
        ({"asset_id": "index"}, "asset_is_no_unit"),
        ({"business_date": date(2025, 12, 31)}, "setting_not_set"),
        ({"business_date": date(2026, 11, 21)}, "business_date_in_future"),
        ({"amount": 0}, "amount_not_positive"),
        ({"amount": -5}, "amount_not_positive"),
        ({"amount": 11}, "available_too_small"),
        ({"amount": 10**15 + 1}, "amount_too_large"),
        ({"key": ""}, "key_missing"),
    ],
)
def test_each_rule_refuses_by_its_own_name(
    engine: Engine, changes: dict[str, object], code: str
) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-cod")
        other = naiman(session, "nm-carbon")
        nm.receive("a1", COD, 10)
        closed = close_account(
            session, nm.holders["b2"], JUNE_1, NOVEMBER, actor="经办人甲", document="示例"
        )
        assert closed is None
        named = {
            "a1": nm.holders["a1"],
            "cell": nm.cell("daqintala"),
            "elsewhere": other.holders["a1"],
            "closed": nm.holders["b2"],
            "other": other.asset(CARBON),
            "index": nm.asset("nm-cod-index-2026"),
        }
        real = {
            name: named[value] if isinstance(value, str) and value else value
            for name, value in changes.items()
        }
        wanted = replace(order(nm, "a1", "a2", COD, 5), **real)
        assert refused_with(transfer(session, wanted, NOVEMBER)) == code
        assert nm.held("a1", COD) == 10

    run(engine, work)


def test_a_refused_transfer_stops_no_other_and_each_sees_those_before(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 10)
        results = transfer_many(
            session,
            [
                order(nm, "a1", "b1", CARBON, 8, "t1"),
                order(nm, "a1", "b2", CARBON, 8, "t2"),
                order(nm, "b1", "b2", CARBON, 5, "t3"),
                order(nm, "a1", "b1", CARBON, 8, "t1"),
            ],
            NOVEMBER,
        )
        assert [isinstance(one, Posted) for one in results] == [True, False, True, True]
        assert posted(results[0]).entry_id == posted(results[3]).entry_id
        assert [nm.held(name, CARBON) for name in ("a1", "b1", "b2")] == [2, 3, 5]

    run(engine, work)


def test_the_same_key_for_another_transfer_is_refused(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 10)
        done(transfer(session, order(nm, "a1", "b1", CARBON, 3), NOVEMBER))
        other = transfer(session, order(nm, "a1", "b1", CARBON, 4), NOVEMBER)
        assert refused_with(other) == "key_used_for_another_entry"
        priced = replace(order(nm, "a1", "b1", CARBON, 3), money_fen=1)
        assert refused_with(transfer(session, priced, NOVEMBER)) == "key_used_for_another_entry"

    run(engine, work)


def test_asking_again_gives_the_first_result_even_after_the_account_was_closed(
    engine: Engine,
) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 10)
        wanted = order(nm, "a1", "b1", CARBON, 10)
        first = done(transfer(session, wanted, NOVEMBER))
        closed = close_account(
            session, nm.holders["a1"], JUNE_1, NOVEMBER, actor="经办人甲", document="示例"
        )
        assert closed is None
        again = done(transfer(session, wanted, NOVEMBER))
        assert (again.again, again.entry_id) == (True, first.entry_id)

    run(engine, work)


def test_many_transfers_do_not_ask_the_database_one_by_one(engine: Engine) -> None:
    statements: list[str] = []

    def work(session: Session) -> None:
        nm = naiman(session, "nm-so2")
        nm.set("baxiantong", SO2, 10_000)
        nm.receive("a1", SO2, 10_000)
        wanted = [order(nm, "a1", "b1", SO2, 3, f"t{n}") for n in range(1000)]
        statements.clear()
        results = transfer_many(session, wanted, NOVEMBER)
        assert all(isinstance(one, Posted) for one in results)

    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    run(engine, work)
    assert len(statements) < 25
