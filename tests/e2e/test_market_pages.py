"""What a person does with the markets' pages in a real browser, with no script of ours running."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import NARROW, Watched

Open = Callable[..., Watched]
BOOK = "/market/nm-carbon-2025-book"


@pytest.mark.parametrize(
    ("locale", "market", "depth", "candles"),
    [
        ("zh-CN", "碳排放配额连续竞价（示例）", "盘口", "分时行情"),
        ("en-GB", "Carbon allowances, continuous book (example)", "Depth", "Candles"),
    ],
)
def test_from_the_list_to_the_depth_and_the_candles(
    watched: Open, locale: str, market: str, depth: str, candles: str
) -> None:
    page = watched(locale=locale, java_script_enabled=False).open("/market")
    page.get_by_role("link", name=market, exact=True).click()
    assert page.locator("h1").inner_text() == market
    assert page.get_by_role("heading", name=depth).is_visible()
    best = page.locator("table.ticks").first.locator("tr.bid").first
    assert "71.40" in best.inner_text()
    page.get_by_role("link", name=candles, exact=True).click()
    assert page.locator("h1").inner_text() == candles
    assert page.locator("svg.candles").is_visible()


def test_on_a_narrow_screen_the_depth_stays_one_table(watched: Open) -> None:
    page = watched(NARROW).open(BOOK)
    depth = page.locator("table.ticks").first
    assert depth.locator("thead").is_visible()
    row = depth.locator("tr.ask").last
    cells = row.locator("th, td").evaluate_all(
        "cells => cells.map(cell => cell.getBoundingClientRect().top)"
    )
    assert len(set(cells)) == 1


def test_red_rises_in_chinese_and_green_in_english_beside_mark_and_sign(watched: Open) -> None:
    colours = {}
    for locale in ("zh-CN", "en-GB"):
        rise = watched(locale=locale).open(BOOK).locator(".rise").first
        assert rise.inner_text().startswith("▲ +0.66")
        colours[locale] = rise.evaluate("one => getComputedStyle(one).color")
    assert colours == {"zh-CN": "rgb(168, 35, 43)", "en-GB": "rgb(10, 107, 61)"}


def test_paper_shows_depth_and_day_and_no_drawing(watched: Open) -> None:
    page = watched().open(BOOK)
    page.emulate_media(media="print")
    assert page.locator("table.ticks").first.is_visible()
    candles: Any = watched().open(f"{BOOK}/candles")
    candles.emulate_media(media="print")
    assert not candles.locator("svg.candles").is_visible()
    assert candles.locator("table.rows").is_visible()
