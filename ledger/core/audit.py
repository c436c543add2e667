"""The audit: everything the ledger says about itself, counted again from the journal.

It proves, for what exists so far: per asset the balances sum to zero; each position's sums are
those of its transfers, each balance after follows from the one before, and no floor or ceiling
was broken in recorded order; every move is in the table, units leave their end and cross borders
only where they may; a reversal mirrors its original, once; per cell what was set is what is
there; used room of an index is what was opened under it; closed months are final and right.

It changes nothing and shares no code with posting.  One snapshot should cover all of it:
call it with a session of ``ledger.core.database.reading``.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.core.differences import AuditReport, Findings
from ledger.core.recount import (
    is_postgresql,
    recount_assets,
    recount_entries,
    recount_positions,
    recount_reversals,
)
from ledger.core.recount_closings import recount_closings
from ledger.core.recount_flows import recount_flows


def audit(session: Session) -> AuditReport:
    """Recount the whole record; differences come back as values, however many there are."""
    findings = Findings()
    if is_postgresql(session):
        # For this transaction only: sorts in memory, and no compiling of queries that run once.
        session.execute(text("SET LOCAL work_mem = '128MB'"))
        session.execute(text("SET LOCAL jit = off"))
    counted = {"entries": recount_entries(session, findings)}
    recount_reversals(session, findings)
    counted["transfers"] = recount_flows(session, findings)
    counted["positions"] = recount_positions(session, findings)
    counted["assets"] = recount_assets(session, findings)
    counted["closed_months"] = recount_closings(session, findings)
    return findings.report(counted)
