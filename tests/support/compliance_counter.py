"""The counter of compliance in the hands of a test: duties, reports and statuses by name."""

from datetime import date

from ledger.compliance.duties import set_duties
from ledger.compliance.overview import status_of
from ledger.compliance.records import Duty
from ledger.compliance.status import Status
from ledger.compliance.use import Recorded, UseReport, record_use
from ledger.core.clock import Now
from ledger.refusals import Refused
from tests.support.naiman import NOVEMBER, Naiman
from tests.support.small_record import noon

SIGNED = {"actor": "经办人甲", "document": "示例核查报告"}
JANUARY = noon(date(2027, 1, 15))
"""When the year 2026 is over and can be reported."""


def with_duty(nm: Naiman, *names: str, first: int = 2026, last: int | None = None) -> None:
    """Give holders a duty."""
    duties = [Duty(nm.holders[name], first, last) for name in names]
    results = set_duties(nm.session, duties, NOVEMBER, **SIGNED)
    assert results == duties


def report(
    nm: Naiman, name: str, year: int, amount: int | None, now: Now = JANUARY
) -> Recorded | Refused:
    """Report a holder\'s use of a year; None takes it back."""
    wanted = [UseReport(nm.holders[name], year, amount)]
    return record_use(nm.session, wanted, now, business_date=now.today, **SIGNED)[0]


def recorded(result: Recorded | Refused) -> Recorded:
    """Give the result that must stand."""
    assert isinstance(result, Recorded), result
    return result


def status(nm: Naiman, name: str, year: int) -> Status:
    """The status of a holder as of a calendar year."""
    account_id = nm.holders[name]
    return status_of(nm.session, [account_id], year)[account_id]
