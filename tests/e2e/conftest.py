"""The invented year served to a real browser on this machine, and pages that watch themselves."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from waitress.server import create_server

from ledger.core.database import make_engine
from ledger.demonstration.loading import load_demonstration
from market.demonstration import load_market_demonstration
from tests.support.databases import SqliteTemplate
from web.app import create_app

WIDE = {"width": 1280, "height": 720}
NARROW = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def site(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the demonstration, served as ``ecorights demo`` serves it."""
    engine = make_engine(sqlite_template.copy_into(tmp_path_factory.mktemp("site")))
    assert load_demonstration(engine)
    assert load_market_demonstration(engine)
    server = create_server(
        create_app(engine, demonstration=True), host="127.0.0.1", port=0, threads=4, ident=None
    )
    with ThreadPoolExecutor(1) as served:
        running = served.submit(server.run)
        yield f"http://127.0.0.1:{server.effective_port}"
        server.close()
        # The loop asks for its sockets once more and finds them closed.
        running.cancel()
    engine.dispose()


class Watched:
    """A page of the browser, with what went wrong in it and where it asked."""

    def __init__(self, page: Any, site: str) -> None:
        self.page = page
        self.site = site
        self.complaints: list[str] = []
        page.on("console", lambda said: self._complain(said.type, said.text))
        page.on("pageerror", lambda error: self._complain("error", str(error)))
        page.on("request", self._check_request)
        page.on("response", self._check_response)

    def open(self, address: str) -> Any:
        """Go to an address of the site and give the page."""
        self.page.goto(self.site + address)
        return self.page

    def width_beyond(self) -> int:
        """Tell by how many pixels the page is wider than its window."""
        beyond: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return beyond

    def _complain(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def _check_request(self, request: Any) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.complaints.append(f"asked elsewhere: {request.url}")

    def _check_response(self, response: Any) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")


@pytest.fixture
def watched(browser: Any, site: str) -> Iterator[Callable[..., Watched]]:
    """Open watched pages of a width and language; at the end none may have complained."""
    made: list[Watched] = []

    def make(size: dict[str, int] = WIDE, locale: str = "zh-CN", **more: Any) -> Watched:
        context = browser.new_context(viewport=size, locale=locale, **more)
        context.set_default_timeout(10_000)
        made.append(Watched(context.new_page(), site))
        return made[-1]

    yield make
    for one in made:
        one.page.context.close()
    assert [complaint for one in made for complaint in one.complaints] == []


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """A folder for what the browser downloads."""
    return tmp_path
