"""What comes of each block of the registry's worked cases, in the shape the block is written in.

Every decision is made by ``ledger.registry.rules``; here its results are put where the cases put
theirs.  A refusal is written as the number that the cases give the rule, or else as its code, and
noted, so that it can be said in words.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from ledger.check_digits import parse_account_number
from ledger.numerals import parse_plain_integer
from ledger.refusals import Refused
from ledger.registry.rules import approvals, caps, holds, quantities, returns, reversals, states
from ledger.registry.rules.check_numbers import check_number
from ledger.registry.rules.kinds import Kind, row_of
from ledger.registry.rules.limits import TransferLimits, refuse_above_limit, transfer_limit
from web.cli.registry_numbers import digits_of
from web.cli.registry_scheme_answers import california, china, compliance
from web.cli.registry_time_answers import execution_time, trusted_account_effective
from web.schemas.faults import WrittenNumber
from web.schemas.registry_blocks import AFTER_RETURN
from web.schemas.registry_play import Block

Answer = dict[str, Any]
Notes = list[Refused]

OK = "ok"


def answer(block: Block, notes: Notes) -> Answer:
    """Fill a block in; what was refused on the way is added to ``notes``."""
    return {**block.written, **dict(_ANSWERS)[block.fn](block, notes)}
