"""One clearing with all that went into it, so that it can be done again and gives the same.

Caps first, then the clearing itself, then the public sheet.  Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from market.auctions.bids import Bid
from market.auctions.caps import Cap, CapCode, within_caps
from market.auctions.clearing import Result, clear
from market.auctions.result_sheet import RefusedBid, ResultSheet, result_sheet
from market.auctions.rules import Rules


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a clearing knew beside rules and bids: groups of bidders, caps, guarantees in fen."""

    groups: Mapping[str, str] = field(default_factory=dict)
    caps: tuple[Cap, ...] = ()
    guarantees: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What came out of a clearing; ``rules`` are those with the groups of its bidders."""

    rules: Rules
    result: Result
    sheet: ResultSheet


def clear_whole(
    rules: Rules, supply: int, bids: Sequence[Bid], inputs: Inputs, seed: str
) -> Cleared:
    """Cut bids to their caps, clear, and make the sheet; refused bids in the order they came."""
    rules = replace(rules, groups={**inputs.groups, **rules.groups})
    kept, shut_out = within_caps(rules, bids, inputs.caps)
    guarantees = inputs.guarantees
    result = clear(rules, supply, kept, guarantees=guarantees, seed=seed)
    sheet = result_sheet(rules, supply, kept, result, guarantees=guarantees)
    places = {bid.id: place for place, bid in enumerate(bids)}
    refused = tuple(sorted([*result.refused, *shut_out], key=lambda one: places[one.bid.id]))
    return Cleared(
        rules,
        replace(result, refused=refused),
        replace(sheet, refused=tuple(RefusedBid(one.bid.id, one.refused) for one in refused)),
    )


def inputs_as_json(inputs: Inputs) -> dict[str, Any]:
    """Write what a clearing knew, to be kept with the auction."""
    return {
        "groups": dict(inputs.groups),
        "caps": [
            {"bidders": sorted(cap.bidders), "quantity": cap.quantity, "code": cap.code.value}
            for cap in inputs.caps
        ],
        "guarantees": dict(inputs.guarantees),
    }


def inputs_from_json(written: Mapping[str, Any]) -> Inputs:
    """Read it back."""
    return Inputs(
        groups=written.get("groups", {}),
        caps=tuple(
            Cap(frozenset(one["bidders"]), one["quantity"], CapCode(one["code"]))
            for one in written.get("caps", ())
        ),
        guarantees=written.get("guarantees", {}),
    )
