"""Who may enter which page.

Every route declares its roles with ``who_may_enter``; an application with a route that does not
is not started.  What a visitor may not see answers as if it did not exist.  Knows routes and
roles; how a visitor proves who he is comes from outside, as a function.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, TypeVar

from flask import Flask, abort, g, request
from werkzeug.exceptions import MethodNotAllowed

from ledger.refusals import InvariantBroken, ensure

View = TypeVar("View", bound=Callable[..., Any])

_DECLARED = "roles_that_may_enter"
_READING = frozenset({"GET", "HEAD"})
# A server in front of this one hands on strangers' requests from this very machine.
_HANDED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


class Role(StrEnum):
    """What a person does here; ``PUBLIC`` is everybody, signed in or not."""

    PUBLIC = "public"
    ENTERPRISE = "enterprise"
    CLERK = "clerk"
    REGULATOR = "regulator"
    AUCTIONEER = "auctioneer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking: the roles held, and whether every one of them is only for reading."""

    roles: frozenset[Role]
    reads_only: bool = False


STRANGER = Visitor(frozenset({Role.PUBLIC}))
DEMONSTRATION_STAFF = Visitor(
    frozenset({Role.PUBLIC, Role.CLERK, Role.REGULATOR, Role.AUDITOR}), reads_only=True
)

Recognise = Callable[[], Visitor]
"""Tells who sent the request that is being answered."""


def recognise_nobody() -> Visitor:
    """Everybody is a stranger while there is no sign-in."""
    return STRANGER


def recognise_demonstration_staff() -> Visitor:
    """Whoever sits at the machine itself may read the demonstration as its staff would."""
    if any(header in request.headers for header in _HANDED_ON):
        return STRANGER
    return DEMONSTRATION_STAFF if _from_this_machine() else STRANGER


def _from_this_machine() -> bool:
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback


def who_may_enter(*roles: Role) -> Callable[[View], View]:
    """Declare the roles that may enter a route; ``Role.PUBLIC`` lets everybody in."""
    ensure(len(roles) > 0, "a route declares at least one role")
    entering = EVERYBODY if Role.PUBLIC in roles else frozenset(roles)

    def declare(view: View) -> View:
        setattr(view, _DECLARED, entering)
        return view

    return declare


def guard(app: Flask, recognise: Recognise) -> None:
    """Refuse to start with an undeclared route, and every request by a role that may not."""
    undeclared = sorted(
        rule.rule for rule in app.url_map.iter_rules() if roles_of(app, rule.endpoint) is None
    )
    if undeclared:
        raise InvariantBroken(f"every route declares who may enter: {', '.join(undeclared)}")

    @app.before_request
    def _let_in() -> None:
        g.visitor = recognise()
        endpoint = _endpoint_asked_for(app)
        if endpoint is not None and not may_enter(app, endpoint):
            abort(404)


def roles_of(app: Flask, endpoint: str) -> frozenset[Role] | None:
    """Give the roles a route declared, none if it declared nothing."""
    return getattr(app.view_functions.get(endpoint), _DECLARED, None)


def may_enter(app: Flask, endpoint: str) -> bool:
    """Tell whether this request's visitor may enter the route."""
    declared = roles_of(app, endpoint)
    ensure(declared is not None, "every route declares who may enter")
    return bool(declared & _roles_now()) if declared else False


def visitor() -> Visitor:
    """Give who is asking; a stranger where the request failed before that was known."""
    found: Visitor = g.get("visitor", STRANGER)
    return found


def _roles_now() -> frozenset[Role]:
    known = visitor()
    if known.reads_only and request.method not in _READING:
        return STRANGER.roles
    return known.roles


def _endpoint_asked_for(app: Flask) -> str | None:
    if request.endpoint is not None:
        return request.endpoint
    fault = request.routing_exception
    if not isinstance(fault, MethodNotAllowed) or not fault.valid_methods:
        return None
    # "Method not allowed" would tell that the page exists.
    adapter = app.create_url_adapter(request)
    if adapter is None:
        raise InvariantBroken("a request is matched by an adapter")
    endpoint: str = adapter.match(method=next(iter(fault.valid_methods)))[0]
    return endpoint
