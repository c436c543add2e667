"""Who is behind an account at a venue: read from the registry for a whole batch at once.

Knows accounts, parties, groups, limits and the zone a venue delivers in.  Decides nothing about
orders; what it refuses is who may not trade at the venue at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ledger.check_digits import parse_account_number
from ledger.core.moves import PositionKind
from ledger.core.reference_rows import rows_where
from ledger.core.tables import account, position
from ledger.refusals import Refused
from ledger.registry.accounts import AccountCode
from ledger.registry.cash import cash_accounts_of
from ledger.registry.tables import cell
from market.decisions import Behind, MarketCode
from market.limit_tables import company_group, group_member
from market.orders import Room
from market.venue_terms import VenueTerms


@dataclass(frozen=True, slots=True)
class _Account:
    id: int
    number: str
    party_id: int | None
    scheme_id: int
    state: str
    kind: str
    zone_id: int | None


class Registry:
    """What the registry says of the accounts named in one batch."""

    def __init__(
        self,
        accounts: Mapping[str, _Account],
        cash: Mapping[int, int],
        groups: Mapping[tuple[int, int], int],
        rooms: frozenset[tuple[int, int]],
    ) -> None:
        self._accounts = accounts
        self._cash = cash
        self._groups = groups
        self._rooms = rooms
        self._said: dict[tuple[str, int, int], Behind | Refused] = {}

    def behind(self, number: str, party_id: int, terms: VenueTerms) -> Behind | Refused:
        """Say who is behind an account; ``party_id`` 0 is an operator, who acts for everybody."""
        asked = (number, party_id, terms.identity.venue_id)
        said = self._said.get(asked)
        if said is None:
            said = self._said[asked] = self._behind(number, party_id, terms)
        return said

    def _behind(self, number: str, party_id: int, terms: VenueTerms) -> Behind | Refused:
        parsed = parse_account_number(number)
        if isinstance(parsed, Refused):
            return parsed
        found = self._accounts.get(str(parsed))
        # Another party's account is not told apart from one that is not there.
        if found is None or party_id not in (0, found.party_id) or found.party_id is None:
            return Refused(AccountCode.ACCOUNT_NOT_FOUND, {"account": str(parsed)})
        if found.scheme_id != terms.identity.scheme_id or found.kind != "holder":
            return Refused(
                MarketCode.ACCOUNT_NOT_OF_THIS_SCHEME,
                {"account": found.number, "venue": terms.identity.code},
            )
        if found.state != "open":
            return Refused(AccountCode.ACCOUNT_CLOSED, {"account": found.number})
        zone_id = terms.identity.zone_id
        if zone_id is not None and found.zone_id != zone_id:
            return Refused(
                MarketCode.ACCOUNT_OUTSIDE_DELIVERY_ZONE,
                {"account": found.number, "venue": terms.identity.code},
            )
        cash = self._cash.get(found.party_id)
        if cash is None:
            return Refused(MarketCode.ACCOUNT_HAS_NO_CASH_ACCOUNT, {"account": found.number})
        group = self._groups.get((terms.identity.scheme_id, found.party_id))
        return Behind(
            account_id=found.id,
            party_id=found.party_id,
            cash_account_id=cash,
            owner=f"party:{found.party_id}" if group is None else f"group:{group}",
            rooms=self._rooms_of(group, terms),
        )

    def _rooms_of(self, group: int | None, terms: VenueTerms) -> tuple[Room, ...]:
        if group is None:
            return ()
        return tuple(
            Room(group, limit.limit_asset_id, limit.kind)
            for limit in terms.limits
            if (group, limit.limit_asset_id) in self._rooms
        )


def read_registry(session: Session, numbers: Iterable[str]) -> Registry:
    """Read what is behind these account numbers; accounts stay open until the transaction ends."""
    parsed = {str(read) for number in numbers if not isinstance(read := _read(number), Refused)}
    accounts = {
        row.number: _Account(
            row.id, row.number, row.party_id, row.scheme_id, row.state, row.kind, row.zone_id
        )
        for row in _accounts(session, parsed)
    }
    parties = {one.party_id for one in accounts.values() if one.party_id is not None}
    members = select(
        group_member.c.scheme_id, group_member.c.party_id, company_group.c.account_id
    ).join(company_group, company_group.c.id == group_member.c.group_id)
    groups = {
        (row.scheme_id, row.party_id): row.account_id
        for row in rows_where(
            session, members.order_by(group_member.c.version), group_member.c.party_id, parties
        )
    }
    limited = select(position.c.account_id, position.c.asset_id).where(
        position.c.kind == PositionKind.ROOM
    )
    rooms = frozenset(
        (row.account_id, row.asset_id)
        for row in rows_where(session, limited, position.c.account_id, set(groups.values()))
    )
    return Registry(accounts, cash_accounts_of(session, parties), groups, rooms)


def _read(number: str) -> object:
    return parse_account_number(number)


def _accounts(session: Session, numbers: Iterable[str]) -> list[Row[tuple[object, ...]]]:
    query = (
        select(
            account.c.id,
            account.c.number,
            account.c.party_id,
            account.c.scheme_id,
            account.c.state,
            account.c.kind,
            cell.c.zone_id,
        )
        .outerjoin(cell, cell.c.id == account.c.cell_id)
        .order_by(account.c.id)
        .with_for_update(read=True, of=account)
    )
    return rows_where(session, query, account.c.number, numbers)
