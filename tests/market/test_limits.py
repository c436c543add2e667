"""Limits of groups in a database: set, raised, lowered, followed, linked and unlinked."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from ledger.core.audit import audit
from ledger.core.database import run
from ledger.core.entries import Entry, PositionKey, Posted, PostingCode, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.refusals import RefusalCode, Refused
from ledger.totals.acts import Act
from ledger.totals.codes import TotalsCode
from market.limit_registry import (
    Group,
    Limit,
    LimitCode,
    LimitDefinition,
    grouping_version,
    groups_of,
    limits_on,
    members_of,
    open_group,
    open_limit,
)
from market.limits import (
    RoomState,
    current_room,
    follow_facts,
    join,
    link,
    room_state,
    set_limit,
    unlink,
)
from market.rooms import RoomPlace, legs_of_hold, legs_of_purchase, legs_of_release, legs_of_sale
from market.venue_terms import LimitKind
from tests.support.market_venues import ACTOR, EVE, LISTING, at, market_ground, opened
from tests.support.naiman import Naiman

TODAY = EVE.today
ASSET = "nm-carbon-2026"


class Case:
    """Carbon with holders a1 and b1 in groups of their own, each holding 800 of 1,000 allowed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ground: Naiman = market_ground(session)
        self.asset = self.ground.asset(ASSET)
        self.limit = self._limit(LimitKind.HOLDING)
        self.groups: dict[str, Group] = {}
        self.parties: dict[str, int] = {}
        self._acts = 0
        for name in ("a1", "b1"):
            self.ground.receive(name, ASSET, 800)
            self.groups[name] = self.group(name)
            self.parties[name] = self.party(name)
            assert (
                join(session, self.groups[name].id, [self.parties[name]], self.act(), EVE) is None
            )
            self.set(name, 1000)

    def _limit(self, kind: LimitKind) -> Limit:
        definition = LimitDefinition(
            f"limit-{kind}", kind, (self.asset,), "持有限额（示例）", "Limit (example)", "示例文件"
        )
        made = open_limit(self.session, definition, EVE, ACTOR)
        assert isinstance(made, Limit), made
        return made

    def group(self, code: str) -> Group:
        made = open_group(self.session, self.ground.scheme.id, code, f"示例集团 {code}", EVE, ACTOR)
        assert isinstance(made, Group), made
        return made

    def party(self, holder: str) -> int:
        found = text("SELECT party_id FROM account WHERE id = :id")
        return int(self.session.execute(found, {"id": self.ground.holders[holder]}).scalar_one())

    def act(self) -> Act:
        self._acts += 1
        return Act(f"act-{self._acts}", TODAY, ACTOR, "示例主管部门", "示例文件")

    def set(self, name: str, amount: int) -> RoomState:
        answer = set_limit(self.session, self.limit, self.groups[name].id, amount, self.act(), EVE)
        assert isinstance(answer, RoomState), answer
        return answer

    def place(self, holder: str, group: str | None = None) -> RoomPlace:
        account = self.groups[group or holder].account_id
        return RoomPlace(self.ground.holders[holder], account, self.limit.limit_asset_id)

    def post(self, kind: EntryKind, *legs: Transfer) -> Posted | Refused:
        self._acts += 1
        return post(self.session, [Entry(kind, f"entry-{self._acts}", TODAY, legs)], EVE)[0]

    def state(self, name: str) -> RoomState:
        return room_state(self.session, self.limit, self.groups[name])

    def audit(self) -> None:
        assert not audit(self.session).differences


def inside(engine: Engine, work) -> None:  # type: ignore[no-untyped-def]
    """Run a case in one transaction and audit the record at its end."""

    def whole(session: Session) -> None:
        case = Case(session)
        work(case)
        case.audit()

    run(engine, whole)


def test_what_is_held_counts_from_the_moment_a_limit_is_set(engine: Engine) -> None:
    def work(case: Case) -> None:
        assert case.state("a1") == RoomState(1000, left=200, frozen=0, used=800, tolerated=0)
        assert current_room(case.session, case.limit, case.parties["a1"]) == case.state("a1")
        assert [one.code for one in limits_on(case.session, case.asset)] == ["limit-holding"]

    inside(engine, work)


def test_setting_the_same_limit_again_changes_nothing(sqlite_engine: Engine) -> None:
    def work(case: Case) -> None:
        act = case.act()
        group = case.groups["a1"].id
        first = set_limit(case.session, case.limit, group, 1500, act, EVE)
        again = set_limit(case.session, case.limit, group, 1500, act, EVE)
        assert first == again == RoomState(1500, 700, 0, 800, 0)
        other = set_limit(case.session, case.limit, group, 1600, act, EVE)
        assert isinstance(other, Refused)
        assert other.code is PostingCode.KEY_USED_FOR_ANOTHER_ENTRY

    inside(sqlite_engine, work)


def test_a_limit_below_what_is_held_is_tolerated_and_raising_serves_that_first(
    sqlite_engine: Engine,
) -> None:
    def work(case: Case) -> None:
        assert case.set("a1", 500) == RoomState(500, 0, 0, 800, -300)
        assert case.set("a1", 700) == RoomState(700, 0, 0, 800, -100)
        assert case.set("a1", 900) == RoomState(900, 100, 0, 800, 0)
        assert case.set("a1", 0) == RoomState(0, 0, 0, 800, -800)

    inside(sqlite_engine, work)


def test_more_than_is_left_is_refused_and_exactly_that_is_not(sqlite_engine: Engine) -> None:
    def work(case: Case) -> None:
        place = case.place("a1")
        refused = case.post(EntryKind.HOLD, *legs_of_hold(place, "o1", 201))
        assert isinstance(refused, Refused)
        assert refused.code is PostingCode.ROOM_EXHAUSTED
        assert isinstance(case.post(EntryKind.HOLD, *legs_of_hold(place, "o1", 200)), Posted)
        assert case.state("a1") == RoomState(1000, 0, 200, 800, 0)

    inside(sqlite_engine, work)


def test_an_order_takes_room_uses_it_and_gives_the_rest_back(sqlite_engine: Engine) -> None:
    def work(case: Case) -> None:
        place, seller = case.place("a1"), case.place("b1")
        case.post(EntryKind.HOLD, *legs_of_hold(place, "o1", 200))
        case.post(
            EntryKind.HOLD,
            Transfer(
                case.ground.holding("b1", ASSET),
                PositionKey(case.ground.holders["b1"], case.asset, PositionKind.FROZEN, "o2"),
                150,
            ),
        )
        filled = case.post(
            EntryKind.FILL,
            Transfer(
                PositionKey(case.ground.holders["b1"], case.asset, PositionKind.FROZEN, "o2"),
                PositionKey(case.ground.holders["a1"], case.asset, PositionKind.BOUGHT),
                150,
            ),
            *legs_of_purchase(place, "o1", 150),
            *legs_of_sale(seller, 150, 0),
        )
        assert isinstance(filled, Posted), filled
        case.post(EntryKind.RELEASE, *legs_of_release(place, "o1", 50, 0))
        assert case.state("a1") == RoomState(1000, 50, 0, 950, 0)
        assert case.state("b1") == RoomState(1000, 350, 0, 650, 0)
        # What the fills wrote is what the members hold: nothing is left to follow.
        for name in ("a1", "b1"):
            assert follow_facts(case.session, case.groups[name].id, case.act(), EVE) is None
            assert case.state(name).used == {"a1": 950, "b1": 650}[name]

    inside(sqlite_engine, work)


def test_linked_companies_count_as_one_and_a_sale_serves_the_excess_first(engine: Engine) -> None:
    """Scene 14: left 0, pending 100, tolerated 700; a sale of 750 repays 700 and reopens 50."""

    def work(case: Case) -> None:
        place = case.place("a1")
        case.post(EntryKind.HOLD, *legs_of_hold(place, "o1", 100))
        before = grouping_version(case.session)
        refused = link(case.session, case.groups["b1"].id, case.groups["a1"].id, case.act(), EVE)
        assert refused is None
        assert grouping_version(case.session) > before
        assert case.state("a1") == RoomState(1000, 0, 100, 1600, -700)
        assert case.state("b1") == RoomState(0, 0, 0, 0, 0)
        both = sorted(case.parties.values())
        assert members_of(case.session, case.groups["a1"]) == both
        more = case.post(EntryKind.HOLD, *legs_of_hold(place, "o2", 1))
        assert isinstance(more, Refused)
        assert more.code is PostingCode.ROOM_EXHAUSTED
        sold = legs_of_sale(case.place("b1", "a1"), 750, tolerated=700)
        assert isinstance(case.post(EntryKind.FILL, *sold), Posted)
        assert case.state("a1") == RoomState(1000, 50, 100, 850, 0)

    inside(engine, work)


def test_a_company_that_leaves_takes_what_it_uses_along(sqlite_engine: Engine) -> None:
    def work(case: Case) -> None:
        link(case.session, case.groups["b1"].id, case.groups["a1"].id, case.act(), EVE)
        case.groups["new"] = case.group("new")
        case.set("new", 700)
        unlink(case.session, case.parties["b1"], case.groups["new"].id, case.act(), EVE)
        assert case.state("a1") == RoomState(1000, 200, 0, 800, 0)
        assert case.state("new") == RoomState(700, 0, 0, 800, -100)
        found = groups_of(case.session, case.ground.scheme.id, case.parties.values())
        assert found == {
            case.parties["a1"]: case.groups["a1"],
            case.parties["b1"]: case.groups["new"],
        }

    inside(sqlite_engine, work)


def test_a_company_with_an_open_order_leaves_with_its_frozen_room(sqlite_engine: Engine) -> None:
    def work(case: Case) -> None:
        case.post(EntryKind.HOLD, *legs_of_hold(case.place("a1"), "o1", 150))
        case.groups["new"] = case.group("new")
        case.set("new", 1000)
        unlink(case.session, case.parties["a1"], case.groups["new"].id, case.act(), EVE)
        # Nobody stays, so the limit of the old group falls away.
        assert case.state("a1") == RoomState(0, 0, 0, 0, 0)
        assert case.state("new") == RoomState(1000, 50, 150, 800, 0)
        released = legs_of_release(case.place("a1", "new"), "o1", 150, 0)
        assert isinstance(case.post(EntryKind.RELEASE, *released), Posted)
        assert case.state("new") == RoomState(1000, 200, 0, 800, 0)

    inside(sqlite_engine, work)


def test_what_changes_outside_the_market_is_followed_and_never_refused(
    sqlite_engine: Engine,
) -> None:
    def work(case: Case) -> None:
        case.ground.receive("a1", ASSET, 500)
        assert case.state("a1").used == 800
        assert follow_facts(case.session, case.groups["a1"].id, case.act(), EVE) is None
        assert case.state("a1") == RoomState(1000, 0, 0, 1300, -300)
        handed_in = Transfer(
            case.ground.holding("a1", ASSET),
            PositionKey(
                case.ground.cell("daqintala"), case.asset, PositionKind.SURRENDERED, "2026"
            ),
            400,
        )
        assert isinstance(case.post(EntryKind.SURRENDER, handed_in), Posted)
        assert follow_facts(case.session, case.groups["a1"].id, case.act(), EVE) is None
        assert case.state("a1") == RoomState(1000, 100, 0, 900, 0)

    inside(sqlite_engine, work)


def test_an_order_waiting_to_sell_still_counts_as_held(sqlite_engine: Engine) -> None:
    def work(case: Case) -> None:
        frozen = PositionKey(case.ground.holders["a1"], case.asset, PositionKind.FROZEN, "o9")
        case.post(EntryKind.HOLD, Transfer(case.ground.holding("a1", ASSET), frozen, 300))
        follow_facts(case.session, case.groups["a1"].id, case.act(), EVE)
        assert case.state("a1").used == 800

    inside(sqlite_engine, work)


def test_a_purchase_limit_counts_what_was_bought_and_not_what_is_held(
    sqlite_engine: Engine,
) -> None:
    def work(case: Case) -> None:
        case.limit = case._limit(LimitKind.PURCHASE)
        assert case.set("a1", 300) == RoomState(300, 300, 0, 0, 0)
        place = case.place("a1")
        case.post(EntryKind.HOLD, *legs_of_hold(place, "o1", 200))
        case.post(EntryKind.FILL, *legs_of_purchase(place, "o1", 200))
        follow_facts(case.session, case.groups["a1"].id, case.act(), EVE)
        assert case.state("a1") == RoomState(300, 100, 0, 200, 0)

    inside(sqlite_engine, work)


def test_a_party_without_a_group_has_no_limit(sqlite_engine: Engine) -> None:
    def work(case: Case) -> None:
        assert current_room(case.session, case.limit, case.party("a2")) is None
        case.groups["free"] = case.group("free")
        join(case.session, case.groups["free"].id, [case.party("a2")], case.act(), EVE)
        assert current_room(case.session, case.limit, case.party("a2")) is None

    inside(sqlite_engine, work)


def test_limits_apply_at_a_venue_where_its_rule_is_on(sqlite_engine: Engine) -> None:
    from market.venues import terms_at
    from tests.support.market_venues import with_rules

    def work(case: Case) -> None:
        on = opened(case.session, LISTING)
        off = opened(case.session, replace(with_rules(LISTING, limits_apply="off"), code="off"))
        found = terms_at(case.session, on.id, at(16, 10).instant).limits
        assert [one.limit_asset_id for one in found] == [case.limit.limit_asset_id]
        assert terms_at(case.session, off.id, at(16, 10).instant).limits == ()

    inside(sqlite_engine, work)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": ""}, LimitCode.LIMIT_TEXT_UNREADABLE),
        ({"source": " "}, LimitCode.LIMIT_SOURCE_MISSING),
        ({"asset_ids": ()}, LimitCode.LIMIT_WITHOUT_ASSET),
        ({"asset_ids": (999,)}, LimitCode.LIMIT_ASSET_UNKNOWN),
        ({}, LimitCode.LIMIT_CODE_TAKEN),
    ],
    ids=["text", "source", "no asset", "asset", "taken"],
)
def test_a_limit_that_cannot_be_is_refused(
    sqlite_engine: Engine, changed: dict[str, object], code: RefusalCode
) -> None:
    def work(case: Case) -> None:
        definition = LimitDefinition(
            "limit-holding", LimitKind.HOLDING, (case.asset,), "限额", "Limit", "示例文件"
        )
        answer = open_limit(case.session, replace(definition, **changed), EVE, ACTOR)  # type: ignore[arg-type]
        assert isinstance(answer, Refused)
        assert answer.code is code

    inside(sqlite_engine, work)


def test_assets_of_two_schemes_cannot_share_a_limit(sqlite_engine: Engine) -> None:
    from ledger.rights.definitions import definition
    from ledger.rights.schemes import open_scheme

    def work(case: Case) -> None:
        shipped = definition("nm-water")
        assert not isinstance(shipped, Refused)
        water = next(
            one for one in open_scheme(case.session, shipped).assets.values() if one.role == "unit"
        )
        both = LimitDefinition(
            "both", LimitKind.HOLDING, (case.asset, water.id), "限额", "Limit", "示例文件"
        )
        answer = open_limit(case.session, both, EVE, ACTOR)
        assert isinstance(answer, Refused)
        assert answer.code is LimitCode.LIMIT_ASSETS_DIFFER
        foreign = open_group(case.session, water.scheme_id, "far", "示例", EVE, ACTOR)
        assert isinstance(foreign, Group)
        answer = set_limit(case.session, case.limit, foreign.id, 5, case.act(), EVE)
        assert isinstance(answer, Refused)
        assert answer.code is LimitCode.GROUP_OF_OTHER_SCHEME

    inside(sqlite_engine, work)


def test_what_cannot_be_done_with_groups_is_refused(sqlite_engine: Engine) -> None:
    def work(case: Case) -> None:
        session, a1 = case.session, case.groups["a1"]
        empty = case.group("empty")
        scheme_id = case.ground.scheme.id
        nobody = replace(case.act(), actor=" ")
        answers = [
            (open_group(session, scheme_id, "a1", "示例", EVE, ACTOR), LimitCode.GROUP_CODE_TAKEN),
            (
                open_group(session, scheme_id, "x\ny", "示例", EVE, ACTOR),
                LimitCode.LIMIT_TEXT_UNREADABLE,
            ),
            (link(session, empty.id, a1.id, case.act(), EVE), LimitCode.GROUP_HAS_NO_MEMBERS),
            (
                join(session, a1.id, [case.parties["a1"]], case.act(), EVE),
                LimitCode.PARTY_IN_GROUP_ALREADY,
            ),
            (
                set_limit(session, case.limit, empty.id, 0, case.act(), EVE),
                LimitCode.LIMIT_AMOUNT_OUT_OF_RANGE,
            ),
            (
                set_limit(session, case.limit, a1.id, 10**15 + 1, case.act(), EVE),
                LimitCode.LIMIT_AMOUNT_OUT_OF_RANGE,
            ),
            (
                set_limit(session, case.limit, a1.id, 5, nobody, EVE),
                TotalsCode.ACT_WITHOUT_ACTOR,
            ),
            (join(session, a1.id, [case.party("a2")], nobody, EVE), TotalsCode.ACT_WITHOUT_ACTOR),
        ]
        for answer, code in answers:
            assert isinstance(answer, Refused), code
            assert answer.code is code

    inside(sqlite_engine, work)
