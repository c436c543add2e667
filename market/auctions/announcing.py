"""Announcing an auction: its notice is held against the registry and the scheme's dated settings.

What is to be sold is held from now on, and the seed of random ties is drawn and committed to.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.clock import REGISTRY_ZONE, Now
from ledger.core.moves import PositionKind
from ledger.core.reference_rows import draw_ids
from ledger.core.tables import asset
from ledger.numerals import parse_plain, parse_plain_integer
from ledger.refusals import Refused
from ledger.registry.accounts import AccountKind, AccountRow, accounts_by_id, find_account, usable
from ledger.registry.cash import money_desk, usable_cash_account
from ledger.rights.tables import scheme
from ledger.units import unit_of
from market.auctions.auction_settings import insert_setting, settings_on
from market.auctions.auction_store import (
    claim_asset,
    decimals_of_asset,
    find_auction_id,
    insert_auction,
)
from market.auctions.auction_tables import auction
from market.auctions.awards import Ground, hold_entry
from market.auctions.notice import (
    SHARE_DECIMALS,
    Notice,
    NoticeCode,
    SupplyFrom,
)
from market.auctions.notice_reading import read_notice
from market.auctions.seal import is_public_key
from market.commands import Command
from market.decisions import Decision, Record
from market.tables import call_seed

NOTICE_DAYS = "notice_days"
FIRST_INSTALMENT = "first_instalment_share"
SETTING_KEYS = (NOTICE_DAYS, FIRST_INSTALMENT)
"""What a scheme asks of its auctions: whole days of notice, least share of a first instalment."""

DrawSeed = Callable[[], str]
"""Gives a fresh random text of up to 64 signs."""


def set_auction_setting(
    session: Session,
    scheme_id: int,
    key: str,
    valid_from: date,
    value: str,
    source: str,
    now: Now,
    actor: str,
) -> Refused | None:
    """Set what a scheme asks of its auctions from a day on; announced auctions are not touched."""
    if key not in SETTING_KEYS or not source.strip():
        return Refused(NoticeCode.NOTICE_PART_WITHOUT_SOURCE, {"part": key[:60]})
    read = parse_plain_integer(value) if key == NOTICE_DAYS else parse_plain(value, SHARE_DECIMALS)
    if isinstance(read, Refused):
        return read
    row = {
        "scheme_id": scheme_id,
        "key": key,
        "valid_from": valid_from,
        "value": value,
        "source": source.strip(),
        "recorded_at": now.instant,
        "actor": actor,
    }
    insert_setting(session, row)
    return None


def set_setting_of(
    session: Session,
    *,
    scheme_code: str,
    key: str,
    valid_from: date,
    value: str,
    source: str,
    now: Now,
    actor: str,
) -> Refused | None:
    """Set it for a scheme named by its code."""
    scheme_id = session.scalar(select(scheme.c.id).where(scheme.c.code == scheme_code))
    if scheme_id is None:
        return Refused(NoticeCode.AUCTION_SCHEME_UNKNOWN, {"scheme": scheme_code[:60]})
    return set_auction_setting(session, scheme_id, key, valid_from, value, source, now, actor)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the registry has of what a notice names."""

    scheme_id: int
    asset_id: int
    account: AccountRow
    cash_account: AccountRow


def announce(
    session: Session, command: Command, record: Record, decision: Decision, draw: DrawSeed
) -> Refused | None:
    """Announce an auction, or say what keeps it from being one."""
    found = _found(session, command.payload)
    if isinstance(found, Refused):
        return found
    notice = read_notice(command.payload, decimals_of_asset(session, found.asset_id))
    if isinstance(notice, Refused):
        return notice
    refused = _refuse_key(notice) or _refuse_by_settings(session, notice, found, command.at)
    if refused is not None:
        return refused
    if find_auction_id(session, notice.code) is not None:
        return Refused(NoticeCode.AUCTION_CODE_TAKEN, {"auction": notice.code})
    if notice.follows and find_auction_id(session, notice.follows) is None:
        return Refused(NoticeCode.EARLIER_AUCTION_UNKNOWN, {"auction": notice.follows[:60]})
    (auction_id,) = draw_ids(session, auction, 1)
    ground = _ground(session, auction_id, notice, found)
    refused = record.hold(
        hold_entry(
            ground,
            notice.to_hold,
            command.at.today,
            f"{ground.ref}:supply",
            command.actor,
        )
    )
    if refused is not None:
        return refused
    commitment = _commit_seed(session, auction_id, draw(), command.at)
    insert_auction(session, _row(auction_id, notice, found, commitment, command), notice.to_hold)
    decision.answer = {
        "auction": auction_id,
        "code": notice.code,
        "seed_commitment": commitment,
    }
    decision.tell(
        "auction_announced",
        auction=auction_id,
        opens_at=notice.window.opens_at.isoformat(),
        closes_at=notice.window.closes_at.isoformat(),
        seed_commitment=commitment,
    )
    return None


def _found(session: Session, written: Mapping[str, object]) -> _Found | Refused:
    texts = {name: str(written.get(name) or "") for name in ("scheme", "asset")}
    scheme_id = session.scalar(select(scheme.c.id).where(scheme.c.code == texts["scheme"]))
    if scheme_id is None:
        return Refused(NoticeCode.AUCTION_SCHEME_UNKNOWN, {"scheme": texts["scheme"][:60]})
    unit_asset = session.execute(
        select(asset.c.id, asset.c.unit).where(
            asset.c.code == texts["asset"],
            asset.c.scheme_id == scheme_id,
            asset.c.role == "unit",
        )
    ).one_or_none()
    if unit_asset is None or not _has_price(unit_asset.unit):
        return Refused(NoticeCode.AUCTION_ASSET_UNKNOWN, {"asset": texts["asset"][:60]})
    account = _account(session, written)
    if isinstance(account, Refused):
        return account
    if account.scheme_id != scheme_id or account.kind not in (AccountKind.HOLDER, AccountKind.CELL):
        return Refused(NoticeCode.SELLER_ACCOUNT_NOT_USABLE, {"account": account.number})
    cash = _cash_account(session, written)
    if isinstance(cash, Refused):
        return cash
    return _Found(scheme_id, unit_asset.id, account, cash)


def _has_price(unit_code: str) -> bool:
    unit = unit_of(unit_code)
    return bool(unit.factor == 10**unit.decimals)


def _account(session: Session, written: Mapping[str, object]) -> AccountRow | Refused:
    found = find_account(session, str(written.get("account") or ""))
    if isinstance(found, Refused):
        return found
    return usable(accounts_by_id(session, [found.id], kept_open=True).get(found.id), found.id)


def _cash_account(session: Session, written: Mapping[str, object]) -> AccountRow | Refused:
    found = find_account(session, str(written.get("cash_account") or ""))
    if isinstance(found, Refused):
        return found
    return usable_cash_account(session, money_desk(session), found.id)


def _refuse_key(notice: Notice) -> Refused | None:
    if notice.sealed and not is_public_key(notice.public_key):
        return Refused(NoticeCode.NOTICE_PART_UNREADABLE, {"part": "bids.public_key"})
    return None


def _refuse_by_settings(
    session: Session, notice: Notice, found: _Found, now: Now
) -> Refused | None:
    """Hold the notice against what its scheme asks of auctions today, and the account's kind."""
    takes_total = notice.supply_from is SupplyFrom.TOTAL
    if takes_total and found.account.kind is not AccountKind.CELL:
        return Refused(NoticeCode.SELLER_ACCOUNT_NOT_USABLE, {"account": found.account.number})
    settings = settings_on(session, found.scheme_id, now.today)
    for key in SETTING_KEYS:
        if key not in settings:
            values = {"setting": key, "scheme": notice.scheme, "date": now.today}
            return Refused(NoticeCode.AUCTION_SETTING_MISSING, values)
    days, source = settings[NOTICE_DAYS]
    earliest = now.today + timedelta(days=int(days))
    opens_on = notice.window.opens_at.astimezone(REGISTRY_ZONE).date()
    if opens_on < earliest:
        values = {"days": int(days), "opens": opens_on, "earliest": earliest}
        return Refused(NoticeCode.NOTICE_TOO_SHORT, values, source)
    share, source = settings[FIRST_INSTALMENT]
    parts = notice.payment.instalments
    if parts and parts[0].share_millionths < _millionths(share):
        first = _percent(parts[0].share_millionths)
        values = {"share": first, "least": _percent(_millionths(share))}
        return Refused(NoticeCode.FIRST_INSTALMENT_TOO_SMALL, values, source)
    return None


def _millionths(share: str) -> int:
    read = parse_plain(share, SHARE_DECIMALS)
    return 0 if isinstance(read, Refused) else read


def _percent(millionths: int) -> str:
    whole, rest = divmod(millionths, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def _ground(session: Session, auction_id: int, notice: Notice, found: _Found) -> Ground:
    desk = money_desk(session)
    return Ground(
        auction_id=auction_id,
        asset_id=found.asset_id,
        money_asset_id=desk.asset_id,
        claim_asset_id=claim_asset(session),
        fees_account_id=desk.desk_account_id,
        account_id=found.account.id,
        cash_account_id=found.cash_account.id,
        supply_kind=PositionKind(notice.supply_from.value),
        supply_ref=notice.supply_ref,
        buys=notice.buys,
    )


def _commit_seed(session: Session, auction_id: int, seed: str, now: Now) -> str:
    """Keep the seed; only its commitment goes out before the clearing."""
    commitment = sha256(seed.encode()).hexdigest()
    row = {
        "commitment": commitment,
        "market": "auction",
        "market_id": auction_id,
        "seed": seed,
        "made_at": now.instant,
    }
    session.execute(call_seed.insert(), row)
    return commitment


def _row(
    auction_id: int, notice: Notice, found: _Found, commitment: str, command: Command
) -> dict[str, Any]:
    return {
        "id": auction_id,
        "code": notice.code,
        "scheme_id": found.scheme_id,
        "asset_id": found.asset_id,
        "account_id": found.account.id,
        "cash_account_id": found.cash_account.id,
        "name_zh": notice.name_zh,
        "name_en": notice.name_en,
        "opens_at": notice.window.opens_at,
        "closes_at": notice.window.closes_at,
        "open_bids_by": notice.window.open_bids_by,
        "notice": json.dumps(dict(command.payload), ensure_ascii=False, sort_keys=True),
        "seed_commitment": commitment,
        "announced_at": command.at.instant,
        "actor": command.actor,
    }
