"""Refusals that a trader must be able to read: what is refused, and in both languages why."""

from ledger.refusals import Refused
from market.submission import Answer
from tests.support import market_floor
from web.sentences.catalogue import sentence


def refused(answer: Answer) -> Refused:
    """The refusal that an answer must be; its sentences have all their figures."""
    said = market_floor.refused(answer)
    for language in ("zh", "en"):
        assert "{" not in sentence(said, language)
    return said
