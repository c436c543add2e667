"""Clearing an auction: rules, supply and bids in, prices and awards out.

Pure.  The order of work is that of the page on file formats: bids by themselves, quotes, guarantees
and limits, then the supply goes down the ranking; the price follows from how far it reached.  Knows
nothing of databases, files, languages or of how bids were collected.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from ledger.apportionment import half_up
from ledger.refusals import ensure
from market.auctions.bids import Bid, ShutOut, Standing, screen
from market.auctions.entitlement import within_bidder_limit, within_guarantees
from market.auctions.ladder import Reached, Takes, best_first, reach, totals_per_price
from market.auctions.prices import amount_fen, uniform_price
from market.auctions.rules import Rules, TieRule, UndersubscriptionRule
from market.auctions.ties import Draw, draw, ranked, sha256_hex, shares
from market.auctions.unsold import spread_unsold


class AuctionStatus(StrEnum):
    """How a clearing ended."""

    CLEARED = "cleared"
    CANCELLED = "cancelled"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Award:
    """What one bid gets, at which price, for how much money (in fen)."""

    bid: Bid
    quantity: int
    price_micro: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of an auction; awards in rank order, refusals in the order of the bids.

    ``price_micro`` is None where winners pay what each of them bid, and where nobody won.
    ``unsold`` = supply + ``containment_sold`` - ``withheld`` - ``sold``.
    """

    status: AuctionStatus
    price_micro: int | None
    awards: tuple[Award, ...]
    sold: int
    unsold: int
    proceeds_fen: int
    containment_sold: int
    withheld: int
    carried: tuple[int, ...]
    fallback: int
    refused: tuple[ShutOut, ...]
    seed_commitment: str | None


@dataclass(frozen=True, slots=True)
class Field:
    """The bids that stand after guarantees and limits, and those that were shut out."""

    standing: tuple[Standing, ...]
    shut_out: tuple[ShutOut, ...]
    any_short_of_reserve: bool

    @property
    def asked(self) -> int:
        """What is validly bid for."""
        return sum(one.quantity for one in self.standing)


def field_of(
    rules: Rules, supply: int, bids: Sequence[Bid], guarantees: Mapping[str, int]
) -> Field:
    """Do steps (1) to (3): which bids stand, with how much, and which are shut out and why.

    ``guarantees`` are fen by bidder; a bidder without one there is not limited by it.
    """
    screened = screen(rules, bids)
    shut_out = list(screened.shut_out)
    standing = screened.standing
    covered = within_guarantees(rules, standing, guarantees) if guarantees else standing
    standing = _those_standing(covered, shut_out)
    standing = _those_standing(within_bidder_limit(rules, supply, standing), shut_out)
    standing.sort(key=lambda one: one.place)
    shut_out.sort(key=lambda one: one.place)
    return Field(tuple(standing), tuple(shut_out), screened.any_short_of_reserve)


def clear(
    rules: Rules,
    supply: int,
    bids: Sequence[Bid],
    *,
    guarantees: Mapping[str, int] | None = None,
    tie_order: Sequence[str] = (),
    seed: str | None = None,
) -> Result:
    """Clear an auction of ``supply`` smallest units (above zero) by rules without contradictions.

    ``tie_order`` names bids in the order drawn; ties of others are decided by ``seed``, and by time
    where there is none.  Whatever the bids are there is an answer: bad ones are in ``refused``.
    """
    ensure(supply > 0, "there is something to sell or to buy")
    field = field_of(rules, supply, bids, guarantees or {})
    commitment = None if seed is None else sha256_hex(seed)
    status = _status(rules, supply, field)
    if status is not AuctionStatus.CLEARED:
        return _nothing_sold(rules, supply, field, status, commitment)
    lots = draw(tie_order, seed)
    cleared = _cleared(rules, supply, field, lots)
    withheld = _withheld(rules, supply, cleared.price_micro)
    if withheld:
        cleared = _cleared(rules, supply - withheld, field, lots)
    awards = _awards(rules, cleared, lots)
    budgeted = rules
    while budgeted.budget_fen is not None and (over := _over_budget(rules, awards)) > 0:
        # Amounts are rounded one by one, and together may pass what their exact sum fits.
        budgeted = replace(budgeted, budget_fen=max(0, budgeted.budget_fen - over))
        cleared = _cleared(budgeted, supply, field, lots)
        awards = _awards(rules, cleared, lots)
    sold = cleared.reached.taken
    ensure(sold == sum(award.quantity for award in awards), "what is sold is awarded")
    unsold = supply + cleared.reached.added_taken - withheld - sold
    carried = spread_unsold(rules.unsold, unsold, rules.carried_unit)
    return Result(
        status=status,
        price_micro=cleared.price_micro if awards and not cleared.at_own_prices else None,
        awards=tuple(awards),
        sold=sold,
        unsold=unsold,
        proceeds_fen=sum(award.amount_fen for award in awards),
        containment_sold=cleared.reached.added_taken,
        withheld=withheld,
        carried=carried.parts,
        fallback=carried.fallback,
        refused=field.shut_out,
        seed_commitment=commitment,
    )


def _those_standing(found: Iterable[Standing | ShutOut], shut_out: list[ShutOut]) -> list[Standing]:
    standing: list[Standing] = []
    for one in found:
        if isinstance(one, ShutOut):
            shut_out.append(one)
        else:
            standing.append(one)
    return standing


def _status(rules: Rules, supply: int, field: Field) -> AuctionStatus:
    if not field.standing:
        return AuctionStatus.CANCELLED
    if field.asked < supply:
        if rules.undersubscription_rule is UndersubscriptionRule.CANCEL:
            return AuctionStatus.CANCELLED
        declines = UndersubscriptionRule.DECLINE_IF_ANY_BELOW_RESERVE
        if rules.undersubscription_rule is declines and field.any_short_of_reserve:
            return AuctionStatus.DECLINED
    return AuctionStatus.CLEARED


def _nothing_sold(
    rules: Rules, supply: int, field: Field, status: AuctionStatus, commitment: str | None
) -> Result:
    carried = spread_unsold(rules.unsold, supply, rules.carried_unit)
    return Result(
        status=status,
        price_micro=None,
        awards=(),
        sold=0,
        unsold=supply,
        proceeds_fen=0,
        containment_sold=0,
        withheld=0,
        carried=carried.parts,
        fallback=carried.fallback,
        refused=field.shut_out,
        seed_commitment=commitment,
    )


@dataclass(frozen=True, slots=True)
class _Cleared:
    """One clearing: who could win, how far the supply reached, and the price.

    ``at_own_prices``: each winner pays what he bid, and ``price_micro`` is None.
    """

    running: Sequence[Standing]
    reached: Reached
    price_micro: int | None
    at_own_prices: bool


def _cleared(rules: Rules, supply: int, field: Field, lots: Draw) -> _Cleared:
    """Clear once, adding each step of containment whose trigger the price without it is above."""
    running, best_loser = _running(rules, field.standing, lots)
    at_reserve = (
        field.asked < supply
        and rules.undersubscription_rule is UndersubscriptionRule.CLEAR_AT_RESERVE
    )
    paid = rules.reserve_micro if at_reserve else None
    ladder = best_first(rules, totals_per_price(running))
    once = _Once(rules, supply, running, ladder, best_loser, paid, lots)
    cleared = once.clear(())
    steps = sorted((one.trigger_micro, one.quantity) for one in rules.containment)
    for number, (trigger, _) in enumerate(steps, start=1):
        if cleared.price_micro is None or cleared.price_micro <= trigger:
            break
        cleared = once.clear(tuple(steps[:number]))
    return cleared


def _running(
    rules: Rules, standing: Sequence[Standing], lots: Draw
) -> tuple[Sequence[Standing], int | None]:
    """Keep the bids that may win, and give the best price among the others.

    Of several quotes only the last stands, so that bids are bidders here.
    """
    if rules.top_share is None:
        return standing, None
    levels = _by_price(standing)
    best = [
        one
        for price in sorted(levels, key=rules.worth, reverse=True)
        for one in ranked(rules, levels[price], lots)
    ]
    number = half_up(rules.top_share * len(best))
    return best[:number], best[number].price_micro if number < len(best) else None


def _by_price(standing: Iterable[Standing]) -> defaultdict[int, list[Standing]]:
    levels: defaultdict[int, list[Standing]] = defaultdict(list)
    for one in standing:
        levels[one.price_micro].append(one)
    return levels


@dataclass(frozen=True, slots=True)
class _Once:
    """All that one walk down the ladder needs but the supply that is added."""

    rules: Rules
    supply: int
    running: Sequence[Standing]
    ladder: Sequence[tuple[int, int]]
    best_loser: int | None
    paid_micro: int | None
    lots: Draw

    def clear(self, added: tuple[tuple[int, int], ...]) -> _Cleared:
        """Walk down and find the price."""
        rules = self.rules
        reached = reach(
            rules,
            self.ladder,
            self.supply,
            added=added,
            paid_micro=self.paid_micro,
            takes=self._takes_above_minimums(),
        )
        if reached.best_rejected_micro is None and self.best_loser is not None:
            reached = replace(reached, best_rejected_micro=self.best_loser)
        if self.paid_micro is not None:
            return _Cleared(self.running, reached, self.paid_micro, at_own_prices=False)
        if rules.has_own_prices:
            return _Cleared(self.running, reached, None, at_own_prices=True)
        price = uniform_price(rules, reached, _floor_of_used(added, reached))
        return _Cleared(self.running, reached, price, at_own_prices=False)

    def _takes_above_minimums(self) -> Takes | None:
        """Only minimums keep a price from taking whatever it can."""
        if self.rules.tie_rule is not TieRule.PRO_RATA_MINIMUM:
            return None
        levels = _by_price(self.running)

        def taken(price: int, available: int) -> int:
            level = ranked(self.rules, levels[price], self.lots)
            return sum(shares(self.rules, level, available))

        return taken


def _floor_of_used(added: tuple[tuple[int, int], ...], reached: Reached) -> int:
    """The trigger that the price may not fall below: that of the last step that was drawn on."""
    floor, before = 0, 0
    for trigger, quantity in added:
        if reached.added_taken > before:
            floor = trigger
        before += quantity
    return floor


def _withheld(rules: Rules, supply: int, price_micro: int | None) -> int:
    rule = rules.withholding
    if rule is None or price_micro is None or price_micro >= rule.trigger_micro:
        return 0
    return rules.down_to_lots(int(Fraction(rule.share) * supply))


def _over_budget(rules: Rules, awards: Sequence[Award]) -> int:
    return sum(award.amount_fen for award in awards) - (rules.budget_fen or 0)


def _awards(rules: Rules, cleared: _Cleared, lots: Draw) -> list[Award]:
    awards = []
    won_at = {rung.price_micro for rung in cleared.reached.rungs}
    levels = _by_price(one for one in cleared.running if one.price_micro in won_at)
    for rung in cleared.reached.rungs:
        level = ranked(rules, levels[rung.price_micro], lots)
        price = rung.price_micro if cleared.at_own_prices else cleared.price_micro
        ensure(price is not None, "what is awarded has a price")
        for one, quantity in zip(level, shares(rules, level, rung.available), strict=True):
            if quantity:
                amount = amount_fen(rules, price or 0, quantity)
                awards.append(Award(one.bid, quantity, price or 0, amount))
    return awards
