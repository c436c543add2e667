"""Answers of the operator's commands as JSON documents and as text, Chinese or English.

Knows layout only; figures are the market's.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ledger.units import Unit
from market.limit_lookup import LimitLine
from market.limits import RoomState
from market.pricing import format_plain_price, format_price
from market.submission import Answer
from market.venues import VenueRuleRow
from market.views import MarketHead
from web.cli.market_answers import refusal_document
from web.cli.problems import worded
from web.i18n import Translator
from web.market_words import MODE_WORDS, STAND_WORDS, price, quantity, rule_name, rule_value
from web.report_tables import named, plain
from web.tables import Column, Table

_STATUS_WORDS = {
    "resting": ("挂在簿中", "in the book"),
    "partial": ("部分成交", "partly traded"),
    "filled": ("全部成交", "all traded"),
    "cancelled": ("已撤销", "cancelled"),
    "modified": ("已更改", "changed"),
    "proposed": ("已要约", "proposed"),
    "waits_for_registration": ("待登记", "waits for registration"),
    "declined": ("已谢绝", "declined"),
    "withdrawn": ("已撤回", "withdrawn"),
    "rejected": ("已退回", "rejected"),
}
_DONE = (
    "指令 {number} 已执行：{venue} {kind}。",
    "Command {number} was carried out: {venue} {kind}.",
)
_ORDER = ("委托 {order}：{status}。", "Order {order}: {status}.")
_ORDER_OPEN = (
    "委托 {order}：{status}，已成交 {filled}，未成交 {rest}（{unit}）。",
    "Order {order}: {status}; traded {filled}, open {rest} ({unit}).",
)
_TRADE = (
    "成交 {trade}：{quantity} {unit}，价格 {price} 元。",
    "Trade {trade}: {quantity} {unit} at {price} yuan.",
)
_CANCELLED = ("已撤销的委托：{orders}。", "Orders cancelled: {orders}.")
_NONE = ("无", "none")
_SEIZED = ("已查封 {quantity}。", "Seized: {quantity}.")
_STANDS = ("{venue} 现在：{stand}。", "{venue} now: {stand}.")
_WAITS = (
    "指令已排队，还没有结果。键：{key}。用同一个键再次发送即可查问；"
    "没有撮合程序在工作时，先运行 ecorights market drain。",
    "The command is queued and not decided yet. Key: {key}. Send it again with the same key to "
    "ask; where no runner works, run ecorights market drain first.",
)
_VENUES = ("市场", "Markets")
_VENUE_COLUMNS = (
    ("代码", "Code"),
    ("名称", "Name"),
    ("方式", "Ways to trade"),
    ("首日", "First day"),
    ("价位（元）", "Tick (yuan)"),
    ("交易单位", "Lot"),
    ("状态", "State"),
)
_RULE_COLUMNS = (
    ("规则", "Rule"),
    ("名称", "Name"),
    ("值", "Value"),
    ("起", "From"),
    ("效力", "Effect"),
    ("依据", "Source"),
)
_HOLDS = {
    "now": ("现行", "holds"),
    "later": ("将生效", "to come"),
    "past": ("已过", "past"),
}
_LIMIT_KINDS = {"holding": ("持有", "holding"), "purchase": ("购买", "purchase")}
_LIMITS = ("限额", "Limits")
_LIMIT_COLUMNS = (
    ("限额", "Limit"),
    ("种类", "Kind"),
    ("品种", "Assets"),
    ("集团", "Group"),
    ("数额", "Amount"),
    ("余量", "Left"),
    ("冻结", "Frozen"),
    ("已用", "Used"),
    ("超出", "Above"),
    ("单位", "Unit"),
)
_TEXTS = 4
"""Columns before the figures of a limit."""


def venue_document(head: MarketHead) -> dict[str, object]:
    """Give a venue for a program: prices in yuan and quantities in its unit, as text."""
    return {
        "venue": head.code,
        "name_zh": head.name_zh,
        "name_en": head.name_en,
        "modes": [mode.value for mode in head.modes],
        "opened_on": head.opened_on.isoformat(),
        "unit": head.unit.code,
        "tick": format_plain_price(head.tick_micro),
        "lot": plain(head.lot, head.unit),
        "price_basis": head.price_basis,
        "years": head.years,
        "state": head.stand.value,
        "demonstration": head.demonstration,
    }


def venues_table(heads: Sequence[MarketHead], words: Translator) -> Table:
    """Lay venues out."""
    columns = tuple(Column(worded(pair, words.language)) for pair in _VENUE_COLUMNS)
    rows = tuple(
        (
            head.code,
            named(words, head.name_zh, head.name_en),
            words.shown([words.gettext(MODE_WORDS[mode]) for mode in head.modes]),
            words.day(head.opened_on),
            format_price(head.tick_micro, words.locale),
            words.quantity(head.lot, head.unit),
            words.gettext(STAND_WORDS[head.stand]),
        )
        for head in heads
    )
    return Table(worded(_VENUES, words.language), columns, rows)


def holds(rows: Sequence[VenueRuleRow], today: date) -> list[str]:
    """Say of each rule whether it holds today, did before, or will later."""
    begun = {row.key: row.valid_from for row in rows if row.valid_from <= today}
    first = {row.key: row.valid_from for row in reversed(rows)}
    # Before its first day a venue has the rules of that day.
    running = {key: begun.get(key, day) for key, day in first.items()}
    return [
        "now"
        if row.valid_from == running[row.key]
        else "past"
        if row.valid_from < running[row.key]
        else "later"
        for row in rows
    ]


def rules_document(
    head: MarketHead, rows: Sequence[VenueRuleRow], today: date
) -> dict[str, object]:
    """Give the rules of a venue for a program."""
    return {
        "venue": head.code,
        "rules": [
            {
                "key": row.key,
                "value": row.value,
                "from": row.valid_from.isoformat(),
                "holds": when,
                "source": row.source,
            }
            for row, when in zip(rows, holds(rows, today), strict=True)
        ],
    }


def rules_table(
    head: MarketHead, rows: Sequence[VenueRuleRow], today: date, words: Translator
) -> Table:
    """Lay the rules of a venue out."""
    columns = tuple(Column(worded(pair, words.language)) for pair in _RULE_COLUMNS)
    cells = tuple(
        (
            row.key,
            rule_name(row, words),
            rule_value(row, head, words),
            words.day(row.valid_from),
            worded(_HOLDS[when], words.language),
            row.source,
        )
        for row, when in zip(rows, holds(rows, today), strict=True)
    )
    return Table(f"{head.code} {named(words, head.name_zh, head.name_en)}", columns, cells)


def waiting_document(key: str) -> dict[str, object]:
    """Say for a program that a command waits."""
    return {"decided": False, "key": key, "command": None, "answer": {}, "refused": None}


def waiting_words(key: str, words: Translator) -> str:
    """Say that a command waits, and how to ask for its answer."""
    return worded(_WAITS, words.language).format(key=key)


def answer_document(
    answer: Answer, key: str, head: MarketHead, words: Translator
) -> dict[str, object]:
    """Give what came of a command for a program; its number is that of the log."""
    refused = answer.refused
    return {
        "decided": True,
        "key": key,
        "command": answer.number,
        "answer": dict(answer.answer),
        "trades": [
            {
                "trade": trade,
                "price": format_plain_price(head.price(ticks)),
                "quantity": plain(head.quantity(lots), head.unit),
            }
            for trade, ticks, lots in _fills(answer.answer)
        ],
        "refused": None if refused is None else refusal_document(refused, words),
    }


def answer_words(answer: Answer, kind: str, head: MarketHead, words: Translator) -> str:
    """Say what came of a command that was carried out."""
    said = answer.answer
    lines = [_said(_DONE, words, number=str(answer.number), venue=head.code, kind=kind)]
    if "order" in said:
        lines.append(_order_words(said, head, words))
    lines += [
        _said(
            _TRADE,
            words,
            trade=str(trade),
            quantity=quantity(head, lots, words),
            unit=words.unit(head.unit),
            price=price(head, ticks, words),
        )
        for trade, ticks, lots in _fills(said)
    ]
    if "seized" in said:
        lines.append(_said(_SEIZED, words, quantity=words.quantity(said["seized"], head.unit)))
    if "cancelled" in said:
        orders = words.shown([str(order) for order in said["cancelled"]])
        lines.append(_said(_CANCELLED, words, orders=orders or worded(_NONE, words.language)))
    return "\n".join(lines)


def stand_words(head: MarketHead, words: Translator) -> str:
    """Say how a venue stands."""
    return _said(_STANDS, words, venue=head.code, stand=words.gettext(STAND_WORDS[head.stand]))


def _order_words(said: Mapping[str, Any], head: MarketHead, words: Translator) -> str:
    pair = _STATUS_WORDS.get(said["status"])
    status = said["status"] if pair is None else worded(pair, words.language)
    if "open_lots" not in said:
        return _said(_ORDER, words, order=str(said["order"]), status=status)
    return _said(
        _ORDER_OPEN,
        words,
        order=str(said["order"]),
        status=status,
        filled=quantity(head, said["filled_lots"], words),
        rest=quantity(head, said["open_lots"], words),
        unit=words.unit(head.unit),
    )


def _fills(said: Mapping[str, Any]) -> list[tuple[int, int, int]]:
    return [(fill[0], fill[1], fill[2]) for fill in said.get("fills", [])]


def _said(pair: tuple[str, str], words: Translator, **figures: str) -> str:
    return worded(pair, words.language).format(**figures)


def room_document(state: RoomState, unit: Unit) -> dict[str, str]:
    """Give how a group stands under a limit for a program, in the unit of the limit."""
    return {
        "amount": plain(state.limit, unit),
        "left": plain(state.left, unit),
        "frozen": plain(state.frozen, unit),
        "used": plain(state.used, unit),
        "above": plain(-state.tolerated, unit),
    }


def limit_document(line: LimitLine) -> dict[str, object]:
    """Give a limit with its groups for a program."""
    return {
        "limit": line.limit.code,
        "kind": line.limit.kind.value,
        "assets": list(line.asset_codes),
        "unit": line.unit.code,
        "groups": [
            {"group": group.code, **room_document(state, line.unit)} for group, state in line.groups
        ],
    }


def limits_table(lines: Sequence[LimitLine], words: Translator) -> Table:
    """Lay limits out, a row for each group with an amount."""
    columns = tuple(
        Column(worded(pair, words.language), _TEXTS <= place < len(_LIMIT_COLUMNS) - 1)
        for place, pair in enumerate(_LIMIT_COLUMNS)
    )
    rows = []
    for line in lines:
        head = (
            line.limit.code,
            worded(_LIMIT_KINDS[line.limit.kind.value], words.language),
            words.shown(list(line.asset_codes)),
        )
        unit = words.unit(line.unit)
        rows += [
            (*head, group.code, *_room_cells(state, line.unit, words), unit)
            for group, state in line.groups
        ] or [(*head, "–", "–", "–", "–", "–", "–", unit)]
    return Table(worded(_LIMITS, words.language), columns, tuple(rows))


def _room_cells(state: RoomState, unit: Unit, words: Translator) -> tuple[str, ...]:
    figures = (state.limit, state.left, state.frozen, state.used, -state.tolerated)
    return tuple(words.quantity(figure, unit, with_unit=False) for figure in figures)
