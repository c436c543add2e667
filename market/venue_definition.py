"""A venue as somebody writes it down to open it, and what is wrong with it by itself.

Texts are strict: plain digits and a point.  Pure; what the definition names (scheme, asset, zone,
calendar) is looked up in ``market.venue_opening``.
"""

from dataclasses import dataclass
from datetime import date

from ledger.core.clock import Now
from ledger.core.deciding import TEXT_LENGTH_MAX
from ledger.numerals import parse_plain
from ledger.refusals import RefusalCode, Refused
from market.calendar import Mode
from market.pricing import parse_plain_price
from market.venue_identity import PRICE_BASES

CODE_LENGTH_MAX = 32
NAME_LENGTH_MAX = 200
YEARS_MAX = 70
_SHOWN_MAX = 60


class VenueCode(RefusalCode):
    """Why a venue is not opened, found or changed, in the order in which the rules are looked at."""

    VENUE_TEXT_UNREADABLE = "venue_text_unreadable"
    VENUE_WITHOUT_MODE = "venue_without_mode"
    VENUE_MODES_EXCLUDE_EACH_OTHER = "venue_modes_exclude_each_other"
    VENUE_PRICE_BASIS_UNKNOWN = "venue_price_basis_unknown"
    VENUE_YEARS_NEED_YEARLY_PRICE = "venue_years_need_yearly_price"
    VENUE_YEARS_OUT_OF_RANGE = "venue_years_out_of_range"
    VENUE_TICK_UNREADABLE = "venue_tick_unreadable"
    VENUE_LOT_UNREADABLE = "venue_lot_unreadable"
    VENUE_OPENING_REFERENCE_UNREADABLE = "venue_opening_reference_unreadable"
    VENUE_RULE_GIVEN_TWICE = "venue_rule_given_twice"
    VENUE_RULE_SOURCE_MISSING = "venue_rule_source_missing"
    VENUE_OPENS_IN_PAST = "venue_opens_in_past"
    VENUE_SCHEME_UNKNOWN = "venue_scheme_unknown"
    VENUE_ASSET_UNKNOWN = "venue_asset_unknown"
    VENUE_ASSET_IS_NO_UNIT = "venue_asset_is_no_unit"
    VENUE_ASSET_HAS_NO_PRICE = "venue_asset_has_no_price"
    VENUE_MONEY_UNKNOWN = "venue_money_unknown"
    VENUE_CALENDAR_UNKNOWN = "venue_calendar_unknown"
    VENUE_ZONE_UNKNOWN = "venue_zone_unknown"
    VENUE_TICK_LOT_NOT_WHOLE_FEN = "venue_tick_lot_not_whole_fen"
    VENUE_OPENING_REFERENCE_OFF_TICK = "venue_opening_reference_off_tick"
    VENUE_OPENING_REFERENCE_MISSING = "venue_opening_reference_missing"
    VENUE_CODE_TAKEN = "venue_code_taken"
    VENUE_NOT_FOUND = "venue_not_found"
    VENUE_RULE_CHANGE_NOT_IN_FUTURE = "venue_rule_change_not_in_future"


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    """A rule of a venue as text, with where it is laid down (regulation and article)."""

    key: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class VenueDefinition:
    """A venue to open.

    ``tick`` and ``opening_reference`` are yuan for one unit as the asset is shown; ``lot`` is an
    amount in that unit.  A price counts ``years`` times (``per_unit_year``).  ``zone_code`` is the
    one zone of the scheme's tree that it delivers in, None where zones do not matter.
    ``opening_reference`` stands for the close of the day before the first.
    """

    code: str
    name_zh: str
    name_en: str
    scheme_code: str
    asset_code: str
    money_asset_code: str
    calendar_code: str
    modes: tuple[Mode, ...]
    tick: str
    lot: str
    price_basis: str
    years: int
    opened_on: date
    rules: tuple[RuleDefinition, ...]
    opening_reference: str | None = None
    zone_code: str | None = None
    demonstration: bool = False


def refuse_definition(definition: VenueDefinition, now: Now) -> Refused | None:
    """Refuse a definition for what is wrong with it by itself, in the order of the codes."""
    return (
        _refuse_names(definition)
        or _refuse_modes(definition.modes)
        or _refuse_basis(definition)
        or _refuse_prices(definition)
        or _refuse_rules(definition.rules)
        or _refuse_first_day(definition.opened_on, now)
    )


def refuse_text(text: str, limit: int = TEXT_LENGTH_MAX) -> Refused | None:
    """Refuse a text that is too long or has control signs."""
    if len(text) <= limit and (not text or text.isprintable()):
        return None
    values = {"text": ascii(text)[:_SHOWN_MAX], "limit": limit}
    return Refused(VenueCode.VENUE_TEXT_UNREADABLE, values)


def _refuse_names(definition: VenueDefinition) -> Refused | None:
    for text, limit in (
        (definition.code, CODE_LENGTH_MAX),
        (definition.name_zh, NAME_LENGTH_MAX),
        (definition.name_en, NAME_LENGTH_MAX),
    ):
        # Too long by one sign where there is none at all: the same sentence says both.
        refused = refuse_text(text if text.strip() else "\n", limit)
        if refused is not None:
            return refused
    return None


def _refuse_modes(modes: tuple[Mode, ...]) -> Refused | None:
    if not modes:
        known = ", ".join(mode.value for mode in Mode)
        return Refused(VenueCode.VENUE_WITHOUT_MODE, {"known": known})
    # One book cannot have time priority and have none.
    for other in (Mode.CONTINUOUS, Mode.CALL):
        if Mode.LISTING in modes and other in modes:
            values = {"first": Mode.LISTING.value, "second": other.value}
            return Refused(VenueCode.VENUE_MODES_EXCLUDE_EACH_OTHER, values)
    return None


def _refuse_basis(definition: VenueDefinition) -> Refused | None:
    basis, years = definition.price_basis, definition.years
    if basis not in PRICE_BASES:
        values = {"basis": ascii(basis)[:_SHOWN_MAX], "known": ", ".join(PRICE_BASES)}
        return Refused(VenueCode.VENUE_PRICE_BASIS_UNKNOWN, values)
    if not 1 <= years <= YEARS_MAX:
        return Refused(VenueCode.VENUE_YEARS_OUT_OF_RANGE, {"count": years, "most": YEARS_MAX})
    if years != 1 and basis != "per_unit_year":
        values_of_basis = {"count": years, "basis": basis}
        return Refused(VenueCode.VENUE_YEARS_NEED_YEARLY_PRICE, values_of_basis)
    return None


def _refuse_prices(definition: VenueDefinition) -> Refused | None:
    if not _above_zero(parse_plain_price(definition.tick)):
        values = {"text": definition.tick[:_SHOWN_MAX]}
        return Refused(VenueCode.VENUE_TICK_UNREADABLE, values)
    # Read again in the asset's unit once that is known.
    if not _above_zero(parse_plain(definition.lot, 6)):
        return Refused(VenueCode.VENUE_LOT_UNREADABLE, {"text": definition.lot[:_SHOWN_MAX]})
    reference = definition.opening_reference
    if reference is not None and not _above_zero(parse_plain_price(reference)):
        values = {"text": reference[:_SHOWN_MAX]}
        return Refused(VenueCode.VENUE_OPENING_REFERENCE_UNREADABLE, values)
    return None


def _refuse_rules(rules: tuple[RuleDefinition, ...]) -> Refused | None:
    seen: set[str] = set()
    for rule in rules:
        if rule.key in seen:
            return Refused(VenueCode.VENUE_RULE_GIVEN_TWICE, {"key": rule.key[:_SHOWN_MAX]})
        seen.add(rule.key)
        if not rule.source.strip():
            return Refused(VenueCode.VENUE_RULE_SOURCE_MISSING, {"key": rule.key[:_SHOWN_MAX]})
        refused = refuse_text(rule.source.strip())
        if refused is not None:
            return refused
    return None


def _refuse_first_day(opened_on: date, now: Now) -> Refused | None:
    if opened_on >= now.today:
        return None
    return Refused(VenueCode.VENUE_OPENS_IN_PAST, {"date": opened_on, "today": now.today})


def _above_zero(read: int | Refused) -> bool:
    return isinstance(read, int) and read > 0
