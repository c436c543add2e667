"""Which rules of a venue cannot stand together; both keys are named.

Looked at when a venue is opened and when a rule changes, for every day that has other rules.  Pure.
"""

from ledger.numerals import format_plain
from ledger.refusals import Refused
from market.calendar import Mode
from market.pricing import format_plain_price
from market.venue_identity import VenueIdentity
from market.venue_rules import ReadRules, VenueRuleCode

_MILLION = 1_000_000


def contradiction(identity: VenueIdentity, rules: ReadRules) -> Refused | None:
    """Find the first two rules that cannot stand together."""
    return (
        _minimum_above_maximum(identity, rules)
        or _not_whole_lots(identity, rules)
        or _band_not_below_one(rules)
        or _floor_off_tick(identity, rules)
        or _overlapping(identity, rules)
        or _missing_companion(identity, rules)
        or _call_too_short(rules)
        or _lock_on_own_use(rules)
    )


_SIZES = ("order", "block", "agreement")
_RANGES = (*_SIZES, "buyer_fee", "seller_fee")


def _minimum_above_maximum(identity: VenueIdentity, rules: ReadRules) -> Refused | None:
    for prefix in _RANGES:
        low, high = f"{prefix}_minimum", f"{prefix}_maximum"
        least, most = rules.number(low), rules.number(high)
        if least is not None and most is not None and least > most:
            values = {
                "minimum_key": low,
                "minimum": rules.shown(low, identity.unit),
                "maximum_key": high,
                "maximum": rules.shown(high, identity.unit),
            }
            return Refused(VenueRuleCode.VENUE_MINIMUM_ABOVE_MAXIMUM, values)
    return None


def _not_whole_lots(identity: VenueIdentity, rules: ReadRules) -> Refused | None:
    for prefix in _SIZES:
        for key in (f"{prefix}_minimum", f"{prefix}_maximum"):
            if (rules.number(key) or 0) % identity.lot:
                lot = format_lot(identity)
                values = {"key": key, "text": rules.shown(key, identity.unit), "lot": lot}
                return Refused(VenueRuleCode.VENUE_QUANTITY_NOT_WHOLE_LOTS, values)
    return None


def _band_not_below_one(rules: ReadRules) -> Refused | None:
    for key in ("order_band", "block_band", "agreement_band", "dynamic_band"):
        if (rules.number(key) or 0) >= _MILLION:
            return Refused(VenueRuleCode.VENUE_BAND_NOT_BELOW_ONE, {"key": key})
    return None


def _floor_off_tick(identity: VenueIdentity, rules: ReadRules) -> Refused | None:
    floor = rules.number("price_floor") or 0
    if floor % identity.tick_micro == 0:
        return None
    values = {
        "key": "price_floor",
        "price": format_plain_price(floor),
        "tick": format_plain_price(identity.tick_micro),
    }
    return Refused(VenueRuleCode.VENUE_PRICE_FLOOR_OFF_TICK, values)


def _overlapping(identity: VenueIdentity, rules: ReadRules) -> Refused | None:
    """Calls and continuous trading of one book cannot go on at once."""
    for call in rules.hours(Mode.CALL):
        for window in rules.hours(Mode.CONTINUOUS):
            if call.starts_at < window.ends_at and window.starts_at < call.ends_at:
                values = {
                    "first_key": "hours_call",
                    "first": str(call),
                    "second_key": "hours_continuous",
                    "second": str(window),
                }
                return Refused(VenueRuleCode.VENUE_SESSIONS_OVERLAP, values)
    return None


def _missing_companion(identity: VenueIdentity, rules: ReadRules) -> Refused | None:
    """Some rules say nothing without another one."""
    pairs = [
        ("dynamic_band", "volatility_call_minutes"),
        ("dynamic_band", "call_algorithm"),
        ("volatility_call_minutes", "dynamic_band"),
        ("call_random_end_seconds", "call_algorithm"),
    ]
    for key, companion in pairs:
        if rules.number(key) is not None and not (
            rules.number(companion) is not None or rules.word(companion)
        ):
            values = {"key": key, "needed": companion}
            return Refused(VenueRuleCode.VENUE_RULE_NEEDS_ANOTHER, values)
    closing_call = rules.word("close_rule") == "closing_call"
    if closing_call and Mode.CALL not in identity.modes:
        values = {"key": "close_rule", "needed": "hours_call"}
        return Refused(VenueRuleCode.VENUE_RULE_NEEDS_ANOTHER, values)
    return None


def _call_too_short(rules: ReadRules) -> Refused | None:
    calls = [window.ends_at - window.starts_at for window in rules.hours(Mode.CALL)]
    volatility = rules.number("volatility_call_minutes")
    shortest = min([*calls, *([] if volatility is None else [volatility])], default=None)
    if shortest is None:
        return None
    ban = rules.number("call_cancel_ban_minutes") or 0
    random_seconds = rules.number("call_random_end_seconds") or 0
    for key, seconds in (
        ("call_cancel_ban_minutes", ban * 60),
        ("call_random_end_seconds", random_seconds),
    ):
        shortest_call = min(calls, default=shortest) if key.endswith("minutes") else shortest
        if seconds >= shortest_call * 60:
            key_of_call = "hours_call" if shortest_call in calls else "volatility_call_minutes"
            values = {"key": key, "call_key": key_of_call, "minutes": shortest_call}
            return Refused(VenueRuleCode.VENUE_CALL_TOO_SHORT, values)
    return None


def _lock_on_own_use(rules: ReadRules) -> Refused | None:
    """What may never be sold needs no days before it may be sold."""
    if rules.word("own_use") == "on" and rules.number("resale_lock_days"):
        values = {
            "first_key": "own_use",
            "second_key": "resale_lock_days",
            "days": rules.number("resale_lock_days"),
        }
        return Refused(VenueRuleCode.VENUE_OWN_USE_EXCLUDES_RESALE_LOCK, values)
    return None


def format_lot(identity: VenueIdentity) -> str:
    """Write the lot in the unit the asset is shown in."""
    return format_plain(identity.lot, identity.unit)
