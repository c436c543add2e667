"""The schemes that ship: what a regulator would check them for."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from ledger.refusals import InvariantBroken, Refused
from ledger.rights.base import SchemeDefinition, SettingDefinition
from ledger.rights.definitions import DEFINITIONS, definition
from ledger.rights.setting_keys import SETTING_KEYS
from ledger.units import unit_of

PROJECT = Path(__file__).resolve().parents[3]


def shipped(code: str) -> SchemeDefinition:
    found = definition(code)
    assert not isinstance(found, Refused)
    return found


def test_the_european_phases_follow_each_other_without_a_gap() -> None:
    phases = [one for one in shipped("eu-ets").periods if one.kind == "phase"]
    assert [one.code for one in phases] == ["2005-07", "2008-12", "2013-20", "2021-30"]
    for one, following in pairwise(phases):
        assert following.starts_on == one.ends_on + timedelta(days=1)


def test_every_european_compliance_year_lies_in_one_phase() -> None:
    periods = shipped("eu-ets").periods
    years = [one for one in periods if one.kind == "year"]
    assert [one.code for one in years] == [str(year) for year in range(2005, 2031)]
    for year in years:
        around = [
            one
            for one in periods
            if one.kind == "phase"
            and one.starts_on <= year.starts_on <= year.ends_on <= one.ends_on
        ]
        assert len(around) == 1


def test_a_cod_right_counts_in_each_of_its_five_years() -> None:
    scheme = shipped("nm-cod")
    (right,) = [one for one in scheme.assets if one.role == "unit"]
    assert right.index_codes == tuple(f"nm-cod-index-{year}" for year in range(2026, 2031))


def test_asset_codes_are_unique_over_all_schemes() -> None:
    codes = [one.code for scheme in DEFINITIONS for one in scheme.assets]
    assert len(set(codes)) == len(codes)


def test_every_asset_is_shown_in_a_unit_that_can_show_it_exactly() -> None:
    for scheme in DEFINITIONS:
        for asset in scheme.assets:
            assert unit_of(asset.unit).is_exact


@pytest.mark.parametrize(
    "scheme", [one for one in DEFINITIONS if one.asset_class != "money"], ids=lambda one: one.code
)
def test_every_scheme_of_a_right_says_how_use_meets_holdings_and_what_a_border_does(
    scheme: SchemeDefinition,
) -> None:
    first_day = min(one.starts_on for one in scheme.periods)
    for key in ("use_rule", "border_policy", "near_limit_share"):
        assert [one for one in scheme.settings if one.key == key and one.valid_from <= first_day]


def test_every_setting_of_the_catalogue_is_used_by_some_scheme() -> None:
    used = {one.key for scheme in DEFINITIONS for one in scheme.settings}
    assert used == {one.key for one in SETTING_KEYS}


def test_money_and_claims_are_two_assets_in_yuan_and_fen() -> None:
    money = shipped("cny")
    assert money.asset_class == "money"
    assert [(asset.code, asset.role, asset.unit) for asset in money.assets] == [
        ("CNY", "money", "CNY"),
        ("CNY-CLAIM", "claim", "CNY"),
    ]


def test_an_unknown_scheme_is_refused_with_those_there_are() -> None:
    refused = definition("eu-etc")
    assert isinstance(refused, Refused)
    assert refused.code == "scheme_unknown"
    assert "eu-ets" in str(refused.values["known"])


@pytest.mark.parametrize(
    "fault",
    [
        SettingDefinition("no_such_key", date(2026, 1, 1), "1", "x"),
        SettingDefinition("use_rule", date(2026, 1, 1), "burnt", "x"),
        SettingDefinition("surrender_day", date(2026, 1, 1), "04-30", " "),
    ],
)
def test_a_faulty_definition_does_not_come_to_be(fault: SettingDefinition) -> None:
    with pytest.raises(InvariantBroken):
        replace(shipped("nm-so2"), settings=(fault,))


def test_a_definition_whose_asset_points_nowhere_does_not_come_to_be() -> None:
    scheme = shipped("nm-cod")
    right = scheme.assets[-1]
    for wrong in (
        replace(right, period_code="2031-2035"),
        replace(right, index_codes=("nm-so2",)),
    ):
        with pytest.raises(InvariantBroken):
            replace(scheme, assets=(*scheme.assets[:-1], wrong))


def test_every_scheme_and_every_setting_is_documented() -> None:
    documented = (PROJECT / "docs" / "schemes.md").read_text("utf-8")
    rows = {line.split("`")[1] for line in documented.splitlines() if line.startswith("| `")}
    assert {one.code for one in DEFINITIONS} | {one.key for one in SETTING_KEYS} <= rows
