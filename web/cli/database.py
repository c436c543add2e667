"""``ecorights db``: which schema a database has, and how it gets another.

Knows how to ask and how to tell; what a migration does is the migration's.
"""

import click
from sqlalchemy import Engine

from ledger.core.migration import current, downgrade, head, upgrade
from web.cli.problems import print_text, worded
from web.cli.session import granted, open_any_version, read_settings
from web.settings import Settings

_RAN = ("已执行：{name}", "Done: {name}")
_TAKEN_BACK = ("已撤回：{name}", "Taken back: {name}")
_STANDS_AT = (
    "数据库：{current}；程序：{head}",
    "Database: {current}; program: {head}",
)
_EMPTY = ("（空）", "(empty)")
_CONFIRM = (
    "回退到 {target} 会丢失之后各步所存的内容。继续吗？",
    "Going back to {target} loses what the later steps hold. Go on?",
)


@click.group(name="db", help="数据库的结构 | The database's schema")
def database() -> None:
    """Hold the commands on the schema."""


@database.command(
    name="upgrade", help="升级到最新（或指定）的结构 | Bring the schema to the newest, or to TARGET"
)
@click.argument("target", default="head")
def upgrade_database(target: str) -> None:
    """Bring the database forward, making it where it is missing."""
    settings = read_settings()
    engine = open_any_version(settings)
    for name in granted(upgrade(engine, target), settings):
        print_text(worded(_RAN, settings.language).format(name=name))
    _tell_where_it_stands(engine, settings)


@database.command(
    name="downgrade", help="回退到指定的结构 | Take the schema back to TARGET (base: empty)"
)
@click.argument("target")
@click.option("--yes", is_flag=True, help="不再询问 | do not ask")
def downgrade_database(target: str, yes: bool) -> None:
    """Take the database back, losing what later migrations hold."""
    settings = read_settings()
    engine = open_any_version(settings)
    if not yes:
        question = worded(_CONFIRM, settings.language).format(target=target)
        click.confirm(question, abort=True, err=True)
    for name in granted(downgrade(engine, target), settings):
        print_text(worded(_TAKEN_BACK, settings.language).format(name=name))
    _tell_where_it_stands(engine, settings)


@database.command(name="current", help="现在的结构 | Which schema the database has")
def current_database() -> None:
    """Say at which migration the database stands, and at which the program."""
    settings = read_settings()
    _tell_where_it_stands(open_any_version(settings), settings)


def _tell_where_it_stands(engine: Engine, settings: Settings) -> None:
    here = granted(current(engine), settings) or worded(_EMPTY, settings.language)
    print_text(worded(_STANDS_AT, settings.language).format(current=here, head=head()))
