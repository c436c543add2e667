"""The one way in which a command comes to its settings and its database.

A database that is missing, unreachable, older or newer ends the command with 2 and one sentence,
or one JSON problem where the command was asked for JSON.  Knows no particular command.
"""

import os
from dataclasses import asdict
from typing import NoReturn, TypeVar

import click
from sqlalchemy import Engine

from ledger.core.migration import upgrade
from ledger.core.opening import engine_for, open_current
from ledger.refusals import Refused
from web.cli.problems import EXIT_PROBLEM, Problem, ProblemError, print_json, worded
from web.i18n import LANGUAGES
from web.sentences.catalogue import sentence
from web.settings import DATABASE_URL, Settings

Answer = TypeVar("Answer")

_NAMED = ("数据库：{file}", "Database: {file}")
_TITLE = ("数据库不能使用", "The database cannot be used")
_PROBLEM = "urn:ecorights:problem:database_unusable"


def read_settings() -> Settings:
    """Read the environment; a value that cannot be used ends the command."""
    settings = Settings.from_environment(os.environ)
    if isinstance(settings, Refused):
        # Which language to say it in is just what is not known.
        for language in LANGUAGES:
            click.echo(sentence(settings, language), err=True)
        raise SystemExit(EXIT_PROBLEM)
    return settings


def open_engine(settings: Settings, *, as_json: bool = False) -> Engine:
    """Open the database that this program can work on; any other ends the command."""
    _name_default(settings)
    return _closed_at_the_end(
        granted(open_current(settings.database_url), settings, as_json=as_json)
    )


def open_any_version(settings: Settings) -> Engine:
    """Make an engine whatever the version, making the default folder: to change the schema."""
    _name_default(settings)
    if settings.database_file is not None:
        settings.database_file.parent.mkdir(parents=True, exist_ok=True)
    return _closed_at_the_end(granted(engine_for(settings.database_url), settings))


def create_or_upgrade(settings: Settings) -> Engine:
    """Open the database after bringing it to the newest migration; a missing one is created."""
    engine = open_any_version(settings)
    granted(upgrade(engine), settings)
    return engine


def granted(answer: Answer | Refused, settings: Settings, *, as_json: bool = False) -> Answer:
    """Give the answer; a refusal ends the command with its sentence."""
    if isinstance(answer, Refused):
        _end(answer, settings.language, as_json=as_json)
    return answer


def _closed_at_the_end(engine: Engine) -> Engine:
    """Let the engine's connections go when the command ends, however it ends."""
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(engine.dispose)
    return engine


def _closed_later(engine: Engine) -> Engine:
    # A command that ends, however it ends, leaves no connection behind.
    click.get_current_context().call_on_close(engine.dispose)
    return engine


def _name_default(settings: Settings) -> None:
    if settings.database_file is not None:
        click.echo(worded(_NAMED, settings.language).format(file=settings.database_file), err=True)


def _end(refused: Refused, language: str, *, as_json: bool) -> NoReturn:
    said = sentence(refused, language)
    if as_json:
        error = ProblemError(DATABASE_URL, str(refused.code), said)
        print_json(asdict(Problem(_PROBLEM, worded(_TITLE, language), said, (error,))))
    else:
        click.echo(said, err=True)
    raise SystemExit(EXIT_PROBLEM)
