"""The file of ``ecorights simulate registry``: blocks of worked cases of the registry, by ``fn``.

    {"fn": "execution_time", "window": ["10:00", "16:00"], "holidays": ["2021-05-03"],
     "rows": [{"approved": "2021-04-30 15:00", "delay_min": 120}]}

A document is one block, a list of blocks, or an object of blocks (or lists of them) by ``fn``.  What a block expects
(``executes``, the end of a row, ``note``) may stand in it or be left out; it is not read.  Turns
shape into plain values; what comes of them is decided by the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from ledger.refusals import Refused
from web.schemas.compliance_history import read_histories
from web.schemas.faults import Fault, ShapeCode, Unreadable, faults_in, pointer, shown
from web.schemas.registry_blocks import SCHEMAS, schema_of

COMPLIANCE = "compliance_status"
FUNCTIONS = (COMPLIANCE, *(fn for fn, _ in SCHEMAS))
"""Every ``fn`` that a block may name."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block: as it is written, and what was read of it."""

    fn: str
    written: Mapping[str, Any]
    read: Any = field(default_factory=dict)


Tree = Block | list["Tree"] | dict[str, "Tree"]
"""A document as it is built: its blocks, in the lists and under the names they stand in."""


def read_blocks(document: object) -> Tree | Unreadable:
    """Read a document of blocks, or name everything in it that cannot be read."""
    faults: list[Fault] = []
    if isinstance(document, dict) and "fn" not in document and document.keys() & set(FUNCTIONS):
        tree: Tree = {
            key: _tree((key,), key, inner, faults)
            for key, inner in document.items()
            if _is_function(key, faults)
        }
    else:
        tree = _tree((), None, document, faults)
    return Unreadable(tuple(faults)) if faults else tree


def _is_function(key: str, faults: list[Fault]) -> bool:
    if key in FUNCTIONS:
        return True
    refused = Refused(ShapeCode.KEY_UNKNOWN, {"key": shown(key), "value": ""})
    faults.append(Fault(pointer((key,)), refused))
    return False


def _tree(
    path: tuple[str | int, ...], fn: str | None, written: object, faults: list[Fault]
) -> Tree:
    if isinstance(written, list):
        return [_leaf((*path, place), fn, inner, faults) for place, inner in enumerate(written)]
    return _leaf(path, fn, written, faults)


def _leaf(
    path: tuple[str | int, ...], fn: str | None, written: object, faults: list[Fault]
) -> Block:
    block = _block(fn, written)
    if isinstance(block, Block):
        return block
    faults += [Fault(pointer(path) + fault.at, fault.refused) for fault in block.faults]
    return Block("", {})


def _block(fn: str | None, written: object) -> Block | Unreadable:
    if not isinstance(written, dict):
        refused = Refused(ShapeCode.VALUE_NOT_AN_OBJECT, {"value": shown(written)})
        return Unreadable((Fault("", refused),))
    named = written.get("fn", fn)
    if "fn" not in written and fn is None:
        return Unreadable((Fault("/fn", Refused(ShapeCode.KEY_MISSING, {"key": shown("fn")})),))
    allowed = FUNCTIONS if fn is None else (fn,)
    if named not in allowed:
        values = {"value": shown(named), "known": ", ".join(allowed)}
        return Unreadable((Fault("/fn", Refused(ShapeCode.VALUE_NOT_ONE_OF, values)),))
    if named == COMPLIANCE:
        histories = read_histories({key: value for key, value in written.items() if key != "note"})
        if isinstance(histories, Unreadable):
            return histories
        return Block(named, written, histories)
    try:
        return Block(named, written, schema_of(named, written)().load(written))
    except ValidationError as error:
        return Unreadable(tuple(faults_in(error.messages, written)))
