"""How a setting's value is read: strictly, and as its kind says."""

import pytest

from ledger.refusals import Refused
from ledger.rights.setting_keys import (
    MonthDay,
    SettingKey,
    SettingValue,
    read_setting,
    setting_key,
)


def read(key: str, text: str) -> SettingValue | Refused:
    known = setting_key(key)
    assert isinstance(known, SettingKey)
    return read_setting(known, text)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("use_rule", "deducted", "deducted"),
        ("border_policy", "move", "move"),
        ("allocation_day", "02-28", MonthDay(2, 28)),
        ("surrender_years_later", "0", 0),
        ("surrender_years_later", "5", 5),
        ("near_limit_share", "0.90", 900_000),
        ("near_limit_share", "1", 1_000_000),
        ("near_limit_share", "0.000001", 1),
        ("fee_standard", "1000.00", 100_000),
        ("fee_standard", "0.5", 50),
    ],
)
def test_a_value_is_read_into_whole_numbers_words_or_days(
    key: str, text: str, value: SettingValue
) -> None:
    assert read(key, text) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("use_rule", "Deducted"),
        ("use_rule", ""),
        ("allocation_day", "2-28"),
        ("allocation_day", "02-29"),
        ("allocation_day", "13-01"),
        ("allocation_day", "02-28 "),
        ("surrender_years_later", "6"),
        ("surrender_years_later", "-1"),
        ("surrender_years_later", "01"),
        ("surrender_years_later", "１"),
        ("surrender_years_later", "1.0"),
        ("near_limit_share", "1.1"),
        ("near_limit_share", "90%"),
        ("near_limit_share", ".9"),
        ("near_limit_share", "0.0000001"),
        ("near_limit_share", "9e-1"),
        ("fee_standard", "1,000.00"),
        ("fee_standard", "1000.005"),
        ("fee_standard", "-1"),
        ("fee_standard", "NaN"),
        ("fee_standard", "1\n"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_the_form_it_should_have(
    key: str, text: str
) -> None:
    refused = read(key, text)
    assert isinstance(refused, Refused)
    assert refused.code == "setting_value_of_wrong_kind"
    assert refused.values["form"]


def test_an_unknown_key_is_refused_by_name() -> None:
    refused = setting_key("surender_day")
    assert isinstance(refused, Refused)
    assert refused.code == "setting_unknown"
    assert refused.values["key"] == "surender_day"
