"""``ecorights simulate registry``: worked cases of the registry's rules, without a database.

Knows how to read the file and print the answer; every decision is made by
``ledger.registry.rules``.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ledger.refusals import Refused
from web.cli.problems import (
    in_words,
    input_unreadable,
    print_text,
    spoken_language,
    stop,
    worded,
)
from web.cli.registry_answers import answer
from web.schemas.faults import Unreadable, WrittenNumber
from web.schemas.json_documents import read_json
from web.schemas.registry_play import Block, Tree, read_blocks
from web.tables import Column, Table, as_text

_COLUMN = ("列", "Column")
_FIGURES = (("项目", "Figure"), ("值", "Value"))
_LISTS = ("rows", "runs", "steps")


@click.command(
    name="registry",
    short_help="登记规则 | registry rules",
    help="按文件演算登记规则的算例 | Play worked cases of the registry's rules",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def registry(file: Path, as_json: bool) -> None:
    """Print the blocks of the file with what comes of them."""
    language = spoken_language(os.environ)
    tree = _tree(file)
    if isinstance(tree, Unreadable):
        stop(input_unreadable(str(file), tree, language), as_json=as_json)
    if as_json:
        print_text(_written(_answered(tree)))
        return
    print_text(as_text(table for block in _blocks(tree) for table in _tables(block, language)))


def _tree(file: Path) -> Tree | Unreadable:
    document = read_json(file)
    return document if isinstance(document, Unreadable) else read_blocks(document)


def _answered(tree: Tree) -> Any:
    match tree:
        case Block():
            return answer(tree, [])
        case list():
            return [_answered(inner) for inner in tree]
        case dict():
            return {key: _answered(inner) for key, inner in tree.items()}


def _blocks(tree: Tree) -> Iterator[Block]:
    match tree:
        case Block():
            yield tree
        case list():
            for inner in tree:
                yield from _blocks(inner)
        case dict():
            for inner in tree.values():
                yield from _blocks(inner)


def _tables(block: Block, language: str) -> Iterator[Table]:
    """Give a block as tables: its figures, then each of its lists; refusals are said under it."""
    notes: list[Refused] = []
    filled = answer(block, notes)
    said = tuple(dict.fromkeys(in_words(refused, language) for refused in notes))
    lists = [key for key in _LISTS if filled.get(key)]
    figures = tuple(
        (key, _cell(value))
        for key, value in filled.items()
        if key not in ("fn", *lists) and not key.startswith("_")
    )
    columns = tuple(Column(worded(one, language)) for one in _FIGURES)
    if figures or not lists:
        yield Table(block.fn, columns, figures, () if lists else said)
    for key in lists:
        last = key == lists[-1]
        yield _listed(f"{block.fn}: {key}", filled[key], said if last else (), language)


def _listed(title: str, rows: list[Any], notes: tuple[str, ...], language: str) -> Table:
    keys: dict[str, None] = {}
    for row in rows:
        keys.update(dict.fromkeys(row if isinstance(row, dict) else _places(row, language)))
    cells = []
    for row in rows:
        by_key = (
            row if isinstance(row, dict) else dict(zip(_places(row, language), row, strict=True))
        )
        cells.append(tuple(_cell(by_key[key]) if key in by_key else "" for key in keys))
    return Table(title, tuple(Column(key) for key in keys), tuple(cells), notes)


def _places(row: list[Any], language: str) -> list[str]:
    return [f"{worded(_COLUMN, language)} {place}" for place in range(1, len(row) + 1)]


def _cell(value: object) -> str:
    return value if isinstance(value, str) else _written(value)


def _written(value: object) -> str:
    """Write JSON; a number that was kept as it is written is written so again."""
    match value:
        case WrittenNumber():
            return value.text
        case dict():
            inner = (f"{_written(str(key))}: {_written(one)}" for key, one in value.items())
            return "{" + ", ".join(inner) + "}"
        case list():
            return "[" + ", ".join(_written(one) for one in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)
