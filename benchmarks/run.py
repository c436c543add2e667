"""One run of the benchmarks: how thorough, where it reports, and what the sections share."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from benchmarks.databases import Server
from benchmarks.machine import Controls
from benchmarks.report import Report
from benchmarks.timing import Turn, in_turns

Value = TypeVar("Value")

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(slots=True)
class Run:
    """What every section is given.

    ``quick`` runs are for trying the benchmarks out: smaller and fewer, nothing to quote from.
    ``folder`` is empty in the beginning and thrown away in the end.
    """

    rounds: int
    quick: bool
    folder: Path
    report: Report
    controls: Controls
    _server: list[Server] = field(default_factory=list)

    def server(self) -> Server:
        """The PostgreSQL server, started when first asked for."""
        if not self._server:
            self._server.append(Server())
        return self._server[0]

    def in_turns(
        self,
        parties: Mapping[str, Turn],
        *,
        turns: int = 1,
        warm_up: int = 1,
        most_rounds: int | None = None,
    ) -> dict[str, list[float]]:
        """Seconds of each party in each of the run's rounds, or in fewer where one takes long."""
        return in_turns(
            parties,
            self.rounds if most_rounds is None else min(self.rounds, most_rounds),
            turns=turns,
            warm_up=warm_up,
            before=self.controls.before_round,
        )

    def pick(self, thorough: Sequence[Value], quick: Sequence[Value]) -> Sequence[Value]:
        """Choose by how thorough the run is."""
        return quick if self.quick else thorough

    def reference_data(self) -> Path | None:
        """The folder with published data, where there is one."""
        folder = Path(os.environ.get("ECORIGHTS_REFERENCE_DATA", PROJECT.parent / "shared"))
        return folder if (folder / "data").is_dir() else None
