"""What the ledger answers when a rule says no.

A refusal is a value: it has a stable code, the figures a sentence about it needs, and the
source of the rule.  This module knows no sentence and no language; the edges turn a code into
words.  Exceptions are for bugs and broken infrastructure only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class RefusalCode(StrEnum):
    """Base of all refusal codes; each package declares its own members beside its rules."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One rule said no.

    ``values`` hold the figures of the sentence by name (text, whole numbers, dates or
    quantities); ``source`` names the regulation and article where the rule has one.
    """

    code: RefusalCode
    values: Mapping[str, object] = field(default_factory=dict)
    source: str = ""


class InvariantBroken(Exception):
    """Something that must always hold does not: a bug, never a user's mistake."""


def ensure(condition: bool, what_must_hold: str) -> None:
    """Raise InvariantBroken unless the condition holds."""
    if not condition:
        raise InvariantBroken(what_must_hold)
