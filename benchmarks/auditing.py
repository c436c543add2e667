"""Section audit: recounting 100,000 entries, against ``bean-check`` of the same transactions.

Beancount is GPL: its command is run, nothing of it is imported.  Its time is that of the whole
command, reading the file included; starting the command on an empty file is printed beside it.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks.databases import migrated, sqlite_url
from benchmarks.record import HOLDERS, NOON, Orders, Pattern, make_record, post_all, transfer_of
from benchmarks.report import Aim
from benchmarks.run import Run
from benchmarks.timing import Turn, ratios, spread_of, timed
from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.refusals import ensure

_MOST_ROUNDS = 5
_AIM = Aim(20, unit="x")

Moved = tuple[int, int, int]
"""From which holder to which, by their places, and how much."""


def measure(here: Run) -> None:
    """Run the section."""
    command = _bean_check()
    if command is None:
        here.report.missing("audit", "bean-check is not installed (make bench installs it)")
        return
    holders, transfers = here.pick((HOLDERS, 90_000), (1_000, 9_000))
    server = here.server()
    with server.database() as name:
        engines = {
            "PostgreSQL": migrated(server.url(name)),
            "SQLite": migrated(sqlite_url(here.folder, "audit")),
        }
        for engine in engines.values():
            moved = _fill(engine, holders, transfers)
        file = here.folder / "audit.beancount"
        _write(file, moved, holders)
        parties = {f"audit, {kind}": _audit(engine) for kind, engine in engines.items()}
        here.report.line(f"{holders + transfers:,} entries, {holders:,} positions")
        _compare(here, parties | {"bean-check": _checking(command, file)})
        empty = here.folder / "empty.beancount"
        empty.write_text("", "utf-8")
        here.report.line(f"bean-check of an empty file: {_checking(command, empty)():.2f} s")
        for engine in engines.values():
            engine.dispose()


def _compare(here: Run, parties: dict[str, Turn]) -> None:
    seconds = here.in_turns(parties, most_rounds=_MOST_ROUNDS)
    for name, taken in seconds.items():
        median, lowest, highest = spread_of(taken)
        here.report.line(f"{name}: {median:.2f} s ({lowest:.2f} .. {highest:.2f})")
    for name in parties:
        if name != "bean-check":
            compared = ratios(seconds["bean-check"], seconds[name])
            here.report.measure(f"bean-check / {name}", compared, unit="x", aim=_AIM)


def _bean_check() -> str | None:
    return shutil.which("bean-check", path=str(Path(sys.executable).parent)) or shutil.which(
        "bean-check"
    )


def _fill(engine: Engine, holders: int, transfers: int) -> list[Moved]:
    """Fill a database; give its transfers, the same in every database."""
    record = make_record(engine, holders=holders)
    orders = Orders(record.positions).make(transfers, Pattern.SPREAD)
    post_all(engine, orders, NOON)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    places = {number: place for place, number in enumerate(record.positions)}
    moved = map(transfer_of, orders)
    return [(places[debit], places[credit], amount) for debit, credit, amount in moved]


def _write(file: Path, moved: Sequence[Moved], holders: int) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.writelines(_lines(moved, holders))


def _lines(moved: Sequence[Moved], holders: int) -> Iterator[str]:
    """The same transactions in Beancount's own notation."""
    day = NOON.today.isoformat()
    yield f"{day} open Equity:Outside WATER\n"
    for place in range(holders):
        yield f"{day} open {_account(place)} WATER\n"
    for place in range(holders):
        yield (
            f'\n{day} * "import" ^fund-{place}\n'
            f"  Equity:Outside  -1000000000000 WATER\n  {_account(place)}  1000000000000 WATER\n"
        )
    for number, (debit, credit, amount) in enumerate(moved):
        yield (
            f'\n{day} * "transfer" ^order-{number}\n'
            f"  {_account(debit)}  -{amount} WATER\n  {_account(credit)}  {amount} WATER\n"
        )


def _account(place: int) -> str:
    return f"Assets:H{place:06d}"


def _audit(engine: Engine) -> Turn:
    def work() -> float:
        with reading(engine) as session:
            reports = []
            seconds = timed(lambda: reports.append(audit(session)))
        ensure(reports[0].clean, f"the audited record is right: {reports[0].counts}")
        return seconds

    return work


def _checking(command: str, file: Path) -> Turn:
    def work() -> float:
        return timed(
            lambda: subprocess.run(
                [command, "--no-cache", str(file)], check=True, stdout=subprocess.DEVNULL
            )
        )

    return work
