"""Zones: trees whose history is only added to, and the cells inside them."""

from datetime import date

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger.core.database import run
from ledger.refusals import InvariantBroken, Refused
from ledger.registry.tables import zone_parent
from ledger.registry.zones import (
    ParentRow,
    ZoneNode,
    ensure_cell,
    ensure_zone,
    find_zone,
    first_day_in_itself,
    move_zone,
    parent_of,
    subtree_cells,
    subtree_zones,
    zone_tree,
)

NEW_YEAR = date(2026, 1, 1)


def _tree(session: Session) -> dict[str, int]:
    """league > banner > (town_a, town_b > village); a basin tree beside it."""
    ids: dict[str, int] = {}
    for code, above in (
        ("league", None),
        ("banner", "league"),
        ("town_b", "banner"),
        ("town_a", "banner"),
        ("village", "town_b"),
    ):
        ids[code] = ensure_zone(session, "admin", code, code, code, ids[above] if above else None)
    ids["river"] = ensure_zone(session, "basin", "river", "西辽河", "West Liao")
    return ids


def _shape(nodes: tuple[ZoneNode, ...]) -> list[object]:
    return [
        node.code if not node.children else [node.code, *_shape(node.children)] for node in nodes
    ]


def test_a_tree_reads_as_it_was_made_children_by_code(engine: Engine) -> None:
    def work(session: Session) -> None:
        _tree(session)
        expected = [["league", ["banner", "town_a", ["town_b", "village"]]]]
        assert _shape(zone_tree(session, "admin", NEW_YEAR)) == expected
        assert _shape(zone_tree(session, "basin", NEW_YEAR)) == ["river"]

    run(engine, work)


def test_making_a_zone_twice_gives_the_same_and_moves_nothing(engine: Engine) -> None:
    def work(session: Session) -> None:
        ids = _tree(session)
        again = ensure_zone(session, "admin", "village", "another name", "x", ids["town_a"])
        assert again == ids["village"]
        assert parent_of(session, ids["village"], NEW_YEAR) == ids["town_b"]
        assert find_zone(session, "admin", "village") == ids["village"]
        assert find_zone(session, "basin", "village") is None

    run(engine, work)


def test_a_move_counts_from_its_day_and_not_before(engine: Engine) -> None:
    def work(session: Session) -> None:
        ids = _tree(session)
        assert move_zone(session, ids["village"], ids["town_a"], date(2026, 7, 1)) is None
        june, july = date(2026, 6, 30), date(2026, 7, 1)
        assert parent_of(session, ids["village"], june) == ids["town_b"]
        assert parent_of(session, ids["village"], july) == ids["town_a"]
        assert subtree_zones(session, ids["town_a"], june) == [ids["town_a"]]
        assert subtree_zones(session, ids["town_a"], july) == [ids["town_a"], ids["village"]]
        assert move_zone(session, ids["village"], None, date(2026, 8, 1)) is None
        assert parent_of(session, ids["village"], date(2026, 8, 1)) is None
        assert len(zone_tree(session, "admin", date(2026, 8, 1))) == 2

    run(engine, work)


def test_each_wrong_move_is_refused_by_its_own_name(engine: Engine) -> None:
    def work(session: Session) -> None:
        ids = _tree(session)
        day = date(2026, 7, 1)
        for zone, above, expected in (
            (ids["banner"], ids["village"], "zone_would_lie_in_itself"),
            (ids["banner"], ids["banner"], "zone_would_lie_in_itself"),
            (ids["banner"], ids["river"], "zones_of_different_trees"),
            (ids["banner"], 999_999, "zone_to_move_unknown"),
        ):
            refused = move_zone(session, zone, above, day)
            assert isinstance(refused, Refused)
            assert refused.code == expected
        assert move_zone(session, ids["village"], ids["town_a"], day) is None
        for early in (day, date(2026, 6, 1)):
            refused = move_zone(session, ids["village"], ids["town_b"], early)
            assert isinstance(refused, Refused)
            assert refused.code == "zone_move_not_after_last"

    run(engine, work)


def test_a_ring_that_would_close_only_later_is_seen() -> None:
    """b moves under c in July; a under b now would be fine until c, from July, lies under a."""
    history = [
        ParentRow(2, 3, date(2026, 7, 1), None),
        ParentRow(3, 1, date(2026, 9, 1), None),
    ]
    assert first_day_in_itself(history, 1, 2, date(2026, 6, 1)) == date(2026, 9, 1)
    assert first_day_in_itself(history, 1, 4, date(2026, 6, 1)) is None
    ended = [ParentRow(2, 1, date(2020, 1, 1), date(2026, 5, 31))]
    assert first_day_in_itself(ended, 1, 2, date(2026, 6, 1)) is None
    assert first_day_in_itself(ended, 1, 2, date(2026, 5, 1)) == date(2026, 5, 1)


def test_the_database_itself_lets_a_zone_lie_in_one_place_only(engine: Engine) -> None:
    def work(session: Session) -> None:
        ids = _tree(session)
        session.execute(
            insert(zone_parent).values(
                zone_id=ids["village"], parent_id=ids["town_a"], valid_from=date(2026, 7, 1)
            )
        )

    with pytest.raises(IntegrityError):
        run(engine, work)


def test_a_parent_of_another_tree_is_a_bug(engine: Engine) -> None:
    def work(session: Session) -> None:
        ids = _tree(session)
        with pytest.raises(InvariantBroken):
            ensure_zone(session, "admin", "new", "新", "new", ids["river"])

    run(engine, work)


def test_cells_of_a_zone_are_those_of_all_that_lies_under_it(engine: Engine) -> None:
    def work(session: Session) -> None:
        ids = _tree(session)
        farm = ensure_cell(session, ids["village"], "farm")
        whole = ensure_cell(session, ids["town_b"])
        other = ensure_cell(session, ids["town_a"])
        assert ensure_cell(session, ids["village"], "farm") == farm
        assert subtree_cells(session, ids["town_b"], NEW_YEAR) == sorted([farm, whole])
        assert subtree_cells(session, ids["league"], NEW_YEAR) == sorted([farm, whole, other])
        with pytest.raises(InvariantBroken):
            ensure_cell(session, ids["village"], "fishing")

    run(engine, work)
