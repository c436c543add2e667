"""Transfers between holders: the same asset out of one account and into another.

A transfer never leaves its scheme.  Where it crosses the border of a cell, the scheme's
``border_policy`` says what happens to totals: *stay*, the giver's index goes on carrying the
units; *recount*, the receiving cell needs room of its own, which passes to the giver's; *move*,
the upper authority moves the total along with the units.  Knows no approval and no market.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet
from ledger.core.standing import Leg, Standing, standing_entries
from ledger.refusals import RefusalCode, Refused, ensure
from ledger.registry.accounts import (
    AccountKind,
    AccountRow,
    accounts_by_id,
    cell_accounts,
    usable,
)
from ledger.rights.assets import unit_of_scheme
from ledger.rights.schemes import AssetRow, SettingBook, assets_by_id, setting_book
from ledger.totals.serving import Balance, Pool, legs_into

TRANSFER_KINDS = (EntryKind.TRANSFER, EntryKind.TRANSFER_WITH_TOTAL)


class BorderPolicy(StrEnum):
    """What a transfer across a cell border does to totals."""

    STAY = "stay"
    RECOUNT = "recount"
    MOVE = "move"


class TransferCode(RefusalCode):
    """Why a transfer is not made, in the order in which the rules are looked at.

    Before these come those of the accounts (unknown, closed), after them those of the asset, of
    the scheme's settings and of posting (not enough available, no room left).
    """

    TRANSFER_TO_SAME_ACCOUNT = "transfer_to_same_account"
    TRANSFER_NEEDS_HOLDERS = "transfer_needs_holders"
    TRANSFER_LEAVES_SCHEME = "transfer_leaves_scheme"


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """So many units (smallest ones, at least 1) from one holder's account to another's.

    ``unit_price_micro`` in millionths of a yuan for one unit as displayed, ``money_fen`` in fen:
    what is paid for them, wherever it is paid.  ``key`` makes asking again safe.
    """

    key: str
    business_date: date
    from_account_id: int
    to_account_id: int
    asset_id: int
    amount: int
    unit_price_micro: int | None = None
    money_fen: int | None = None
    actor: str = ""
    office: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a transfer: the holder's account and the account of the cell it lies in."""

    account: AccountRow
    cell_account_id: int


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a transfer was found to rest on: all checks but *how much* have passed."""

    giver: Side
    receiver: Side
    asset: AssetRow
    policy: BorderPolicy

    @property
    def crosses_border(self) -> bool:
        """Whether units leave the cell in which they count."""
        return self.giver.account.cell_id != self.receiver.account.cell_id

    @property
    def recounts(self) -> bool:
        """Whether room of the receiving cell passes to the giving one."""
        return self.crosses_border and self.policy is BorderPolicy.RECOUNT

    @property
    def moves_total(self) -> bool:
        """Whether the total goes along with the units."""
        return self.crosses_border and self.policy is BorderPolicy.MOVE


def transfer_entry(request: TransferRequest, grounds: Grounds, balance: Balance) -> Entry:
    """Write the entry of a transfer; pure.

    ``balance`` is asked only where a recount gives room back to a cell that has more out than its
    total: that is served first.
    """
    asset_id, amount = request.asset_id, request.amount
    legs = [Transfer(*_units(request), amount)]
    if grounds.recounts and amount > 0:
        receiving, giving = _totals(grounds, asset_id)
        legs.extend(legs_into(giving, receiving.room, amount, balance))
    if grounds.moves_total:
        legs.extend(
            Transfer(debit.used, credit.used, amount) for debit, credit in _indexes(grounds)
        )
    kind = EntryKind.TRANSFER_WITH_TOTAL if grounds.moves_total else EntryKind.TRANSFER
    return _entry(request, kind, tuple(legs))


def transfer(session: Session, request: TransferRequest, now: Now) -> Posted | Refused:
    """Make one transfer; see ``transfer_many``."""
    return transfer_many(session, [request], now)[0]


def transfer_many(
    session: Session, requests: Sequence[TransferRequest], now: Now
) -> list[Posted | Refused]:
    """Make transfers in order: one result each; a refused one stops no other.

    The same request under the same key gives its first result again, whatever happened since.
    """
    if not requests:
        return []
    case = _Case(session, requests)
    working_set = WorkingSet(session, now)
    keys = [request.key for request in requests]
    working_set.open(case.positions(), keys=keys)
    # Asked for only now: whoever made the same transfer at the same moment is done.
    working_set.open(case.repeat(standing_entries(session, keys)))
    results: list[Posted | Refused] = []
    for request in requests:
        entry = case.entry(request, working_set.balance)
        results.append(entry if isinstance(entry, Refused) else working_set.try_post(entry))
    working_set.flush()
    return results


class _Case:
    """What a batch of requests rests on, read at once: accounts, assets, settings, cells."""

    def __init__(self, session: Session, requests: Sequence[TransferRequest]) -> None:
        self._standing: dict[TransferRequest, Standing] = {}
        self._written: dict[str, tuple[TransferRequest, Entry]] = {}
        ends = {
            account_id
            for request in requests
            for account_id in (request.from_account_id, request.to_account_id)
        }
        self._accounts = accounts_by_id(session, ends, kept_open=True)
        self._assets = assets_by_id(session, {request.asset_id for request in requests})
        self._settings = {
            scheme_id: setting_book(session, scheme_id)
            for scheme_id in {row.scheme_id for row in self._accounts.values()}
        }
        self._cells = cell_accounts(
            session,
            {
                (row.scheme_id, row.cell_id)
                for row in self._accounts.values()
                if row.kind is AccountKind.HOLDER and row.cell_id is not None
            },
        )
        self._grounds = {
            request: find_grounds(
                request, self._accounts, self._assets, self._settings, self._cells
            )
            for request in requests
        }

    def positions(self) -> list[PositionKey]:
        """All positions that new entries may touch."""
        return [
            name
            for request, found in self._grounds.items()
            if isinstance(found, Grounds)
            for name in _needed(request, found)
        ]

    def repeat(self, standing: Mapping[str, Standing]) -> list[PositionKey]:
        """Take in what stands already; give the positions that it touched."""
        for request in self._grounds:
            found = standing.get(request.key)
            if found is not None and _says_the_same(request, found):
                self._standing[request] = found
        return [name for found in self._standing.values() for name in found.positions]

    def entry(self, request: TransferRequest, balance: Balance) -> Entry | Refused:
        """Write the entry as balances are now; one that was written before, as it was then."""
        standing = self._standing.get(request)
        if standing is not None:
            return _entry(request, standing.kind, standing.transfers)
        found = self._grounds[request]
        if isinstance(found, Refused):
            return found
        earlier, entry = self._written.get(request.key, (None, None))
        if entry is None or earlier != request:
            entry = transfer_entry(request, found, balance)
            self._written.setdefault(request.key, (request, entry))
        return entry


def find_grounds(
    request: TransferRequest,
    accounts: Mapping[int, AccountRow],
    assets: Mapping[int, AssetRow],
    settings: Mapping[int, SettingBook],
    cells: Mapping[tuple[int, int], int],
) -> Grounds | Refused:
    """Look at every rule but *how much*, in order; pure.

    ``settings`` are by scheme, ``cells`` give the cell account of a (scheme, cell).
    """
    ends: list[AccountRow] = []
    for account_id in (request.from_account_id, request.to_account_id):
        account = usable(accounts.get(account_id), account_id)
        if isinstance(account, Refused):
            return account
        ends.append(account)
    giver, receiver = ends
    refused = _refuse_ends(giver, receiver)
    if refused is not None:
        return refused
    asset = unit_of_scheme(assets, request.asset_id, giver.scheme_id)
    if isinstance(asset, Refused):
        return asset
    policy = settings[giver.scheme_id].at("border_policy", request.business_date)
    if isinstance(policy, Refused):
        return policy
    sides = [Side(end, cells[_cell_of(end)]) for end in ends]
    return Grounds(sides[0], sides[1], asset, BorderPolicy(str(policy.value)))


def _refuse_ends(giver: AccountRow, receiver: AccountRow) -> Refused | None:
    if giver.id == receiver.id:
        return Refused(TransferCode.TRANSFER_TO_SAME_ACCOUNT, {"account": giver.number})
    for end in (giver, receiver):
        if end.kind is not AccountKind.HOLDER:
            return Refused(TransferCode.TRANSFER_NEEDS_HOLDERS, {"account": end.number})
    if giver.scheme_id != receiver.scheme_id:
        values = {"account": giver.number, "receiver": receiver.number}
        return Refused(TransferCode.TRANSFER_LEAVES_SCHEME, values)
    return None


def _cell_of(account: AccountRow) -> tuple[int, int]:
    ensure(account.cell_id is not None, "a holder's account lies in a cell")
    return (account.scheme_id, account.cell_id or 0)


def _units(request: TransferRequest) -> tuple[PositionKey, PositionKey]:
    return (
        PositionKey(request.from_account_id, request.asset_id, PositionKind.HOLDING),
        PositionKey(request.to_account_id, request.asset_id, PositionKind.HOLDING),
    )


def _totals(grounds: Grounds, asset_id: int) -> tuple[Pool, Pool]:
    """The total of the receiving cell, and that of the giving one."""
    return (
        Pool(grounds.receiver.cell_account_id, asset_id, PositionKind.TOTAL),
        Pool(grounds.giver.cell_account_id, asset_id, PositionKind.TOTAL),
    )


def _indexes(grounds: Grounds) -> list[tuple[Pool, Pool]]:
    """For each index of the asset: that of the giving cell, and that of the receiving one."""
    return [
        (
            Pool(grounds.giver.cell_account_id, index_id, PositionKind.ROOM),
            Pool(grounds.receiver.cell_account_id, index_id, PositionKind.ROOM),
        )
        for index_id in grounds.asset.index_asset_ids
    ]


def _needed(request: TransferRequest, grounds: Grounds) -> Iterable[PositionKey]:
    yield from _units(request)
    if grounds.recounts:
        receiving, giving = _totals(grounds, request.asset_id)
        yield from (receiving.room, giving.room, giving.tolerated)
    if grounds.moves_total:
        for giving, receiving in _indexes(grounds):
            yield from (giving.used, receiving.used)


def _entry(request: TransferRequest, kind: EntryKind, transfers: tuple[Transfer, ...]) -> Entry:
    return Entry(
        kind=kind,
        key=request.key,
        business_date=request.business_date,
        transfers=transfers,
        actor=request.actor,
        office=request.office,
        document=request.document,
        unit_price_micro=request.unit_price_micro,
        money_fen=request.money_fen,
    )


def _says_the_same(request: TransferRequest, standing: Standing) -> bool:
    """Whether the entry moved the units that the request names; posting compares the rest."""
    return standing.kind in TRANSFER_KINDS and standing.legs[0] == Leg(
        *_units(request), request.amount
    )
