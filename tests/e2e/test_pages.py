"""What a person does with the pages, in a real browser: read down, switch language, take home."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import NARROW, WIDE, Watched

Open = Callable[..., Watched]

EVERY_PAGE = (
    "/",
    "/?class=water",
    "/?class=carbon",
    "/totals",
    "/totals?asset=nm-water-2026&on=2026-03-31",
    "/totals/150525?asset=nm-cod-index-2028",
    "/totals/150525100?asset=nm-water-2026",
    "/totals/150525104?asset=nm-carbon-2025",
    "/accounts",
    "/accounts?q=nobody",
    "/reports",
    "/reports?zone=naiman:150525100",
    "/market",
    "/market/nm-carbon-2025-book?depth=all",
    "/market/nm-carbon-2025-listing",
    "/market/nm-carbon-2025-book?on=2026-10-13",
    "/market/nm-carbon-2025-book/trades",
    "/market/nm-carbon-2025-book/candles?window=1d",
    "/auctions",
    "/watch",
    "/licences",
)
FOUR_TIMES = {"width": 320, "height": 256}
"""What 1280 by 1024 pixels are at 400 %."""
JOURNEY = {
    "zh": ("水权", "八仙筒镇", "期末", "期初", "报告", "自然资源资产负债表"),
    "en": (
        "Water",
        "Baxiantong Town",
        "Closing",
        "Opening",
        "Reports",
        "Natural-resource balance sheet",
    ),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_the_overview_down_to_the_entries_and_to_the_balance_sheet(
    watched: Open, language: str
) -> None:
    right, zone, closing, opening, reports, sheet = JOURNEY[language]
    page = watched(locale={"zh": "zh-CN", "en": "en-GB"}[language]).open("/")
    page.get_by_role("link", name=right, exact=True).click()
    page.get_by_role("row").get_by_role("link", name=zone, exact=True).click()
    assert zone in page.locator("h1").inner_text()
    # The account that holds most of the zone, and its statement.
    page.locator("#accounts ~ table").get_by_role("link").first.click()
    assert "NM-100-" in page.locator("h1").inner_text()
    assert page.locator("table.rows").count() == 2
    assert "974.25" in page.locator("table.rows").last.inner_text()
    page.get_by_role("navigation").get_by_role("link", name=reports, exact=True).click()
    assert page.locator("h1").inner_text() == sheet
    headings = page.locator("table.rows thead").first.inner_text()
    assert opening in headings
    assert closing in headings


def test_the_language_switch_keeps_the_page_and_is_remembered(watched: Open) -> None:
    page = watched().open("/totals/150525100?asset=nm-water-2026")
    assert "大沁他拉镇" in page.locator("h1").inner_text()
    page.get_by_role("link", name="English").click()
    assert "/totals/150525100?asset=nm-water-2026" in page.url
    assert "Daqintala Town" in page.locator("h1").inner_text()
    page.locator("header").get_by_role("link", name="Overview").click()
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_no_page_is_wider_than_its_window(watched: Open, locale: str) -> None:
    one = watched(WIDE, locale)
    page = one.open("/accounts")
    account = page.locator("table.rows").get_by_role("link").first.get_attribute("href")
    beyond = {}
    for address in (*EVERY_PAGE, account):
        one.open(address)
        for size in (WIDE, NARROW, FOUR_TIMES):
            page.set_viewport_size(size)
            if one.width_beyond() > 0:
                beyond[address, size["width"]] = one.width_beyond()
    assert beyond == {}


def test_on_a_narrow_screen_each_row_is_a_card_that_says_what_its_figures_are(
    watched: Open,
) -> None:
    page = watched(NARROW).open("/totals/150525100?asset=nm-water-2026")
    use = page.get_by_role("row").filter(has_text="生活").first
    assert "大沁他拉镇 · 生活" in use.inner_text()
    label = use.locator("td").first.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label == '"下达"'
    assert page.locator("thead").first.is_hidden()


def test_the_main_links_are_reached_by_keyboard_alone(watched: Open) -> None:
    page = watched().open("/")
    page.keyboard.press("Tab")
    assert _focused(page) == "跳到正文"
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(_focused(page))
    assert [word for word in reached if word in ("首页", "总量", "账户", "报告")] == [
        "首页",
        "总量",
        "账户",
        "报告",
    ]
    while _focused(page) != "水权":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?class=water")
    # What has the focus is seen to have it.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_the_skip_link_leads_past_the_header(watched: Open) -> None:
    page = watched().open("/totals")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_menu_of_a_narrow_screen_opens_without_scripts(watched: Open) -> None:
    page = watched(NARROW, java_script_enabled=False).open("/")
    page.get_by_text("菜单").first.click()
    page.locator("details.menu").get_by_role("link", name="总量").click()
    assert page.locator("h1").inner_text() == "总量"


@pytest.mark.parametrize("address", ["/?class=water", "/totals?asset=nm-water-2026", "/reports"])
def test_exports_are_downloaded(watched: Open, downloads: Path, address: str) -> None:
    page = watched(accept_downloads=True).open(address)
    for name, begins in (("CSV", b"\xef\xbb\xbf"), ("Excel", b"PK"), ("JSON", b"{")):
        with page.expect_download() as coming:
            page.get_by_role("link", name=name, exact=True).click()
        saved = downloads / coming.value.suggested_filename
        coming.value.save_as(saved)
        assert saved.read_bytes().startswith(begins), saved.name


def test_paper_shows_figures_and_no_navigation(watched: Open) -> None:
    page = watched().open("/?class=water")
    page.emulate_media(media="print")
    hidden = ("nav.tabs", "svg.drawn", ".filters", ".export", "header nav.wide")
    shown: dict[str, Any] = {part: page.locator(part).first.is_visible() for part in hidden}
    assert shown == dict.fromkeys(hidden, False)
    assert page.locator("td.bar .figure").first.is_visible()
    assert page.locator(".strip.demonstration").is_visible()
    assert page.locator(".printed").is_visible()


def _focused(page: Any) -> str:
    """Give the words of what has the focus."""
    words: str = page.evaluate("document.activeElement.innerText || document.activeElement.name")
    return words.strip()
