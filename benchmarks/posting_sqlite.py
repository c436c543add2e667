"""Section posting-sqlite: ``post`` against a bare ``executemany``; both force every commit to disk."""

import gc

from benchmarks.bare import BareRows, BareSqlite
from benchmarks.databases import migrated, sqlite_url
from benchmarks.posting_postgresql import Party
from benchmarks.record import Orders, Pattern, make_record
from benchmarks.report import Aim, columns
from benchmarks.run import Run
from benchmarks.timing import Turn, ratios, spread_of

_TURNS = {1: 100, 10: 30, 100: 12, 1000: 4, 8000: 2}
_WIDTHS = (22, 7, 12, 10, 10, 8, 16)
_AIMS = {
    (8000, Pattern.SPREAD): Aim(0.50),
    (1000, Pattern.SPREAD): Aim(0.50),
    (8000, Pattern.TEN): Aim(0.50),
}


def measure(here: Run) -> None:
    """Run the section."""
    engine = migrated(sqlite_url(here.folder, "post"))
    record = make_record(engine)
    other = migrated(sqlite_url(here.folder, "bare"))
    make_record(other)
    other.dispose()
    bare = BareSqlite(str(here.folder / "bare.sqlite"))
    ours = Party(engine, Orders(record.positions))
    rows = BareRows(record.asset_id, first_id=10**9)
    gc.collect()
    gc.freeze()
    here.report.line("synchronous=FULL, write-ahead log; one transfer per entry")
    here.report.line(
        columns(
            *("positions", "batch", "transfers/s", "post ms", "bare ms", "ratio"),
            "lowest..highest",
            widths=_WIDTHS,
        )
    )
    for pattern in (Pattern.SPREAD, Pattern.TEN):
        for size in here.pick((1, 10, 100, 1000, 8000), (1, 1000)):
            seconds = here.in_turns(
                {
                    "post": ours.turn(size, pattern),
                    "bare": _bare_turn(bare, rows, ours.orders, size, pattern),
                },
                turns=_TURNS[size],
            )
            _tell(here, size, pattern, seconds)
    bare.close()
    engine.dispose()
    gc.unfreeze()


def _bare_turn(
    bare: BareSqlite, rows: BareRows, orders: Orders, size: int, pattern: Pattern
) -> Turn:
    return lambda: bare.write(rows.of(orders.make(size, pattern), texts=True))


def _tell(here: Run, size: int, pattern: Pattern, seconds: dict[str, list[float]]) -> None:
    compared = ratios(seconds["bare"], seconds["post"])
    post_ms, bare_ms = (
        spread_of(seconds[name]).median / _TURNS[size] * 1000 for name in ("post", "bare")
    )
    here.report.line(
        columns(
            pattern.value,
            str(size),
            f"{size / post_ms * 1000:,.0f}",
            f"{post_ms:.2f}",
            f"{bare_ms:.2f}",
            f"{compared.median:.2f}",
            f"{compared.lowest:.2f}..{compared.highest:.2f}",
            widths=_WIDTHS,
        )
    )
    aim = _AIMS.get((size, pattern))
    if aim is not None:
        here.report.measure(f"post / bare, SQLite, {size} {pattern.value}", compared, aim=aim)
