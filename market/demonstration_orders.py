"""The invented orders of the demonstration's markets: four days of October 2026, all made up.

Times are those of Beijing, prices yuan for one tonne, quantities tonnes.  Who sends an order is
named as in the demonstration's year (``ledger.demonstration``); everybody there is marked 示例.
"""

from typing import NamedTuple

FIRST_DAY = (2026, 10, 12)
"""A Monday: both venues open on it."""
DAYS = 4
MARKS = ("09:15", "09:25", "09:30", "11:30", "13:00", "15:00", "15:30")
"""When the clock is looked at on every day, besides the orders' own times."""

BOOK, LISTING = "nm-carbon-2025-book", "nm-carbon-2025-listing"

DEPOSITS = {"heat": "2000000.00", "cement": "2500000.00", "alloy": "300000.00"}
"""Money paid in before the first day, in yuan."""


class OrderStep(NamedTuple):
    """One order: day of the demonstration (1..4), time, venue, who, side, quantity, price.

    ``name`` is what a later step knows it by; ``picks`` are the posted orders that this one takes;
    with ``partner`` it is proposed to that party alone, and ``confirms`` says yes to a proposal.
    """

    day: int
    time: str
    venue: str
    who: str
    side: str
    quantity: str
    price: str
    name: str = ""
    picks: tuple[str, ...] = ()
    tif: str = "DAY"
    partner: str = ""
    confirms: str = ""


STEPS: tuple[OrderStep, ...] = (
    # The first day opens with a call: 800 at 70.00, where the offers are left.
    OrderStep(1, "09:16", BOOK, "alloy", "sell", "1000", "70.00"),
    OrderStep(1, "09:18", BOOK, "cement", "buy", "800", "70.50"),
    OrderStep(1, "09:36", BOOK, "heat", "buy", "200", "70.00"),
    OrderStep(1, "09:48", BOOK, "alloy", "sell", "2000", "70.80"),
    OrderStep(1, "10:05", BOOK, "cement", "buy", "1200", "70.80"),
    OrderStep(1, "10:40", BOOK, "alloy", "sell", "1500", "71.20"),
    OrderStep(1, "11:10", BOOK, "heat", "buy", "1000", "71.20"),
    OrderStep(1, "13:20", BOOK, "cement", "buy", "500", "70.60"),
    OrderStep(1, "14:10", BOOK, "alloy", "sell", "700", "70.60"),
    OrderStep(1, "14:45", BOOK, "heat", "buy", "300", "71.20"),
    # Listing: 1,000 at 70.00, 3,000 at 71.00 and 6,000 at 72.50 close at 71.80.
    OrderStep(1, "09:40", LISTING, "alloy", "sell", "1000", "70.00", name="a"),
    OrderStep(1, "09:42", LISTING, "alloy", "sell", "3000", "71.00", name="b"),
    OrderStep(1, "09:44", LISTING, "alloy", "sell", "6000", "72.50", name="c"),
    OrderStep(1, "10:15", LISTING, "cement", "buy", "1000", "", picks=("a",)),
    OrderStep(1, "13:30", LISTING, "heat", "buy", "3000", "", picks=("b",)),
    OrderStep(1, "14:30", LISTING, "cement", "buy", "6000", "", picks=("c",)),
    OrderStep(2, "09:17", BOOK, "cement", "buy", "600", "71.40"),
    OrderStep(2, "09:19", BOOK, "alloy", "sell", "400", "70.90"),
    OrderStep(2, "09:40", BOOK, "alloy", "sell", "2500", "71.60"),
    OrderStep(2, "10:12", BOOK, "heat", "buy", "900", "71.60"),
    OrderStep(2, "10:55", BOOK, "cement", "buy", "1100", "71.60"),
    OrderStep(2, "13:25", BOOK, "alloy", "sell", "1800", "72.10"),
    OrderStep(2, "14:20", BOOK, "heat", "buy", "1500", "72.10"),
    OrderStep(2, "10:20", LISTING, "alloy", "sell", "2000", "72.00", name="d"),
    OrderStep(2, "13:45", LISTING, "heat", "buy", "1200", "", picks=("d",)),
    OrderStep(3, "09:17", BOOK, "heat", "sell", "500", "71.50"),
    OrderStep(3, "09:20", BOOK, "cement", "buy", "300", "71.70"),
    OrderStep(3, "09:50", BOOK, "cement", "buy", "1000", "71.30"),
    OrderStep(3, "10:35", BOOK, "alloy", "sell", "1400", "71.30"),
    OrderStep(3, "13:40", BOOK, "heat", "buy", "600", "71.00"),
    OrderStep(3, "14:25", BOOK, "alloy", "sell", "900", "70.90"),
    OrderStep(3, "10:25", LISTING, "alloy", "sell", "1500", "71.50", name="e"),
    OrderStep(3, "14:05", LISTING, "cement", "buy", "1500", "", picks=("e",)),
    OrderStep(4, "09:17", BOOK, "cement", "buy", "700", "71.20"),
    OrderStep(4, "09:20", BOOK, "alloy", "sell", "700", "71.00"),
    OrderStep(4, "09:45", BOOK, "alloy", "sell", "1200", "71.40"),
    OrderStep(4, "10:02", BOOK, "cement", "buy", "300", "71.40"),
    OrderStep(4, "10:30", BOOK, "heat", "buy", "800", "71.40"),
    OrderStep(4, "10:48", BOOK, "alloy", "sell", "900", "71.30"),
    OrderStep(4, "11:05", BOOK, "cement", "buy", "1000", "71.30"),
    OrderStep(4, "11:20", BOOK, "alloy", "sell", "500", "71.10"),
    OrderStep(4, "13:15", BOOK, "cement", "buy", "900", "71.80"),
    OrderStep(4, "13:40", BOOK, "alloy", "sell", "700", "71.60"),
    OrderStep(4, "14:05", BOOK, "heat", "buy", "300", "71.60"),
    OrderStep(4, "14:18", BOOK, "alloy", "sell", "600", "71.90"),
    OrderStep(4, "14:22", BOOK, "cement", "buy", "350", "71.90"),
    # Agreed between two, outside the book: it moves neither the day's prices nor its close.
    OrderStep(4, "13:50", BOOK, "alloy", "sell", "12000", "69.80", name="agreed", partner="cement"),
    OrderStep(4, "14:12", BOOK, "cement", "", "", "", confirms="agreed"),
    # What is left standing in the evening, for whoever comes after.
    *(
        OrderStep(4, f"14:{30 + number}", BOOK, "alloy", "sell", quantity, price, tif="GTC")
        for number, (quantity, price) in enumerate(
            (
                ("600", "72.00"),
                ("1500", "72.20"),
                ("900", "72.50"),
                ("2000", "72.80"),
                ("1200", "73.00"),
                ("3000", "73.50"),
            )
        )
    ),
    *(
        OrderStep(4, f"14:{40 + number}", BOOK, who, "buy", quantity, price, tif="GTC")
        for number, (who, quantity, price) in enumerate(
            (
                ("heat", "400", "71.40"),
                ("cement", "800", "71.20"),
                ("heat", "1000", "71.00"),
                ("cement", "1200", "70.80"),
                ("heat", "1500", "70.50"),
            )
        )
    ),
    OrderStep(4, "10:10", LISTING, "alloy", "sell", "1800", "72.00", name="f", tif="GTC"),
    OrderStep(4, "10:12", LISTING, "alloy", "sell", "2500", "72.40", name="g", tif="GTC"),
    OrderStep(4, "10:14", LISTING, "alloy", "sell", "1000", "72.00", name="h", tif="GTC"),
    OrderStep(4, "13:35", LISTING, "heat", "buy", "1000", "", picks=("h",)),
    OrderStep(4, "14:15", LISTING, "cement", "buy", "700", "71.20", name="i", tif="GTC"),
)
"""In the order in which each venue's days went; they are sent by day and time."""
