"""A slow, obvious clearing of auction files: fractions, a lot at a time, everything tried anew.

Reads the file's own texts, shares no code with ``market.auctions``, and follows the order of work
sentence by sentence.  It answers with fractions.
"""

import hashlib
from datetime import datetime
from fractions import Fraction
from itertools import groupby
from math import floor
from typing import Any

Bid = dict[str, Any]


class Auction:
    """One auction and everything worked out about it on the way."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.rules = document["rules"]
        self.supply = Fraction(document["supply"])
        self.document = document
        self.lot = Fraction(self.rules.get("lot", "1"))
        self.years = self.rules.get("years", 1)
        self.reverse = self.rules["format"] == "reverse"
        self.fixed = self.rules["format"] == "fixed_price"
        self.reserve = self.number("reserve_price")
        self.refused: set[str] = set()
        self.below_reserve: list[str] = []

    def number(self, key: str) -> Fraction | None:
        return Fraction(self.rules[key]) if key in self.rules else None

    def worse(self, price: Fraction, other: Fraction | None) -> bool:
        return other is not None and (price > other if self.reverse else price < other)

    # (1) each bid by itself
    def first(self) -> list[Bid]:
        valid, quoted = [], dict[str, int]()
        written = [{**bid, "place": place} for place, bid in enumerate(self.document["bids"])]
        for bid in sorted(
            written, key=lambda bid: (datetime.fromisoformat(bid["at"]), bid["place"])
        ):
            bid["price"] = Fraction(self.rules["price"] if self.fixed else bid["price"])
            bid["quantity"] = Fraction(bid["quantity"])
            bid["minimum"] = Fraction(bid.get("minimum", "0"))
            below = self.worse(bid["price"], self.reserve)
            too_dear = bid["price"] > Fraction(self.rules.get("ceiling", bid["price"]))
            bad, shut_out = too_dear or self.is_bad(bid), "reserve_secret" not in self.rules
            if bad or (below and shut_out):
                self.below_reserve += [] if bad else [bid["bidder"]]
                self.refused.add(bid["id"])
                continue
            number = quoted[bid["bidder"]] = quoted.get(bid["bidder"], 0) + 1
            if number > self.rules.get("quotes_limit", number):
                self.refused.add(bid["id"])
            elif below:
                self.below_reserve.append(bid["bidder"])
            else:
                valid.append(bid)
        return valid

    def is_bad(self, bid: Bid) -> bool:
        price, quantity, rules = bid["price"], bid["quantity"], self.rules
        off_tick = not self.fixed and (
            price == 0 or price % Fraction(rules.get("tick", "0.01")) != 0
        )
        start = self.reserve or Fraction(0)
        off_step = "increment" in rules and (price - start) % Fraction(rules["increment"]) != 0
        small = quantity == 0 or quantity < Fraction(rules.get("minimum_bid", "0"))
        return off_tick or quantity % self.lot != 0 or off_step or small

    # (2) the last valid quote counts
    def second(self, bids: list[Bid]) -> list[Bid]:
        if self.rules["format"] not in ("multi_quote", "ascending"):
            return bids
        last = {bid["bidder"]: bid for bid in bids}
        self.below_reserve = [name for name in self.below_reserve if name not in last]
        return list(last.values())

    # (3) guarantees, then limits, a lot at a time
    def third(self, bids: list[Bid]) -> list[Bid]:
        groups = self.rules.get("groups", {})
        guarantees = self.document.get("guarantees", {})
        share = self.number("bidder_limit")

        def covered(kept: list[Bid]) -> bool:
            guarantee = guarantees.get(kept[0]["bidder"])
            sums = [
                sum((b["quantity"] for b in kept[: n + 1]), Fraction(0)) for n in range(len(kept))
            ]
            largest = max(b["price"] * s for b, s in zip(kept, sums, strict=True))
            return guarantee is None or largest <= Fraction(guarantee)

        def within_limit(kept: list[Bid]) -> bool:
            return share is None or sum(b["quantity"] for b in kept) <= share * self.supply

        def owner(bid: Bid) -> str:
            return groups.get(bid["bidder"], bid["bidder"])

        bids = self.cut(bids, lambda bid: bid["bidder"], covered)
        return self.cut(bids, owner, within_limit)

    def cut(self, bids: list[Bid], owner: Any, allowed: Any) -> list[Bid]:
        left = []
        for name in {owner(bid) for bid in bids}:
            kept: list[Bid] = []
            for bid in self.ranking([b for b in bids if owner(b) == name], by_time=True):
                tried = dict(bid)
                while tried["quantity"] > 0 and not allowed([*kept, tried]):
                    tried["quantity"] -= self.lot
                if tried["quantity"] > 0:
                    kept.append(tried)
                else:
                    self.refused.add(bid["id"])
            left += kept
        return left

    # (4) price, then tie rule
    def ranking(self, bids: list[Bid], *, by_time: bool = False) -> list[Bid]:
        order = self.document.get("tie_order", [])
        seed = self.document.get("seed")

        def rank(bid: Bid) -> Any:
            lots: Any = (0, "")
            if not by_time and self.rules["tie_rule"] in ("random", "pro_rata_random_rest"):
                number = order.index(bid["id"]) if bid["id"] in order else len(order)
                drawn = hashlib.sha256(f"{seed}:{bid['id']}".encode()).hexdigest()
                lots = (number, drawn if seed is not None and bid["id"] not in order else "")
            price = bid["price"] if self.reverse else -bid["price"]
            return price, lots, datetime.fromisoformat(bid["at"]), bid["place"]

        return sorted(bids, key=rank)

    # (5) the supply goes down the ranking
    def fill(
        self, bids: list[Bid], supply: Fraction, tiers: list[Any], paid: Fraction | None
    ) -> dict[str, Fraction]:
        pots = [
            [Fraction(0), supply],
            *([Fraction(t["trigger"]), Fraction(t["quantity"])] for t in tiers),
        ]
        given: dict[str, Fraction] = {}
        bought: list[tuple[Fraction, Fraction]] = []
        for price, group in groupby(self.ranking(bids), key=lambda bid: bid["price"]):
            same = list(group)
            there = sum((left for trigger, left in pots if price >= trigger), Fraction(0))
            there = self.affordable(there, price, bought, paid)
            shares = self.share(same, there)
            given |= {bid["id"]: part for bid, part in zip(same, shares, strict=True)}
            bought.append((price, sum(shares, Fraction(0))))
            taken = sum(shares, Fraction(0))
            for pot in pots:
                part = min(taken, pot[1]) if price >= pot[0] else Fraction(0)
                pot[1], taken = pot[1] - part, taken - part
        self.added_left = [left for _, left in pots[1:]]
        return given

    def affordable(
        self,
        there: Fraction,
        price: Fraction,
        bought: list[tuple[Fraction, Fraction]],
        paid: Fraction | None,
    ) -> Fraction:
        budget = self.number("budget")
        if budget is None:
            return there

        def cost(more: Fraction) -> Fraction:
            everything = [*bought, (price, more)]
            if paid is None and self.rules["price_rule"] == "own_bid":
                return sum((p * q for p, q in everything), Fraction(0)) * self.years
            return (paid or price) * sum(q for _, q in everything) * self.years

        if cost(there) <= budget:
            return there
        lots = Fraction(0)
        while cost(lots + self.lot) <= budget:
            lots += self.lot
        return lots

    def share(self, bids: list[Bid], there: Fraction) -> list[Fraction]:
        rule = self.rules["tie_rule"]
        if rule in ("time", "random"):
            parts = []
            for bid in bids:
                parts.append(min(bid["quantity"], there))
                there -= parts[-1]
            return parts
        inside = list(bids)
        while True:
            total = sum((bid["quantity"] for bid in inside), Fraction(0))
            factor = min(Fraction(1), there / total) if total else Fraction(0)
            raw = {bid["id"]: bid["quantity"] * factor for bid in inside}
            lots = {name: part // self.lot * self.lot for name, part in raw.items()}
            enough = [bid for bid in inside if lots[bid["id"]] >= bid["minimum"]]
            if rule != "pro_rata_minimum" or enough == inside:
                break
            inside = enough
        rest = min(there, total) - sum(lots.values(), Fraction(0))
        if rule != "pro_rata_random_rest":
            inside.sort(key=lambda bid: lots[bid["id"]] - raw[bid["id"]])
        for bid in inside:
            more = min(rest, self.lot)
            lots[bid["id"]] += more
            rest -= more
        return [lots.get(bid["id"], Fraction(0)) for bid in bids]

    # the price
    def once(
        self, bids: list[Bid], supply: Fraction
    ) -> tuple[Fraction | None, dict[str, Fraction], Fraction]:
        at_reserve = (
            sum(bid["quantity"] for bid in bids) < supply
            and self.rules["undersubscription_rule"] == "clear_at_reserve"
        )
        paid = self.reserve if at_reserve else None
        running = bids
        if "winner_rule" in self.rules:
            number = floor(
                Fraction(self.rules["winner_rule"]["top_share"]) * len(bids) + Fraction(1, 2)
            )
            running = self.ranking(bids)[:number]
        tiers: list[Any] = []
        for tier in [*self.rules.get("containment", []), None]:
            given = self.fill(running, supply, tiers, paid)
            price = paid or self.price(bids, given, tiers)
            if tier is None or price is None or price <= Fraction(tier["trigger"]):
                break
            tiers = [*tiers, tier]
        used = sum((Fraction(t["quantity"]) for t in tiers), Fraction(0)) - sum(
            self.added_left, Fraction(0)
        )
        return price, given, used

    def price(
        self, bids: list[Bid], given: dict[str, Fraction], tiers: list[Any]
    ) -> Fraction | None:
        accepted = [bid["price"] for bid in bids if given.get(bid["id"])]
        rule = self.rules.get("price_rule")
        if not accepted or (rule == "own_bid" and not self.fixed):
            return None
        if self.fixed:
            return Fraction(self.rules["price"])
        if rule != "highest_rejected":
            return max(accepted) if self.reverse else min(accepted)
        rejected = [bid["price"] for bid in bids if given.get(bid["id"], 0) < bid["quantity"]]
        price = max(rejected) if rejected else self.reserve or min(accepted)
        for tier, left in zip(tiers, self.added_left, strict=True):
            if left < Fraction(tier["quantity"]):
                price = max(price, Fraction(tier["trigger"]))
        return min(price, min(accepted))

    def result(self) -> dict[str, Any]:
        bids = self.third(self.second(self.first()))
        asked = sum(bid["quantity"] for bid in bids)
        rule = self.rules["undersubscription_rule"]
        status = "cleared"
        if not bids or (asked < self.supply and rule == "cancel"):
            status = "cancelled"
        elif asked < self.supply and rule.startswith("decline") and self.below_reserve:
            status = "declined"
        price, given, used, withheld = None, dict[str, Fraction](), Fraction(0), Fraction(0)
        if status == "cleared":
            price, given, used = self.once(bids, self.supply)
            low = self.rules.get("withholding")
            if low is not None and price is not None and price < Fraction(low["trigger"]):
                withheld = Fraction(low["share"]) * self.supply // self.lot * self.lot
                price, given, used = self.once(bids, self.supply - withheld)
        given = {name: part for name, part in given.items() if part}
        at = {bid["id"]: price if price is not None else bid["price"] for bid in bids}
        amounts = [
            Fraction(floor(part * at[name] * self.years * 100 + Fraction(1, 2)), 100)
            for name, part in given.items()
        ]
        return {
            "status": status,
            "price": price if given else None,
            "awards": given,
            "sold": sum(given.values(), Fraction(0)),
            "unsold": self.supply + used - withheld - sum(given.values(), Fraction(0)),
            "proceeds": sum(amounts, Fraction(0)),
            "containment_sold": used,
            "withheld": withheld,
            "refused": self.refused,
        }


def reference_clearing(document: dict[str, Any]) -> dict[str, Any]:
    """Clear an auction file the slow way; roundings may not carry a purchase over its budget."""
    result = Auction(document).result()
    rules = document["rules"]
    budget = spendable = Fraction(rules.get("budget", "0"))
    while "budget" in rules and result["proceeds"] > budget:
        spendable = max(Fraction(0), spendable - (result["proceeds"] - budget))
        result = Auction({**document, "rules": {**rules, "budget": spendable}}).result()
    return result
