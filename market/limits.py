"""Limits of groups of linked companies: set, followed, and kept true when companies link.

A limit is an amount of room on the group's account (``market.rooms`` says which positions).  What
is asked for may be refused by the floor of the room; facts never are: a limit lowered below what is
held, companies becoming linked, an inheritance stand as ``tolerated``, which whatever comes back
serves first.  Every act locks all positions it looks at before it decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.entries import Transfer
from ledger.core.moves import AMOUNT_MAX, EntryKind, PositionKind
from ledger.core.posting import WorkingSet
from ledger.core.reference_rows import rows_where
from ledger.core.tables import position
from ledger.refusals import Refused, ensure
from ledger.totals.acts import Act, refuse_act
from market.limit_registry import (
    Group,
    Limit,
    LimitCode,
    enter_group,
    groups_by_id,
    groups_of,
    holder_accounts,
    limits_of,
    members_of,
)
from market.rooms import (
    COUNTED_KINDS,
    GroupStand,
    RoomPlace,
    legs_of_facts,
    legs_of_limit,
    legs_of_regrouping,
)
from market.venue_terms import LimitKind


@dataclass(frozen=True, slots=True)
class RoomState:
    """How a group stands under a limit, in smallest units; the four others sum to ``limit``.

    ``tolerated`` is zero or below: by how much the group is above its limit.
    """

    limit: int
    left: int
    frozen: int
    used: int
    tolerated: int


def set_limit(
    session: Session, limit: Limit, group_id: int, amount: int, act: Act, now: Now
) -> RoomState | Refused:
    """Set what a group may hold (or buy) under a limit, in smallest units.

    1 to 10^15 the first time, from 0 later.

    What its members hold counts from then on.  More is left, or serves what was tolerated; a limit
    below what is held is never refused: the excess is tolerated.  Safe to ask again.
    """
    refused = refuse_act(act)
    if refused is not None:
        return refused
    group = groups_by_id(session, [group_id], alone=True)[group_id]
    # Whether there is a limit is told by whether something was ever set.
    least = 0 if limited_groups(session, limit, [group]) else 1
    if not least <= amount <= AMOUNT_MAX:
        values = {"count": amount, "least": least, "most": AMOUNT_MAX}
        return Refused(LimitCode.LIMIT_AMOUNT_OUT_OF_RANGE, values)
    refused = _refuse_other_scheme(limit, group)
    if refused is not None:
        return refused
    ground = _Ground(session, limit, [group], now, act.key)
    change = amount - ground.limit_of(group)
    refused = ground.post(
        act, EntryKind.SET_LIMIT, legs_of_limit(ground.place(group), change, *ground.stand(group))
    )
    if refused is not None:
        return refused
    return ground.follow(group, act) or ground.finish(group)


def join(
    session: Session, group_id: int, party_ids: Sequence[int], act: Act, now: Now
) -> Refused | None:
    """Bring parties into a group, from their own groups or from none; a fact, never refused.

    What they use and what their orders have frozen counts for the group they join.  The limit of a
    group that nobody stays in falls away.
    """
    refused = refuse_act(act)
    if refused is not None:
        return refused
    target = groups_by_id(session, [group_id])[group_id]
    before = groups_of(session, target.scheme_id, party_ids)
    groups = groups_by_id(session, [group_id, *(group.id for group in before.values())], alone=True)
    # Asked for again: whoever moved them meanwhile is done now that the groups are held.
    before = groups_of(session, target.scheme_id, party_ids)
    for party_id in party_ids:
        if party_id in before and before[party_id].id == group_id:
            values = {"party": party_id, "group": target.code}
            return Refused(LimitCode.PARTY_IN_GROUP_ALREADY, values)
    leaving: dict[int, list[int]] = {}
    for party_id, group in before.items():
        ensure(group.id in groups, "a party leaves a group that is held")
        leaving.setdefault(group.id, []).append(party_id)
    for left_id, parties in sorted(leaving.items()):
        refused = _regroup(session, groups[left_id], target, parties, act, now)
        if refused is not None:
            return refused
    enter_group(session, target, list(party_ids), act.document, now, act.actor)
    return _follow_all(session, target, act, now)


def link(session: Session, group_id: int, into_group_id: int, act: Act, now: Now) -> Refused | None:
    """Make two groups one: all members of the first join the second, whose limit counts for all."""
    found = groups_by_id(session, [group_id, into_group_id], alone=True)
    members = members_of(session, found[group_id])
    if not members:
        values = {"group": found[group_id].code}
        return Refused(LimitCode.GROUP_HAS_NO_MEMBERS, values)
    return join(session, into_group_id, members, act, now)


def unlink(session: Session, party_id: int, to_group_id: int, act: Act, now: Now) -> Refused | None:
    """Let a company leave its group for another one, usually of its own, with what it uses.

    Set the limit of the group it goes to first: what that limit does not hold is tolerated there.
    """
    return join(session, to_group_id, [party_id], act, now)


def room_state(session: Session, limit: Limit, group: Group) -> RoomState:
    """Give how a group stands under a limit, read without locking."""
    accounts = holder_accounts(session, limit.scheme_id, members_of(session, group))
    sums = dict.fromkeys(PositionKind, 0)
    for account_id, kind, balance in session.execute(
        select(
            position.c.account_id, position.c.kind, position.c.credits - position.c.debits
        ).where(
            position.c.asset_id == limit.limit_asset_id,
            position.c.account_id.in_([group.account_id, *accounts]),
        )
    ):
        ensure(account_id in accounts or account_id == group.account_id, "positions of the group")
        sums[PositionKind(kind)] += balance
    return _state(sums)


def current_room(session: Session, limit: Limit, party_id: int) -> RoomState | None:
    """Give how the group of a party stands under a limit; None where no limit was set for it."""
    group = groups_of(session, limit.scheme_id, [party_id]).get(party_id)
    if group is None or group.account_id not in limited_groups(session, limit, [group]):
        return None
    return room_state(session, limit, group)


def limited_groups(session: Session, limit: Limit, groups: Iterable[Group]) -> set[int]:
    """Tell for which groups (by account) an amount was ever set under a limit, also where it is zero now."""
    return set(
        session.scalars(
            select(position.c.account_id).where(
                position.c.asset_id == limit.limit_asset_id,
                position.c.kind == PositionKind.SOURCE.value,
                position.c.debits > 0,
                position.c.account_id.in_([group.account_id for group in groups]),
            )
        )
    )


def follow_facts(session: Session, group_id: int, act: Act, now: Now) -> Refused | None:
    """Bring the used room of a group's members in line with what they hold now.

    For what changed hands outside the market (handed in, inherited, cut); posts nothing where
    nothing changed.  Purchase limits do not follow: they count what was bought, for good.
    """
    group = groups_by_id(session, [group_id], alone=True)[group_id]
    return _follow_all(session, group, act, now)


def _follow_all(session: Session, group: Group, act: Act, now: Now) -> Refused | None:
    for limit in limits_of(session, [group.scheme_id]):
        if group.account_id in limited_groups(session, limit, [group]):
            ground = _Ground(session, limit, [group], now, act.key)
            refused = ground.follow(group, act)
            if refused is not None:
                return refused
            ground.flush()
    return None


def _regroup(
    session: Session, left: Group, joined: Group, parties: Sequence[int], act: Act, now: Now
) -> Refused | None:
    """Move what some parties use and have frozen from one group's limits to the other's."""
    stays = set(members_of(session, left)) - set(parties)
    for limit in limits_of(session, [left.scheme_id]):
        ground = _Ground(session, limit, [left, joined], now, act.key)
        legs = legs_of_regrouping(
            GroupStand(ground.place(left), *ground.stand(left)),
            GroupStand(ground.place(joined), *ground.stand(joined)),
            ground.counted(parties),
            limit_ends=0 if stays else ground.limit_of(left),
        )
        refused = ground.post(act, EntryKind.LINK, legs, f"link:{left.id}:{limit.id}")
        if refused is not None:
            return refused
        ground.flush()
    return None


def _refuse_other_scheme(limit: Limit, group: Group) -> Refused | None:
    if limit.scheme_id == group.scheme_id:
        return None
    values = {"limit": limit.code, "group": group.code}
    return Refused(LimitCode.GROUP_OF_OTHER_SCHEME, values)


class _Row(NamedTuple):
    """A position of a member that counts."""

    id: int
    account_id: int
    kind: str


class _Ground:
    """All positions of some groups under one limit, locked, with what their members hold."""

    def __init__(
        self, session: Session, limit: Limit, groups: Sequence[Group], now: Now, key: str
    ) -> None:
        self._session = session
        self._limit = limit
        self._set = WorkingSet(session, now)
        self._accounts: dict[int, int] = {}
        self._group_of: dict[int, Group] = {}
        for group in groups:
            members = holder_accounts(session, limit.scheme_id, members_of(session, group))
            self._accounts |= members
            self._group_of |= dict.fromkeys(members, group)
        named = [
            name
            for group in groups
            for place in [self.place(group)]
            for name in (place.room, place.tolerated, place.source)
        ]
        named += [self._place_of(account_id).used for account_id in self._accounts]
        self._set.open([*named, *(row.id for row in self._find())], keys=[key])
        # A hold made while the locks were waited for came out of a position that is locked now.
        self._rows = self._find()
        self._set.open([row.id for row in self._rows])

    def place(self, group: Group) -> RoomPlace:
        """Where the group's own rooms are (its account stands for a member's)."""
        return RoomPlace(group.account_id, group.account_id, self._limit.limit_asset_id)

    def limit_of(self, group: Group) -> int:
        """The limit as it is set."""
        return -self._set.balance(self.place(group).source)

    def stand(self, group: Group) -> tuple[int, int]:
        """What is left to a group and by how much it is above its limit, both 0 or more."""
        place = self.place(group)
        return self._set.balance(place.room), -self._set.balance(place.tolerated)

    def counted(self, parties: Iterable[int]) -> int:
        """What some parties use and have frozen."""
        wanted = set(parties)
        accounts = {number for number, party in self._accounts.items() if party in wanted}
        return self._used(accounts) + self._frozen(accounts)

    def follow(self, group: Group, act: Act) -> Refused | None:
        """Let the used room of each member be what it holds."""
        if self._limit.kind is LimitKind.PURCHASE:
            return None
        legs: list[Transfer] = []
        left, tolerated = self.stand(group)
        for account_id in sorted(self._accounts):
            if self._group_of[account_id] is not group:
                continue
            place = self._place_of(account_id)
            net = self._held(account_id) - self._set.balance(place.used)
            legs += legs_of_facts(place, net, left, tolerated)
            after = left - tolerated - net
            left, tolerated = max(after, 0), max(-after, 0)
        return self.post(act, EntryKind.SET_LIMIT, legs, f"facts:{self._limit.id}:{group.id}")

    def post(
        self, act: Act, kind: EntryKind, legs: Sequence[Transfer], what: str = ""
    ) -> Refused | None:
        """Post the legs of an act, if there are any."""
        if not legs:
            return None
        entry = act.entry(kind, tuple(legs))
        result = self._set.try_post(replace(entry, key=f"{act.key}:{what}" if what else act.key))
        return result if isinstance(result, Refused) else None

    def finish(self, group: Group) -> RoomState:
        """Write what was posted and tell how the group stands."""
        self._set.flush()
        sums = dict.fromkeys(PositionKind, 0)
        place = self.place(group)
        for name in (place.room, place.tolerated, place.source):
            sums[name.kind] = self._set.balance(name)
        mine = {number for number in self._accounts if self._group_of[number] is group}
        sums[PositionKind.ROOM_USED] = self._used(mine)
        sums[PositionKind.ROOM_FROZEN] = self._frozen(mine)
        return _state(sums)

    def flush(self) -> None:
        """Write what was posted."""
        self._set.flush()

    def _place_of(self, account_id: int) -> RoomPlace:
        group = self._group_of[account_id]
        return RoomPlace(account_id, group.account_id, self._limit.limit_asset_id)

    def _used(self, accounts: Iterable[int]) -> int:
        return sum(self._set.balance(self._place_of(number).used) for number in accounts)

    def _frozen(self, accounts: set[int]) -> int:
        return sum(
            self._set.balance(row.id)
            for row in self._rows
            if row.kind == PositionKind.ROOM_FROZEN and row.account_id in accounts
        )

    def _held(self, account_id: int) -> int:
        return sum(
            self._set.balance(row.id)
            for row in self._rows
            if row.kind != PositionKind.ROOM_FROZEN and row.account_id == account_id
        )

    def _find(self) -> list[_Row]:
        """The positions of members that count: units held, and room frozen for orders."""
        columns = position.c
        held = columns.asset_id.in_(self._limit.asset_ids) & columns.kind.in_(
            [kind.value for kind in COUNTED_KINDS]
        )
        waiting = (columns.asset_id == self._limit.limit_asset_id) & (
            columns.kind == PositionKind.ROOM_FROZEN.value
        )
        query = select(columns.id, columns.account_id, columns.kind).where(held | waiting)
        found = rows_where(self._session, query, columns.account_id, self._accounts)
        return [_Row(row.id, row.account_id, row.kind) for row in found]


def _state(sums: Mapping[PositionKind, int]) -> RoomState:
    state = RoomState(
        limit=-sums[PositionKind.SOURCE],
        left=sums[PositionKind.ROOM],
        frozen=sums[PositionKind.ROOM_FROZEN],
        used=sums[PositionKind.ROOM_USED],
        tolerated=sums[PositionKind.TOLERATED],
    )
    parts = state.left + state.frozen + state.used + state.tolerated
    ensure(parts == state.limit, "left + frozen + used + tolerated is the limit")
    return state
