"""Checks on the project itself: what no linter looks at and every reader relies on."""

import ast
import re
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("ledger", "market", "web", "migrations", "tests", "benchmarks")
EXACT = ("ledger", "market")

# Written apart, so that this file does not contain what it looks for.
UNFINISHED = re.compile(r"\b(TO" + "DO|FIX" + r"ME)\b")
REGISTRY_HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com")

BOTH_LANGUAGES = re.compile("[一-鿿].* [|] [a-z]")

# An engine is handed on and a session passed to the ledger's read functions, nothing more.
WEB_TAKES_FROM_SQLALCHEMY = {("sqlalchemy", "Engine"), ("sqlalchemy.orm", "Session")}


def ours() -> list[Path]:
    """All files that are in the repository or would be added to it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no git checkout, so it is not known which files are the project's")
    names = listed.stdout.decode().split("\0")
    return [PROJECT / name for name in names if name and (PROJECT / name).is_file()]


def texts() -> Iterator[tuple[str, str]]:
    for file in ours():
        try:
            yield str(file.relative_to(PROJECT)), file.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for file in sorted((PROJECT / package).rglob("*.py")):
            yield str(file.relative_to(PROJECT)), ast.parse(file.read_text("utf-8"))


def words_of(source: str) -> str:
    setup = ConfigParser()
    setup.read(PROJECT / "setup.cfg", "utf-8")
    return setup.get(*source.split("/"))


def test_nothing_is_left_for_later() -> None:
    assert [name for name, text in texts() if UNFINISHED.search(text)] == []


def test_no_file_names_the_host_of_a_package_registry() -> None:
    found = [
        (name, host)
        for name, text in texts()
        for host in REGISTRY_HOSTS
        if host in text and "/vendor/" not in name
    ]
    assert found == []


def test_package_files_hold_only_a_docstring() -> None:
    wordy = [
        name
        for name, tree in modules(*PACKAGES)
        if name.endswith("__init__.py")
        and not (len(tree.body) == 1 and ast.get_docstring(tree) is not None)
    ]
    assert wordy == []


def test_the_exact_packages_know_no_floats() -> None:
    def is_float(node: ast.AST) -> bool:
        return (isinstance(node, ast.Constant) and isinstance(node.value, float)) or (
            isinstance(node, ast.Name) and node.id == "float"
        )

    # Waits between attempts are seconds of the machine, not amounts.
    found = [
        f"{name}:{getattr(node, 'lineno', 0)}"
        for name, tree in modules(*EXACT)
        if name != "ledger/core/database.py"
        for node in ast.walk(tree)
        if is_float(node)
    ]
    assert found == []


def test_web_takes_only_types_from_the_database_layer() -> None:
    taken = {
        (node.module, alias.name, name)
        for name, tree in modules("web")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
    }
    whole = [
        name
        for name, tree in modules("web")
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        and any(alias.name.startswith("sqlalchemy") for alias in node.names)
    ]
    assert whole == []
    assert {one for one in taken if one[:2] not in WEB_TAKES_FROM_SQLALCHEMY} == set()


def test_the_head_file_names_the_only_head_of_the_migrations() -> None:
    folder = Path(str(files("migrations")))
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    heads = ScriptDirectory.from_config(config).get_heads()
    assert heads == [(folder / "HEAD").read_text("utf-8").strip()]


def test_make_help_tells_every_target_in_both_languages() -> None:
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    listed = words_after(r"^\.PHONY:(.*)$", makefile)
    shown = subprocess.run(
        ["make", "-s", "help"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    told = dict(re.findall(r"^  make ([a-z-]+) +(.* \| .*)$", shown, re.MULTILINE))
    assert told.keys() == set(listed)
    one_tongued = [name for name, said in told.items() if not BOTH_LANGUAGES.search(said)]
    assert one_tongued == []


def words_after(pattern: str, text: str) -> list[str]:
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None
    return found[1].split()


def test_every_dependency_stands_at_an_exact_version_in_the_constraints() -> None:
    wanted = {
        re.split(r"[\[<>=]", line)[0].lower()
        for section, key in (
            ("options", "install_requires"),
            *(("options.extras_require", extra) for extra in ("postgres", "test", "dev", "bench")),
        )
        for line in words_of(f"{section}/{key}").split()
    }
    lines = (PROJECT / "constraints.txt").read_text("utf-8").splitlines()
    fixed = [re.fullmatch(r"([A-Za-z0-9_.-]+)==[0-9][0-9a-z.]*", line) for line in lines]
    assert [line for line, exact in zip(lines, fixed, strict=True) if exact is None] == []
    assert wanted - {exact[1].lower() for exact in fixed if exact} == set()


def test_the_build_settings_are_the_backend_and_nothing_else() -> None:
    text = (PROJECT / "pyproject.toml").read_text("utf-8")
    assert text.splitlines()[0] == "[build-system]"
    assert len(text.splitlines()) == 3


def test_continuous_integration_does_what_a_developer_does() -> None:
    script = (PROJECT / ".ci" / "run").read_text("utf-8")
    assert "\nmake test\n" in script
    assert (PROJECT / ".ci" / "run").stat().st_mode & 0o111


@pytest.mark.parametrize("package", ["ledger", "market", "web"])
def test_everything_in_a_package_is_installed_with_it(package: str) -> None:
    """A file that the package data do not name is missing from an installed program."""
    patterns = words_of("options.package_data/web").split() if package == "web" else []
    root = PROJECT / package
    carried = {file for pattern in patterns for file in root.glob(pattern)}
    left = [
        str(file.relative_to(PROJECT))
        for file in ours()
        if root in file.parents and file.suffix != ".py" and file not in carried
    ]
    assert left == []
    for file in root.rglob("*.py"):
        assert (file.parent / "__init__.py").exists(), file
