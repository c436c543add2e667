"""Which limits there are, over which assets, and which companies count as one group.

Knows the tables of limits and groups, and no amount: amounts are positions (``market.limits``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.deciding import TEXT_LENGTH_MAX
from ledger.core.reference_rows import draw_ids, insert_missing, insert_rows, rows_where
from ledger.core.tables import account, asset
from ledger.refusals import RefusalCode, Refused, ensure
from ledger.registry.accounts import AccountKind, NewAccount, open_accounts
from ledger.rights.schemes import assets_by_id
from market.limit_tables import company_group, group_member, limited_asset, trading_limit
from market.venue_terms import LimitKind, VenueLimit

CODE_LENGTH_MAX = 48
NAME_LENGTH_MAX = 200
_SHOWN_MAX = 60


class LimitCode(RefusalCode):
    """Why a limit or a group is not as it was asked for, in the order the rules are looked at."""

    LIMIT_TEXT_UNREADABLE = "limit_text_unreadable"
    LIMIT_SOURCE_MISSING = "limit_source_missing"
    LIMIT_WITHOUT_ASSET = "limit_without_asset"
    LIMIT_ASSET_UNKNOWN = "limit_asset_unknown"
    LIMIT_ASSETS_DIFFER = "limit_assets_differ"
    LIMIT_CODE_TAKEN = "limit_code_taken"
    LIMIT_AMOUNT_OUT_OF_RANGE = "limit_amount_out_of_range"
    GROUP_CODE_TAKEN = "group_code_taken"
    GROUP_OF_OTHER_SCHEME = "group_of_other_scheme"
    GROUP_HAS_NO_MEMBERS = "group_has_no_members"
    PARTY_IN_GROUP_ALREADY = "party_in_group_already"


class AssetRole(StrEnum):
    """What an asset is for, as far as limits look at it."""

    UNIT = "unit"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class LimitDefinition:
    """A limit to open over one or several assets of a scheme, all shown in one unit."""

    code: str
    kind: LimitKind
    asset_ids: tuple[int, ...]
    name_zh: str
    name_en: str
    source: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit: its rooms are counted in ``limit_asset_id``, what it limits are ``asset_ids``."""

    id: int
    code: str
    scheme_id: int
    limit_asset_id: int
    kind: LimitKind
    asset_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Companies that count as one under a scheme; ``account_id`` has the rooms left to them."""

    id: int
    code: str
    scheme_id: int
    account_id: int


def open_limit(
    session: Session, definition: LimitDefinition, now: Now, actor: str
) -> Limit | Refused:
    """Open a limit; it limits nobody until an amount is set for a group (``set_limit``)."""
    refused = _text_fault(definition.code, CODE_LENGTH_MAX)
    for name in (definition.name_zh, definition.name_en):
        refused = refused or _text_fault(name, NAME_LENGTH_MAX)
    if refused is None and not definition.source.strip():
        refused = Refused(LimitCode.LIMIT_SOURCE_MISSING, {"limit": definition.code})
    refused = refused or _text_fault(definition.source.strip(), TEXT_LENGTH_MAX)
    if refused is not None:
        return refused
    limited = _limited(session, definition)
    if isinstance(limited, Refused):
        return limited
    scheme_id, unit = limited
    made = _insert_asset(session, definition, scheme_id, unit)
    if made is None:
        return Refused(LimitCode.LIMIT_CODE_TAKEN, {"limit": definition.code})
    row = {
        "code": definition.code,
        "scheme_id": scheme_id,
        "limit_asset_id": made,
        "kind": definition.kind.value,
        "source": definition.source.strip(),
        "recorded_at": now.instant,
        "actor": actor,
    }
    (limit_id,) = insert_missing(session, trading_limit, [row])
    asset_ids = tuple(sorted(set(definition.asset_ids)))
    insert_rows(
        session,
        limited_asset,
        [{"limit_id": limit_id, "asset_id": asset_id} for asset_id in asset_ids],
    )
    return Limit(limit_id, definition.code, scheme_id, made, definition.kind, asset_ids)


def limits_on(session: Session, asset_id: int) -> tuple[VenueLimit, ...]:
    """Give the limits under which an asset counts, by code."""
    found = session.execute(
        select(trading_limit)
        .join(limited_asset, limited_asset.c.limit_id == trading_limit.c.id)
        .where(limited_asset.c.asset_id == asset_id)
        .order_by(trading_limit.c.code)
    )
    return tuple(
        VenueLimit(row.id, row.code, row.limit_asset_id, LimitKind(row.kind)) for row in found
    )


def limits_of(session: Session, scheme_ids: Iterable[int]) -> list[Limit]:
    """Give all limits of some schemes by code."""
    rows = rows_where(session, select(trading_limit), trading_limit.c.scheme_id, scheme_ids)
    assets: dict[int, list[int]] = {}
    links = select(limited_asset).order_by(limited_asset.c.asset_id)
    for link in rows_where(session, links, limited_asset.c.limit_id, [row.id for row in rows]):
        assets.setdefault(link.limit_id, []).append(link.asset_id)
    found = [
        Limit(
            row.id,
            row.code,
            row.scheme_id,
            row.limit_asset_id,
            LimitKind(row.kind),
            tuple(assets.get(row.id, ())),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.code)


def open_group(
    session: Session, scheme_id: int, code: str, name: str, now: Now, actor: str
) -> Group | Refused:
    """Open a group without members."""
    refused = _text_fault(code, CODE_LENGTH_MAX) or _text_fault(name, NAME_LENGTH_MAX)
    if refused is not None:
        return refused
    # The code stands on the account too, so the database lets it in only once per scheme.
    new = NewAccount(AccountKind.GROUP, scheme_id, None, None, name, f"group:{code}", now.today)
    (account_id,) = open_accounts(session, [new])
    if isinstance(account_id, Refused):
        return Refused(LimitCode.GROUP_CODE_TAKEN, {"group": code})
    row = {
        "scheme_id": scheme_id,
        "code": code,
        "account_id": account_id,
        "recorded_at": now.instant,
        "actor": actor,
    }
    (group_id,) = insert_missing(session, company_group, [row])
    return Group(group_id, code, scheme_id, account_id)


def groups_by_id(
    session: Session, group_ids: Iterable[int], *, alone: bool = False
) -> dict[int, Group]:
    """Give groups by number; ``alone`` makes others wait who would change them too."""
    query = select(company_group).order_by(company_group.c.id)
    if alone:
        query = query.with_for_update()
    rows = rows_where(session, query, company_group.c.id, sorted(set(group_ids)))
    return {row.id: Group(row.id, row.code, row.scheme_id, row.account_id) for row in rows}


def groups_of(session: Session, scheme_id: int, party_ids: Iterable[int]) -> dict[int, Group]:
    """Give the group of each party under a scheme; a party in none is absent."""
    member_of = _memberships(session, scheme_id, party_ids)
    groups = groups_by_id(session, member_of.values())
    return {party_id: groups[group_id] for party_id, group_id in member_of.items()}


def members_of(session: Session, group: Group) -> list[int]:
    """Give the parties that are in a group now."""
    ever = session.scalars(
        select(group_member.c.party_id).where(group_member.c.group_id == group.id).distinct()
    )
    now_in = _memberships(session, group.scheme_id, ever)
    return sorted(party_id for party_id, group_id in now_in.items() if group_id == group.id)


def grouping_version(session: Session) -> int:
    """Give a number that rises whenever a party comes into another group, for whoever keeps one."""
    return session.scalar(select(func.coalesce(func.max(group_member.c.id), 0))) or 0


def enter_group(
    session: Session, group: Group, party_ids: Sequence[int], document: str, now: Now, actor: str
) -> None:
    """Write down that parties are in a group from now on; the group must be held ``alone``."""
    versions = {
        row.party_id: row.version
        for row in rows_where(
            session,
            select(group_member.c.party_id, func.max(group_member.c.version).label("version"))
            .where(group_member.c.scheme_id == group.scheme_id)
            .group_by(group_member.c.party_id),
            group_member.c.party_id,
            party_ids,
        )
    }
    rows = [
        {
            "scheme_id": group.scheme_id,
            "party_id": party_id,
            "version": versions.get(party_id, 0) + 1,
            "group_id": group.id,
            "document": document,
            "recorded_at": now.instant,
            "actor": actor,
        }
        for party_id in party_ids
    ]
    made = insert_missing(session, group_member, rows)
    ensure(len(made) == len(rows), "nobody else moves these parties between groups meanwhile")


def holder_accounts(session: Session, scheme_id: int, party_ids: Iterable[int]) -> dict[int, int]:
    """Give the holders' accounts of parties under a scheme: account -> party."""
    query = select(account.c.id, account.c.party_id).where(
        account.c.scheme_id == scheme_id, account.c.kind == AccountKind.HOLDER
    )
    found = rows_where(session, query, account.c.party_id, party_ids)
    return {row.id: row.party_id for row in sorted(found, key=lambda row: row.id)}


def _memberships(session: Session, scheme_id: int, party_ids: Iterable[int]) -> dict[int, int]:
    query = (
        select(group_member.c.party_id, group_member.c.group_id, group_member.c.version)
        .where(group_member.c.scheme_id == scheme_id)
        .order_by(group_member.c.version)
    )
    found = rows_where(session, query, group_member.c.party_id, party_ids)
    return {row.party_id: row.group_id for row in found}


def _limited(session: Session, definition: LimitDefinition) -> tuple[int, str] | Refused:
    """Scheme and unit of what is limited: the same for all of it."""
    if not definition.asset_ids:
        return Refused(LimitCode.LIMIT_WITHOUT_ASSET, {"limit": definition.code})
    found = assets_by_id(session, definition.asset_ids)
    for asset_id in definition.asset_ids:
        if asset_id not in found or found[asset_id].role != AssetRole.UNIT:
            return Refused(LimitCode.LIMIT_ASSET_UNKNOWN, {"asset": asset_id})
    kinds = {(one.scheme_id, one.unit) for one in found.values()}
    if len(kinds) > 1:
        listed = ", ".join(sorted(one.code for one in found.values()))
        return Refused(LimitCode.LIMIT_ASSETS_DIFFER, {"assets": listed})
    return kinds.pop()


def _insert_asset(
    session: Session, definition: LimitDefinition, scheme_id: int, unit: str
) -> int | None:
    (asset_id,) = draw_ids(session, asset, 1)
    row = {
        "id": asset_id,
        "code": f"limit:{definition.code}",
        "scheme_id": scheme_id,
        "role": AssetRole.LIMIT.value,
        "name_zh": definition.name_zh,
        "name_en": definition.name_en,
        "unit": unit,
    }
    return asset_id if insert_missing(session, asset, [row]) else None


def _text_fault(text: str, limit: int) -> Refused | None:
    if text.strip() and text.isprintable() and len(text) <= limit:
        return None
    values = {"text": ascii(text)[:_SHOWN_MAX], "limit": limit}
    return Refused(LimitCode.LIMIT_TEXT_UNREADABLE, values)
