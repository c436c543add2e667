"""Which totals there are to look at, and the accounts and duties beside them, on both databases."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.compliance.cover import UseRule
from ledger.compliance.status import Status
from ledger.core.database import reading
from ledger.demonstration.loading import load_demonstration
from ledger.registry.zones import find_zone, subtree_cells, subtree_zones
from ledger.reports.accounts import find_account
from ledger.reports.places import schemes
from ledger.reports.totals_in_use import (
    AssetInUse,
    assets_in_use,
    cell_account_numbers,
    compliance_counts,
    holders_in_zones,
    running_asset,
    use_rule_of,
)

IN_2026 = date(2026, 11, 24)


@pytest.fixture
def year(engine: Engine) -> Iterator[Session]:
    """The invented year, read."""
    assert load_demonstration(engine)
    with reading(engine) as session:
        yield session


def scheme_id(session: Session, code: str) -> int:
    return next(each.scheme_id for each in schemes(session) if each.code == code)


def asset(session: Session, code: str) -> AssetInUse:
    return next(each for each in assets_in_use(session) if each.code == code)


def test_only_assets_of_which_a_total_was_set_are_listed_rights_first(year: Session) -> None:
    assert [each.code for each in assets_in_use(year)] == [
        "nm-water-2026",
        "nm-cod-2026-2030",
        *(f"nm-cod-index-{number}" for number in range(2026, 2031)),
        "nm-so2-2026-2030",
        "nm-carbon-2025",
    ]
    cod = asset(year, "nm-cod-2026-2030")
    indexes = [each for each in assets_in_use(year) if each.role == "index"]
    assert cod.index_ids == tuple(each.asset_id for each in indexes)


def test_the_duties_of_a_scheme_are_counted_by_status(year: Session) -> None:
    carbon = scheme_id(year, "nm-carbon")
    met = {Status.A: 1, Status.B: 1, Status.C: 1}
    assert compliance_counts(year, carbon, 2026, at_most=3) == met
    assert compliance_counts(year, carbon, 2026, at_most=2) is None
    assert compliance_counts(year, scheme_id(year, "nm-cod"), 2026, at_most=3) == {}


def test_how_use_meets_holdings_is_the_schemes_setting(year: Session) -> None:
    rules = {
        code: use_rule_of(year, scheme_id(year, code), IN_2026)
        for code in ("nm-water", "nm-cod", "nm-carbon")
    }
    assert rules == {
        "nm-water": UseRule.DEDUCTED,
        "nm-cod": UseRule.COMPARED,
        "nm-carbon": UseRule.SURRENDERED,
    }
    assert use_rule_of(year, scheme_id(year, "nm-carbon"), date(2000, 1, 1)) is None


def test_holders_come_with_the_largest_first_and_only_of_their_zones(year: Session) -> None:
    water = asset(year, "nm-water-2026").asset_id
    banner = find_zone(year, "naiman", "150525")
    town = find_zone(year, "naiman", "150525100")
    assert banner is not None
    assert town is not None
    every = subtree_zones(year, banner, IN_2026)
    found, count = holders_in_zones(year, water, every, limit=2)
    assert [each.name for each in found] == ["示例教来河灌区管理所", "示例孟克河灌区管理所"]
    assert (found[0].held, found[0].frozen, count) == (9_742_500, 0, 7)
    here, _ = holders_in_zones(year, water, [town], limit=50)
    assert {each.use_type for each in here} == {"farm", "household", "industry"}


def test_cells_are_led_to_the_accounts_their_totals_stand_on(year: Session) -> None:
    town = find_zone(year, "naiman", "150525104")
    assert town is not None
    cells = subtree_cells(year, town, IN_2026)
    numbers = cell_account_numbers(year, scheme_id(year, "nm-water"), cells)
    assert set(numbers) == set(cells)
    for number in numbers.values():
        account = find_account(year, number)
        assert account is not None
        assert (account.kind, account.zone_code) == ("cell", "150525104")


def _asset(code: str, role: str, first: int, last: int) -> AssetInUse:
    days = date(first, 1, 1), date(last, 12, 31)
    return AssetInUse(1, code, 1, role, "t", code, code, code, *days, ())


@pytest.mark.parametrize(
    ("codes", "chosen"),
    [
        (("u2024", "u2025", "u2026"), "u2026"),
        (("u2024", "u2025"), "u2025"),
        (("u2025", "u2026", "u2027"), "u2026"),
        (("i2026", "u2025"), "u2025"),
        (("i2025", "i2026"), "i2026"),
        ((), None),
    ],
)
def test_the_right_that_runs_is_shown_first(codes: tuple[str, ...], chosen: str | None) -> None:
    assets = [
        _asset(code, "unit" if code[0] == "u" else "index", int(code[1:]), int(code[1:]))
        for code in codes
    ]
    found = running_asset(assets, IN_2026)
    assert (found.code if found else None) == chosen
