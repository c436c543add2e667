"""``ecorights market limit`` and ``group``: how much linked companies may hold or buy together.

Knows how to ask and how to tell the answer; what a limit is stands in ``market.limits``.  Facts are
never refused there: a limit below what is held, or companies becoming linked, leave an excess that
is shown as *above*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from secrets import token_hex
from typing import TypeVar

import click
from sqlalchemy.orm import Session

from ledger.core.clock import Now, clock
from ledger.core.database import reading, run
from ledger.numerals import parse_quantity
from ledger.refusals import Refused
from ledger.totals.acts import Act
from market.limit_lookup import (
    find_assets,
    find_group,
    find_limit,
    find_parties,
    find_party,
    find_scheme_id,
    limit_lines,
    unit_of_limit,
)
from market.limit_registry import Group, Limit, LimitCode, LimitDefinition, open_group, open_limit
from market.limits import join, link, set_limit, unlink
from market.venue_terms import LimitKind
from web.cli.market_answers import (
    LINE,
    actor_option,
    granted,
    json_option,
    named_actor,
    opened,
    put_out,
)
from web.cli.market_layout import limit_document, limits_table, room_document
from web.cli.problems import refuse, worded
from web.tables import as_text

_Answer = TypeVar("_Answer")

_OPENED = ("限额 {limit} 已开设。", "The limit {limit} is open.")
_SET = (
    "限额 {limit}，集团 {group}：数额 {amount}，余量 {left}，冻结 {frozen}，已用 {used}，"
    "超出 {above}（{unit}）。",
    "Limit {limit}, group {group}: amount {amount}, left {left}, frozen {frozen}, used {used}, "
    "above {above} ({unit}).",
)
_GROUP = ("集团 {group} 已开设。", "The group {group} is open.")
_JOINED = ("已归入集团 {group}：{parties}。", "Now in the group {group}: {parties}.")
_LINKED = ("集团 {group} 的成员已全部归入 {into}。", "All members of {group} are now in {into}.")

_scheme = click.option("--scheme", type=LINE, required=True, help="制度代码 | code of the scheme")
_document = click.option(
    "--document", type=LINE, required=True, help="依据文件 | document it rests on"
)
_office = click.option("--office", type=LINE, required=True, help="决定机关 | office that decides")


@click.group(name="limit", help="关联企业的持有和购买限额 | limits of linked companies")
def limit() -> None:
    """Hold the commands about limits."""


@limit.command(name="open", help="开设限额 | open a limit; it limits nobody until it is set")
@click.argument("code", type=LINE)
@click.option("--kind", type=click.Choice([kind.value for kind in LimitKind]), required=True)
@click.option(
    "--asset",
    "assets",
    type=LINE,
    multiple=True,
    required=True,
    help="品种代码，可多次 | asset; repeatable",
)
@click.option("--name-zh", type=LINE, required=True, help="中文名称 | name in Chinese")
@click.option("--name-en", type=LINE, required=True, help="英文名称 | name in English")
@click.option("--source", type=LINE, required=True, help="依据 | where it is laid down")
@actor_option
@json_option
def open_limit_command(
    code: str,
    kind: str,
    assets: Sequence[str],
    name_zh: str,
    name_en: str,
    source: str,
    actor: str,
    as_json: bool,
) -> None:
    """Open a limit over one or several assets of a scheme."""
    words, engine = opened(as_json=as_json)
    who = named_actor(actor, words, as_json=as_json)
    now = clock()

    def opening(session: Session) -> Limit | Refused:
        found = find_assets(session, assets)
        if isinstance(found, Refused):
            return found
        definition = LimitDefinition(code, LimitKind(kind), tuple(found), name_zh, name_en, source)
        answer = open_limit(session, definition, now, who)
        return _by_code(answer, LimitCode.LIMIT_ASSET_UNKNOWN, "asset", found)

    made = granted(run(engine, opening), words, as_json=as_json)
    document = {"limit": made.code, "kind": made.kind.value, "assets": list(dict.fromkeys(assets))}
    put_out(document, worded(_OPENED, words.language).format(limit=made.code), as_json=as_json)


@limit.command(name="set", help="设定一个集团的数额 | set what a group may hold or buy")
@click.argument("code", type=LINE, metavar="LIMIT")
@click.argument("group", type=LINE)
@click.argument("amount", type=LINE)
@_document
@_office
@actor_option
@click.option("--key", type=LINE, help="自己的键，重发无害 | own key, to ask again safely")
@json_option
def set_limit_command(
    code: str,
    group: str,
    amount: str,
    document: str,
    office: str,
    actor: str,
    key: str | None,
    as_json: bool,
) -> None:
    """Set an amount in the unit of the limited assets; what is held counts from now on."""
    words, engine = opened(as_json=as_json)
    act = _act(named_actor(actor, words, as_json=as_json), office, document, key, clock())
    with reading(engine) as session:
        found = granted(find_limit(session, code), words, as_json=as_json)
        target = granted(find_group(session, found.scheme_id, group), words, as_json=as_json)
        unit = unit_of_limit(session, found)
    minor = parse_quantity(amount, unit, words.locale)
    if isinstance(minor, Refused):
        refuse(minor, words.language, as_json=as_json)
    setting = partial(
        set_limit, limit=found, group_id=target.id, amount=minor, act=act, now=clock()
    )
    state = granted(run(engine, setting), words, as_json=as_json)
    written = {"limit": code, "group": group, "unit": unit.code, **room_document(state, unit)}
    figures = {
        "amount": state.limit,
        "left": state.left,
        "frozen": state.frozen,
        "used": state.used,
        "above": -state.tolerated,
    }
    shown = {
        name: words.quantity(figure, unit, with_unit=False) for name, figure in figures.items()
    }
    said = worded(_SET, words.language).format(
        limit=code, group=group, unit=words.unit(unit), **shown
    )
    put_out(written, said, as_json=as_json)


@limit.command(name="list", help="列出限额和各集团的余量 | list limits and what is left of them")
@json_option
def list_limits_command(as_json: bool) -> None:
    """List all limits with the groups under them."""
    words, engine = opened(as_json=as_json)
    with reading(engine) as session:
        lines = limit_lines(session)
    document = {"limits": [limit_document(line) for line in lines]}
    put_out(document, as_text([limits_table(lines, words)]), as_json=as_json)


@click.group(name="group", help="关联企业的集团 | groups of linked companies")
def group() -> None:
    """Hold the commands about groups."""


@group.command(name="open", help="开设集团，尚无成员 | open a group, without members")
@click.argument("code", type=LINE)
@_scheme
@click.option("--name", type=LINE, required=True, help="名称 | name")
@actor_option
@json_option
def open_group_command(code: str, scheme: str, name: str, actor: str, as_json: bool) -> None:
    """Open a group under a scheme."""
    words, engine = opened(as_json=as_json)
    who = named_actor(actor, words, as_json=as_json)
    now = clock()

    def opening(session: Session) -> Group | Refused:
        scheme_id = find_scheme_id(session, scheme)
        if isinstance(scheme_id, Refused):
            return scheme_id
        return open_group(session, scheme_id, code, name, now, who)

    made = granted(run(engine, opening), words, as_json=as_json)
    said = worded(_GROUP, words.language).format(group=made.code)
    put_out({"group": made.code, "scheme": scheme}, said, as_json=as_json)


@group.command(name="join", help="将主体归入集团 | bring parties into a group")
@click.argument("code", type=LINE, metavar="GROUP")
@click.argument("parties", type=LINE, metavar="PARTY...", nargs=-1, required=True)
@_scheme
@_document
@_office
@actor_option
@json_option
def join_command(
    code: str,
    parties: Sequence[str],
    scheme: str,
    document: str,
    office: str,
    actor: str,
    as_json: bool,
) -> None:
    """Bring parties in, from other groups or from none."""
    words, engine = opened(as_json=as_json)
    now = clock()
    act = _act(named_actor(actor, words, as_json=as_json), office, document, None, now)

    def joining(session: Session) -> Refused | None:
        target = _group(session, scheme, code)
        if isinstance(target, Refused):
            return target
        found = find_parties(session, parties)
        if isinstance(found, Refused):
            return found
        answer = join(session, target.id, list(found), act, now)
        return _by_code(answer, LimitCode.PARTY_IN_GROUP_ALREADY, "party", found)

    granted(run(engine, joining), words, as_json=as_json)
    listed = list(dict.fromkeys(parties))
    said = worded(_JOINED, words.language).format(group=code, parties=words.shown(listed))
    put_out({"group": code, "joined": listed}, said, as_json=as_json)


@group.command(name="link", help="将一个集团并入另一个 | make two groups one")
@click.argument("code", type=LINE, metavar="GROUP")
@click.argument("into", type=LINE)
@_scheme
@_document
@_office
@actor_option
@json_option
def link_command(
    code: str, into: str, scheme: str, document: str, office: str, actor: str, as_json: bool
) -> None:
    """Bring all members of a group into another one, whose limits count for all."""
    words, engine = opened(as_json=as_json)
    now = clock()
    act = _act(named_actor(actor, words, as_json=as_json), office, document, None, now)

    def linking(session: Session) -> Refused | None:
        left = _group(session, scheme, code)
        if isinstance(left, Refused):
            return left
        target = _group(session, scheme, into)
        if isinstance(target, Refused):
            return target
        return link(session, left.id, target.id, act, now)

    granted(run(engine, linking), words, as_json=as_json)
    said = worded(_LINKED, words.language).format(group=code, into=into)
    put_out({"group": code, "into": into}, said, as_json=as_json)


@group.command(
    name="unlink", help="一个主体离开集团，归入另一个 | a party leaves for another group"
)
@click.argument("party", type=LINE)
@click.argument("into", type=LINE, metavar="TO_GROUP")
@_scheme
@_document
@_office
@actor_option
@json_option
def unlink_command(
    party: str, into: str, scheme: str, document: str, office: str, actor: str, as_json: bool
) -> None:
    """Let a party leave its group; set the limit of the group it goes to first."""
    words, engine = opened(as_json=as_json)
    now = clock()
    act = _act(named_actor(actor, words, as_json=as_json), office, document, None, now)

    def leaving(session: Session) -> Refused | None:
        target = _group(session, scheme, into)
        if isinstance(target, Refused):
            return target
        found = find_party(session, party)
        if isinstance(found, Refused):
            return found
        answer = unlink(session, found, target.id, act, now)
        return _by_code(answer, LimitCode.PARTY_IN_GROUP_ALREADY, "party", {found: party})

    granted(run(engine, leaving), words, as_json=as_json)
    said = worded(_JOINED, words.language).format(group=into, parties=party)
    put_out({"group": into, "joined": [party]}, said, as_json=as_json)


def _group(session: Session, scheme: str, code: str) -> Group | Refused:
    scheme_id = find_scheme_id(session, scheme)
    return scheme_id if isinstance(scheme_id, Refused) else find_group(session, scheme_id, code)


def _act(actor: str, office: str, document: str, key: str | None, now: Now) -> Act:
    return Act(
        f"market:{token_hex(16)}" if key is None else key, now.today, actor, office, document
    )


def _by_code(answer: _Answer, code: LimitCode, name: str, known: Mapping[int, str]) -> _Answer:
    """Name what a refusal is about as it was named, not by the ledger's own number."""
    if isinstance(answer, Refused) and answer.code == code:
        values = {**answer.values, name: known[int(str(answer.values[name]))]}
        return replace(answer, values=values)
    return answer
