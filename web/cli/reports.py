"""``ecorights report``: what the journal says.

Knows which reports there are; each is laid out in its own module.
"""

import click

from web.cli.bank_report import bank_reconciliation
from web.cli.market_data import market_day
from web.cli.reconciliation import reconciliation
from web.cli.sheets import balance_sheet_command, statement_command, trial_balance_command


@click.group(name="report", help="账册报告 | Reports from the journal")
def report() -> None:
    """Hold the reports."""


for _command in (
    statement_command,
    trial_balance_command,
    balance_sheet_command,
    reconciliation,
    bank_reconciliation,
    market_day,
):
    report.add_command(_command)
