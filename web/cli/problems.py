"""The one place where a command says that its input cannot be read, and ends with 2.

A problem is not a refusal: what a rule refuses is an answer, and the command that gives it ends
with 0.  With ``--json`` the problem is one JSON document on standard output,
``{"type", "title", "detail", "errors": [{"at", "code", "message"}]}``; without it, the same as text
on standard error.  Knows no particular command and no particular rule.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import NoReturn

import click

from ledger.refusals import Refused
from web.i18n import DEFAULT_LANGUAGE, LANGUAGES
from web.schemas.faults import Unreadable

EXIT_PROBLEM = 2

_TITLE = ("输入读不懂", "The input cannot be read")
_DETAIL = (
    "{file} 有 {count} 处读不懂。什么也没有写入。",
    "{file} cannot be read; faults found: {count}. Nothing was written.",
)


@dataclass(frozen=True, slots=True)
class ProblemError:
    """One fault: where (a JSON Pointer, or a file's own way to say it), its code, its sentence."""

    at: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read, in one language; ``type`` is stable and for programs."""

    type: str
    title: str
    detail: str
    errors: tuple[ProblemError, ...]


def spoken_language(environment: Mapping[str, str]) -> str:
    """Give the language of ``ECORIGHTS_LANGUAGE``, Chinese where it names none of ours."""
    wanted = environment.get("ECORIGHTS_LANGUAGE", DEFAULT_LANGUAGE)
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


def worded(pair: tuple[str, str], language: str) -> str:
    """Choose from a (zh, en) pair."""
    return pair[LANGUAGES.index(language)]


def input_unreadable(file: str, unreadable: Unreadable, language: str) -> Problem:
    """Make the problem of a file that cannot be read."""
    errors = tuple(
        ProblemError(fault.at, str(fault.refused.code), in_words(fault.refused, language))
        for fault in unreadable.faults
    )
    detail = worded(_DETAIL, language).format(file=file, count=len(errors))
    return Problem(
        "urn:ecorights:problem:input_unreadable", worded(_TITLE, language), detail, errors
    )


def stop(problem: Problem, *, as_json: bool) -> NoReturn:
    """Report the problem and end the command with 2."""
    if as_json:
        print_json(asdict(problem))
    else:
        click.echo(_encoded(_as_text(problem)), err=True)
    raise SystemExit(EXIT_PROBLEM)


def in_words(refused: Refused, language: str) -> str:
    """Say a refusal; the sentences are loaded only when one is needed, and their areas with them."""
    from web.sentences.catalogue import sentence

    return sentence(refused, language)


def refuse(refused: Refused, language: str, *, as_json: bool) -> NoReturn:
    """Say that what was asked for cannot be read or found, and end the command with 2."""
    message = in_words(refused, language)
    error = ProblemError("", str(refused.code), message)
    problem = Problem(
        f"urn:ecorights:problem:{refused.code}", worded(_TITLE, language), message, (error,)
    )
    stop(problem, as_json=as_json)


def print_json(answer: object) -> None:
    """Print one JSON document on standard output, in UTF-8 whatever the terminal is set to."""
    click.echo(_encoded(json.dumps(answer, ensure_ascii=False)))


def print_text(text: str) -> None:
    """Print text on standard output, in UTF-8 whatever the terminal is set to."""
    click.echo(_encoded(text))


def _encoded(text: str) -> bytes:
    # Keys and file names may hold half a surrogate pair, which UTF-8 cannot write; \udc80 is also
    # how JSON escapes it.
    return text.encode("utf-8", errors="backslashreplace")


def _as_text(problem: Problem) -> str:
    lines = [problem.title, problem.detail]
    lines += [
        f"  {error.at or '/'}  {error.code}\n    {error.message}"
        for error in problem.errors
        # A single refusal is the whole problem: said once.
        if error.message != problem.detail
    ]
    return "\n".join(lines)
