"""The report: lines as they come, and at the end one table of measures and aims.

Knows how things are printed; what is measured, and what is aimed at, is said by the sections.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.timing import Spread


@dataclass(frozen=True, slots=True)
class Aim:
    """What a measure should come to: at least or at most a value."""

    value: float
    at_least: bool = True
    unit: str = ""

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {_shown(self.value, self.unit)}"

    def verdict(self, measured: float) -> str:
        """Say whether the aim is met and, if not, by how much it is missed."""
        short = self.value - measured if self.at_least else measured - self.value
        if short <= 0:
            return "met"
        return f"missed by {_shown(short, self.unit)}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table."""

    name: str
    measured: Spread
    unit: str = ""
    aim: Aim | None = None

    def cells(self) -> tuple[str, str, str, str]:
        """The line as texts: measure, aim, measured, verdict."""
        value, lowest, highest = self.measured
        shown = _shown(value, self.unit)
        if (lowest, highest) != (value, value):
            shown += f"  ({_shown(lowest, self.unit)} .. {_shown(highest, self.unit)})"
        verdict = "" if self.aim is None else self.aim.verdict(value)
        return self.name, "" if self.aim is None else str(self.aim), shown, verdict


@dataclass(slots=True)
class Report:
    """What a run found, printed as it is found."""

    measures: list[Measure] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Begin a section."""
        print(f"\n{text}\n{'-' * len(text)}", flush=True)

    def line(self, text: str = "") -> None:
        """Print a line of a section."""
        print(f"  {text}" if text else "", flush=True)

    def measure(
        self, name: str, measured: Spread | float, *, unit: str = "", aim: Aim | None = None
    ) -> None:
        """Take in a measure for the table at the end."""
        if not isinstance(measured, Spread):
            measured = Spread(measured, measured, measured)
        self.measures.append(Measure(name, measured, unit, aim))

    def missing(self, what: str, why: str) -> None:
        """Say in one line what was not run."""
        self.not_run.append(f"NOT RUN: {what}: {why}")
        self.line(self.not_run[-1])

    def table(self) -> None:
        """Print all measures with their aims."""
        self.heading("Measures and aims")
        rows = [("measure", "aim", "measured (lowest .. highest round)", "met?")]
        rows += [measure.cells() for measure in self.measures]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.line(" | ".join(cells).rstrip())
        for text in self.not_run:
            self.line(text)


def columns(*cells: str, widths: Sequence[int]) -> str:
    """Set cells under each other, to the right except the first; the last width repeats."""
    padded = [*widths, *[widths[-1]] * (len(cells) - len(widths))]
    first, *rest = zip(cells, padded, strict=False)
    return first[0].ljust(first[1]) + "".join(f"  {cell:>{width}}" for cell, width in rest)


def _shown(value: float, unit: str) -> str:
    if unit == "%":
        return f"{value:.1%}"
    if unit == "x":
        return f"{value:.2f}x" if value < 10 else f"{value:.0f}x"
    if unit:
        return f"{value:,.0f} {unit}"
    return f"{value:.2f}"
