"""What a scheme is made of when it is written down in code: plain values, checked when made.

Knows no database and no single scheme.  A fault in a definition is a bug of this program, so it is
raised, not answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.refusals import Refused, ensure
from ledger.rights.setting_keys import SettingKey, read_setting, setting_key

THRESHOLD_SOURCE = "内政办发〔2017〕16号：达到或者接近；本程序默认 80%、90%"
"""The rule says "reached or near" and leaves the figures to the locality; 0.80 (watched) and 0.90
(near) are our defaults."""


@dataclass(frozen=True, slots=True)
class PeriodDefinition:
    """A stretch of dates, both ends included; ``kind`` is phase, year or term."""

    code: str
    kind: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class AssetDefinition:
    """One asset of a scheme.

    ``role`` is unit, index, money or claim; ``unit`` the unit it is shown in (``ledger.units``);
    ``period_code`` the vintage, phase or term it is for; ``index_codes`` the indexes whose room
    must be used to open it; ``scope`` what else its units share (pollutant, medium, source).
    """

    code: str
    role: str
    name_zh: str
    name_en: str
    unit: str
    period_code: str | None = None
    index_codes: tuple[str, ...] = ()
    scope: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SettingDefinition:
    """The value of a setting from a day on, as text, with where it is laid down."""

    key: str
    valid_from: date
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class SchemeDefinition:
    """A body of rules over one class of right in a territory, as the program ships it."""

    code: str
    asset_class: str
    name_zh: str
    name_en: str
    registry_letters: str
    zone_tree: str
    periods: tuple[PeriodDefinition, ...]
    assets: tuple[AssetDefinition, ...]
    settings: tuple[SettingDefinition, ...]

    def __post_init__(self) -> None:
        """Hold what the database and the readers of the definition rely on."""
        _distinct([period.code for period in self.periods], f"periods of {self.code}")
        _distinct([asset.code for asset in self.assets], f"assets of {self.code}")
        _distinct([(s.key, s.valid_from) for s in self.settings], f"settings of {self.code}")
        periods = {period.code for period in self.periods}
        indexes = {asset.code for asset in self.assets if asset.role == "index"}
        for asset in self.assets:
            ensure(asset.period_code is None or asset.period_code in periods, "a known period")
            ensure(set(asset.index_codes) <= indexes, "an index is an asset of the scheme")
        for setting in self.settings:
            _check_setting(setting)


def calendar_years(first: int, last: int) -> tuple[PeriodDefinition, ...]:
    """Give one period of kind year for each calendar year, both ends included."""
    return tuple(
        PeriodDefinition(str(year), "year", date(year, 1, 1), date(year, 12, 31))
        for year in range(first, last + 1)
    )


def _distinct(values: Sequence[object], what: str) -> None:
    ensure(len(set(values)) == len(values), f"the {what} differ")


def _check_setting(setting: SettingDefinition) -> None:
    key = setting_key(setting.key)
    ensure(isinstance(key, SettingKey), f"{setting.key} is in the catalogue of settings")
    ensure(setting.source.strip() != "", f"{setting.key} names its source")
    if isinstance(key, SettingKey):
        value = read_setting(key, setting.value)
        ensure(not isinstance(value, Refused), f"{setting.key} is written as its kind says")
