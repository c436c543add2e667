"""Section import: a registry extract through the real command, on both databases.

Measured from outside, as a user would: the seconds of the whole command, start included, and the
most memory its process ever had.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

from benchmarks.databases import migrated, sqlite_url
from benchmarks.extract import write_extract
from benchmarks.report import Aim
from benchmarks.run import PROJECT, Run
from benchmarks.timing import spread_of
from ledger.core.database import make_engine

_SCHEME = "eu-ets"
_IMPORT = "from web.cli.main import main; main()"
_MOST_ROUNDS = 5
_MEMORY_AIM = Aim(300, at_least=False, unit="MiB")
_KINDS = ("SQLite", "PostgreSQL")


class Imported(NamedTuple):
    """What one run of the command took."""

    seconds: float
    peak_mib: float
    entries: int


class Importer:
    """Runs the command, each time on a fresh database."""

    def __init__(self, here: Run) -> None:
        self._here = here
        self._numbers = count(1)

    def run(self, folder: Path, kind: str) -> Imported:
        """Import a folder into a new database of a kind."""
        with self._database(kind) as url:
            return _import(folder, url)

    @contextmanager
    def _database(self, kind: str) -> Iterator[str]:
        if kind == "SQLite":
            url = sqlite_url(self._here.folder, f"import-{next(self._numbers)}")
            migrated(url).dispose()
            yield url
        else:
            server = self._here.server()
            with server.database() as name:
                migrated(server.url(name)).dispose()
                yield server.url(name)


def measure(here: Run) -> None:
    """Run the section."""
    importer = Importer(here)
    reference = here.reference_data()
    if reference is None:
        here.report.missing("import of data/eutl", "no reference data (ECORIGHTS_REFERENCE_DATA)")
    else:
        _published(here, importer, reference / "data" / "eutl")
    _made_up(here, importer)


def _published(here: Run, importer: Importer, folder: Path) -> None:
    with (folder / "account_years.csv").open("rb") as file:
        rows = sum(1 for _ in file) - 1
    found: dict[str, list[Imported]] = {kind: [] for kind in _KINDS}
    for _ in range(min(here.rounds, _MOST_ROUNDS)):
        here.controls.before_round()
        for kind in _KINDS:
            found[kind].append(importer.run(folder, kind))
    for kind, taken in found.items():
        _tell(here, f"data/eutl, {kind}", rows, taken)


def _made_up(here: Run, importer: Importer) -> None:
    rows = 20_000 if here.quick else 200_000
    folder = here.folder / "extract"
    write_extract(folder, rows)
    for kind in _KINDS:
        _tell(here, f"{rows:,} made-up account-years, {kind}", rows, [importer.run(folder, kind)])


def _tell(here: Run, what: str, rows: int, taken: list[Imported]) -> None:
    per_second = spread_of([rows / one.seconds for one in taken])
    peak = spread_of([one.peak_mib for one in taken])
    seconds = spread_of([one.seconds for one in taken])
    here.report.line(
        f"{what}: {rows:,} account-years, {taken[0].entries:,} entries in {seconds.median:.1f} s: "
        f"{per_second.median:,.0f} account-years/s, peak memory {peak.median:.0f} MiB"
    )
    here.report.measure(f"import, {what}", per_second, unit="rows/s")
    here.report.measure(f"import, {what}, peak memory", peak, unit="MiB", aim=_MEMORY_AIM)


def _import(folder: Path, url: str) -> Imported:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.peak"),
            *(sys.executable, "-c", _IMPORT, "import", "registry-extract"),
            *(str(folder), "--scheme", _SCHEME, "--json"),
        ],
        env=os.environ | {"ECORIGHTS_DATABASE_URL": url, "ECORIGHTS_LANGUAGE": "en"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the import ended with {done.returncode}: {done.stderr[-2000:]}")
    said = json.loads(done.stdout)
    engine = make_engine(url)
    with engine.connect() as connection:
        entries = connection.scalar(text("SELECT count(*) FROM entry"))
    engine.dispose()
    return Imported(said["seconds"], said["peak_bytes"] / 2**20, int(entries or 0))
