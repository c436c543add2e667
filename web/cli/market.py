"""``ecorights market``: the group of the operator's commands, and the replay of a market's log.

Knows how to ask for a replay and how to tell what it found; plays nothing itself.  Ends with 0
whether or not everything is identical, with 2 where there is no such venue or no database.
"""

import click

from ledger.core.database import reading
from ledger.refusals import Refused
from market.replay import replay
from market.replay_findings import ReplayDifference, ReplayReport
from web.cli.market_limits import group, limit
from web.cli.market_operating import calendar, venue
from web.cli.market_sending import drain, send
from web.cli.problems import print_json, print_text, refuse, worded
from web.cli.session import open_engine, read_settings
from web.i18n import Translator, translator
from web.sentences.catalogue import sentence

_PLAYED = (
    "{venue} 已重演：指令 {commands}，成交 {trades}，委托 {orders}，凭证 {entries}。",
    "{venue} was played again: commands {commands}, trades {trades}, orders {orders}, "
    "entries {entries}.",
)
_IDENTICAL = ("全部一致。", "Everything is identical.")
_DIFFERENCES = ("不一致 {count} 处：", "Differences: {count}")
_MORE = ("另有 {count} 处同类。", "{count} more of this kind.")


@click.group(name="market", help="市场：开设、指令、重演 | Markets: open, send commands, replay")
def market() -> None:
    """Hold the commands about markets."""


market.add_command(calendar)
market.add_command(venue)
market.add_command(limit)
market.add_command(group)
market.add_command(send)
market.add_command(drain)


@market.command(
    name="replay",
    help="重演指令日志，并与账册逐项比对 | play the log again and compare it with the ledger",
)
@click.argument("venue")
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def replay_command(venue: str, as_json: bool) -> None:
    """Play a venue's log again and tell what does not agree."""
    settings = read_settings()
    engine = open_engine(settings, as_json=as_json)
    with reading(engine) as session:
        report = replay(session, venue)
    if isinstance(report, Refused):
        refuse(report, settings.language, as_json=as_json)
    speaker = translator(settings.language)
    if as_json:
        print_json(_document(report, speaker.language))
    else:
        print_text("\n".join(_lines(report, speaker)))


def _lines(report: ReplayReport, speaker: Translator) -> list[str]:
    counted = {name: speaker.number(count) for name, count in report.counted.items()}
    lines = [worded(_PLAYED, speaker.language).format(venue=report.venue, **counted)]
    if report.identical:
        return [*lines, worded(_IDENTICAL, speaker.language)]
    total = speaker.number(sum(report.counts.values()))
    lines.append(worded(_DIFFERENCES, speaker.language).format(count=total))
    for code, count in report.counts.items():
        told = [one for one in report.differences if one.code == code]
        lines.append(f"{code}: {speaker.number(count)}")
        lines += [f"  {in_words(one, speaker.language)}" for one in told]
        if count > len(told):
            more = speaker.number(count - len(told))
            lines.append(f"  {worded(_MORE, speaker.language).format(count=more)}")
    return lines


def _document(report: ReplayReport, language: str) -> dict[str, object]:
    return {
        "venue": report.venue,
        "identical": report.identical,
        "counted": dict(report.counted),
        "counts": {str(code): count for code, count in report.counts.items()},
        "differences": [
            {
                "code": str(one.code),
                "number": one.number,
                "part": one.part,
                "expected": one.expected,
                "found": one.found,
                "message": in_words(one, language),
            }
            for one in report.differences
        ],
    }


def in_words(difference: ReplayDifference, language: str) -> str:
    """Say one difference in ``zh`` or ``en``."""
    values = {
        "number": difference.number,
        "part": difference.part,
        "expected": difference.expected,
        "found": difference.found,
    }
    return sentence(Refused(difference.code, values), language)
