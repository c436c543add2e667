"""Files that others made are exactly those of the manifest, unchanged and with their licence."""

import json
import re
from hashlib import sha256

import pytest

from web.frame import STATIC_FILES

VENDORED = STATIC_FILES / "vendor"
MANIFEST = VENDORED / "MANIFEST.json"
FILES = json.loads(MANIFEST.read_text("utf-8"))["files"]
COMPATIBLE = {"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "0BSD", "OFL-1.1"}


def test_every_vendored_file_is_listed_once_and_every_listed_file_is_there() -> None:
    present = {
        path.relative_to(VENDORED).as_posix() for path in VENDORED.rglob("*") if path.is_file()
    }
    listed = [file["file"] for file in FILES]
    assert sorted(listed) == sorted(present - {MANIFEST.name})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["file"])
def test_a_vendored_file_is_unchanged(file: dict[str, str]) -> None:
    assert sha256((VENDORED / file["file"]).read_bytes()).hexdigest() == file["sha256"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["file"])
def test_a_vendored_file_names_its_origin_and_a_compatible_licence(file: dict[str, str]) -> None:
    assert file.keys() == {"name", "version", "licence", "homepage", "file", "sha256"}
    assert file["licence"] in COMPATIBLE
    assert file["version"] in file["file"]


def test_every_vendored_package_brings_the_text_of_its_licence() -> None:
    folders = {file["file"].partition("/")[0] for file in FILES}
    for folder in folders:
        assert f"{folder}/LICENSE.txt" in {file["file"] for file in FILES}


def test_no_stylesheet_fetches_anything_from_elsewhere() -> None:
    for sheet in STATIC_FILES.rglob("*.css"):
        text = sheet.read_text("utf-8")
        fetched = re.findall(r"url\((?!\s*[\"']?data:)[^)]*", text)
        assert fetched == [], sheet.name
        assert "@import" not in text, sheet.name
