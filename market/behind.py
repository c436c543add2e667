"""Who is behind an account at a venue: read from the registry for a whole batch at once.

Knows accounts, parties, groups, limits and the zone a venue delivers in.  Decides nothing about
orders; what it refuses is who may not trade at the venue at all.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.check_digits import parse_account_number
from ledger.core.moves import PositionKind
from ledger.core.reference_rows import rows_where
from ledger.core.tables import account, position
from ledger.refusals import Refused
from ledger.registry.accounts import AccountCode
from ledger.registry.tables import cell
from ledger.rights.cny import CNY
from ledger.rights.tables import scheme
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
    accounts, cash, groups = {}, {}, {}
    for *columns, cash_id, group_id in _found(session, parsed):
        one = _Account(*columns)
        accounts[one.number] = one
        if one.party_id is not None and cash_id is not None:
            cash[one.party_id] = cash_id
        if one.party_id is not None and group_id is not None:
            groups[one.scheme_id, one.party_id] = group_id
    # Limited is who was given a limit, whatever is left of it: linking may make empty rooms.
    limited = select(position.c.account_id, position.c.asset_id).where(
        position.c.kind == PositionKind.SOURCE, position.c.debits > 0
    )
    rooms = frozenset(
        (row.account_id, row.asset_id)
        for row in rows_where(session, limited, position.c.account_id, set(groups.values()))
    )
    return Registry(accounts, cash, groups, rooms)


def _found(session: Session, numbers: Collection[str]) -> Iterable[Sequence[Any]]:
    if session.get_bind().dialect.name != "postgresql":
        return rows_where(session, _ACCOUNTS, account.c.number, numbers)
    # The hot path asks the driver itself, with a plan that lasts.
    connection: Any = session.connection().connection.driver_connection
    rows: list[Sequence[Any]] = connection.execute(
        _ACCOUNTS_POSTGRESQL, {"numbers": list(numbers), "money": CNY.code}, prepare=True
    ).fetchall()
    return rows


def _read(number: str) -> object:
    return parse_account_number(number)


_cash = account.alias("cash")
_group = (
    select(company_group.c.account_id)
    .join(group_member, group_member.c.group_id == company_group.c.id)
    .where(
        group_member.c.party_id == account.c.party_id,
        group_member.c.scheme_id == account.c.scheme_id,
    )
    .order_by(group_member.c.version.desc())
    .limit(1)
    .correlate(account)
    .scalar_subquery()
)
_ACCOUNTS = (
    select(
        account.c.id,
        account.c.number,
        account.c.party_id,
        account.c.scheme_id,
        account.c.state,
        account.c.kind,
        cell.c.zone_id,
        _cash.c.id.label("cash_id"),
        _group.label("group_id"),
    )
    .outerjoin(cell, cell.c.id == account.c.cell_id)
    .outerjoin(
        _cash,
        (_cash.c.party_id == account.c.party_id)
        & (_cash.c.kind == "holder")
        & (_cash.c.state == "open")
        & (
            _cash.c.scheme_id
            == select(scheme.c.id).where(scheme.c.code == CNY.code).scalar_subquery()
        ),
    )
    .order_by(account.c.id)
    .with_for_update(read=True, of=account)
)
_ACCOUNTS_POSTGRESQL = """
    SELECT a.id, a.number, a.party_id, a.scheme_id, a.state, a.kind, c.zone_id, cash.id,
        (SELECT g.account_id FROM group_member m JOIN company_group g ON g.id = m.group_id
         WHERE m.party_id = a.party_id AND m.scheme_id = a.scheme_id
         ORDER BY m.version DESC LIMIT 1)
    FROM account a
    LEFT JOIN cell c ON c.id = a.cell_id
    LEFT JOIN account cash ON cash.party_id = a.party_id AND cash.kind = 'holder'
        AND cash.state = 'open'
        AND cash.scheme_id = (SELECT s.id FROM scheme s WHERE s.code = %(money)s)
    WHERE a.number = ANY(%(numbers)s)
    ORDER BY a.id FOR SHARE OF a
"""
