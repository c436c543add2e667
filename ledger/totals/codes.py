"""Why the regulator's desk says no.

Amounts in the values are ``ledger.units.Quantity``; a cell is named by the code of its zone and,
after a stroke, its use type (``CHD01/farm``).  Knows no sentence: those are in ``web.sentences``.
"""

from ledger.refusals import RefusalCode


class TotalsCode(RefusalCode):
    """What the desk, the allocation of units and the cut refuse."""

    ACT_WITHOUT_ACTOR = "act_without_actor"
    ACT_WITHOUT_OFFICE = "act_without_office"
    ACT_WITHOUT_DOCUMENT = "act_without_document"
    TOTAL_OF_UNKNOWN_ASSET = "total_of_unknown_asset"
    MONEY_HAS_NO_TOTAL = "money_has_no_total"
    CELL_OUTSIDE_SCHEME = "cell_outside_scheme"
    ZONE_OUTSIDE_SCHEME = "zone_outside_scheme"
    TOTAL_ALREADY_SET = "total_already_set"
    TOTAL_NOT_SET_HERE = "total_not_set_here"
    ASSET_STANDS_UNDER_INDEX = "asset_stands_under_index"
    ASSET_STANDS_UNDER_NO_INDEX = "asset_stands_under_no_index"
    LOWERING_EXCEEDS_ROOM = "lowering_exceeds_room"
    LOWERING_EXCEEDS_SET = "lowering_exceeds_set"
    LOWERING_EXCEEDS_SOURCES = "lowering_exceeds_sources"
    CELL_NOT_BELOW = "cell_not_below"
    CELL_NAMED_TWICE = "cell_named_twice"
    DIVISION_EXCEEDS_TOTAL = "division_exceeds_total"
    GIVING_BACK_EXCEEDS_ROOM = "giving_back_exceeds_room"
    GIVING_BACK_EXCEEDS_SHARE = "giving_back_exceeds_share"
    INDEX_ROOM_EXHAUSTED = "index_room_exhausted"
    CLOSING_EXCEEDS_ROOM = "closing_exceeds_room"
    ACCOUNT_CANNOT_HOLD_UNITS = "account_cannot_hold_units"
    KEY_TWICE_IN_TABLE = "key_twice_in_table"
    ALLOCATION_EXCEEDS_TOTAL = "allocation_exceeds_total"
    BATCH_HAS_FAULTS = "batch_has_faults"
    RETURN_EXCEEDS_HOLDING = "return_exceeds_holding"
    NOTHING_TO_CUT = "nothing_to_cut"
    CUT_NEEDS_RELEASE_FIRST = "cut_needs_release_first"
    INDEX_USE_TO_CUT_MISSING = "index_use_to_cut_missing"
