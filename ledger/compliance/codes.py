"""Why the counter of compliance says no.

Years in the values are text; amounts are ``ledger.units.Quantity``.  What the status engine
refuses has its own codes in ``ledger.compliance.status``.
"""

from ledger.refusals import RefusalCode


class RecordCode(RefusalCode):
    """Why a duty or a report is not recorded, in the order in which the rules are looked at.

    Before these comes that the account is unknown; after them the rules of the status engine.
    """

    RECORD_WITHOUT_DOCUMENT = "record_without_document"
    RECORD_TEXT_UNREADABLE = "record_text_unreadable"
    RECORD_NEEDS_HOLDER = "record_needs_holder"
    YEAR_NOT_OF_SCHEME = "year_not_of_scheme"
    DUTY_MISSING = "duty_missing"
    YEAR_TWICE_IN_BATCH = "year_twice_in_batch"
    USE_NEGATIVE = "use_negative"
    USE_TOO_LARGE = "use_too_large"
    USE_ASSET_MISSING = "use_asset_missing"
    USE_ASSET_NOT_TOLD = "use_asset_not_told"


class SurrenderCode(RefusalCode):
    """Why a surrender is not made, in the order in which the rules are looked at.

    Before these come those of the account (unknown, closed) and of the asset; after them those of
    posting.
    """

    SURRENDER_NEEDS_HOLDER = "surrender_needs_holder"
    SCHEME_KNOWS_NO_SURRENDER = "scheme_knows_no_surrender"
    SURRENDER_YEAR_NOT_OF_SCHEME = "surrender_year_not_of_scheme"
    UNITS_ARE_FOR_LATER_YEARS = "units_are_for_later_years"
    UNITS_TO_SURRENDER_TOO_FEW = "units_to_surrender_too_few"
    ENTRY_IS_NO_SURRENDER = "entry_is_no_surrender"
