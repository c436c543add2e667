"""The public sheet of a result, worked by hand."""

from fractions import Fraction

import pytest

from market.auctions.indexed import indexed_chain
from market.auctions.result_sheet import BidPrices, ResultSheet, result_sheet
from tests.support.auction_files import cleared, file, read


def sheet_of(document: object) -> ResultSheet:
    play = read(document)
    _, result = cleared(document)
    return result_sheet(play.rules, play.supply, play.bids, result, guarantees=play.guarantees)


def test_the_sheet_counts_valid_bids_only_and_weighs_prices_by_quantity() -> None:
    sheet = sheet_of(
        file(
            "10",
            "P/a 2@20; P/b 4@17; Q/c 9@16; R/d 3@9; S/e 1@16.005",
            {"guarantees": {"Q": "96"}},
            reserve_price="10",
        )
    )
    assert (sheet.bidders, sheet.winners) == (2, 2)
    # 2 + 4 + 6 = 12 for 10; (40 + 68 + 96) / 12 = 17; units six and seven are at 16 and 17.
    assert sheet.cover_ratio == Fraction(12, 10)
    assert sheet.prices == BidPrices(16_000_000, 17_000_000, 16_500_000, 20_000_000)
    assert [(one.bid_id, str(one.refused.code)) for one in sheet.refused] == [
        ("d", "bid_below_reserve"),
        ("e", "bid_off_tick"),
    ]
    assert (sheet.price_micro, sheet.proceeds_fen) == (16_000_000, 16_000)


def test_a_sheet_without_valid_bids_has_no_prices() -> None:
    sheet = sheet_of(file("10", ""))
    assert (sheet.prices, sheet.bidders, sheet.cover_ratio) == (None, 0, 0)


@pytest.mark.parametrize(
    ("years", "chain"), [(0, (1300,)), (2, (1300, 1391, 1488)), (1, (1300, 1391))]
)
def test_an_indexed_chain_begins_with_the_first_year(years: int, chain: tuple[int, ...]) -> None:
    assert indexed_chain(1300, Fraction(7, 100), years) == chain
