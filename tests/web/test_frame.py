"""What holds for every page: language, safety, problems, and the parts pages are built from."""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine
from werkzeug.test import TestResponse

from ledger.refusals import InvariantBroken
from tests.web import specimen
from web import app as application
from web.app import create_app
from web.frame import BAR_LENGTH, Column, Segment, segments

NOON = datetime(2026, 11, 23, 6, 2, 11, tzinfo=UTC)
ADDRESSES = ["/specimen", "/licences", "/nowhere"]
VOID = {"meta", "link", "rect", "path", "br", "input", "img"}


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The demonstration at a fixed instant, specimen pages included."""
    engine = create_engine("sqlite://")
    monkeypatch.setattr(application, "AREAS", (*application.AREAS, specimen.pages))
    yield create_app(engine, demonstration=True, now=lambda: NOON)
    engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor at the machine itself, without cookies."""
    return Buffered(app, app.response_class, use_cookies=True)


class Buffered(FlaskClient):
    """Reads and closes every answer, as a server does."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True, **kwargs})


class Outline(HTMLParser):
    """A page as its elements, each with its attributes; fails where tags do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._open[-1] if self._open else "", data.strip()))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text_of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


# -- language ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "cookie", "accepted", "language"),
    [
        ("/licences", None, None, "zh-Hans-CN"),
        ("/licences", None, "en-US,en;q=0.9", "en"),
        ("/licences", None, "zh-CN,en;q=0.5", "zh-Hans-CN"),
        ("/licences", None, "zh-TW", "zh-Hans-CN"),
        ("/licences", None, "fr,en;q=0.3", "en"),
        ("/licences", None, "fr, *;q=0.5", "zh-Hans-CN"),
        ("/licences", None, "en;q=0, fr", "zh-Hans-CN"),
        ("/licences", None, ";;;,,=", "zh-Hans-CN"),
        ("/licences", "en", "zh-CN", "en"),
        ("/licences", "fr", "en", "en"),
        ("/licences?lang=zh", "en", "en", "zh-Hans-CN"),
        ("/licences?lang=en", "zh", "zh", "en"),
        ("/licences?lang=fr", "en", None, "en"),
        ("/licences?lang=", "en", None, "en"),
    ],
)
def test_link_goes_before_cookie_before_browser_before_default(
    client: FlaskClient, address: str, cookie: str | None, accepted: str | None, language: str
) -> None:
    if cookie:
        client.set_cookie("lang", cookie)
    headers = {"Accept-Language": accepted} if accepted else {}
    answer = client.get(address, headers=headers)
    assert Outline(answer.text).all("html") == [{"lang": language}]
    assert answer.headers["Content-Language"] == language
    assert {"Cookie", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))


def test_a_chosen_language_is_kept(client: FlaskClient) -> None:
    answer = client.get("/licences?lang=en")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("lang=en;")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Third-party licences" in client.get("/licences").text


def test_the_language_cookie_is_secure_where_the_connection_is(client: FlaskClient) -> None:
    answer = client.get("/licences?lang=en", base_url="https://localhost")
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


def test_no_cookie_is_set_unless_a_language_is_chosen(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/licences").headers
    assert "Set-Cookie" not in client.get("/licences?lang=xx").headers


def test_the_default_language_is_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine("sqlite://")
    client = create_app(engine, default_language="en").test_client()
    assert Outline(client.get("/licences").text).all("html") == [{"lang": "en"}]
    assert Outline(client.get("/licences", headers={"Accept-Language": "fr, *"}).text).all(
        "html"
    ) == [{"lang": "en"}]
    with pytest.raises(InvariantBroken, match="zh and en"):
        create_app(engine, default_language="fr")
    engine.dispose()


def test_the_switch_keeps_the_address_and_what_was_asked(client: FlaskClient) -> None:
    page = client.get("/specimen?right=water&heading=%E6%B0%B4&lang=zh").text
    assert 'href="/specimen?right=water&amp;heading=%E6%B0%B4&amp;lang=en"' in page


@pytest.mark.parametrize("address", ["//evil.example/x", "///evil.example", "/%2f/evil.example"])
def test_the_switch_never_leads_to_another_host(client: FlaskClient, address: str) -> None:
    answer = client.get("http://localhost" + address)
    assert answer.status_code == 404
    links = [str(link["href"]) for link in Outline(answer.text).all("a")]
    assert [link for link in links if link.startswith("//")] == []


# -- safety ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", [*ADDRESSES, "/healthz", "/static/site.css", "/specimen/broken"]
)
def test_every_answer_carries_the_safety_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert re.fullmatch("[0-9a-f]{12}", headers["X-Request-Id"])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_has_inline_style_script_or_foreign_files(
    client: FlaskClient, address: str, language: str
) -> None:
    page = Outline(client.get(f"{address}?lang={language}").text)
    assert page.all("script") == page.all("style") == page.all("iframe") == []
    for _, attributes in page.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
    fetched = [str(link["href"]) for link in page.all("link")]
    fetched += [str(image["src"]) for image in page.all("img")]
    assert len(fetched) > 0
    assert [file for file in fetched if not file.startswith("/static/")] == []


def test_text_from_outside_is_shown_as_text(client: FlaskClient) -> None:
    page = client.get("/specimen", query_string={"heading": "<b onclick=x>'\"&"}).text
    assert "<b onclick" not in page
    assert Outline(page).text_of("h1") == ["<b onclick=x>'\"&"]


def test_a_request_beyond_the_bound_is_refused_with_its_sentence(client: FlaskClient) -> None:
    answer = client.post("/specimen/sent", data={"note": "x" * 2_000_000})
    assert answer.status_code == 413
    assert "request_too_large" in answer.text
    assert client.post("/specimen/sent", data={"note": "短"}).status_code == 200


def test_the_bound_holds_at_the_door_whatever_the_address(client: FlaskClient) -> None:
    for address in ("/licences", "/specimen/staff/act", "/nowhere"):
        assert client.post(address, data=b"x" * 2_000_000).status_code == 413


def test_files_are_kept_by_their_version_and_never_left_their_folder(client: FlaskClient) -> None:
    page = Outline(client.get("/licences").text)
    sheet = next(str(link["href"]) for link in page.all("link") if "site.css" in str(link["href"]))
    kept = client.get(sheet)
    assert {"immutable", "public", "max-age=31536000"} <= set(
        kept.headers["Cache-Control"].split(", ")
    )
    assert "no-cache" in client.get("/static/site.css").headers["Cache-Control"]
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/%2e%2e/app.py").status_code == 404


def test_pages_are_not_kept_by_anybody_else(client: FlaskClient) -> None:
    assert client.get("/licences").headers["Cache-Control"] == "private, no-cache"


def test_the_sign_of_life_is_plain(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", "ok\n")


# -- problems ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "address", "status", "code", "titles"),
    [
        ("GET", "/nowhere", 404, "page_not_found", ("没有这个页面", "No such page")),
        (
            "DELETE",
            "/licences",
            405,
            "method_not_offered",
            ("本页面不支持这种操作", "Not offered on this page"),
        ),
        ("GET", "/specimen/broken", 500, "server_failed", ("系统出错", "Something failed")),
    ],
)
def test_a_problem_is_told_in_both_languages_with_its_number(
    client: FlaskClient, method: str, address: str, status: int, code: str, titles: tuple[str, str]
) -> None:
    for language, title in zip(("zh", "en"), titles, strict=True):
        answer = client.open(address, method=method, query_string={"lang": language})
        page = Outline(answer.text)
        assert answer.status_code == status
        assert page.text_of("h1") == [title]
        assert page.text_of("code") == [answer.headers["X-Request-Id"], code]
        assert len(page.text_of("p")) > 0


def test_a_failure_shows_nothing_of_the_inside_and_is_logged_with_its_number(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get("/specimen/broken")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text
    assert answer.headers["X-Request-Id"] in caplog.text
    assert "a secret of the inside" in caplog.text


def test_when_the_frame_itself_fails_the_sentence_is_still_shown(
    app: Flask, client: FlaskClient
) -> None:
    def fail() -> None:
        raise RuntimeError("a secret of the frame")

    app.jinja_env.globals["navigation"] = fail
    answer = client.get("/licences?lang=en")
    assert answer.status_code == 500
    assert "Something failed" in answer.text
    assert "secret" not in answer.text
    assert "Content-Security-Policy" in answer.headers


# -- the frame ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_has_one_heading_that_is_its_title_and_a_way_to_skip(
    client: FlaskClient, address: str, language: str
) -> None:
    page = Outline(client.get(f"{address}?lang={language}").text)
    (heading,) = page.text_of("h1")
    (title,) = page.text_of("title")
    assert title.startswith(heading + " · ")
    assert page.all("a")[0] == {"class": "skip", "href": "#content"}
    assert [main["id"] for main in page.all("main")] == ["content"]


def test_the_frame_shows_the_servers_clock_in_beijing(client: FlaskClient) -> None:
    page = Outline(client.get("/licences").text)
    assert page.all("time") == [{"datetime": "2026-11-23T14:02:11+08:00"}]
    assert page.text_of("time") == ["14:02:11"]


def test_invented_figures_are_said_to_be_invented(client: FlaskClient) -> None:
    assert "演示数据，数字均为虚构" in client.get("/specimen").text
    english = client.get("/specimen?lang=en").text
    assert "Demonstration data, all figures are invented" in english


def test_without_demonstration_nothing_is_said_to_be_invented() -> None:
    engine = create_engine("sqlite://")
    page = create_app(engine).test_client().get("/licences").text
    assert "演示" not in page
    engine.dispose()


def test_the_frame_links_only_to_pages_that_are_there(sqlite_engine: Engine) -> None:
    client = create_app(sqlite_engine, demonstration=True).test_client()
    page = Outline(client.get("/licences").text)
    addresses = {str(link["href"]) for link in page.all("a") + page.all("link")}
    own = {address for address in addresses if address.startswith("/")}
    assert [
        address for address in sorted(own) if client.get(address, buffered=True).status_code != 200
    ] == []


def test_the_navigation_shows_only_what_the_visitor_may_enter(sqlite_engine: Engine) -> None:
    def links(demonstration: bool) -> set[str]:
        client = create_app(sqlite_engine, demonstration=demonstration).test_client()
        return {str(link["href"]) for link in Outline(client.get("/licences").text).all("a")}

    assert "/accounts" in links(demonstration=True)
    assert "/accounts" not in links(demonstration=False)


def test_every_vendored_file_is_listed_with_its_licence(client: FlaskClient) -> None:
    page = client.get("/licences?lang=en").text
    assert "Pico CSS" in page
    assert "2.1.1" in page
    assert "MIT" in page


# -- the parts ---------------------------------------------------------------------------------


def test_every_cell_tells_its_column_where_a_row_becomes_a_card(client: FlaskClient) -> None:
    page = Outline(client.get("/specimen").text)
    assert len(page.all("caption")) == 1
    headings = [cell for cell in page.all("th") if cell.get("scope") == "col"]
    cells = [cell["data-label"] for cell in page.all("td")]
    rows = [cell for cell in page.all("th") if cell.get("scope") == "row"]
    assert len(headings) == 6
    assert len(rows) == len(specimen.ZONES)
    assert len(cells) == 5 * len(rows)
    assert cells[:5] == ["下达总量（吨）", "已核发（吨）", "余量（吨）", "使用率", "状态"]
    assert [cell["class"] for cell in page.all("td")[:5]] == [
        "number",
        "number",
        "number",
        "bar",
        "text",
    ]


def test_a_bar_is_drawn_by_attributes_and_said_in_words(client: FlaskClient) -> None:
    page = Outline(client.get("/specimen").text)
    bars = [drawing for drawing in page.all("svg") if drawing.get("role") == "img"]
    assert bars[0]["aria-label"] == "78.3%"
    assert "90.4%" in page.text_of("span")
    widths = [
        (part["class"], part.get("x"), part["width"])
        for part in page.all("rect")
        if part.get("height") == "10" and part.get("width") != "10"
    ]
    assert widths[:4] == [
        ("track", None, "1000"),
        ("held", "0", "783"),
        ("frozen", "783", "12"),
        ("used", "795", "109"),
    ]


def test_figures_lead_to_their_entries_and_carry_their_unit(client: FlaskClient) -> None:
    page = client.get("/specimen").text
    assert '<a href="/specimen">12,000.000</a>' in page
    assert '12,000 <span class="unit">万立方米</span>' in page
    english = client.get("/specimen?lang=en").text
    assert '12,000 <span class="unit">×10⁴ m³</span>' in english


@pytest.mark.parametrize(
    ("parts", "whole", "laid"),
    [
        ([("held", 1), ("used", 1)], 3, [Segment("held", 0, 333), Segment("used", 333, 333)]),
        ([("held", 3)], 3, [Segment("held", 0, 1000)]),
        ([("held", 2), ("used", 5)], 4, [Segment("held", 0, 500), Segment("used", 500, 500)]),
        ([("held", 5), ("used", 1)], 4, [Segment("held", 0, 1000), Segment("used", 1000, 0)]),
        ([("held", 1)], 0, [Segment("held", 0, 0)]),
        ([("held", 10**15 - 1)], 10**15, [Segment("held", 0, 999)]),
        ([], 7, []),
    ],
)
def test_parts_lie_on_a_bar_without_gap_overlap_or_overflow(
    parts: list[tuple[str, int]], whole: int, laid: list[Segment]
) -> None:
    assert segments(parts, whole) == laid
    assert sum(segment.length for segment in laid) <= BAR_LENGTH


def test_a_negative_amount_on_a_bar_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="not negative"):
        segments([("held", -1)], 7)


def test_a_column_of_an_unknown_kind_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="text, number or bar"):
        Column("数量", "wide")


# -- reading -----------------------------------------------------------------------------------


def test_all_figures_of_a_page_come_from_one_snapshot_that_is_given_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "AREAS", (*application.AREAS, specimen.pages))
    client = create_app(engine).test_client()
    kept: list[object] = []
    for _ in range(3):
        answer = client.get("/specimen/snapshot", environ_base={"specimen.kept": kept})
        assert answer.text == "one"
    assert len({id(session) for session in kept}) == 3
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
