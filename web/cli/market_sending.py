"""``ecorights market send`` and ``drain``: commands into the queue, answers out of the log.

Knows how to ask and how to tell the answer.  A command is decided by the runner and nobody else;
``drain`` is a runner for as long as something is queued.
"""

import time
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import click
from sqlalchemy import Engine

from ledger.core.clock import clock
from ledger.core.database import reading
from ledger.refusals import Refused
from market import lease
from market.auctions.desk import other_markets
from market.commands import CommandKind
from market.lease import LeaseLost
from market.limit_lookup import find_party
from market.runner import Runner
from market.serving import Notice, ServingEvent, own_name
from market.submission import Answer, NewCommand, answer_of, submit, wait
from market.views import MarketHead, market_head
from web.cli.market_answers import (
    EXIT_REFUSED,
    LINE,
    actor_option,
    end,
    granted,
    json_option,
    named_actor,
    opened,
    put_out,
    read_file,
    read_text,
)
from web.cli.market_layout import (
    answer_document,
    answer_words,
    stand_words,
    waiting_document,
    waiting_words,
)
from web.cli.problems import worded
from web.cli.runner import tell
from web.i18n import Translator
from web.schemas.venue_file import read_content
from web.sentences.catalogue import sentence
from web.sentences.market_operating import OperatingCode

KINDS = tuple(
    kind.value for kind in CommandKind if kind not in (CommandKind.ADVANCE, CommandKind.REGROUP)
)
"""What can be sent; the clock's going on and new groups are the runner's own commands."""

_OPERATOR = 0
_FOR_PARTY = "for_party"
_DECIDED = ("已处理指令：{count}", "Commands decided: {count}")


@click.command(
    name="send",
    help="向市场发送一条指令并等待结果 | send a command to a venue and wait for its answer",
)
@click.argument("venue", type=LINE)
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("content", metavar="[FILE|JSON]", default="{}")
@click.option(
    "--party",
    type=LINE,
    help="以哪个主体的名义（编号或信用代码）；不写即交易机构 | for which party; else the operator",
)
@click.option(
    "--key",
    type=LINE,
    help="发送者自己的键：同键再发只得同一结果 | own key: sent again, it gives the first answer",
)
@click.option(
    "--wait",
    "seconds",
    type=click.IntRange(0, 600),
    default=10,
    show_default=True,
    help="最多等待的秒数 | seconds to wait at most",
)
@click.option(
    "--drain", "drains", is_flag=True, help="没有撮合程序时自行处理 | decide it here, as drain does"
)
@actor_option
@json_option
def send(
    venue: str,
    kind: str,
    content: str,
    party: str | None,
    key: str | None,
    seconds: int,
    drains: bool,
    actor: str,
    as_json: bool,
) -> None:
    """Queue a command and tell what the runner answered, or that it has not yet."""
    words, engine = opened(as_json=as_json)
    who = named_actor(actor, words, as_json=as_json)
    payload = _payload(content, words, as_json=as_json)
    with reading(engine) as session:
        head = granted(market_head(session, venue), words, as_json=as_json)
        party_id = _OPERATOR
        if party is not None:
            party_id = granted(find_party(session, party), words, as_json=as_json)
        if kind == CommandKind.SEIZE and payload.get(_FOR_PARTY) is not None:
            # People name a party by its number; the log keeps the ledger's own.
            named = find_party(session, str(payload[_FOR_PARTY]))
            payload[_FOR_PARTY] = granted(named, words, as_json=as_json)
    command = NewCommand(
        "venue", head.venue_id, kind, party_id, token_hex(16) if key is None else key, payload, who
    )
    found = submit(engine, command, clock())
    if found is None and drains:
        # Where another runner leads, its answer is as good.
        _drain(engine, words)
    if found is None:
        found = _heard(engine, command, seconds)
    _tell(engine, head, command, found, words, as_json=as_json)


def _payload(content: str, words: Translator, *, as_json: bool) -> dict[str, Any]:
    """Read the content where it is written out, else the file that it names."""
    if content.lstrip().startswith("{"):
        return read_text(content, read_content, words, as_json=as_json)
    return read_file(Path(content), read_content, words, as_json=as_json)


def _heard(engine: Engine, command: NewCommand, seconds: int) -> Answer | Refused | None:
    """Wait for the answer; where nobody leads there is nothing to wait for."""
    with reading(engine) as session:
        found = answer_of(session, command)
        if found is not None or lease.left(session, clock()) <= timedelta(0):
            return found
    return wait(
        engine,
        command,
        milliseconds=seconds * 1000,
        pause=lambda milliseconds: time.sleep(milliseconds / 1000),
    )


def _tell(
    engine: Engine,
    head: MarketHead,
    command: NewCommand,
    found: Answer | Refused | None,
    words: Translator,
    *,
    as_json: bool,
) -> None:
    if isinstance(found, Refused):
        end(found, words, as_json=as_json)
    if found is None:
        put_out(waiting_document(command.key), waiting_words(command.key, words), as_json=as_json)
        return
    document = answer_document(found, command.key, head, words)
    if found.refused is not None:
        put_out(document, sentence(found.refused, words.language), as_json=as_json)
        raise SystemExit(EXIT_REFUSED)
    with reading(engine) as session:
        now = granted(market_head(session, head.code), words, as_json=as_json)
    document["state"] = now.stand.value
    text = "\n".join((answer_words(found, command.kind, head, words), stand_words(now, words)))
    put_out(document, text, as_json=as_json)


@click.command(
    name="drain",
    help="没有撮合程序时，处理全部排队的指令 | decide all that is queued where no runner works",
)
@json_option
def drain(as_json: bool) -> None:
    """Be the runner until nothing is queued."""
    words, engine = opened(as_json=as_json)
    count = granted(_drain(engine, words), words, as_json=as_json)
    said = worded(_DECIDED, words.language).format(count=words.number(count))
    put_out({"decided": count}, said, as_json=as_json)


def _drain(engine: Engine, words: Translator) -> int | Refused:
    """Decide all that is queued or due and give how much it was, unless another runner leads."""
    runner = Runner(
        engine,
        own_name(),
        clock,
        others=other_markets(),
        hear_fault=lambda failure: _hear_fault(failure, words),
    )
    if not runner.take_lease():
        with reading(engine) as session:
            left = lease.left(session, clock())
        # Rounded up: after so many whole seconds it is over.
        seconds = max(1, -(-left // timedelta(seconds=1)))
        return Refused(OperatingCode.ANOTHER_RUNNER_LEADS, {"seconds": seconds})
    count = 0
    try:
        while decided := runner.run_batch():
            count += decided
    except LeaseLost:
        return Refused(OperatingCode.ANOTHER_RUNNER_TOOK_OVER, {"count": count})
    finally:
        runner.give_up()
    return count


def _hear_fault(failure: Exception, words: Translator) -> None:
    reason = str(failure) or type(failure).__name__
    tell(Notice(ServingEvent.COMMAND_AT_FAULT, reason), words.language)
