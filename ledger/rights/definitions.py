"""The schemes that the program ships: a new one is a file of its own and one line here."""

from ledger.refusals import RefusalCode, Refused
from ledger.rights.base import (
    AssetDefinition,
    PeriodDefinition,
    SchemeDefinition,
    SettingDefinition,
)
from ledger.rights.cny import CNY
from ledger.rights.eu_ets import EU_ETS
from ledger.rights.nm_carbon import NM_CARBON
from ledger.rights.nm_discharge import NM_COD, NM_SO2
from ledger.rights.nm_water import NM_WATER

__all__ = (
    "DEFINITIONS",
    "AssetDefinition",
    "PeriodDefinition",
    "SchemeCode",
    "SchemeDefinition",
    "SettingDefinition",
    "definition",
)

_TEXT_MAX = 60

DEFINITIONS: tuple[SchemeDefinition, ...] = (
    EU_ETS,
    NM_WATER,
    NM_COD,
    NM_SO2,
    NM_CARBON,
    CNY,
)


class SchemeCode(RefusalCode):
    """Why a scheme is not to be had."""

    SCHEME_UNKNOWN = "scheme_unknown"


def definition(code: str) -> SchemeDefinition | Refused:
    """Find a shipped scheme by its code."""
    for shipped in DEFINITIONS:
        if shipped.code == code:
            return shipped
    known = ", ".join(shipped.code for shipped in DEFINITIONS)
    return Refused(SchemeCode.SCHEME_UNKNOWN, {"scheme": code[:_TEXT_MAX], "known": known})
