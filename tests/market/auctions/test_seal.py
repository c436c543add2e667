"""Sealed bids: nothing to read before the opening, any two shares open, receipts prove."""

import hashlib
import json
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, select, text

from ledger.core.database import reading, run
from ledger.refusals import Refused
from market.auctions.bidding import BidTerms
from market.auctions.opening import opening_commands
from market.auctions.seal import (
    HOLDERS,
    NewSeal,
    Sealed,
    make_seal,
    open_bid,
    private_key_from,
    seal_bid,
)
from market.auctions.sealed_content import commitment_of, content_text
from market.auctions.sealing import Sealing, Submitted, submit_bid
from market.submission import Answer, NewCommand, answer_of
from tests.support.auction_hall import CLOSE, OPEN, SELLER, Hall, make_hall, refused
from tests.support.auction_seals import Counted
from tests.support.market_venues import at

SECRET = bytes(range(32))


SEAL = make_seal(Counted())
SEALED: dict[str, Any] = {
    "window": {
        "opens_at": "2026-11-10T09:00:00+08:00",
        "closes_at": "2026-11-10T11:00:00+08:00",
        "open_bids_by": "2026-11-11T11:00:00+08:00",
    },
    "deposit": {
        "kind": "named_steps",
        "least": "100000.00",
        "step": "100000.00",
        "source": "示例公告三",
    },
    "bids": {
        "amend": True,
        "withdraw": True,
        "public_key": SEAL.public_key,
        "source": "示例公告七",
    },
}
SEALING = Sealing(SECRET, Counted())


@pytest.fixture
def hall(sqlite_engine: Engine) -> Hall:
    return sealed_hall(sqlite_engine)


def sealed_hall(engine: Engine) -> Hall:
    made = make_hall(engine)
    assert made.announce(**SEALED).refused is None
    made.to(OPEN)
    return made


def put_in(
    hall: Hall, who: str, quantity: str, price: str, guarantee: str, key: str = "", **more: Any
) -> Submitted:
    """Hand a bid in at the door, as a server does."""
    payload = {
        "account": hall.numbers[who],
        "quantity": quantity,
        "price": price,
        "guarantee": guarantee,
        **more,
    }
    kind = "amend" if "bid" in more else "bid"
    command = hall.command(who, kind, key, **payload)
    return submit_bid(hall.engine, command, hall.now, SEALING)


def bid(hall: Hall, *of: str, **more: Any) -> Answer:
    """Hand a bid in, let it be decided, give its answer."""
    done = put_in(hall, *of, **more)
    assert not isinstance(done.answer, Refused), done.answer
    hall.runner.drain()
    with reading(hall.engine) as session:
        found = answer_of(session, done.command)
    assert isinstance(found, Answer), found
    return found


def opened(hall: Hall, seal: NewSeal = SEAL, *holders: str) -> list[NewCommand] | Refused:
    """Open with two shares."""
    one, other = holders or HOLDERS[:2]
    with reading(hall.engine) as session:
        return opening_commands(
            session, hall.auction, (seal.shares[one], seal.shares[other]), "示例拍卖师"
        )


def everything_stored(engine: Engine) -> str:
    """All that the database has, as one text."""
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return "\n".join(
            f"{name} {tuple(row)}"
            for name in names
            for row in connection.execute(text(f'SELECT * FROM "{name}"'))
        )


# -- the key --------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", list(combinations(HOLDERS, 2)), ids="-".join)
def test_any_two_shares_open(pair: tuple[str, str]) -> None:
    terms = BidTerms(4000, 75_100_000, 0)
    sealed = seal_bid(SEAL.public_key, 1, 7, terms, Counted())
    key = private_key_from((SEAL.shares[pair[0]], SEAL.shares[pair[1]]), SEAL.public_key)
    assert not isinstance(key, Refused)
    read = open_bid(key, 3, sealed)
    assert not isinstance(read, Refused)
    assert read.terms == terms
    assert commitment_of(content_text(1, 7, terms), read.salt) == sealed.commitment


def test_one_share_says_nothing_of_the_key() -> None:
    """With the same drawn pads, another key gives one holder the very same share.

    The first holder has pads alone; each of the others has the key under a pad that he lacks.
    """
    share = SEAL.shares["auctioneer"]
    for other in HOLDERS[1:]:
        key = private_key_from((share, share), SEAL.public_key)
        assert isinstance(key, Refused)
        assert key.code == "shares_of_one_holder"
        assert share != SEAL.shares[other]


def test_a_ciphertext_does_not_tell_how_many_digits_a_price_has() -> None:
    small = seal_bid(SEAL.public_key, 1, 7, BidTerms(1, 1, 0), Counted())
    large = seal_bid(SEAL.public_key, 1, 7, BidTerms(2**60, 2**60, 2**60), Counted())
    assert len(small.ciphertext) == len(large.ciphertext)


def test_a_share_with_a_wrong_sign_is_noticed() -> None:
    wrong = SEAL.shares["auditor"].replace("regulator=", "regulator=0", 1)
    answer = private_key_from((SEAL.shares["auctioneer"], wrong), SEAL.public_key)
    assert isinstance(answer, Refused)
    assert answer.code == "share_unreadable"


def test_shares_of_another_auction_do_not_open() -> None:
    other = make_seal(Counted(99))
    shares = (other.shares["auctioneer"], other.shares["auditor"])
    answer = private_key_from(shares, SEAL.public_key)
    assert isinstance(answer, Refused)
    assert answer.code == "share_of_other_key"


def test_a_share_made_up_by_a_holder_opens_nothing() -> None:
    body = SEAL.shares["auditor"].rpartition(":")[0]
    made_up = body[:-4] + ("0000" if body[-4:] != "0000" else "1111")
    check = hashlib.sha256(made_up.encode()).hexdigest()[:8]
    shares = (SEAL.shares["regulator"], f"{made_up}:{check}")
    answer = private_key_from(shares, SEAL.public_key)
    assert isinstance(answer, Refused)
    assert answer.code == "shares_do_not_open"


def test_a_damaged_ciphertext_is_not_guessed_at() -> None:
    key = private_key_from((SEAL.shares["regulator"], SEAL.shares["auditor"]), SEAL.public_key)
    assert not isinstance(key, Refused)
    sealed = seal_bid(SEAL.public_key, 1, 7, BidTerms(4000, 75_100_000, 0), Counted())
    for text_of in ("AAAA" + sealed.ciphertext[4:], "no base64", ""):
        answer = open_bid(key, 3, Sealed(text_of, sealed.commitment))
        assert isinstance(answer, Refused)
        assert answer.code == "ciphertext_damaged"
    other = open_bid(key, 3, replace(sealed, commitment="0" * 64))
    assert isinstance(other, Refused)


# -- before the opening ---------------------------------------------------------------------------


def test_the_database_has_nothing_to_read_of_a_sealed_bid(hall: Hall) -> None:
    """Neither price nor quantity, in no table: not queued, not decided, not answered."""
    queued = put_in(hall, "a2", "7654000", "98765.43", "300000.00")
    assert queued.answer is None
    assert "98765" not in str(queued.command)
    for_log = everything_stored(hall.engine)
    hall.runner.drain()
    for stored in (for_log, everything_stored(hall.engine)):
        for secret in ("7654000", "98765.43", "98765430000", "98765"):
            assert secret not in stored
    assert hall.held("a2") == 30_000_000


def test_the_guarantee_is_in_whole_steps(hall: Hall) -> None:
    said = refused(bid(hall, "a2", "4000", "75.10", "150000.00"))
    assert said.code == "guarantee_off_step"
    assert said.values == {"guarantee": "150000.00", "step": "100000.00"}
    assert refused(bid(hall, "a2", "4000", "75.10", "50000.00")).code == "guarantee_too_small"
    assert refused(bid(hall, "a2", "4000", "75.10", "1100000.00")).code == "cash_too_small"


def test_the_bidder_gets_his_receipt(hall: Hall) -> None:
    answer = bid(hall, "a2", "4000", "75.10", "300000.00")
    assert len(answer.answer["receipt"]) == 64
    assert answer.answer["held"] == "300000.00"


def test_the_same_bid_under_the_same_key_gets_the_first_answer(hall: Hall) -> None:
    first = bid(hall, "a2", "4000", "75.10", "300000.00", key="mine")
    again = put_in(hall, "a2", "4000", "75.10", "300000.00", key="mine")
    assert again.answer == first
    assert hall.runner.drain() == 0
    assert hall.held("a2") == 30_000_000


@pytest.mark.parametrize(
    "other",
    [
        ("4000", "75.11", "300000.00"),
        ("3500", "75.10", "300000.00"),
        ("4000", "75.10", "400000.00"),
    ],
    ids=("price", "quantity", "guarantee"),
)
def test_another_bid_under_the_same_key_is_refused(hall: Hall, other: tuple[str, ...]) -> None:
    bid(hall, "a2", "4000", "75.10", "300000.00", key="mine")
    again = put_in(hall, "a2", *other, key="mine")
    assert isinstance(again.answer, Refused)
    assert again.answer.code == "key_already_used_for_other_content"


def test_a_retry_while_the_first_still_waits_changes_nothing(hall: Hall) -> None:
    assert put_in(hall, "a2", "4000", "75.10", "300000.00", key="mine").answer is None
    assert put_in(hall, "a2", "4000", "75.10", "300000.00", key="mine").answer is None
    assert hall.runner.drain() == 1


def test_a_bid_of_a_bad_shape_is_told_to_its_bidder_and_written_nowhere(hall: Hall) -> None:
    done = put_in(hall, "a2", "4000", "75,10", "300000.00")
    assert isinstance(done.answer, Refused)
    assert hall.runner.drain() == 0
    assert "75,10" not in everything_stored(hall.engine)
    missing = submit_bid(
        hall.engine,
        hall.command("a2", "bid", account=hall.numbers["a2"], quantity="1", guarantee="1"),
        hall.now,
        SEALING,
    )
    assert isinstance(missing.answer, Refused)
    assert missing.answer.code == "bid_needs_price"


def test_a_bid_that_was_not_sealed_at_the_door_is_refused(hall: Hall) -> None:
    assert refused(hall.bid("a2", "4000", "75.10")).code == "bid_must_be_sealed"


def test_a_changed_bid_takes_the_place_of_the_first(hall: Hall) -> None:
    first = bid(hall, "a2", "4000", "75.10", "400000.00").answer["bid"]
    answer = bid(hall, "a2", "4000", "70.00", "300000.00", bid=first)
    assert answer.status == "accepted"
    assert hall.held("a2") == 30_000_000
    said = refused(bid(hall, "a2", "4000", "70.00", "300000.00", bid=first))
    assert said.code == "bid_no_longer_stands"


def test_withdrawing_gives_the_guarantee_back(hall: Hall) -> None:
    number = bid(hall, "a2", "4000", "75.10", "300000.00").answer["bid"]
    answer = hall.ask("a2", "withdraw", bid=number)
    assert answer.answer == {"bid": number, "state": "withdrawn", "held": "0.00"}
    assert hall.held("a2") == 0


# -- the opening ----------------------------------------------------------------------------------


def test_bids_are_not_opened_while_bidding_is_open(hall: Hall) -> None:
    bid(hall, "a2", "4000", "75.10", "300000.00")
    answer = opened(hall)
    assert isinstance(answer, Refused)
    assert answer.code == "bids_not_to_be_opened_now"


def test_price_and_quantity_rules_run_at_the_opening(hall: Hall) -> None:
    """a2 off tick and b1 below the reserve are refused; b2 has 10,000 covered to 4,000,000.00.

    b2's guarantee of 300,000.00 covers 4,000 at 75.00: 10,000 are cut to that; then 4,000 < 10,000
    and the auction is cancelled, all guarantees go back.
    """
    bid(hall, "a2", "4000", "75.105", "300000.00")
    bid(hall, "b1", "4000", "59.99", "300000.00")
    bid(hall, "b2", "10000", "75.00", "300000.00")
    hall.to(CLOSE)
    assert hall.stage() == ("closed", "")
    commands = opened(hall)
    assert not isinstance(commands, Refused)
    (command,) = commands
    assert hall.sent(command).answer == {"opened": 3, "left": 0}
    assert hall.stage() == ("cancelled", "undersubscribed")
    assert [one["code"] for one in hall.result()["refused"]] == [
        "bid_off_tick",
        "bid_below_reserve",
    ]
    assert hall.result()["asked"] == "4000"
    assert [hall.held(who) for who in ("a2", "b1", "b2")] == [0, 0, 0]
    assert hall.has(hall.units(SELLER)) == [20_000]
    assert hall.is_sound()


@pytest.mark.parametrize("change", ["price_micro", "quantity", "salt"])
def test_an_opened_bid_that_is_not_the_committed_one_is_refused(hall: Hall, change: str) -> None:
    bid(hall, "a2", "4000", "75.10", "300000.00")
    hall.to(CLOSE)
    commands = opened(hall)
    assert not isinstance(commands, Refused)
    written = json.loads(json.dumps(commands[0].payload))
    one = written["bids"][0]
    one[change] = "00" if change == "salt" else one[change] + 1
    said = refused(hall.ask("", "open_bids", **written))
    assert said.code == "opened_bid_not_as_committed"
    assert hall.stage() == ("closed", "")


def test_a_bid_is_opened_for_its_own_bidder_only(hall: Hall) -> None:
    """A ciphertext and receipt copied from another bidder do not open as one's own."""
    bid(hall, "a2", "4000", "75.10", "300000.00")
    with reading(hall.engine) as session:
        from market.auctions.auction_tables import auction_bid

        row = session.execute(select(auction_bid)).one()
    copied = hall.ask(
        "b1",
        "bid",
        account=hall.numbers["b1"],
        guarantee="300000.00",
        seal=row.ciphertext,
        commitment=row.commitment,
        fingerprint="x",
    )
    assert copied.status == "accepted"
    hall.to(CLOSE)
    commands = opened(hall)
    assert not isinstance(commands, Refused)
    said = refused(hall.sent(commands[0]))
    assert said.code == "opened_bid_not_as_committed"
    assert said.values == {"bid": copied.answer["bid"]}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ([{"bid": 99, "quantity": 1, "price_micro": 1, "minimum": 0, "salt": ""}], "unknown"),
        ([{"bid": 1}], "unreadable"),
        (["x"], "unreadable"),
        ("x", "unreadable"),
        (
            [{"bid": 5, "quantity": 1, "price_micro": None, "minimum": 0, "salt": ""}],
            "unreadable",
        ),
    ],
    ids=("no-such-bid", "no-content", "no-object", "no-list", "no-price"),
)
def test_what_is_no_opened_bid_is_refused(hall: Hall, written: Any, code: str) -> None:
    number = bid(hall, "a2", "4000", "75.10", "300000.00").answer["bid"]
    if isinstance(written, list) and isinstance(written[0], dict) and written[0]["bid"] == 5:
        written = [{**written[0], "bid": number}]
    hall.to(CLOSE)
    said = refused(hall.ask("", "open_bids", bids=written))
    assert said.code == f"opened_bid_{code}"


def test_a_bid_is_opened_once(hall: Hall) -> None:
    bid(hall, "a2", "4000", "75.10", "300000.00")
    bid(hall, "b1", "4000", "75.10", "300000.00")
    hall.to(CLOSE)
    commands = opened(hall)
    assert not isinstance(commands, Refused)
    both = json.loads(json.dumps(commands[0].payload))["bids"]
    assert hall.ask("", "open_bids", bids=both[:1]).answer == {"opened": 1, "left": 1}
    assert refused(hall.ask("", "open_bids", bids=both)).code == "opened_bid_opened_before"
    assert hall.stage() == ("closed", "")
    assert hall.ask("", "open_bids", bids=both[1:]).answer == {"opened": 1, "left": 0}
    assert hall.stage() == ("cancelled", "undersubscribed")


def test_a_damaged_bid_keeps_all_bids_closed(hall: Hall) -> None:
    from sqlalchemy import update

    from market.auctions.auction_tables import auction_bid

    bid(hall, "a2", "4000", "75.10", "300000.00")
    run(
        hall.engine,
        lambda session: session.execute(update(auction_bid).values(ciphertext="AAAA")),
    )
    hall.to(CLOSE)
    answer = opened(hall)
    assert isinstance(answer, Refused)
    assert answer.code == "ciphertext_damaged"


def test_bids_not_opened_by_the_deadline_fail_the_auction(hall: Hall) -> None:
    bid(hall, "a2", "4000", "75.10", "300000.00")
    hall.to(at(11, 10, 59, 59))
    assert hall.stage() == ("closed", "")
    hall.to(at(11, 11))
    assert hall.stage() == ("failed", "not_opened")
    assert hall.held("a2") == 0
    assert hall.has(hall.units(SELLER)) == [20_000]
    assert isinstance(opened(hall), Refused)
    assert hall.is_sound()


def test_a_sealed_auction_without_bids_needs_no_opening(hall: Hall) -> None:
    hall.to(CLOSE)
    assert hall.stage() == ("cancelled", "undersubscribed")


def test_many_bids_are_opened_in_several_commands(hall: Hall) -> None:
    for number in range(51):
        done = put_in(hall, "a2", "500", f"{60 + number}.00", "100000.00", key=f"n{number}")
        assert done.answer is None
        if number < 10:
            hall.fund("a2", fen=60_000_000)
    hall.runner.drain()
    hall.to(CLOSE)
    commands = opened(hall)
    assert not isinstance(commands, Refused)
    assert [len(json.loads(json.dumps(one.payload))["bids"]) for one in commands] == [50, 1]
    for command in commands:
        assert hall.sent(command).refused is None
    assert hall.stage()[0] in ("settled", "cleared")
    assert hall.is_sound()


@pytest.mark.parametrize(
    "sealed", [("A" * 501, "0" * 64), ("A" * 400, "short")], ids=("long", "short")
)
def test_what_this_server_did_not_seal_is_refused(hall: Hall, sealed: tuple[str, str]) -> None:
    said = refused(
        hall.ask(
            "a2",
            "bid",
            account=hall.numbers["a2"],
            guarantee="100000.00",
            seal=sealed[0],
            commitment=sealed[1],
            fingerprint="x",
        )
    )
    assert said.code == "seal_not_as_made_here"
    assert hall.held("a2") == 0


def test_a_retry_of_a_bid_after_the_closing_still_gets_the_first_answer(hall: Hall) -> None:
    first = bid(hall, "a2", "4000", "75.10", "300000.00", key="mine")
    hall.to(CLOSE)
    assert put_in(hall, "a2", "4000", "75.10", "300000.00", key="mine").answer == first


def test_neither_the_log_of_the_program_nor_of_its_statements_has_a_bid(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    hall.engine.echo = "debug"
    bid(hall, "a2", "7654000", "98765.43", "300000.00")
    assert "INSERT INTO queued_command" in caplog.text
    assert "300000.00" in caplog.text
    assert "7654000" not in caplog.text
    assert "98765" not in caplog.text
