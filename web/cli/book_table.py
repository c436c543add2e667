"""A played order book as tables, Chinese or English: the steps, and the book after the last one.

Knows the steps and answers of ``market.book.play`` and their words; decides nothing.
"""

from collections.abc import Iterator, Sequence

from market.book.orders import Side, Status
from market.book.play import Answer, Cancel, Clock, Modify, New, Phase, Play, PlayStep, Uncross
from web.cli.problems import in_words, worded
from web.tables import Column, Table

_STEPS = ("步骤", "Steps")
_BOOK = ("最后的订单簿", "The book at the end")
_CALL = ("集合竞价", "Call auction")
_COLUMNS = (("步", "Step"), ("指令", "Command"), ("结果", "Result"), ("说明", "Note"))
_BOOK_COLUMNS = (
    ("方向", "Side"),
    ("价格", "Price"),
    ("委托与显示数量", "Orders and what they show"),
)
_CALL_COLUMNS = (("价格", "Price"), ("成交量", "Quantity"), ("剩余（买为正）", "Surplus (bids: +)"))
_NO_PRICE = ("无", "none")
_SIDES = {Side.BUY: ("买", "buy"), Side.SELL: ("卖", "sell")}
_STATUSES = {
    Status.RESTING: ("挂单", "resting"),
    Status.PARTIAL: ("部分成交", "partial"),
    Status.FILLED: ("全部成交", "filled"),
    Status.CANCELLED: ("已撤销", "cancelled"),
    Status.REJECTED: ("不受理", "rejected"),
    Status.MODIFIED: ("已修改", "modified"),
    Status.DONE: ("完成", "done"),
}
_NEW = ("委托 {id} {side} {quantity} @ {price} {tif}", "new {id} {side} {quantity} @ {price} {tif}")
_MARKET = ("市价", "market")
_MODIFY = ("修改 {id}", "modify {id}")
_CANCEL = ("撤销 {id}", "cancel {id}")
_PHASES = {
    True: ("进入集合竞价", "begin to call"),
    False: ("进入连续交易", "trade continuously"),
}
_UNCROSS = ("集合竞价成交（{algorithm}）", "uncross ({algorithm})")
_CLOCK = ("时间 {at}", "clock {at}")
_FILL = (
    "{resting} 与 {incoming} 成交 {quantity} @ {price}",
    "{resting} and {incoming} trade {quantity} @ {price}",
)
_FILLS_BETWEEN = ("；", "; ")


def tables(
    play: Play, steps: Sequence[PlayStep], answers: Sequence[Answer], language: str
) -> Iterator[Table]:
    """Give the steps with what they did, the last uncross if there was one, and the book."""
    rows = tuple(
        (str(number), _step(step, language), *_done(play, answer, language))
        for number, (step, answer) in enumerate(zip(steps, answers, strict=True))
    )
    yield Table(worded(_STEPS, language), _columns(_COLUMNS, language), rows)
    if play.called is not None:
        price = play.called.price
        shown = worded(_NO_PRICE, language) if price is None else play.venue.tick.text(price)
        lot = play.venue.lot
        row = (shown, lot.text(play.called.quantity), lot.text(play.called.surplus))
        yield Table(worded(_CALL, language), _columns(_CALL_COLUMNS, language), (row,))
    standing = tuple(row for side in Side for row in _levels(play, side, language))
    yield Table(worded(_BOOK, language), _columns(_BOOK_COLUMNS, language), standing)


def _columns(pairs: Sequence[tuple[str, str]], language: str) -> tuple[Column, ...]:
    return tuple(Column(worded(pair, language)) for pair in pairs)


def _step(step: PlayStep, language: str) -> str:
    match step:
        case New():
            price = worded(_MARKET, language) if step.price is None else step.price.text
            return worded(_NEW, language).format(
                id=step.order_id,
                side=worded(_SIDES[step.side], language),
                quantity=step.quantity.text,
                price=price,
                tif=step.tif.value,
            )
        case Modify():
            changes = (("@ ", step.price), ("", step.quantity))
            texts = [f"{sign}{number.text}" for sign, number in changes if number is not None]
            return " ".join([worded(_MODIFY, language).format(id=step.order_id), *texts])
        case Cancel(order_id):
            return worded(_CANCEL, language).format(id=order_id)
        case Phase(calling):
            return worded(_PHASES[calling], language)
        case Uncross(algorithm):
            return worded(_UNCROSS, language).format(algorithm=algorithm.value)
        case Clock(at):
            return worded(_CLOCK, language).format(at=at.isoformat())


def _done(play: Play, answer: Answer, language: str) -> tuple[str, str]:
    status = worded(_STATUSES[answer.status], language)
    if answer.refused is not None:
        return status, in_words(answer.refused, language)
    fills = (
        worded(_FILL, language).format(
            resting=fill.resting,
            incoming=fill.incoming,
            quantity=play.venue.lot.text(fill.quantity),
            price=play.venue.tick.text(fill.price),
        )
        for fill in answer.fills
    )
    return status, worded(_FILLS_BETWEEN, language).join(fills)


def _levels(play: Play, side: Side, language: str) -> Iterator[tuple[str, str, str]]:
    levels: dict[int, list[str]] = {}
    for order in play.book.orders(side):
        shown = f"{order.order_id} {play.venue.lot.text(order.shown)}"
        levels.setdefault(order.price, []).append(shown)
    for price, orders in levels.items():
        yield worded(_SIDES[side], language), play.venue.tick.text(price), "  ".join(orders)
