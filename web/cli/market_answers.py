"""What the operator's commands of the market share: how they are asked and how they end.

0 when it was done, 1 where a rule refuses, 2 where the input cannot be read.  Knows no particular
command.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import click
from sqlalchemy import Engine

from ledger.core.deciding import TEXT_LENGTH_MAX
from ledger.refusals import Refused
from ledger.registry.cash_requests import refuse_actor
from web.cli.problems import input_unreadable, print_json, print_text, stop
from web.cli.session import open_engine, read_settings
from web.i18n import Translator, translator
from web.schemas.faults import Unreadable
from web.schemas.json_documents import parse_json, read_json
from web.sentences.catalogue import sentence
from web.sentences.market_operating import OperatingCode

EXIT_REFUSED = 1

Answer = TypeVar("Answer")


class Line(click.ParamType[str]):
    """A text that the ledger can keep: not too long, no control signs, no broken bytes."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the text; what cannot be kept ends the command as any other wrong usage."""
        if len(value) > TEXT_LENGTH_MAX or not value.isprintable():
            self.fail(
                f"{ascii(value)[:60]}: 过长，或含控制符、乱码 | too long, or has control signs",
                param,
                ctx,
            )
        return value


LINE = Line()
ISO_DAY = click.DateTime(formats=["%Y-%m-%d"])
actor_option = click.option("--actor", required=True, help="经办人 | who does it")
json_option = click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)


def opened(*, as_json: bool) -> tuple[Translator, Engine]:
    """Give the language of the command line and the database."""
    settings = read_settings()
    return translator(settings.language), open_engine(settings, as_json=as_json)


def named_actor(actor: str, words: Translator, *, as_json: bool) -> str:
    """Give the name of who acts; one that cannot be recorded ends the command with 1."""
    refused = refuse_actor(actor)
    if refused is not None:
        code = (
            OperatingCode.OPERATOR_NAME_UNREADABLE
            if actor.strip()
            else OperatingCode.OPERATOR_NOT_NAMED
        )
        end(Refused(code, refused.values), words, as_json=as_json)
    return actor.strip()


def granted(answer: Answer | Refused, words: Translator, *, as_json: bool) -> Answer:
    """Give the answer; what a rule refuses is told and ends the command with 1."""
    if isinstance(answer, Refused):
        end(answer, words, as_json=as_json)
    return answer


def end(refused: Refused, words: Translator, *, as_json: bool) -> NoReturn:
    """Tell a refusal and end the command with 1."""
    put_out(
        {"refused": refusal_document(refused, words)},
        sentence(refused, words.language),
        as_json=as_json,
    )
    raise SystemExit(EXIT_REFUSED)


def refusal_document(refused: Refused, words: Translator) -> dict[str, str]:
    """Give a refusal for a program."""
    return {"code": str(refused.code), "message": sentence(refused, words.language)}


def put_out(document: object, text: str, *, as_json: bool) -> None:
    """Print the one or the other."""
    if as_json:
        print_json(document)
    else:
        print_text(text)


def read_file(
    file: Path, read: Callable[[object], Answer | Unreadable], words: Translator, *, as_json: bool
) -> Answer:
    """Read a JSON file by its schema; what cannot be read ends the command with 2."""
    return _readable(str(file), read_json(file), read, words, as_json=as_json)


def read_text(
    text: str, read: Callable[[object], Answer | Unreadable], words: Translator, *, as_json: bool
) -> Answer:
    """Read JSON that was written on the command line."""
    content = text.encode("utf-8", errors="surrogateescape")
    return _readable("JSON", parse_json(content), read, words, as_json=as_json)


def _readable(
    name: str,
    document: object | Unreadable,
    read: Callable[[object], Answer | Unreadable],
    words: Translator,
    *,
    as_json: bool,
) -> Answer:
    answer = document if isinstance(document, Unreadable) else read(document)
    if isinstance(answer, Unreadable):
        stop(input_unreadable(name, answer, words.language), as_json=as_json)
    return answer
