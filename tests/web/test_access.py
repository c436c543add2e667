"""Who may enter which route: the written table, and that nothing opens without it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine
from werkzeug.exceptions import NotFound

from ledger.refusals import InvariantBroken
from tests.web import specimen
from web import app as application
from web.access import (
    DEMONSTRATION_STAFF,
    EVERYBODY,
    STRANGER,
    Role,
    Visitor,
    guard,
    roles_of,
    who_may_enter,
)
from web.app import create_app

ALL = set(Role)
STAFF = {Role.CLERK, Role.REGULATOR, Role.AUDITOR}

# (route, method): an address of it, and who may enter.
TABLE: dict[tuple[str, str], tuple[str, set[Role]]] = {
    ("/static/<path:filename>", "GET"): ("/static/site.css", ALL),
    ("/licences", "GET"): ("/licences", ALL),
    ("/healthz", "GET"): ("/healthz", ALL),
    ("/", "GET"): ("/", ALL),
    ("/overview.<layout>", "GET"): ("/overview.csv", ALL),
    ("/totals", "GET"): ("/totals", ALL),
    ("/totals/<zone>", "GET"): ("/totals/150525", ALL),
    ("/totals.<layout>", "GET"): ("/totals.csv", ALL),
    ("/market", "GET"): ("/market", ALL),
    ("/market.<layout>", "GET"): ("/market.csv", ALL),
    ("/market/<venue>", "GET"): ("/market/nm-carbon-2025-book", ALL),
    ("/market/<venue>/sheet.<layout>", "GET"): ("/market/nowhere/sheet.csv", ALL),
    ("/market/<venue>/trades", "GET"): ("/market/nowhere/trades", ALL),
    ("/market/<venue>/trades.<layout>", "GET"): ("/market/nowhere/trades.csv", ALL),
    ("/market/<venue>/candles", "GET"): ("/market/nowhere/candles", ALL),
    ("/market/<venue>/candles.<layout>", "GET"): ("/market/nowhere/candles.csv", ALL),
    ("/auctions", "GET"): ("/auctions", ALL),
    ("/auctions/<int:number>", "GET"): ("/auctions/1", ALL),
    ("/auctions/<int:number>/result.<layout>", "GET"): ("/auctions/1/result.csv", ALL),
    ("/watch", "GET"): ("/watch", {Role.REGULATOR, Role.AUDITOR}),
    ("/accounts", "GET"): ("/accounts", STAFF),
    ("/accounts/<number>", "GET"): ("/accounts/NM-100-1-0-01", STAFF),
    ("/accounts/<number>/statement.<layout>", "GET"): ("/accounts/NM-1/statement.csv", STAFF),
    ("/reports", "GET"): ("/reports", ALL),
    ("/reports/balance-sheet.<layout>", "GET"): ("/reports/balance-sheet.csv", ALL),
}


@pytest.fixture
def blank_engine() -> Iterator[Engine]:
    """An engine that no page of these tests reads from."""
    engine = create_engine("sqlite://")
    yield engine
    engine.dispose()


@pytest.fixture
def app_for(
    blank_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Visitor], FlaskClient]:
    """Make a client of the application, specimen pages included, for one visitor."""
    monkeypatch.setattr(application, "AREAS", (*application.AREAS, specimen.pages))
    return lambda visitor: create_app(blank_engine, recognise=lambda: visitor).test_client()


def test_the_table_lists_every_route_and_method(blank_engine: Engine) -> None:
    app = create_app(blank_engine)
    routes = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == TABLE.keys()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("rule", "method"), TABLE)
def test_every_role_enters_exactly_what_the_table_says(
    blank_engine: Engine, rule: str, method: str, role: Role
) -> None:
    address, entering = TABLE[rule, method]
    # Whoever is signed in is also one of the public.
    roles = frozenset({Role.PUBLIC, role})
    app = create_app(blank_engine, recognise=lambda: Visitor(roles))
    with app.test_request_context(address, method=method):
        if roles & entering:
            app.preprocess_request()
        else:
            with pytest.raises(NotFound):
                app.preprocess_request()


def test_a_route_without_declaration_keeps_the_application_from_starting() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(InvariantBroken, match="/forgotten"):
        guard(app, lambda: STRANGER)


def test_a_route_declares_at_least_one_role() -> None:
    with pytest.raises(InvariantBroken, match="at least one role"):
        who_may_enter()


def test_what_the_public_may_enter_everybody_may(blank_engine: Engine) -> None:
    app = create_app(blank_engine)
    assert roles_of(app, "service.licences") == EVERYBODY


def test_what_a_visitor_may_not_see_answers_as_if_it_did_not_exist(
    app_for: Callable[[Visitor], FlaskClient],
) -> None:
    client = app_for(STRANGER)
    hidden = client.get("/specimen/staff")
    missing = client.get("/specimen/nowhere")
    assert hidden.status_code == missing.status_code == 404
    assert without_number(hidden.text) == without_number(missing.text)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_a_hidden_page_does_not_show_by_the_methods_it_takes(
    app_for: Callable[[Visitor], FlaskClient], method: str
) -> None:
    answer = app_for(STRANGER).open("/specimen/staff", method=method)
    assert answer.status_code == 404
    assert "Allow" not in answer.headers


def test_a_page_that_is_seen_names_the_methods_it_takes(
    app_for: Callable[[Visitor], FlaskClient],
) -> None:
    answer = app_for(Visitor(frozenset({Role.CLERK}))).post("/specimen/staff")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_role_enters_what_is_declared_for_it(
    app_for: Callable[[Visitor], FlaskClient],
) -> None:
    assert app_for(Visitor(frozenset({Role.CLERK}))).get("/specimen/staff").text == "staff"
    assert app_for(Visitor(frozenset({Role.AUDITOR}))).get("/specimen/staff").status_code == 404


@pytest.fixture
def demonstration(blank_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of the demonstration, specimen pages included."""
    monkeypatch.setattr(application, "AREAS", (*application.AREAS, specimen.pages))
    return create_app(blank_engine, demonstration=True).test_client()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_the_demonstration_shows_staff_pages_at_the_machine_itself(
    demonstration: FlaskClient, address: str
) -> None:
    answer = demonstration.get("/specimen/staff", environ_base={"REMOTE_ADDR": address})
    assert answer.text == "staff"


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "::ffff:192.0.2.7", "", "nonsense"])
def test_the_demonstration_shows_no_staff_page_elsewhere(
    demonstration: FlaskClient, address: str
) -> None:
    answer = demonstration.get("/specimen/staff", environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_request_handed_on_by_another_server_is_a_stranger(
    demonstration: FlaskClient, header: str
) -> None:
    answer = demonstration.get("/specimen/staff", headers={header: "127.0.0.1"})
    assert answer.status_code == 404


def test_demonstration_staff_only_read(demonstration: FlaskClient) -> None:
    assert DEMONSTRATION_STAFF.reads_only
    assert demonstration.post("/specimen/staff/act").status_code == 404


def test_without_demonstration_the_machine_itself_is_a_stranger_too(
    blank_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "AREAS", (*application.AREAS, specimen.pages))
    assert create_app(blank_engine).test_client().get("/specimen/staff").status_code == 404


def without_number(page: str) -> list[str]:
    """The page without what differs from request to request: its number, clock and address."""
    changing = ("<code>", "<time", "lang=", "打印时间")
    return [line for line in page.splitlines() if not any(word in line for word in changing)]
