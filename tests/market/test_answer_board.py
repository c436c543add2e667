"""Many wait, one watches: everybody hears what came of his own command."""

from collections.abc import Iterator
from threading import Thread

import pytest
from sqlalchemy import Engine

from ledger.refusals import Refused
from market.answer_board import AnswerBoard
from market.commands import CommandCode
from market.submission import Answer
from tests.support.market_floor import Floor, make_floor
from tests.support.market_venues import CONTINUOUS

PATIENCE_MS = 20_000


@pytest.fixture
def floor(engine: Engine) -> Floor:
    made = make_floor(engine, CONTINUOUS)
    made.fund("b1", fen=10**10)
    return made


@pytest.fixture
def board(floor: Floor) -> Iterator[AnswerBoard]:
    made = AnswerBoard(floor.engine)
    made.start()
    yield made
    made.stop()


def test_each_waiter_hears_his_own_answer(floor: Floor, board: AnswerBoard) -> None:
    commands = [
        floor.send("b1", "place", **floor.order("b1", "buy", str(number), "70.00"))
        for number in range(1, 9)
    ]
    heard: dict[str, Answer | Refused | None] = {}

    def wait(place: int) -> None:
        heard[commands[place].key] = board.wait(commands[place], PATIENCE_MS)

    waiters = [Thread(target=wait, args=(place,)) for place in range(len(commands))]
    for waiter in waiters:
        waiter.start()
    floor.runner.drain()
    board.poke()
    for waiter in waiters:
        waiter.join()
    for number, command in enumerate(commands, start=1):
        answer = heard[command.key]
        assert isinstance(answer, Answer)
        assert answer.answer["open_lots"] == number


def test_a_decided_command_is_answered_without_a_word(floor: Floor, board: AnswerBoard) -> None:
    command = floor.send("b1", "place", **floor.order("b1", "buy", "5", "70.00"))
    floor.runner.drain()
    assert isinstance(board.wait(command, PATIENCE_MS), Answer)


def test_not_known_yet_is_not_refused(floor: Floor, board: AnswerBoard) -> None:
    command = floor.send("b1", "place", **floor.order("b1", "buy", "5", "70.00"))
    assert board.wait(command, 1) is None
    floor.runner.drain()
    assert isinstance(board.wait(command, PATIENCE_MS), Answer)


def test_other_content_under_the_same_key_hears_that(floor: Floor, board: AnswerBoard) -> None:
    floor.send("b1", "place", "key", **floor.order("b1", "buy", "5", "70.00"))
    floor.runner.drain()
    other = floor.command("b1", "place", floor.order("b1", "buy", "6", "70.00"), "key")
    told = board.wait(other, PATIENCE_MS)
    assert isinstance(told, Refused)
    assert told.code == CommandCode.KEY_ALREADY_USED_FOR_OTHER_CONTENT
