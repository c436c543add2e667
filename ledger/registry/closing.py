"""Closing an account and opening it again, with the paper that says so.

An account is closed only when nothing is on any of its positions.  Knows amounts only as there or
not there.
"""

from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.deciding import TEXT_LENGTH_MAX
from ledger.core.tables import account, asset, position
from ledger.refusals import RefusalCode, Refused
from ledger.registry.accounts import AccountCode, AccountKind, AccountState
from ledger.registry.tables import account_event
from ledger.units import Quantity


class ClosingCode(RefusalCode):
    """Why an account is not closed or opened again, in the order of the rules."""

    CLOSING_WITHOUT_DOCUMENT = "closing_without_document"
    CLOSING_TEXT_UNREADABLE = "closing_text_unreadable"
    CLOSING_DAY_IN_FUTURE = "closing_day_in_future"
    ACCOUNT_NEVER_CLOSES = "account_never_closes"
    CLOSING_DAY_BEFORE_OPENING = "closing_day_before_opening"
    ACCOUNT_NOT_EMPTY = "account_not_empty"
    ACCOUNT_IS_OPEN = "account_is_open"


def close_account(
    session: Session, account_id: int, on: date, now: Now, *, actor: str, document: str
) -> Refused | None:
    """Close an account; refused while anything is on any of its positions.

    No entry can slip in meanwhile: those of the counter hold the account open while they are made.
    """
    return _turn(session, account_id, AccountState.CLOSED, on, now, actor, document)


def reopen_account(
    session: Session, account_id: int, on: date, now: Now, *, actor: str, document: str
) -> Refused | None:
    """Open a closed account again, for what comes late."""
    return _turn(session, account_id, AccountState.OPEN, on, now, actor, document)


def _turn(
    session: Session,
    account_id: int,
    state: AccountState,
    on: date,
    now: Now,
    actor: str,
    document: str,
) -> Refused | None:
    refused = _refuse_form(on, now, actor, document)
    if refused is not None:
        return refused
    found = session.execute(
        select(account).where(account.c.id == account_id).with_for_update()
    ).one_or_none()
    if found is None:
        return Refused(AccountCode.ACCOUNT_NOT_FOUND, {"account": str(account_id)})
    if found.kind not in (AccountKind.HOLDER, AccountKind.GROUP):
        return Refused(ClosingCode.ACCOUNT_NEVER_CLOSES, {"account": found.number})
    if on < found.opened_on:
        values = {"account": found.number, "date": on, "opened_on": found.opened_on}
        return Refused(ClosingCode.CLOSING_DAY_BEFORE_OPENING, values)
    if found.state == state:
        code = (
            AccountCode.ACCOUNT_CLOSED
            if state is AccountState.CLOSED
            else ClosingCode.ACCOUNT_IS_OPEN
        )
        return Refused(code, {"account": found.number})
    if state is AccountState.CLOSED:
        left = _what_is_left(session, account_id, found.number)
        if left is not None:
            return left
    session.execute(update(account).where(account.c.id == account_id).values(state=state.value))
    session.execute(
        insert(account_event).values(
            account_id=account_id,
            state=state.value,
            happened_on=on,
            recorded_at=now.instant,
            actor=actor,
            document=document,
        )
    )
    return None


def _refuse_form(on: date, now: Now, actor: str, document: str) -> Refused | None:
    if not document.strip() or not actor.strip():
        return Refused(ClosingCode.CLOSING_WITHOUT_DOCUMENT)
    for text in (actor, document):
        if len(text) > TEXT_LENGTH_MAX or not text.isprintable():
            values = {"text": ascii(text)[:60], "limit": TEXT_LENGTH_MAX}
            return Refused(ClosingCode.CLOSING_TEXT_UNREADABLE, values)
    if on > now.today:
        return Refused(ClosingCode.CLOSING_DAY_IN_FUTURE, {"date": on, "today": now.today})
    return None


def _what_is_left(session: Session, account_id: int, number: str) -> Refused | None:
    left = session.execute(
        select(
            asset.c.code,
            asset.c.unit,
            position.c.kind,
            (position.c.credits - position.c.debits).label("balance"),
        )
        .join(asset, asset.c.id == position.c.asset_id)
        .where(position.c.account_id == account_id, position.c.credits != position.c.debits)
        .order_by(position.c.id)
        .limit(1)
    ).one_or_none()
    if left is None:
        return None
    values = {
        "account": number,
        "asset": left.code,
        "kind": left.kind,
        "amount": Quantity(abs(left.balance), left.unit),
    }
    return Refused(ClosingCode.ACCOUNT_NOT_EMPTY, values)
