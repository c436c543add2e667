"""Handing a command to the runner and hearing what came of it.

A command is queued, not acknowledged; its answer comes from the log, after the batch that decided
it was committed.  The sender's own key makes asking again safe: the same key with the same content
gives the first answer, with other content it is refused.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, bindparam, select, text
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.database import reading, run
from ledger.core.schema import Moment
from ledger.refusals import RefusalCode, Refused
from market.answers import refused_from_json
from market.commands import CommandCode, CommandKind
from market.tables import KEY_LENGTH, PAYLOAD_LENGTH, command_log, queued_command

WAKE_CHANNEL = "ecorights_queued"
DECIDED_CHANNEL = "ecorights_decided"
ACTOR_LENGTH = 200
RUNNERS_KINDS = (CommandKind.ADVANCE, CommandKind.REGROUP)
"""What only the runner puts into the log, from the clock and from the registry."""


class SubmissionCode(RefusalCode):
    """Why a command is not even queued."""

    COMMAND_KEY_NOT_USABLE = "command_key_not_usable"
    COMMAND_TOO_LONG = "command_too_long"
    COMMAND_TEXT_NOT_USABLE = "command_text_not_usable"
    COMMAND_OF_THE_RUNNER_ALONE = "command_of_the_runner_alone"


@dataclass(frozen=True, slots=True)
class NewCommand:
    """A command to hand in.

    ``market`` is venue or auction, ``market_id`` its number; ``party_id`` who asks (0: an
    operator); ``key`` the sender's own, 1..64 signs, unique for the sender.
    """

    market: str
    market_id: int
    kind: str
    party_id: int
    key: str
    payload: Mapping[str, object]
    actor: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command: its number in the log, its status, and the answer or the refusal."""

    number: int
    status: str
    answer: Mapping[str, Any]
    refused: Refused | None


def payload_text(payload: Mapping[str, object]) -> str:
    """Write a command's content in the one way in which it is stored and compared."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def submit(engine: Engine, command: NewCommand, now: Now) -> Answer | Refused | None:
    """Queue a command; give the first answer where its key has one already, None while it waits."""
    refused = _unfit(command)
    if refused is not None:
        return refused
    if engine.dialect.name == "postgresql" and _queued_at_once(engine, command, now):
        return None
    return run(engine, lambda session: queue(session, command, now))


def _queued_at_once(engine: Engine, command: NewCommand, now: Now) -> bool:
    """Queue a new command by one statement that commits itself; False where it was not new.

    A connection that breaks leaves open whether it was queued; asking again finds out.
    """
    with engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        driver: Any = alone.connection.driver_connection
        try:
            return bool(driver.execute(_QUEUE_NOW, _row(command, now), prepare=True).rowcount)
        except engine.dialect.loaded_dbapi.OperationalError:
            connection.invalidate()
            return False


def _unfit(command: NewCommand) -> Refused | None:
    if not 0 < len(command.key) <= KEY_LENGTH or not command.key.isprintable():
        values = {"key": ascii(command.key)[:KEY_LENGTH], "limit": KEY_LENGTH}
        return Refused(SubmissionCode.COMMAND_KEY_NOT_USABLE, values)
    if command.market == "venue" and command.kind in RUNNERS_KINDS:
        return Refused(SubmissionCode.COMMAND_OF_THE_RUNNER_ALONE, {"command": command.kind})
    for field, written in (("actor", command.actor), ("kind", command.kind)):
        if not written.isprintable() or len(written) > ACTOR_LENGTH:
            values = {"field": field, "limit": ACTOR_LENGTH}
            return Refused(SubmissionCode.COMMAND_TEXT_NOT_USABLE, values)
    if not _is_encodable(payload_text(command.payload)):
        values = {"field": "payload", "limit": PAYLOAD_LENGTH}
        return Refused(SubmissionCode.COMMAND_TEXT_NOT_USABLE, values)
    length = len(payload_text(command.payload))
    if length > PAYLOAD_LENGTH:
        values = {"length": length, "limit": PAYLOAD_LENGTH}
        return Refused(SubmissionCode.COMMAND_TOO_LONG, values)
    return None


def queue(session: Session, command: NewCommand, now: Now) -> Answer | Refused | None:
    """Queue a command inside a transaction of the caller, in one statement."""
    row = _row(command, now)
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    made = session.execute(_QUEUE_POSTGRESQL if is_postgresql else _QUEUE_SQLITE, row)
    if made.first() is not None:
        return None
    return answer_of(session, command) or _refuse_other_content(session, command)


def _is_encodable(written: str) -> bool:
    """Whether a database can keep the text: half of a surrogate pair it cannot."""
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return True


def _row(command: NewCommand, now: Now) -> dict[str, object]:
    return {
        "market": command.market,
        "market_id": command.market_id,
        "kind": command.kind,
        "party_id": command.party_id,
        "key": command.key,
        "payload": payload_text(command.payload),
        "actor": command.actor[:ACTOR_LENGTH],
        "submitted_at": now.instant,
    }


_NEW_ROW = (
    "INSERT INTO queued_command "
    "(market, market_id, kind, party_id, key, payload, actor, submitted_at) "
    "SELECT :market, :market_id, :kind, :party_id, CAST(:key AS varchar), :payload, :actor, :submitted_at "
    "WHERE NOT EXISTS (SELECT 1 FROM command_log AS done "
    "WHERE done.party_id = :party_id AND done.key = CAST(:key AS varchar)) "
    "ON CONFLICT DO NOTHING RETURNING id"
)
_QUEUE_SQLITE = text(_NEW_ROW).bindparams(bindparam("submitted_at", type_=Moment()))
# Nothing is acknowledged yet, so this commit need not wait for the disk.
_QUEUE_STATEMENT = (
    f"WITH made AS ({_NEW_ROW}) "
    f"SELECT pg_notify('{WAKE_CHANNEL}', ''), "
    "set_config('synchronous_commit', 'off', true) FROM made"
)
_QUEUE_POSTGRESQL = text(_QUEUE_STATEMENT).bindparams(bindparam("submitted_at", type_=Moment()))
_QUEUE_NOW = re.sub(r":(\w+)", r"%(\1)s", _QUEUE_STATEMENT)
"""The same for the driver itself."""


def _refuse_other_content(session: Session, command: NewCommand) -> Answer | Refused | None:
    waiting = session.execute(
        select(queued_command).where(
            queued_command.c.party_id == command.party_id, queued_command.c.key == command.key
        )
    ).one_or_none()
    if waiting is None:
        # Decided between the two looks.
        return answer_of(session, command)
    return None if _same(waiting, command) else _key_used(command)


def answer_of(session: Session, command: NewCommand) -> Answer | Refused | None:
    """Give what came of a command; refused where its key was used for something else."""
    row = session.execute(
        select(command_log).where(
            command_log.c.party_id == command.party_id, command_log.c.key == command.key
        )
    ).one_or_none()
    return None if row is None else answer_of_row(row, command)


def answer_of_row(row: Any, command: NewCommand) -> Answer | Refused:
    """Give the answer that a row of the log has for a command under the same key."""
    return _answer(row) if _same(row, command) else _key_used(command)


def wait(
    engine: Engine,
    command: NewCommand,
    *,
    milliseconds: int,
    pause: Callable[[int], None],
) -> Answer | Refused | None:
    """Wait for a command's answer, looking again after each ``pause`` (milliseconds).

    None means *not known yet*, never *refused*: asking again with the same key is safe.
    """
    waited, delay = 0, 2
    while True:
        with reading(engine) as session:
            found = answer_of(session, command)
        if found is not None or waited >= milliseconds:
            return found
        pause(delay)
        waited += delay
        delay = min(delay * 2, 50)


def _answer(row: Any) -> Answer:
    written = json.loads(row.answer)
    return Answer(
        number=row.number,
        status=row.status,
        answer=written.get("answer", {}),
        refused=refused_from_json(written.get("refused")),
    )


def _same(row: Any, command: NewCommand) -> bool:
    return (row.market, row.market_id, row.kind, row.payload) == (
        command.market,
        command.market_id,
        command.kind,
        payload_text(command.payload),
    )


def _key_used(command: NewCommand) -> Refused:
    return Refused(CommandCode.KEY_ALREADY_USED_FOR_OTHER_CONTENT, {"key": command.key})
