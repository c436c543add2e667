"""Worked cases of whole schemes: compliance histories, California's limits, China's rules."""

from datetime import date
from fractions import Fraction
from typing import Any

from ledger.compliance.status import play, status
from ledger.numerals import format_plain_digits
from ledger.refusals import Refused
from ledger.registry.rules.duties import (
    capped_duty,
    carried_over,
    late_duty,
    most_borrowed,
    most_of,
)
from ledger.registry.rules.figures import Figure, figure
from ledger.registry.rules.limits import holding_limit, refuse_above_holding
from market.book.grid import band_of
from web.schemas.faults import WrittenNumber
from web.schemas.registry_play import Block
from web.schemas.registry_scheme_blocks import PRICE_DECIMALS

REJECTED = "REJECTED"
_SHARE_DECIMALS = 6
_TODAY = date.max
"""Cases without a date are asked under the figures that hold last."""


def compliance(block: Block, notes: list[Refused]) -> dict[str, Any]:
    """Fill in the status at the start and after every step of each run."""
    runs = []
    for written, history in zip(block.written["runs"], block.read, strict=True):
        steps = []
        for step, outcome in zip(
            written["steps"], play(history.opening, history.events), strict=True
        ):
            if isinstance(outcome, Refused):
                notes.append(outcome)
            steps.append([step[0], REJECTED if isinstance(outcome, Refused) else outcome.value])
        runs.append({**written, "initial": status(history.opening).value, "steps": steps})
    return {"runs": runs}


def california(block: Block, notes: list[Refused]) -> dict[str, Any]:
    """Fill in holding limit, late surrender, offsets, annual share and days to cure."""
    read, written = block.read, block.written
    filled: dict[str, Any] = {}
    if "holding_limit" in read:
        limits = _holding_limit(written["holding_limit"], read["holding_limit"], notes)
        filled["holding_limit"] = limits
    if "late" in read:
        factor, share = _value("late_duty_factor"), _value("late_duty_allowance_share")
        due = late_duty(read["late"]["shortfall"], int(factor), share)
        figures = {
            "duty": due.duty,
            "min_allowances": due.min_allowances,
            "max_offsets": due.max_offsets,
        }
        filled["late"] = {**written["late"], **figures}
    if "offset_cap" in read:
        filled["offset_cap"] = [
            [year, duty, most_of(duty, figure("offset_share", date(year, 12, 31)).value)]
            for year, duty in read["offset_cap"]
        ]
    filled["annual_share"] = _written_share(figure("annual_duty_share", _TODAY))
    filled["cure_business_days"] = int(_value("holding_limit_cure_days"))
    return filled


def china(block: Block, notes: list[Refused]) -> dict[str, Any]:
    """Fill in carry-over, duty, borrowing, price bands, order size, resale and offsets."""
    read, written = block.read, block.written
    filled: dict[str, Any] = {}
    if "carry" in read:
        filled["carry"] = _carry(written["carry"], read["carry"])
    if "gap_cap" in read:
        given = read["gap_cap"]
        duty = capped_duty(given["allocation"], given["emissions"], _value("duty_gap_share"))
        filled["gap_cap"] = {**written["gap_cap"], "duty": duty}
    if "borrow" in read:
        filled["borrow"] = {**written["borrow"], **_borrowed(**read["borrow"])}
    if "band" in read:
        close_fen = Fraction(read["band"]["last_close"])
        filled["band"] = {
            **written["band"],
            "listed": _band(close_fen, _value("listing_band")),
            "block_from_knowledge": _band(close_fen, _value("block_band")),
        }
    if "listed_order_ok" in read:
        below = _value("listing_quantity_below")
        filled["listed_order_ok"] = [
            [quantity, 0 < quantity < below] for (quantity,) in read["listed_order_ok"]
        ]
    # What was bought today cannot be sold today: a fact of the exchange, not a figure.
    filled["same_day_resale"] = False
    filled["offset_cap_from_knowledge"] = _written_share(figure("china_offset_share", _TODAY))
    return filled


def _holding_limit(
    written: dict[str, Any], read: dict[str, Any], notes: list[Refused]
) -> dict[str, Any]:
    base = read.get("base", int(_value("holding_limit_base")))
    shares = _value("holding_limit_base_share"), _value("holding_limit_rest_share")
    limit = holding_limit(base, read["budget"], *shares)
    filled = {**written, "limit": limit}
    rows = []
    for held, incoming in read["rows"]:
        refused = refuse_above_holding(held, incoming, limit)
        if refused is not None:
            notes.append(refused)
        rows.append([held, incoming, refused is None])
    return {**filled, "rows": rows} if "rows" in written else filled


def _carry(written: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    filled = {**written, **_carried(read["holdings"], read["net_sales"])}
    if "no_sales" in read:
        # No more keys than the case asks for: it names only what is carried.
        unsold = _carried(read["no_sales"]["holdings"], 0)
        asked = {"carried", *written["no_sales"]}
        kept = {key: value for key, value in unsold.items() if key in asked}
        filled["no_sales"] = {**written["no_sales"], **kept}
    return filled


def _carried(holdings: int, net_sales: int) -> dict[str, int]:
    base, factor = _value("carry_over_base"), _value("carry_over_sales_factor")
    carried = carried_over(holdings, net_sales, int(base), factor)
    return {"carried": carried, "not_carried": holdings - carried}


def _borrowed(allocation: int, emissions: int, **expected: object) -> dict[str, int]:
    threshold, share = _value("borrowing_threshold"), _value("borrowing_share")
    return {
        "gap": max(0, emissions - allocation),
        "max_borrow": most_borrowed(allocation, emissions, threshold, share),
    }


def _band(close_fen: Fraction, share: Fraction) -> list[str]:
    low, high = band_of(close_fen, share)
    return [format_plain_digits(low, PRICE_DECIMALS), format_plain_digits(high, PRICE_DECIMALS)]


def _value(key: str) -> Fraction:
    return figure(key, _TODAY).value


def _written_share(one: Figure) -> WrittenNumber:
    """A share as the cases write it: a JSON number, ``0.05``, and never a float on the way."""
    text = format_plain_digits(int(one.value * 10**_SHARE_DECIMALS), _SHARE_DECIMALS)
    return WrittenNumber(text.rstrip("0").rstrip("."))
