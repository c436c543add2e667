"""Schemes in a database: opened once, read by code, their settings by day."""

from datetime import date

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ledger.core.database import reading, run
from ledger.refusals import Refused
from ledger.rights.definitions import DEFINITIONS, definition
from ledger.rights.schemes import (
    Scheme,
    SettingRow,
    assets_by_id,
    change_setting,
    find_asset_ids,
    find_scheme,
    open_scheme,
    setting_at,
    setting_book,
    settings_of,
)
from ledger.rights.setting_keys import MonthDay
from ledger.rights.tables import setting
from tests.support.small_record import NOON

TODAY = NOON.today


def opened(session: Session, code: str) -> Scheme:
    shipped = definition(code)
    assert not isinstance(shipped, Refused)
    return open_scheme(session, shipped)


def value_of(row: SettingRow | Refused) -> object:
    assert isinstance(row, SettingRow), row
    return row.value


@pytest.mark.parametrize("code", [one.code for one in DEFINITIONS])
def test_opening_twice_changes_nothing(engine: Engine, code: str) -> None:
    first = run(engine, lambda session: opened(session, code))
    second = run(engine, lambda session: opened(session, code))
    assert first == second
    with reading(engine) as session:
        assert find_scheme(session, code) == first
        rows = session.scalar(select(func.count()).select_from(setting))
        shipped = next(one for one in DEFINITIONS if one.code == code)
        assert rows == len(shipped.settings)


def test_a_scheme_that_was_never_opened_is_not_there(engine: Engine) -> None:
    with reading(engine) as session:
        assert find_scheme(session, "eu-ets") is None


def test_periods_and_assets_are_found_by_code(engine: Engine) -> None:
    def work(session: Session) -> None:
        scheme = opened(session, "nm-cod")
        right = scheme.assets["nm-cod-2026-2030"]
        assert right.period_id == scheme.periods["2026-2030"].id
        indexes = [scheme.assets[f"nm-cod-index-{year}"].id for year in range(2026, 2031)]
        assert sorted(right.index_asset_ids) == sorted(indexes)
        assert assets_by_id(session, [right.id, 999]) == {right.id: right}
        assert find_asset_ids(session, [right.code, "nothing"]) == {right.code: right.id}

    run(engine, work)


def test_the_european_days_are_those_of_the_directive(engine: Engine) -> None:
    def work(session: Session) -> None:
        scheme = opened(session, "eu-ets")
        for year in (2005, 2013, 2022):
            day = date(year, 1, 1)
            allocation = setting_at(session, scheme.id, "allocation_day", day)
            assert value_of(allocation) == MonthDay(2, 28)
            assert value_of(setting_at(session, scheme.id, "surrender_day", day)) == MonthDay(4, 30)
            assert value_of(setting_at(session, scheme.id, "surrender_years_later", day)) == 1

    run(engine, work)


def test_a_setting_changes_from_a_future_day_and_keeps_its_past(engine: Engine) -> None:
    def work(session: Session) -> None:
        scheme = opened(session, "nm-water")
        january = date(2027, 1, 1)
        for text, expected in (("0.85", 850_000), ("0.80", 800_000)):
            changed = change_setting(
                session, scheme.id, "near_limit_share", text, january, "示例通知2号", NOON, "甲"
            )
            assert value_of(changed) == expected
        book = setting_book(session, scheme.id)
        assert value_of(book.at("near_limit_share", date(2026, 12, 31))) == 900_000
        # The second word for the same day counts; the first stays on record.
        assert value_of(book.at("near_limit_share", january)) == 800_000
        rows = [row for row in settings_of(session, scheme.id) if row.key == "near_limit_share"]
        assert [row.text for row in rows] == ["0.90", "0.80"]
        kept = session.scalars(
            select(setting.c.value).where(
                setting.c.scheme_id == scheme.id, setting.c.valid_from == january
            )
        )
        assert sorted(kept) == ["0.80", "0.85"]
        # Opening the scheme again does not undo what was decided here.
        opened(session, "nm-water")
        assert value_of(setting_at(session, scheme.id, "near_limit_share", january)) == 800_000

    run(engine, work)


@pytest.mark.parametrize(
    ("key", "value", "day", "source", "code"),
    [
        ("no_such_key", "1", date(2027, 1, 1), "文件", "setting_unknown"),
        ("near_limit_share", "90", date(2027, 1, 1), "文件", "setting_value_of_wrong_kind"),
        ("near_limit_share", "0.8", date(2027, 1, 1), "", "setting_source_missing"),
        ("near_limit_share", "0.8", date(2027, 1, 1), "  ", "setting_source_missing"),
        ("near_limit_share", "0.8", date(2027, 1, 1), "文" * 501, "setting_text_unreadable"),
        ("near_limit_share", "0.8", date(2027, 1, 1), "文\x00件", "setting_text_unreadable"),
        ("near_limit_share", "0.8", TODAY, "文件", "setting_change_not_in_future"),
        ("near_limit_share", "0.8", date(2025, 1, 1), "文件", "setting_change_not_in_future"),
    ],
)
def test_each_wrong_change_is_refused_and_changes_nothing(
    engine: Engine, key: str, value: str, day: date, source: str, code: str
) -> None:
    def work(session: Session) -> None:
        scheme = opened(session, "nm-water")
        before = settings_of(session, scheme.id)
        refused = change_setting(session, scheme.id, key, value, day, source, NOON)
        assert isinstance(refused, Refused)
        assert refused.code == code
        assert settings_of(session, scheme.id) == before

    run(engine, work)


def test_a_setting_without_a_value_on_the_day_is_told(engine: Engine) -> None:
    def work(session: Session) -> None:
        scheme = opened(session, "nm-water")
        for key, day, code in (
            ("use_rule", date(2024, 12, 31), "setting_not_set"),
            ("fee_standard", date(2026, 1, 1), "setting_not_set"),
            ("no_such_key", date(2026, 1, 1), "setting_unknown"),
        ):
            refused = setting_at(session, scheme.id, key, day)
            assert isinstance(refused, Refused)
            assert refused.code == code

    run(engine, work)
