"""``ecorights runner``: the one writer of all markets of a database, as a process of its own.

Knows how a runner is started, stopped and told of; what it does is ``market.serving``'s.  A second
one stands by and takes over when the first one's lease runs out.
"""

import signal
from datetime import timedelta
from types import FrameType

import click

from ledger.core.clock import clock
from market.auctions.desk import other_markets
from market.runner import LEASE, Runner
from market.serving import Notice, Service, ServingEvent, own_name
from web.cli.problems import print_text, worded
from web.cli.session import open_engine, read_settings

EXIT_ANOTHER_LEADS = 1

_TOLD: dict[ServingEvent, tuple[str, str]] = {
    ServingEvent.LEADS: ("撮合程序已开始工作。", "The runner leads."),
    ServingEvent.STANDS_BY: (
        "另一撮合程序正在工作，本程序待命。",
        "Another runner leads; this one stands by.",
    ),
    ServingEvent.OVERTAKEN: (
        "撮合已由另一程序接手：{reason}",
        "Another runner took over: {reason}",
    ),
    ServingEvent.COMMAND_AT_FAULT: (
        "一条指令使程序出错，其场所停牌：{reason}",
        "A command brought out a fault, and its venue is halted: {reason}",
    ),
    ServingEvent.IN_TROUBLE: ("出错，将重试：{reason}", "Trouble, will try again: {reason}"),
    ServingEvent.STOPPED: ("撮合程序已停止。", "The runner has stopped."),
}
_DECIDED = ("已处理指令：{count}", "Commands decided: {count}")
_ANOTHER = (
    "另一撮合程序正在工作，未处理任何指令。规则：一个账册同时只有一个撮合程序。请等它停止后再试。",
    "Another runner leads, and nothing was decided. Rule: one runner to a ledger at a time. "
    "Try again when it has stopped.",
)


@click.command(
    name="runner", help="撮合程序：执行已提交的市场指令 | Carry out the market's queued commands"
)
@click.option(
    "--drain", "only_drain", is_flag=True, help="处理完排队指令即退出 | decide what waits, then end"
)
@click.option(
    "--lease",
    "lease_seconds",
    type=click.IntRange(1, 60),
    default=LEASE // timedelta(seconds=1),
    show_default=True,
    help="失联多少秒后由待命者接手 | seconds of silence after which a standby takes over",
)
def runner_command(only_drain: bool, lease_seconds: int) -> None:
    """Lead or stand by until told to stop, or decide what waits and end."""
    settings = read_settings()
    engine = open_engine(settings)
    length = timedelta(seconds=lease_seconds)
    if only_drain:
        runner = Runner(engine, own_name(), clock, lease_length=length, others=other_markets())
        if not runner.take_lease():
            click.echo(worded(_ANOTHER, settings.language), err=True)
            raise SystemExit(EXIT_ANOTHER_LEADS)
        try:
            count = runner.drain()
        finally:
            runner.give_up()
        print_text(worded(_DECIDED, settings.language).format(count=count))
        return
    service = Service(
        engine,
        clock,
        lambda notice: tell(notice, settings.language),
        lease_length=length,
        others=other_markets(),
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        service.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    service.run()


def tell(notice: Notice, language: str) -> None:
    """Say on standard error what happened to a runner."""
    pattern = worded(_TOLD[notice.event], language)
    click.echo(pattern.format(reason=notice.reason), err=True)
