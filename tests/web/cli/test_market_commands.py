"""``ecorights market replay`` and ``ecorights runner``: what they say and how they end."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from ledger.core.clock import clock
from market.replay_findings import ReplayCode, ReplayDifference
from market.submission import Answer, submit
from tests.support.market_floor import Floor, make_floor
from tests.support.market_streams import answer_to
from tests.support.market_venues import CONTINUOUS
from web.cli.main import main
from web.cli.market import in_words


@pytest.fixture
def floor(sqlite_engine: Engine) -> Floor:
    return traded(make_floor(sqlite_engine, CONTINUOUS))


def traded(floor: Floor) -> Floor:
    floor.fund("a1", units=1000)
    floor.fund("b1", fen=10_000_000)
    floor.place("a1", "sell", "300", "70.50")
    floor.place("b1", "buy", "100", "70.50")
    floor.runner.give_up()
    return floor


def asked(engine: Engine, *words: str, language: str = "zh") -> Result:
    environment = {
        "ECORIGHTS_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "ECORIGHTS_LANGUAGE": language,
    }
    return CliRunner().invoke(main, list(words), env=environment)


def test_a_replay_that_comes_out_the_same_says_so(floor: Floor) -> None:
    chinese = asked(floor.engine, "market", "replay", floor.venue.code)
    english = asked(floor.engine, "market", "replay", floor.venue.code, language="en")
    assert (chinese.exit_code, english.exit_code) == (0, 0)
    assert chinese.stdout.splitlines() == [
        f"{floor.venue.code} 已重演：指令 3，成交 1，委托 2，凭证 3。",
        "全部一致。",
    ]
    assert english.stdout.splitlines() == [
        f"{floor.venue.code} was played again: commands 3, trades 1, orders 2, entries 3.",
        "Everything is identical.",
    ]


def test_the_json_of_a_replay(floor: Floor) -> None:
    answer = asked(floor.engine, "market", "replay", floor.venue.code, "--json")
    assert json.loads(answer.stdout) == {
        "venue": floor.venue.code,
        "identical": True,
        "counted": {"commands": 3, "trades": 1, "orders": 2, "entries": 3},
        "counts": {},
        "differences": [],
    }


def test_differences_are_an_answer_and_end_with_0(floor: Floor) -> None:
    with floor.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE market_order SET fee_fen = 1 WHERE id = 3")
    answer = asked(floor.engine, "market", "replay", floor.venue.code, "--json", language="en")
    document = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert document["identical"] is False
    assert document["counts"] == {"replay_order_differs": 1}
    assert document["differences"][0]["message"].startswith(
        "The fee_fen of order 3, played again, is 705; the ledger has 1."
    )
    told = asked(floor.engine, "market", "replay", floor.venue.code)
    assert told.exit_code == 0
    assert "不一致 1 处：" in told.stdout


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_no_such_venue_ends_with_2(floor: Floor, *, as_json: bool) -> None:
    answer = asked(floor.engine, "market", "replay", "nowhere", *(["--json"] if as_json else []))
    assert answer.exit_code == 2
    assert ("venue_not_found" in answer.stdout) is as_json


@pytest.mark.parametrize("code", list(ReplayCode), ids=str)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_difference_can_be_said(code: ReplayCode, language: str) -> None:
    said = in_words(ReplayDifference(code, 1234567, "part", "OURS", "THEIRS"), language)
    assert "OURS" in said
    assert "THEIRS" in said
    if code not in {
        ReplayCode.REPLAY_LOG_HAS_GAPS,
        ReplayCode.REPLAY_TRADES_TOO_MANY,
        ReplayCode.REPLAY_ORDERS_TOO_MANY,
    }:
        assert "1234567" in said


def test_draining_decides_what_waits_and_ends(floor: Floor) -> None:
    command = floor.send("b1", "cancel_all")
    answer = asked(floor.engine, "runner", "--drain", language="en")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("Commands decided: ")
    assert isinstance(answer_to(floor, command), Answer)


def test_draining_does_nothing_while_another_leads(floor: Floor) -> None:
    floor.now = clock()
    assert floor.runner.take_lease()
    floor.send("b1", "cancel_all")
    answer = asked(floor.engine, "runner", "--drain", language="en")
    assert answer.exit_code == 1
    assert "Another runner leads" in answer.stderr


def eventually(is_so: Callable[[], bool]) -> None:
    never = threading.Event()
    for _ in range(3000):
        if is_so():
            return
        never.wait(0.01)
    raise AssertionError("it never came")


def test_a_runner_works_until_it_is_told_to_stop(engine: Engine) -> None:
    floor = traded(make_floor(engine, CONTINUOUS))
    process = subprocess.Popen(
        [sys.executable, "-c", "from web.cli.main import main; main()", "runner"],
        env={
            **os.environ,
            "ECORIGHTS_DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "ECORIGHTS_LANGUAGE": "en",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == "The runner leads.\n"
        command = floor.command("b1", "cancel_all", {}, "while it runs")
        assert submit(engine, command, clock()) is None
        eventually(lambda: answer_to(floor, command) is not None)
        process.send_signal(signal.SIGTERM)
        assert process.stderr.read() == "The runner has stopped.\n"
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def test_a_server_on_sqlite_runs_its_markets_itself(sqlite_engine: Engine) -> None:
    """A command is answered while it serves; asked to end, it gives the lease up."""
    floor = traded(make_floor(sqlite_engine, CONTINUOUS))
    process = subprocess.Popen(
        [sys.executable, "-c", "from web.cli.main import main; main()", "serve"],
        env={
            **os.environ,
            "ECORIGHTS_DATABASE_URL": sqlite_engine.url.render_as_string(hide_password=False),
            "ECORIGHTS_LANGUAGE": "en",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == "The runner leads.\n"
        command = floor.command("b1", "cancel_all", {}, "while it serves")
        assert submit(sqlite_engine, command, clock()) is None
        eventually(lambda: answer_to(floor, command) is not None)
        process.send_signal(signal.SIGTERM)
        assert process.stderr.read() == "The runner has stopped.\n"
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()
    floor.now = clock()
    assert floor.runner.take_lease()
