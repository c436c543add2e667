"""What a venue is for its whole life: its asset, money, zone, ways to trade, tick and lot.

A book counts in ticks and lots, so none of this ever changes.  Pure.
"""

from dataclasses import dataclass

from ledger.units import Unit
from market.calendar import Mode
from market.pricing import scale_of, value_fen_exact

PRICE_BASES = ("per_unit", "per_unit_year", "per_term")
"""What a price is for: one unit; one unit in each of ``years`` years; one unit for a whole term."""


@dataclass(frozen=True, slots=True)
class VenueIdentity:
    """What a venue is for its whole life.

    ``tick_micro`` is in millionths of a yuan for one ``unit``; ``lot`` in smallest units; a price
    counts ``years`` times.  Fees go to the position ``fees`` of ``fees_account_id``.
    """

    venue_id: int
    code: str
    scheme_id: int
    asset_id: int
    money_asset_id: int
    fees_account_id: int
    zone_id: int | None
    unit: Unit
    modes: tuple[Mode, ...]
    tick_micro: int
    lot: int
    price_basis: str
    years: int
    opening_reference_ticks: int | None

    @property
    def tick_lot_fen(self) -> int:
        """What one lot is worth at a price of one tick, in fen: always whole."""
        return value_fen_exact(self.tick_micro, self.lot, scale_of(self.unit), self.years)
