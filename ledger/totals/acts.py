"""One act of the regulator: who, on what paper, for which day; asked once, posted once.

What an act writes depends on the balances it meets (how much of it serves ``tolerated``), so a
second asking under the same key is compared by what was *asked*, not by what was written.  All
deciding happens after the positions are locked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.entries import Entry, PositionKey, Posted, PostingCode
from ledger.core.moves import AMOUNT_MAX, EntryKind, PositionKind
from ledger.core.posting import WorkingSet
from ledger.core.standing import Leg, Standing, standing_entries
from ledger.refusals import Refused
from ledger.totals.codes import TotalsCode
from ledger.totals.serving import Balance, Legs

Decide = Callable[[Balance], Legs | Refused]
"""Writes the legs of an act from the balances of locked positions, or says why not."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts (``actor``), for which ``office``, on what ``document``, for which day.

    ``key`` makes asking again safe: 1 to 200 signs, unique in the ledger.
    """

    key: str
    business_date: date
    actor: str
    office: str
    document: str

    def entry(self, kind: EntryKind, transfers: Legs) -> Entry:
        """Write the entry of the act."""
        return Entry(
            kind=kind,
            key=self.key,
            business_date=self.business_date,
            transfers=transfers,
            actor=self.actor,
            office=self.office,
            document=self.document,
        )


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for, whatever the balances were: amounts of one asset between accounts.

    ``amounts`` are (debit account, credit account, amount), sorted.
    """

    kind: EntryKind
    asset_id: int
    amounts: tuple[tuple[int, int, int], ...]


def request(kind: EntryKind, asset_id: int, amounts: Iterable[tuple[int, int, int]]) -> Request:
    """Note what is asked for."""
    return Request(kind, asset_id, tuple(sorted(amounts)))


def request_of(standing: Standing, asset_id: int) -> Request:
    """Read from an entry that stands what had been asked for.

    Legs of other assets (rooms of indexes) and those that only follow are not part of the
    question.
    """
    sums: dict[tuple[int, int], int] = {}
    first = standing.legs[0].debit.account_id
    for leg in standing.legs:
        if leg.debit.asset_id != asset_id or _follows(standing.kind, leg, first):
            continue
        # A lowering goes back the way it came, wherever that is.
        lowered = standing.kind is EntryKind.LOWER
        pair = (leg.debit.account_id, first if lowered else leg.credit.account_id)
        sums[pair] = sums.get(pair, 0) + leg.amount
    return request(standing.kind, asset_id, [(*pair, amount) for pair, amount in sums.items()])


def _follows(kind: EntryKind, leg: Leg, first_account_id: int) -> bool:
    """Whether a leg only follows from others: closed in a return, sent on in a lowering."""
    if kind is EntryKind.RETURN:
        return leg.debit.kind != PositionKind.HOLDING
    return kind is EntryKind.LOWER and leg.debit.account_id != first_account_id


def refuse_act(act: Act) -> Refused | None:
    """Refuse an act without somebody who answers for it."""
    for text, code in (
        (act.actor, TotalsCode.ACT_WITHOUT_ACTOR),
        (act.office, TotalsCode.ACT_WITHOUT_OFFICE),
        (act.document, TotalsCode.ACT_WITHOUT_DOCUMENT),
    ):
        if not text.strip():
            return Refused(code, {"key": act.key})
    return None


def refuse_amount(amount: int) -> Refused | None:
    """Refuse what no transfer can carry, before it is split."""
    if amount <= 0:
        return Refused(PostingCode.AMOUNT_NOT_POSITIVE, {"amount": amount})
    if amount > AMOUNT_MAX:
        return Refused(PostingCode.AMOUNT_TOO_LARGE, {"amount": amount, "limit": AMOUNT_MAX})
    return None


def post_act(
    session: Session,
    act: Act,
    asked: Request,
    positions: Iterable[PositionKey],
    decide: Decide,
    now: Now,
) -> Posted | Refused:
    """Lock the positions, decide the legs, post them as one entry.

    The same key with the same question answers with the first result again, whatever has
    happened to the balances since.
    """
    refused = refuse_act(act)
    if refused is not None:
        return refused
    working_set = WorkingSet(session, now)
    working_set.open(positions, keys=[act.key])
    # Looked for under the locks: whoever asked the same at the same moment is done by now.
    standing = standing_entries(session, [act.key]).get(act.key)
    if standing is not None:
        if request_of(standing, asked.asset_id) != asked:
            return Refused(PostingCode.KEY_USED_FOR_ANOTHER_ENTRY, {"key": act.key})
        working_set.open(standing.positions, keys=[act.key])
        return working_set.try_post(act.entry(standing.kind, standing.transfers))
    legs = decide(working_set.balance)
    if isinstance(legs, Refused):
        return legs
    result = working_set.try_post(act.entry(asked.kind, legs))
    working_set.flush()
    return result
