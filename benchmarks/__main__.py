"""``python -m benchmarks [section ...] [--rounds N] [--quick]``: measure and print one report."""

import argparse
import sys
import tempfile
import traceback
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from benchmarks.machine import Controls, describe
from benchmarks.report import Report
from benchmarks.run import PROJECT, Run

_ROUNDS = 9
_FEWEST_ROUNDS = 5
_QUICK_ROUNDS = 3
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report and the module that measures it."""

    name: str
    module: str
    summary: str


SECTIONS = (
    Section(
        "posting-postgresql",
        "benchmarks.posting_postgresql",
        "post on PostgreSQL against bare COPY and UPDATE, pgbench, and itself without guards",
    ),
    Section(
        "posting-sqlite",
        "benchmarks.posting_sqlite",
        "post on SQLite against a bare executemany",
    ),
    Section("audit", "benchmarks.auditing", "audit of 100,000 entries against bean-check"),
    Section("import", "benchmarks.importing", "a registry extract: rows per second, peak memory"),
    Section("reads", "benchmarks.reading", "statements and balances from 10^4 to 10^6 transfers"),
    Section("totals", "benchmarks.issuing", "issuing 10,000 rows from a total"),
    Section("matching", "benchmarks.matching", "the order book against other books and itself"),
    Section(
        "trading",
        "benchmarks.trading",
        "orders through the runner on PostgreSQL, settled and acknowledged, against pgbench",
    ),
    Section("clearing", "benchmarks.clearing", "an auction of a million bids against sorting them"),
)


def main() -> int:
    """Run the sections asked for, or all; 1 where one of them broke."""
    wanted = _arguments()
    report = Report()
    # On the disk that the databases are on, which the temporary folder need not be.
    with tempfile.TemporaryDirectory(prefix=".benchmarks-", dir=PROJECT) as folder:
        here = Run(
            rounds=wanted.rounds,
            quick=wanted.quick,
            folder=Path(folder),
            report=report,
            controls=Controls(Path(folder), report, wanted.patience),
        )
        report.heading("ecorights benchmarks")
        describe(report)
        report.line(
            f"{here.rounds} rounds, parties take turns; a ratio is the median of its rounds"
        )
        if here.quick:
            report.line("QUICK: smaller and fewer, nothing to quote from")
        here.controls.ask("before")
        broken = [section.name for section in wanted.sections if not _measure(section, here)]
        here.controls.sum_up()
    report.table()
    if broken:
        report.line(f"BROKE: {', '.join(broken)}")
    return 1 if broken else 0


def _measure(section: Section, here: Run) -> bool:
    """Run one section; a section that breaks does not stop the others."""
    here.report.heading(f"{section.name}: {section.summary}")
    try:
        import_module(section.module).measure(here)
    except ModuleNotFoundError as fault:
        here.report.missing(section.name, f"{fault.name} is not there")
    except Exception:  # noqa: BLE001
        # Whatever it was, the other sections can still be run.
        traceback.print_exc(file=sys.stdout)
        return False
    here.controls.ask(f"after {section.name}")
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure the ledger and print ratios.",
        epilog="sections: " + "; ".join(f"{one.name} ({one.summary})" for one in SECTIONS),
    )
    by_name = {section.name: section for section in SECTIONS}
    parser.add_argument("sections", nargs="*", metavar="section", help="which to run; none = all")
    parser.add_argument("--rounds", type=int, help=f"rounds of each measure (default {_ROUNDS})")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer, to try it out")
    parser.add_argument(
        "--patience",
        type=float,
        default=_PATIENCE,
        metavar="SECONDS",
        help=f"how long to wait in all for an idle machine before rounds (default {_PATIENCE:.0f})",
    )
    wanted = parser.parse_args()
    unknown = [name for name in wanted.sections if name not in by_name]
    if unknown:
        parser.error(f"unknown section {', '.join(unknown)}; there are {', '.join(by_name)}")
    if wanted.rounds is None:
        wanted.rounds = _QUICK_ROUNDS if wanted.quick else _ROUNDS
    if wanted.rounds < (1 if wanted.quick else _FEWEST_ROUNDS):
        parser.error(f"a median wants at least {_FEWEST_ROUNDS} rounds")
    wanted.sections = [by_name[name] for name in wanted.sections] or list(SECTIONS)
    return wanted


if __name__ == "__main__":
    sys.exit(main())
