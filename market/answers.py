"""Refusals as the log keeps them: code, figures and source as JSON, and back.

A code that comes back from the log is its text: sentences are found by it all the same, whatever
module declared it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from ledger.refusals import RefusalCode, Refused
from ledger.units import Quantity


def refused_to_json(refused: Refused | None) -> dict[str, Any] | None:
    """Write a refusal; None stays None."""
    if refused is None:
        return None
    return {
        "code": str(refused.code),
        "values": {name: _written(value) for name, value in refused.values.items()},
        "source": refused.source,
    }


def refused_from_json(written: Mapping[str, Any] | None) -> Refused | None:
    """Read a refusal back with the same figures."""
    if written is None:
        return None
    values = {name: _read(value) for name, value in written["values"].items()}
    return Refused(cast(RefusalCode, written["code"]), values, written["source"])


def _written(value: object) -> object:
    if isinstance(value, Quantity):
        return {"quantity": value.minor, "unit": value.unit_code}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, bool | int | str) or value is None:
        return value if type(value) in (bool, int, str, type(None)) else str(value)
    return str(value)


def _read(value: object) -> object:
    match value:
        case {"quantity": int(minor), "unit": str(unit)}:
            return Quantity(minor, unit)
        case {"instant": str(text)}:
            return datetime.fromisoformat(text)
        case {"date": str(text)}:
            return date.fromisoformat(text)
    return value
