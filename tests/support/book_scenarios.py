"""Scenarios of ``rules/book-scenarios.json`` in the form that ``simulate book`` reads."""

import json
from pathlib import Path
from typing import Any

Scenario = dict[str, Any]


def scenarios(folder: Path) -> list[Scenario]:
    """Give the scenarios of the reference data."""
    text = (folder / "rules" / "book-scenarios.json").read_text("utf-8")
    found: list[Scenario] = json.loads(text)["scenarios"]
    return found


def as_file(scenario: Scenario) -> dict[str, Any]:
    """Give the venue and the steps, without what is expected."""
    venue = {"tick": "0.01", "self_trade": scenario.get("config", {}).get("stp", "none")}
    return {"venue": venue, "steps": [_step(step) for step in scenario["steps"]]}


def expected(scenario: Scenario) -> dict[str, Any]:
    """Give the statuses with their fills, and the book at the end."""
    results = [
        {
            "status": step["expect"]["status"],
            "fills": [
                {"resting": resting, "incoming": incoming, "price": _price(p), "quantity": str(q)}
                for resting, incoming, p, q in step["expect"]["fills"]
            ],
        }
        for step in scenario["steps"]
    ]
    book = {
        side: [[_price(p), [[number, str(q)] for number, q in orders]] for p, orders in levels]
        for side, levels in scenario["book"].items()
    }
    return {"results": results, "book": book}


def _step(step: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in step.items() if key not in ("expect", "qty")}
    if "qty" in step:
        plain["quantity"] = str(step["qty"])
    if step.get("price") is not None:
        plain["price"] = _price(step["price"])
    for key in ("display", "minimum"):
        if key in step:
            plain[key] = str(step[key])
    return plain


def _price(ticks: int) -> str:
    return f"{ticks // 100}.{ticks % 100:02}"
