"""What a venue asks on a day, as whole numbers.

``VenueTerms`` is all that deciding about a command needs to know of a venue.  Pure: given the
venue's identity and the texts of the rules of a day, no database and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledger.core.moves import PositionKind
from ledger.refusals import InvariantBroken, Refused
from market.book.call import Algorithm
from market.book.orders import SelfTrade
from market.calendar import Mode, Sessions, TradingDays
from market.fees import FeeSchedule
from market.venue_conflicts import contradiction
from market.venue_identity import VenueIdentity
from market.venue_rules import ReadRules, read_rules

BOOK_MODES = (Mode.CONTINUOUS, Mode.CALL, Mode.LISTING)
"""The modes whose orders stand in the venue's book; the others are settled between two parties."""


class CloseRule(StrEnum):
    """How a day's close is found."""

    VOLUME_WEIGHTED = "volume_weighted"
    LAST_TRADE = "last_trade"
    CLOSING_CALL = "closing_call"


class LimitKind(StrEnum):
    """What a limit counts: what is held at any time, or all that was ever bought under it."""

    HOLDING = "holding"
    PURCHASE = "purchase"


@dataclass(frozen=True, slots=True)
class VenueLimit:
    """A limit that applies at a venue; its rooms are counted in ``limit_asset_id``."""

    limit_id: int
    code: str
    limit_asset_id: int
    kind: LimitKind


@dataclass(frozen=True, slots=True)
class SizeTerms:
    """How large one order of a mode may be (lots, both ends allowed) and how far its price may be.

    ``band_millionths`` is the share of the reference price, None without a band.
    """

    minimum_lots: int
    maximum_lots: int | None
    band_millionths: int | None


@dataclass(frozen=True, slots=True)
class CallTerms:
    """How calls are held; ``random_end_seconds`` 0 = a call ends on the minute."""

    algorithm: Algorithm
    cancel_ban_minutes: int
    random_end_seconds: int


@dataclass(frozen=True, slots=True)
class VolatilityTerms:
    """A price further than ``band_millionths`` from the last one halts into a call of minutes."""

    band_millionths: int
    call_minutes: int


@dataclass(frozen=True, slots=True)
class VenueTerms:
    """Everything that is asked of a venue at an instant; holds for the whole day it is given for.

    ``sizes`` is by mode (``book``, ``block``, ``agreement``: see ``size_of``); ``calls`` is None
    where there are none, ``volatility`` where nothing halts; ``listing_levels`` is 0 outside
    listing.  ``price_floor_ticks`` is the lowest price, 1 without a floor.
    """

    identity: VenueIdentity
    sessions: Sessions
    book: SizeTerms | None
    block: SizeTerms | None
    agreement: SizeTerms | None
    close_rule: CloseRule
    self_trade: SelfTrade
    resale_lock_days: int
    own_use: bool
    price_floor_ticks: int
    calls: CallTerms | None
    volatility: VolatilityTerms | None
    listing_levels: int
    agreement_by_clerk: bool
    buyer_fees: FeeSchedule
    seller_fees: FeeSchedule
    limits: tuple[VenueLimit, ...]

    @property
    def receives(self) -> PositionKind:
        """In what kind of position a buyer gets his units."""
        if self.own_use:
            return PositionKind.OWN_USE
        return PositionKind.BOUGHT if self.resale_lock_days else PositionKind.HOLDING

    @property
    def has_band(self) -> bool:
        """Whether some price is held within a band of a reference price."""
        sizes = (self.book, self.block, self.agreement)
        return any(size is not None and size.band_millionths is not None for size in sizes)

    @property
    def book_mode(self) -> Mode:
        """Give the way to trade that the venue's book stands for."""
        for mode in (Mode.CONTINUOUS, Mode.LISTING, Mode.CALL):
            if mode in self.identity.modes:
                return mode
        return self.identity.modes[0]

    def size_of(self, mode: Mode) -> SizeTerms:
        """Give size and band of a mode that the venue has."""
        sizes = {Mode.BLOCK: self.block, Mode.AGREEMENT: self.agreement}
        found = sizes.get(mode, self.book)
        if mode not in self.identity.modes or found is None:
            raise InvariantBroken(f"the venue trades by {mode.value}")
        return found


def terms_of(
    identity: VenueIdentity,
    days: TradingDays,
    texts: Mapping[str, str],
    limits: tuple[VenueLimit, ...] = (),
) -> VenueTerms | Refused:
    """Make the terms of a day from the texts of its rules, or say why they cannot stand.

    ``limits`` are those laid on the venue's asset; they count where the rule ``limits_apply`` is
    on.
    """
    rules = read_rules(texts, identity.modes, identity.unit)
    if isinstance(rules, Refused):
        return rules
    reader = ReadRules(rules)
    refused = contradiction(identity, reader)
    if refused is not None:
        return refused
    windows = {mode: reader.hours(mode) for mode in identity.modes}
    return VenueTerms(
        identity=identity,
        sessions=Sessions(days, windows),
        book=_size(identity, reader, "order", BOOK_MODES),
        block=_size(identity, reader, "block", (Mode.BLOCK,)),
        agreement=_size(identity, reader, "agreement", (Mode.AGREEMENT,)),
        close_rule=CloseRule(reader.word("close_rule")),
        self_trade=SelfTrade(reader.word("self_trade") or "none"),
        resale_lock_days=reader.number("resale_lock_days") or 0,
        own_use=reader.word("own_use") == "on",
        price_floor_ticks=max(1, (reader.number("price_floor") or 0) // identity.tick_micro),
        calls=_calls(reader),
        volatility=_volatility(reader),
        listing_levels=reader.number("listing_levels") or 0,
        agreement_by_clerk=reader.word("agreement_registered_by") == "clerk",
        buyer_fees=_fees(reader, "buyer"),
        seller_fees=_fees(reader, "seller"),
        limits=limits if reader.word("limits_apply") == "on" else (),
    )


def _size(
    identity: VenueIdentity, rules: ReadRules, prefix: str, modes: tuple[Mode, ...]
) -> SizeTerms | None:
    if not any(mode in modes for mode in identity.modes):
        return None
    least, most = rules.number(f"{prefix}_minimum"), rules.number(f"{prefix}_maximum")
    return SizeTerms(
        minimum_lots=1 if least is None else least // identity.lot,
        maximum_lots=None if most is None else most // identity.lot,
        band_millionths=rules.number(f"{prefix}_band"),
    )


def _calls(rules: ReadRules) -> CallTerms | None:
    algorithm = rules.word("call_algorithm")
    if not algorithm:
        return None
    return CallTerms(
        algorithm=Algorithm(algorithm),
        cancel_ban_minutes=rules.number("call_cancel_ban_minutes") or 0,
        random_end_seconds=rules.number("call_random_end_seconds") or 0,
    )


def _volatility(rules: ReadRules) -> VolatilityTerms | None:
    band, minutes = rules.number("dynamic_band"), rules.number("volatility_call_minutes")
    return None if band is None or minutes is None else VolatilityTerms(band, minutes)


def _fees(rules: ReadRules, side: str) -> FeeSchedule:
    return FeeSchedule(
        rate_millionths=rules.number(f"{side}_fee_rate") or 0,
        minimum_fen=rules.number(f"{side}_fee_minimum") or 0,
        maximum_fen=rules.number(f"{side}_fee_maximum"),
    )
