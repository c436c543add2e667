"""The numbers that another register gives to the same checks, as a reference beside our codes.

Ours are sentences; the numbers are what the worked cases of the UK register speak of.
"""

from ledger.refusals import RefusalCode
from ledger.registry.rules.caps import CapCode
from ledger.registry.rules.quantities import QuantityCode
from ledger.registry.rules.returns import ReturnCode
from ledger.registry.rules.reversals import ReversalCode
from ledger.registry.rules.states import StateCode
from ledger.registry.rules.trusted import TrustCode

CHECK_NUMBERS: tuple[tuple[RefusalCode, int], ...] = (
    (StateCode.SENDER_CLOSED, 1003),
    (StateCode.SENDER_SUSPENDED, 1004),
    (StateCode.SENDER_RESTRICTED, 1005),
    (StateCode.SENDER_TRANSFER_PENDING, 1011),
    (StateCode.SENDER_ALL_RESTRICTED, 1012),
    (StateCode.DELETION_FROM_RESTRICTED, 1014),
    (StateCode.RECEIVER_CLOSED, 2003),
    (StateCode.RECEIVER_SUSPENDED, 2004),
    (StateCode.RECEIVER_ALL_RESTRICTED, 2018),
    (StateCode.RECEIVER_TRANSFER_PENDING, 2506),
    (TrustCode.RECEIVER_NOT_TRUSTED, 2507),
    (QuantityCode.QUANTITY_ABOVE_AVAILABLE, 3005),
    (QuantityCode.QUANTITIES_ALL_ZERO, 3007),
    (QuantityCode.QUANTITY_NOT_WHOLE_POSITIVE, 3008),
    (ReturnCode.RETURN_ABOVE_EXCESS, 3017),
    (ReturnCode.RETURN_PENDING_ALREADY, 3018),
    (ReversalCode.REVERSED_BEFORE, 3019),
    (ReversalCode.REVERSAL_TOO_LATE, 3020),
    (CapCode.ISSUE_ABOVE_CAP, 3500),
)


def check_number(code: RefusalCode) -> int | None:
    """Give the other register's number of a rule, where it has one."""
    return dict(CHECK_NUMBERS).get(code)
