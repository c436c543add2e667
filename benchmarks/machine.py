"""What the machine is and how steady it was: the controls that every ratio stands beside.

Two fixed pieces of work are timed before, between and after the sections: a small write that is
forced to the disk, and a calculation.  Where either drifts, somebody else used the machine.
"""

import os
import platform
import sqlite3
import time
from pathlib import Path
from statistics import median

import psutil

from benchmarks.report import Report

_DRIFT = 1.5
_WRITES = 60
_LOOK_SECONDS = 0.1
_IDLE_PERCENT = 25


class Controls:
    """The disk and the processor, asked again and again.

    ``patience`` seconds in all are spent on waiting for an idle machine before rounds begin.
    """

    def __init__(self, folder: Path, report: Report, patience: float) -> None:
        self._patience = patience
        self._rounds = 0
        self._busy_rounds = 0
        self._file = folder / "disk-control"
        self._report = report
        self._disk_ms: list[float] = []
        self._calculation_ms: list[float] = []

    def ask(self, when: str) -> None:
        """Time both controls and print them."""
        self._disk_ms.append(_disk_ms(self._file))
        self._calculation_ms.append(_calculation_ms())
        self._report.line(
            f"[control {when}: fsync of 8 KiB {self._disk_ms[-1]:.2f} ms, "
            f"calculation {self._calculation_ms[-1]:.1f} ms, load {os.getloadavg()[0]:.2f}]"
        )

    def before_round(self) -> None:
        """Wait until nobody else uses the processors, as long as there is patience left."""
        self._rounds += 1
        waited = 0.0
        while psutil.cpu_percent(interval=_LOOK_SECONDS) > _IDLE_PERCENT:
            waited += _LOOK_SECONDS
            if waited >= self._patience:
                self._busy_rounds += 1
                break
        self._patience -= min(waited, self._patience)

    def sum_up(self) -> None:
        """Say whether the machine was steady."""
        self._report.heading("Controls")
        for name, values in (("fsync", self._disk_ms), ("calculation", self._calculation_ms)):
            lowest, highest = min(values), max(values)
            drifted = highest > lowest * _DRIFT
            self._report.line(
                f"{name}: median {median(values):.2f} ms, {lowest:.2f} .. {highest:.2f} ms over "
                f"{len(values)} askings; {'DRIFTED' if drifted else 'steady'}"
            )
        self._report.line(
            f"processors: others used them when {self._busy_rounds} of {self._rounds} rounds began"
        )


def describe(report: Report) -> None:
    """Print what runs here."""
    report.line(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _disk_ms(file: Path) -> float:
    """Milliseconds to force one page to the disk, median of some."""
    page = os.urandom(8192)
    taken = []
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, page)
        os.fsync(descriptor)
        for _ in range(_WRITES):
            start = time.perf_counter()
            os.pwrite(descriptor, page, 0)
            os.fdatasync(descriptor)
            taken.append(time.perf_counter() - start)
    finally:
        os.close(descriptor)
        file.unlink()
    return median(taken) * 1000


def _calculation_ms() -> float:
    """Milliseconds of a fixed calculation, median of some."""
    taken = []
    for _ in range(9):
        start = time.perf_counter()
        total = 0
        for number in range(100_000):
            total += number ^ 5
        taken.append(time.perf_counter() - start)
    return median(taken) * 1000
