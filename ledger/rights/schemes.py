"""Schemes as a database has them: opened from a definition, found by code, with their assets.

Knows the tables of schemes, periods and assets.  Knows no account and no balance.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ledger.core.reference_rows import insert_missing, insert_rows, rows_where
from ledger.core.tables import asset, asset_index
from ledger.refusals import InvariantBroken
from ledger.rights.base import AssetDefinition, SchemeDefinition
from ledger.rights.settings import (
    SettingBook,
    SettingRow,
    change_setting,
    setting_at,
    setting_book,
    settings_of,
)
from ledger.rights.tables import period, scheme, setting

__all__ = (
    "AssetRow",
    "PeriodRow",
    "Scheme",
    "SettingBook",
    "SettingRow",
    "assets_by_id",
    "assets_of",
    "change_setting",
    "find_asset_ids",
    "find_scheme",
    "open_scheme",
    "periods_of",
    "setting_at",
    "setting_book",
    "settings_of",
)


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period of a scheme; both days are part of it."""

    id: int
    code: str
    kind: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class AssetRow:
    """An asset of a scheme; ``index_asset_ids`` are all indexes whose room it needs."""

    id: int
    code: str
    scheme_id: int
    role: str
    name_zh: str
    name_en: str
    unit: str
    period_id: int | None
    index_asset_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme with its periods and assets, each by code."""

    id: int
    code: str
    asset_class: str
    name_zh: str
    name_en: str
    registry_letters: str
    zone_tree: str
    periods: Mapping[str, PeriodRow]
    assets: Mapping[str, AssetRow]


def open_scheme(session: Session, definition: SchemeDefinition) -> Scheme:
    """Bring a shipped scheme into the database, or add what a newer definition has more of.

    Safe to call again: what is there stays as it is, settings changed since then too.
    """
    head = {
        "code": definition.code,
        "asset_class": definition.asset_class,
        "name_zh": definition.name_zh,
        "name_en": definition.name_en,
        "registry_letters": definition.registry_letters,
        "zone_tree": definition.zone_tree,
    }
    insert_missing(session, scheme, [head])
    scheme_id = session.execute(
        # Two who open the same scheme wait for each other here.
        select(scheme.c.id).where(scheme.c.code == definition.code).with_for_update()
    ).scalar_one()
    insert_missing(
        session,
        period,
        [
            {
                "scheme_id": scheme_id,
                "code": one.code,
                "kind": one.kind,
                "starts_on": one.starts_on,
                "ends_on": one.ends_on,
            }
            for one in definition.periods
        ],
    )
    _add_assets(session, scheme_id, definition.assets)
    insert_missing(
        session,
        setting,
        [
            {
                "scheme_id": scheme_id,
                "key": one.key,
                "valid_from": one.valid_from,
                "version": 1,
                "value": one.value,
                "source": one.source,
            }
            for one in definition.settings
        ],
    )
    return _scheme_that_is_there(session, definition.code)


def find_scheme(session: Session, code: str) -> Scheme | None:
    """Give the scheme of a code with its periods and assets; None if it was never opened."""
    head = session.execute(select(scheme).where(scheme.c.code == code)).one_or_none()
    if head is None:
        return None
    assets = assets_of(session, head.id)
    return Scheme(
        id=head.id,
        code=head.code,
        asset_class=head.asset_class,
        name_zh=head.name_zh,
        name_en=head.name_en,
        registry_letters=head.registry_letters,
        zone_tree=head.zone_tree,
        periods=MappingProxyType({row.code: row for row in periods_of(session, head.id)}),
        assets=MappingProxyType({row.code: row for row in assets}),
    )


def periods_of(session: Session, scheme_id: int) -> list[PeriodRow]:
    """Give all periods of a scheme by their first day."""
    found = session.execute(
        select(period)
        .where(period.c.scheme_id == scheme_id)
        .order_by(period.c.starts_on, period.c.id)
    )
    return [PeriodRow(row.id, row.code, row.kind, row.starts_on, row.ends_on) for row in found]


def assets_of(session: Session, scheme_id: int) -> list[AssetRow]:
    """Give all assets of a scheme in the order of their codes."""
    found = _assets(session, asset.c.scheme_id, [scheme_id])
    return sorted(found, key=lambda row: row.code)


def assets_by_id(session: Session, asset_ids: Iterable[int]) -> dict[int, AssetRow]:
    """Give assets by id; ids that do not exist are absent."""
    return {row.id: row for row in _assets(session, asset.c.id, asset_ids)}


def find_asset_ids(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Find assets of any scheme by code: code -> id; codes that do not exist are absent."""
    found = rows_where(session, select(asset.c.code, asset.c.id), asset.c.code, codes)
    return {row.code: row.id for row in found}


def _assets(session: Session, column: ColumnElement[int], values: Iterable[int]) -> list[AssetRow]:
    wanted = list(values)
    indexes: dict[int, list[int]] = {}
    links = (
        select(asset_index.c.asset_id, asset_index.c.index_asset_id)
        .join(asset, asset.c.id == asset_index.c.asset_id)
        .order_by(asset_index.c.index_asset_id)
    )
    for link in rows_where(session, links, column, wanted):
        indexes.setdefault(link.asset_id, []).append(link.index_asset_id)
    return [
        AssetRow(
            id=row.id,
            code=row.code,
            scheme_id=row.scheme_id,
            role=row.role,
            name_zh=row.name_zh,
            name_en=row.name_en,
            unit=row.unit,
            period_id=row.period_id,
            index_asset_ids=tuple(indexes.get(row.id, ())),
        )
        for row in rows_where(session, select(asset), column, wanted)
    ]


def _scheme_that_is_there(session: Session, code: str) -> Scheme:
    found = find_scheme(session, code)
    if found is None:
        raise InvariantBroken(f"the scheme {code} was just opened")
    return found


def _add_assets(session: Session, scheme_id: int, assets: Sequence[AssetDefinition]) -> None:
    period_ids = {
        row.code: row.id
        for row in session.execute(
            select(period.c.code, period.c.id).where(period.c.scheme_id == scheme_id)
        )
    }
    insert_missing(
        session,
        asset,
        [
            {
                "code": one.code,
                "scheme_id": scheme_id,
                "role": one.role,
                "name_zh": one.name_zh,
                "name_en": one.name_en,
                "unit": one.unit,
                "scope": json.dumps(dict(one.scope), ensure_ascii=False),
                "period_id": None if one.period_code is None else period_ids[one.period_code],
            }
            for one in assets
        ],
    )
    _add_indexes(session, _asset_ids(session, scheme_id), assets)


def _add_indexes(
    session: Session, ids: Mapping[str, int], assets: Sequence[AssetDefinition]
) -> None:
    wanted = {(ids[one.code], ids[code]) for one in assets for code in one.index_codes}
    there = {
        (row.asset_id, row.index_asset_id)
        for row in session.execute(
            select(asset_index).where(asset_index.c.asset_id.in_([pair[0] for pair in wanted]))
        )
    }
    insert_rows(
        session,
        asset_index,
        [
            {"asset_id": asset_id, "index_asset_id": index_asset_id}
            for asset_id, index_asset_id in sorted(wanted - there)
        ],
    )


def _asset_ids(session: Session, scheme_id: int) -> dict[str, int]:
    found = session.execute(select(asset.c.code, asset.c.id).where(asset.c.scheme_id == scheme_id))
    return {row.code: row.id for row in found}
