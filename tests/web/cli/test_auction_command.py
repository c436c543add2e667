"""``ecorights auction``: what it prints in both languages and as JSON, and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from market.auctions.seal import make_seal
from market.auctions.sealing import Sealing, submit_bid
from market.serving import Service, ServiceThread
from tests.support.auction_hall import CLOSE, NOTICE, OPEN, Hall, make_hall
from tests.support.auction_seals import Counted
from web.cli.main import main

DRAW = Counted()
SEAL = make_seal(DRAW)


@pytest.fixture
def hall(sqlite_engine: Engine) -> Hall:
    return make_hall(sqlite_engine)


@pytest.fixture
def cleared(hall: Hall) -> Hall:
    """10,000 for a2 4,000@75.10, b1 3,000@74.90, b2 4,500@74.50."""
    hall.announce()
    hall.to(OPEN)
    hall.bid("a2", "4000", "75.10")
    hall.bid("b1", "3000", "74.90")
    hall.bid("b2", "4500", "74.50")
    hall.to(CLOSE)
    return hall


@pytest.fixture
def served(hall: Hall) -> Iterator[Hall]:
    """A hall whose runner is a service in another thread."""
    hall.runner.give_up()
    service = Service(
        hall.engine, lambda: hall.now, lambda notice: None, others={"auction": hall.desk}
    )
    thread = ServiceThread(service)
    thread.start()
    yield hall
    thread.stop()


def called(hall: Hall, *arguments: str, language: str = "en") -> Result:
    environment = {
        "ECORIGHTS_DATABASE_URL": str(hall.engine.url),
        "ECORIGHTS_LANGUAGE": language,
    }
    return CliRunner().invoke(main, ["auction", *arguments], env=environment)


def json_of(result: Result, exit_code: int = 0) -> Any:
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def rules_file(folder: Path, **changed: Any) -> str:
    rules = {**NOTICE["rules"], **changed}
    file = folder / "rules.json"
    file.write_text(json.dumps(rules), encoding="utf-8")
    return str(file)


def test_the_list_names_every_auction(cleared: Hall) -> None:
    (line,) = json_of(called(cleared, "list", "--json"))["auctions"]
    assert (line["code"], line["stage"], line["sealed"]) == ("示例-1", "settled", False)
    assert "settled" in called(cleared, "list").stdout
    assert "已交割" in called(cleared, "list", language="zh").stdout


def test_show_has_the_published_result_and_the_revealed_seed(cleared: Hall) -> None:
    shown = json_of(called(cleared, "show", "示例-1", "--json"))
    assert shown["result"]["price"] == "74.50"
    assert shown["seed"] == "示例种子 1"
    by_number = json_of(called(cleared, "show", str(cleared.auction), "--json"))
    assert by_number == shown
    assert "745000.00" in called(cleared, "show", "示例-1").stdout


def test_before_the_clearing_nothing_is_told_of_bids_or_of_the_seed(hall: Hall) -> None:
    hall.announce()
    hall.to(OPEN)
    hall.bid("a2", "4000", "75.10")
    shown = called(hall, "show", "示例-1", "--json")
    document = json_of(shown)
    assert (document["result"], document["seed"]) == (None, None)
    assert "75.10" not in shown.stdout


def test_a_secret_reserve_is_not_shown(hall: Hall) -> None:
    hall.announce(rules={"reserve_secret": True})
    assert json_of(called(hall, "show", "示例-1", "--json"))["reserve_price"] is None


@pytest.mark.parametrize("command", ["show", "rerun"])
def test_an_unknown_auction_ends_with_1(hall: Hall, command: str) -> None:
    for named in ("no-such", "77"):
        answer = json_of(called(hall, command, named, "--json"), 1)
        assert answer["refused"]["code"] == "auction_unknown"


def test_clearing_again_by_its_own_rules_gives_the_published_result(cleared: Hall) -> None:
    answer = json_of(called(cleared, "rerun", "示例-1", "--json"))
    assert answer["identical"] is True
    assert answer["published"] == answer["again"]
    assert "The same as was published." in called(cleared, "rerun", "示例-1").stdout


def test_clearing_again_by_other_rules_is_put_beside_it(cleared: Hall, tmp_path: Path) -> None:
    """Paid as bid: 4,000 x 75.10 + 3,000 x 74.90 + 3,000 x 74.50 = 748,600.00."""
    file = rules_file(tmp_path, price_rule="own_bid")
    answer = json_of(called(cleared, "rerun", "示例-1", "--rules", file, "--json"))
    assert answer["identical"] is False
    assert answer["again"]["proceeds"] == "748600.00"
    assert answer["published"]["proceeds"] == "745000.00"
    assert set(answer["differs"]) == {"price", "proceeds", "awards"}
    text = called(cleared, "rerun", "示例-1", "--rules", file).stdout
    assert "748600.00" in text
    assert "*" in text


def test_what_was_not_cleared_is_not_cleared_again(hall: Hall) -> None:
    hall.announce()
    answer = json_of(called(hall, "rerun", "示例-1", "--json"), 1)
    assert answer["refused"]["code"] == "auction_not_cleared_yet"


def test_bids_without_prices_are_cleared_again_at_a_fixed_price_only(
    hall: Hall, tmp_path: Path
) -> None:
    notice = hall.notice()
    notice["rules"] = {
        "format": "fixed_price",
        "price": "70.00",
        "tie_rule": "time",
        "undersubscription_rule": "clear_at_lowest_bid",
    }
    hall.auction = hall.ask("", "announce", **notice).answer["auction"]
    hall.to(OPEN)
    hall.bid("a2", "4000", None)
    hall.to(CLOSE)
    answer = json_of(called(hall, "rerun", "1", "--rules", rules_file(tmp_path), "--json"), 1)
    assert answer["refused"]["code"] == "bids_without_prices"


def test_rules_that_cannot_be_read_end_with_2(cleared: Hall, tmp_path: Path) -> None:
    file = rules_file(tmp_path, price_rule="highest_accepted")
    problem = json_of(called(cleared, "rerun", "示例-1", "--rules", file, "--json"), 2)
    assert [one["code"] for one in problem["errors"]] == ["price_rule_not_of_format"]


def test_a_seal_has_three_shares_for_nobody_else_to_read(hall: Hall, tmp_path: Path) -> None:
    folder = tmp_path / "seal"
    made = json_of(called(hall, "make-seal", str(folder), "--json"))
    assert sorted(file.name for file in folder.iterdir()) == [
        "auctioneer.share",
        "auditor.share",
        "regulator.share",
    ]
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
    assert len(made["public_key"]) == 64


def test_a_rule_of_the_scheme_is_set_from_a_day_on(hall: Hall) -> None:
    options = ("--scheme", "nm-carbon", "--key", "notice_days", "--from", "2026-01-02")
    named = ("--source", "示例新规", "--actor", "示例经办")
    json_of(called(hall, "set-rule", *options, "--value", "9", *named, "--json"))
    assert hall.announce().answer == {}
    refused = json_of(called(hall, "set-rule", *options, "--value", "x", *named, "--json"), 1)
    assert "code" in refused["refused"]
    other = ("--scheme", "no-such", *options[2:])
    answer = json_of(called(hall, "set-rule", *other, "--value", "9", *named, "--json"), 1)
    assert answer["refused"]["code"] == "auction_scheme_unknown"


def test_an_auction_is_announced_from_a_file(served: Hall, tmp_path: Path) -> None:
    file = tmp_path / "notice.json"
    file.write_text(json.dumps(served.notice()), encoding="utf-8")
    announce = ("announce", str(file), "--actor", "示例经办", "--json")
    answer = json_of(called(served, *announce))
    assert answer["decided"] is True
    assert answer["answer"]["code"] == "示例-1"
    assert json_of(called(served, *announce)) == answer
    written = {**served.notice(), "rules": {"format": "sealed"}, "colour": "red"}
    file.write_text(json.dumps(written), encoding="utf-8")
    problem = json_of(called(served, *announce), 2)
    assert [one["at"] for one in problem["errors"]] == ["/colour"]
    file.write_text(json.dumps(served.notice(rules={"lot": 5})), encoding="utf-8")
    json_of(called(served, *announce), 2)
    file.write_text(json.dumps(served.notice(code="示例-2", asset="none")), encoding="utf-8")
    answer = json_of(called(served, *announce), 1)
    assert answer["refused"]["code"] == "auction_asset_unknown"


def test_bids_are_opened_with_two_shares(served: Hall, tmp_path: Path) -> None:
    hall = served
    notice = hall.notice(
        window={"open_bids_by": "2026-11-11T11:00:00+08:00"},
        deposit={"kind": "named_steps", "least": "1.00", "step": "1.00"},
        bids={"public_key": SEAL.public_key},
        rules={"undersubscription_rule": "clear_at_lowest_bid"},
    )
    file = tmp_path / "notice.json"
    file.write_text(json.dumps(notice), encoding="utf-8")
    announced = json_of(called(hall, "announce", str(file), "--actor", "示例经办", "--json"))
    hall.auction = announced["answer"]["auction"]
    hall.now = OPEN
    command = hall.command(
        "a2",
        "bid",
        account=hall.numbers["a2"],
        quantity="1000",
        price="75.00",
        guarantee="75000.00",
    )
    done = submit_bid(hall.engine, command, hall.now, Sealing(bytes(32), DRAW))
    assert done.answer is None
    shares = []
    for holder in ("auctioneer", "auditor"):
        share = tmp_path / holder
        share.write_text(SEAL.shares[holder] + "\n", encoding="ascii")
        shares += ["--share", str(share)]
    opening = ("open", str(hall.auction), *shares, "--actor", "示例拍卖师", "--json")
    _wait_for(hall, "open")
    answer = json_of(called(hall, *opening), 1)
    assert answer["refused"]["code"] == "bids_not_to_be_opened_now"
    hall.now = CLOSE
    _wait_for(hall, "closed")
    assert called(hall, *opening[:4], "--actor", "x").exit_code == 2
    answer = json_of(called(hall, *opening))
    assert answer["answer"] == {"opened": 1, "left": 0}
    assert json_of(called(hall, "show", "示例-1", "--json"))["stage"] == "settled"


def _wait_for(hall: Hall, stage: str) -> None:
    """Until the service has seen the clock and what was queued."""
    import time

    for _ in range(400):
        if hall.stage()[0] == stage and not _queued(hall):
            return
        time.sleep(0.01)
    raise AssertionError(f"the auction is {hall.stage()}, not {stage}")


def _queued(hall: Hall) -> bool:
    from sqlalchemy import select

    from ledger.core.database import reading
    from market.tables import queued_command

    with reading(hall.engine) as session:
        return session.scalar(select(queued_command.c.id).limit(1)) is not None
