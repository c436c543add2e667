"""Section posting-postgresql: ``post`` against pgbench, against the bare work, and without guards."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import Engine, make_url

from benchmarks.bare import BarePostgresql, BareRows
from benchmarks.databases import Server, migrated
from benchmarks.record import NOON, Orders, Pattern, Record, make_record, post_once, require_posted
from benchmarks.report import Aim, columns
from benchmarks.run import Run
from benchmarks.timing import Spread, Turn, ratios, spread_of, timed
from ledger.core.database import make_engine
from ledger.core.entries import Posted
from ledger.refusals import Refused

_TURNS = {1: 100, 10: 30, 100: 12, 1000: 4, 8000: 2}
"""Batches of one round, by their size."""
_WARM_UP = 8
"""By then the server has made its lasting plans."""
_WIDTHS = (22, 7, 12, 10, 10, 8, 16, 14)
_BARE_AIMS = {
    (8000, Pattern.SPREAD): Aim(0.70),
    (1000, Pattern.SPREAD): Aim(0.50),
    (8000, Pattern.TEN): Aim(0.80),
}
_GUARDED = (
    (8000, Pattern.SPREAD),
    (8000, Pattern.TEN),
    (1000, Pattern.SPREAD),
    (1, Pattern.SPREAD),
)
_GUARD_AIM = Aim(0.10, at_least=False, unit="%")
_PGBENCH_AIM = Aim(0.60)


@dataclass(slots=True)
class Party:
    """Somebody who posts: a database with its record, and the entries made for it."""

    engine: Engine
    orders: Orders

    def turn(self, size: int, pattern: Pattern) -> Turn:
        """Post one batch, timed."""

        def work() -> float:
            entries = self.orders.make(size, pattern)
            results: list[Posted | Refused] = []
            seconds = timed(lambda: results.extend(post_once(self.engine, entries, NOON)))
            require_posted(results)
            return seconds

        return work


def measure(here: Run) -> None:
    """Run the section."""
    server = here.server()
    here.report.line(f"PostgreSQL {server.version()}, fsync on; one transfer per entry")
    with ExitStack() as stack:
        name, record = stack.enter_context(_record(server))
        guarded = stack.enter_context(_party(server, name, record))
        unguarded = stack.enter_context(_party(server, name, record, guards=False))
        bare = BarePostgresql(_plain(guarded.engine))
        stack.callback(bare.close)
        server.prepare_pgbench()
        server.checkpoint()
        gc.collect()
        gc.freeze()
        _against_bare(here, guarded, bare, BareRows(record.asset_id, first_id=10**9))
        here.controls.ask("after post against bare")
        _without_guards(here, guarded, unguarded)
        here.controls.ask("after guards")
        _against_pgbench(here, server, guarded)
        gc.unfreeze()


def _against_bare(here: Run, ours: Party, bare: BarePostgresql, rows: BareRows) -> None:
    here.report.line()
    here.report.line(
        columns(
            *("positions", "batch", "transfers/s", "post ms", "bare ms", "ratio"),
            *("lowest..highest", "bare transf./s"),
            widths=_WIDTHS,
        )
    )
    for pattern in Pattern:
        for size in here.pick((1, 10, 100, 1000, 8000), (1, 1000)):
            seconds = here.in_turns(
                {
                    "post": ours.turn(size, pattern),
                    "bare": _bare_turn(bare, rows, ours.orders, size, pattern),
                },
                turns=_TURNS[size],
                warm_up=_WARM_UP if size < 1000 else 2,
            )
            _tell(here, size, pattern, seconds)


def _bare_turn(
    bare: BarePostgresql, rows: BareRows, orders: Orders, size: int, pattern: Pattern
) -> Turn:
    return lambda: bare.write(rows.of(orders.make(size, pattern)))


def _tell(here: Run, size: int, pattern: Pattern, seconds: dict[str, list[float]]) -> None:
    compared = ratios(seconds["bare"], seconds["post"])
    batches = _TURNS[size]
    post_ms, bare_ms = (spread_of(seconds[name]).median / batches * 1000 for name in seconds)
    here.report.line(
        columns(
            pattern.value,
            str(size),
            f"{size / post_ms * 1000:,.0f}",
            f"{post_ms:.2f}",
            f"{bare_ms:.2f}",
            f"{compared.median:.2f}",
            f"{compared.lowest:.2f}..{compared.highest:.2f}",
            f"{size / bare_ms * 1000:,.0f}",
            widths=_WIDTHS,
        )
    )
    aim = _BARE_AIMS.get((size, pattern))
    if aim is not None:
        here.report.measure(f"post / bare, PostgreSQL, {size} {pattern.value}", compared, aim=aim)


def _without_guards(here: Run, guarded: Party, unguarded: Party) -> None:
    here.report.line()
    here.report.line("all guards: time of post with them over time without triggers and CHECKs")
    for size, pattern in _GUARDED:
        if here.quick and size == 8000:
            continue
        seconds = here.in_turns(
            {"with": guarded.turn(size, pattern), "without": unguarded.turn(size, pattern)},
            turns=_TURNS[size] * 2,
            warm_up=_WARM_UP if size < 1000 else 2,
        )
        median, lowest, highest = ratios(seconds["with"], seconds["without"])
        cost = Spread(median - 1, lowest - 1, highest - 1)
        here.report.line(
            f"{pattern.value}, {size}: {cost.median:+.1%} "
            f"({cost.lowest:+.1%} .. {cost.highest:+.1%})"
        )
        here.report.measure(
            f"guards, PostgreSQL, {size} {pattern.value}", cost, unit="%", aim=_GUARD_AIM
        )


def _against_pgbench(here: Run, server: Server, ours: Party) -> None:
    here.report.line()
    seconds = 1 if here.quick else 3
    turn = ours.turn(1, Pattern.SPREAD)
    for _ in range(_WARM_UP):
        turn()
    ours_per_second, theirs_per_second = [], []
    for number in range(here.rounds):
        here.controls.before_round()
        for party in ("post", "pgbench") if number % 2 else ("pgbench", "post"):
            if party == "pgbench":
                theirs_per_second.append(server.pgbench(seconds))
            else:
                ours_per_second.append(_per_second(turn, seconds))
    compared = ratios(ours_per_second, theirs_per_second)
    here.report.line(
        f"batch of one, one connection: {spread_of(ours_per_second).median:,.0f} posts/s; pgbench "
        f"tpcb-like, scale 50, prepared: {spread_of(theirs_per_second).median:,.0f} transactions/s; "
        f"ratio {compared.median:.2f} ({compared.lowest:.2f} .. {compared.highest:.2f})"
    )
    here.report.measure("post of one / pgbench tpcb-like", compared, aim=_PGBENCH_AIM)


def _per_second(turn: Turn, seconds: float) -> float:
    """How often a turn's timed part fits into a second, over at least ``seconds``."""
    taken, turns = 0.0, 0
    while taken < seconds:
        taken += turn()
        turns += 1
    return turns / taken


@contextmanager
def _record(server: Server) -> Iterator[tuple[str, Record]]:
    """A database with the record, to be copied."""
    with server.database() as name:
        engine = migrated(server.url(name))
        record = make_record(engine)
        engine.dispose()
        yield name, record


@contextmanager
def _party(
    server: Server, template: str, record: Record, *, guards: bool = True
) -> Iterator[Party]:
    with server.database(template) as name:
        engine = make_engine(server.url(name))
        with psycopg.connect(_plain(engine), autocommit=True) as connection:
            if not guards:
                _drop_guards(connection)
            connection.execute("VACUUM ANALYZE")
        try:
            yield Party(engine, Orders(record.positions))
        finally:
            engine.dispose()


def _drop_guards(connection: psycopg.Connection) -> None:
    tables = ("entry", "transfer", "position")
    for table in tables:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    checks = connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint "
        "WHERE contype = 'c' AND conrelid = ANY(%s::regclass[])",
        (list(tables),),
    ).fetchall()
    for table, name in checks:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _plain(engine: Engine) -> str:
    """The engine's address as the driver itself reads it."""
    url = make_url(str(engine.url)).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)
