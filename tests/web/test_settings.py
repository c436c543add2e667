"""Settings from the environment: defaults, and values that cannot be used."""

from pathlib import Path

import pytest

from ledger.refusals import Refused
from web.settings import SettingCode, Settings, default_database_file


def test_without_variables_the_ledger_is_a_file_in_the_users_data_folder_in_chinese(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    file = default_database_file()
    assert file.name == "ecorights.sqlite"
    assert Settings.from_environment({}) == Settings(f"sqlite:///{file}", file, "zh")


def test_an_empty_variable_is_as_good_as_none() -> None:
    empty = {"ECORIGHTS_DATABASE_URL": "", "ECORIGHTS_LANGUAGE": ""}
    assert Settings.from_environment(empty) == Settings.from_environment({})


def test_what_is_set_is_taken_as_it_is() -> None:
    settings = Settings.from_environment(
        {"ECORIGHTS_DATABASE_URL": "postgresql://a@b/c", "ECORIGHTS_LANGUAGE": "en"}
    )
    assert settings == Settings("postgresql://a@b/c", None, "en")


@pytest.mark.parametrize("value", ["fr", "ZH", "zh-CN", " en"])
def test_a_language_that_is_not_spoken_is_refused_with_variable_and_value(value: str) -> None:
    refused = Settings.from_environment({"ECORIGHTS_LANGUAGE": value})
    assert isinstance(refused, Refused)
    assert refused.code is SettingCode.LANGUAGE_NOT_SPOKEN
    assert refused.values["variable"] == "ECORIGHTS_LANGUAGE"
    assert refused.values["value"] == value
