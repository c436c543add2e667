"""Settings of a scheme by day: what holds, what will hold, and how that is changed.

Knows the table of settings; how a value is written stands in ``ledger.rights.setting_keys``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.deciding import TEXT_LENGTH_MAX
from ledger.core.reference_rows import insert_missing
from ledger.refusals import InvariantBroken, Refused, ensure
from ledger.rights.setting_keys import (
    SettingCode,
    SettingKey,
    SettingValue,
    read_setting,
    setting_key,
)
from ledger.rights.tables import scheme, setting

_TEXT_SHOWN = 60


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting as it holds on some day: the value read, and the text it was written as."""

    scheme_id: int
    key: str
    valid_from: date
    value: SettingValue
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class SettingBook:
    """All settings of one scheme, read once and asked for any day; ``rows`` are by rising day."""

    rows: Mapping[str, tuple[SettingRow, ...]]

    def at(self, key: str, on: date) -> SettingRow | Refused:
        """Give a setting as it holds on a day; refused where the key or a value is missing."""
        wanted = setting_key(key)
        if isinstance(wanted, Refused):
            return wanted
        holding = [row for row in self.rows.get(key, ()) if row.valid_from <= on]
        if not holding:
            return Refused(SettingCode.SETTING_NOT_SET, {"key": key, "date": on})
        return holding[-1]


def setting_book(session: Session, scheme_id: int) -> SettingBook:
    """Read all settings of a scheme, for work that asks for several keys or days."""
    rows: dict[str, tuple[SettingRow, ...]] = {}
    for row in settings_of(session, scheme_id):
        rows[row.key] = (*rows.get(row.key, ()), row)
    return SettingBook(rows)


def setting_at(session: Session, scheme_id: int, key: str, on: date) -> SettingRow | Refused:
    """Give a setting as it holds on a day; refused where the key or a value is missing."""
    return setting_book(session, scheme_id).at(key, on)


def settings_of(session: Session, scheme_id: int) -> list[SettingRow]:
    """Give every setting of a scheme, past and to come, by key and day; a day's last word only."""
    found = session.execute(
        select(setting)
        .where(setting.c.scheme_id == scheme_id)
        .order_by(setting.c.key, setting.c.valid_from, setting.c.version)
    )
    last = {(row.key, row.valid_from): row for row in found}
    rows = []
    for row in last.values():
        key = setting_key(row.key)
        if isinstance(key, SettingKey):
            rows.append(_setting_row(scheme_id, key, row.valid_from, row.value, row.source))
    return rows


def change_setting(
    session: Session,
    scheme_id: int,
    key: str,
    value: str,
    valid_from: date,
    source: str,
    now: Now,
    actor: str = "",
) -> SettingRow | Refused:
    """Set a value from a future day on (Beijing time); what holds today never changes in hindsight.

    A second word for the same day replaces the first, which stays on record.  Refused, in this
    order: unknown key, value of another kind, no source, text unreadable, day not in the future.
    """
    wanted = setting_key(key)
    if isinstance(wanted, Refused):
        return wanted
    read = read_setting(wanted, value)
    if isinstance(read, Refused):
        return read
    refused = _refuse_change(wanted.key, valid_from, source, actor, now)
    if refused is not None:
        return refused
    # Two who set the same day wait for each other here, so versions stay apart.
    session.execute(select(scheme.c.id).where(scheme.c.id == scheme_id).with_for_update())
    version = session.scalar(
        select(func.coalesce(func.max(setting.c.version), 0) + 1).where(
            setting.c.scheme_id == scheme_id,
            setting.c.key == key,
            setting.c.valid_from == valid_from,
        )
    )
    row = {
        "scheme_id": scheme_id,
        "key": key,
        "valid_from": valid_from,
        "version": version,
        "value": value,
        "source": source.strip(),
        "recorded_at": now.instant,
        "actor": actor,
    }
    made = insert_missing(session, setting, [row])
    ensure(len(made) == 1, "the next version of a setting is free under its scheme's lock")
    return SettingRow(scheme_id, key, valid_from, read, value, source.strip())


def _refuse_change(key: str, valid_from: date, source: str, actor: str, now: Now) -> Refused | None:
    if not source.strip():
        return Refused(SettingCode.SETTING_SOURCE_MISSING, {"key": key})
    for text in (source.strip(), actor):
        if text and not (text.isprintable() and len(text) <= TEXT_LENGTH_MAX):
            values = {"text": ascii(text)[:_TEXT_SHOWN], "limit": TEXT_LENGTH_MAX}
            return Refused(SettingCode.SETTING_TEXT_UNREADABLE, values)
    if valid_from <= now.today:
        values_of_day = {"key": key, "date": valid_from, "today": now.today}
        return Refused(SettingCode.SETTING_CHANGE_NOT_IN_FUTURE, values_of_day)
    return None


def _setting_row(
    scheme_id: int, key: SettingKey, valid_from: date, text: str, source: str
) -> SettingRow:
    value = read_setting(key, text)
    if isinstance(value, Refused):
        raise InvariantBroken(f"a stored setting reads as its kind says: {key.key} = {text!r}")
    return SettingRow(scheme_id, key.key, valid_from, value, text, source)
