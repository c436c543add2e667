"""What of a decision goes into the log, as text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from market.answers import refused_to_json
from market.batch_rows import Queued
from market.commands import Command
from market.decisions import Decision
from market.record import Answers, answers_text


@dataclass(slots=True)
class Decided:
    """A command, what came of it, and what the record answered on the way."""

    queued: Queued
    command: Command
    decision: Decision
    answers: Answers


def log_row(one: Decided, epoch: int) -> Mapping[str, Any]:
    """Give a command's row of the log."""
    decision = one.decision
    return {
        "number": one.command.number,
        "market": one.queued.market,
        "market_id": one.queued.market_id,
        "kind": one.queued.kind,
        "party_id": one.queued.party_id,
        "key": one.queued.key,
        "payload": one.queued.payload,
        "actor": one.queued.actor,
        "submitted_at": one.queued.submitted_at,
        "decided_at": one.command.at.instant,
        "epoch": epoch,
        "status": decision.status,
        "admission": answers_text(one.answers),
        "answer": answer_text(decision),
        "events": event_text(decision),
    }


def answer_text(decision: Decision) -> str:
    """Write the answer to a command for the log."""
    if decision.refused is not None:
        return _json({"refused": refused_to_json(decision.refused)})
    return _json({"answer": decision.answer})


def event_text(decision: Decision) -> str:
    """Write what happened for the log."""
    return _json(decision.events)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
