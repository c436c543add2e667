"""Which assets may change hands in a scheme: one rule for every counter."""

from collections.abc import Mapping

from ledger.refusals import RefusalCode, Refused
from ledger.rights.schemes import AssetRow


class AssetCode(RefusalCode):
    """Why an asset cannot be moved, in the order in which the rules are looked at."""

    ASSET_TO_MOVE_UNKNOWN = "asset_to_move_unknown"
    ASSET_OF_OTHER_SCHEME = "asset_of_other_scheme"
    ASSET_IS_NO_UNIT = "asset_is_no_unit"


def unit_of_scheme(
    assets: Mapping[int, AssetRow], asset_id: int, scheme_id: int
) -> AssetRow | Refused:
    """Give the asset if it is a unit of the scheme that people may hold."""
    found = assets.get(asset_id)
    if found is None:
        return Refused(AssetCode.ASSET_TO_MOVE_UNKNOWN, {"asset": str(asset_id)})
    if found.scheme_id != scheme_id:
        return Refused(AssetCode.ASSET_OF_OTHER_SCHEME, {"asset": found.code})
    if found.role != "unit":
        return Refused(AssetCode.ASSET_IS_NO_UNIT, {"asset": found.code})
    return found
