"""The record as the engine asks it: live, through the working set, or again, from the log.

Every answer is kept in the order of the questions, so that a replay can give the same ones and
compare them with the journal.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.entries import Entry, PositionKey, Posted
from ledger.core.posting import WorkingSet
from ledger.core.tables import position
from ledger.refusals import InvariantBroken, RefusalCode, Refused, ensure
from ledger.registry.tables import party
from market.answers import refused_from_json, refused_to_json
from market.behind import Registry
from market.decisions import Behind, Fault
from market.orders import Room
from market.venue_terms import LimitKind, VenueTerms

Answers = list[list[Any]]
"""Each question by its name, and what was answered."""


class LiveRecord:
    """Asks the working set of a batch; ``answers`` are those of one command."""

    def __init__(
        self,
        session: Session,
        working_set: WorkingSet,
        registry: Registry,
        terms: VenueTerms | None,
        watch: Callable[[Entry], None] | None = None,
    ) -> None:
        self._session = session
        self._working_set = working_set
        self._registry = registry
        self._terms = terms
        self._watch = watch
        self.answers: Answers = []

    def behind(self, account: str, party_id: int) -> Behind | Refused:
        """Say who is behind an account, or why it may not trade here."""
        ensure(self._terms is not None, "only a venue asks who is behind an account")
        found = self._registry.behind(account, party_id, cast(VenueTerms, self._terms))
        self.answers.append(["behind", _behind_to_json(found)])
        return found

    def knows_party(self, party_id: int) -> bool:
        """Tell whether there is such a party."""
        found = self._session.scalar(select(party.c.id).where(party.c.id == party_id))
        self.answers.append(["party", found is not None])
        return found is not None

    def hold(self, entry: Entry) -> Refused | None:
        """Try an entry that may be refused; None when it stands."""
        result = self._post(entry)
        refused = result if isinstance(result, Refused) else None
        self.answers.append(["hold", entry.key, refused_to_json(refused)])
        return refused

    def settle(self, entry: Entry) -> None:
        """Post an entry that cannot be refused."""
        result = self._post(entry)
        if isinstance(result, Refused):
            raise InvariantBroken(f"{entry.key} posts: {result.code} {dict(result.values)}")
        self.answers.append(["settle", entry.key])

    def balance(self, position_key: PositionKey) -> int:
        """Give what a position has now; 0 where there is none."""
        if self._working_set.has(position_key):
            found = self._working_set.balance(position_key)
        else:
            found = balance_now(self._session, position_key)
        self.answers.append(["balance", found])
        return found

    def _post(self, entry: Entry) -> Posted | Refused:
        if self._watch is not None:
            self._watch(entry)
        names = [key for leg in entry.transfers for key in (leg.debit, leg.credit)]
        missing = [key for key in names if not self._working_set.has(key)]
        if missing:
            self._working_set.open(missing)
        result = self._working_set.try_post(entry)
        ensure(isinstance(result, Refused) or not result.again, "a command is decided once")
        return result


class ReplayedRecord:
    """Gives the answers of the log again and collects the entries that they were about."""

    def __init__(self, answers: Sequence[Sequence[Any]]) -> None:
        self._answers: Iterator[Sequence[Any]] = iter(answers)
        self.held: list[tuple[Entry, Refused | None]] = []
        self.settled: list[Entry] = []

    def _next(self, question: str) -> Sequence[Any]:
        answer = next(self._answers, None)
        if answer is None or answer[0] != question:
            raise ReplayDiffers(f"asked {question}, the log has {answer}")
        return answer

    def behind(self, account: str, party_id: int) -> Behind | Refused:
        """Give the stored answer."""
        return _behind_from_json(self._next("behind")[1])

    def knows_party(self, party_id: int) -> bool:
        """Give the stored answer."""
        return bool(self._next("party")[1])

    def hold(self, entry: Entry) -> Refused | None:
        """Give the stored answer, about the same entry."""
        answer = self._next("hold")
        if answer[1] != entry.key:
            raise ReplayDiffers(f"held {entry.key}, the log has {answer[1]}")
        refused = refused_from_json(answer[2])
        self.held.append((entry, refused))
        return refused

    def settle(self, entry: Entry) -> None:
        """Take the entry in; the log says that it stood."""
        answer = self._next("settle")
        if answer[1] != entry.key:
            raise ReplayDiffers(f"settled {entry.key}, the log has {answer[1]}")
        self.settled.append(entry)

    def balance(self, position_key: PositionKey) -> int:
        """Give the stored answer."""
        return int(self._next("balance")[1])

    def finish(self) -> None:
        """Nothing may be left that was answered then and not asked now."""
        left = next(self._answers, None)
        if left is not None:
            raise ReplayDiffers(f"the log has {left}, nothing was asked")


def fault_answer(fault: Fault) -> list[Any]:
    """Write the fault under which a command was decided: the first of its answers."""
    return ["fault", fault.reason, fault.undecided]


def fault_of(answers: Answers) -> tuple[Fault | None, Answers]:
    """Give the fault under which a command was decided, if any, and the answers after it."""
    if answers and answers[0][0] == "fault":
        return Fault(answers[0][1], undecided=answers[0][2]), answers[1:]
    return None, answers


class ReplayDiffers(Exception):
    """The log, played again, asks something else than it did."""


def balance_now(session: Session, key: PositionKey) -> int:
    """Read a balance without locking it; 0 where the position was never made."""
    same_party = (
        position.c.for_party_id.is_(None)
        if key.for_party_id is None
        else position.c.for_party_id == key.for_party_id
    )
    found = session.scalar(
        select(position.c.credits - position.c.debits).where(
            position.c.account_id == key.account_id,
            position.c.asset_id == key.asset_id,
            position.c.kind == key.kind,
            position.c.ref == key.ref,
            same_party,
        )
    )
    return found or 0


def answers_text(answers: Answers) -> str:
    """Write answers for the log."""
    return json.dumps(answers, ensure_ascii=False, separators=(",", ":"))


def _behind_to_json(found: Behind | Refused) -> dict[str, Any]:
    if isinstance(found, Refused):
        return {"refused": refused_to_json(found)}
    return {**asdict(found), "rooms": [list(room) for room in found.rooms]}


def _behind_from_json(written: dict[str, Any]) -> Behind | Refused:
    if "refused" in written:
        refused = refused_from_json(written["refused"])
        ensure(refused is not None, "a refusal is written whole")
        return refused or Refused(RefusalCode("unknown"))
    rooms = tuple(Room(room[0], room[1], LimitKind(room[2])) for room in written["rooms"])
    return Behind(**{**written, "rooms": rooms})
