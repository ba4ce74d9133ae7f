"""What the documents name exists: links, files, commands; every command is in the README, every package on the map."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from flask import Flask

from web import commands

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
QUOTED = re.compile(r"`([A-Za-z_][\w./-]*)`")
FILE = re.compile(r"\.(py|md|csv|txt|toml|sql|yaml|html|conf|sh|js|css|lock)$")
MAKE = re.compile(r"(?:`|^ {4})make ([a-z][a-z-]*)", re.MULTILINE)
FLASK = re.compile(r"flask --app wsgi ([a-z]+) ([a-z-]+)")
TARGET = re.compile(r"^([a-z][a-z-]*):.*?##", re.MULTILINE)
# Made by a running installation or a command, or brought by whoever runs it: not in the repository.
MADE = re.compile(r"(instance|logs|pg|numba|run|build)/|(worksorders/data/headings/mi\.csv|evaluate\.py)$")


@pytest.fixture(scope="module")
def places():
    """Every file and folder of the repository, each as /path; a document may leave the first folders out."""
    found = set()
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name[0] not in "._" and name not in {"build", "instance"}]
        here = Path(folder).relative_to(ROOT).as_posix()
        found |= {f"/{here}/{name}" for name in (*names, *folders)}
    return found


@pytest.fixture(scope="module")
def targets():
    return set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_exists(document, places, targets):
    text = document.read_text("utf-8")
    links = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    quoted = {one for one in QUOTED.findall(text) if ("/" in one or FILE.search(one)) and not MADE.match(one)}
    files = [one for one in quoted if not any(path.endswith(endings(one)) for path in places)]
    assert (links, files, set(MAKE.findall(text)) - targets) == ([], [], set())


def endings(named):
    """A path ends like this where it is what a document names: a file, a folder, or a module without `.py`."""
    return f"/{named.rstrip('/')}", f"/{named}.py"


def test_every_command_of_make_is_in_the_readme(targets):
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {
        one for one in targets - {"help"} if f"`{one}`" not in readme and f"`make {one}`" not in readme
    } == set()


def test_every_flask_command_in_the_documents_exists():
    app = Flask("commands")
    commands.init_app(app)
    named = {pair for document in DOCUMENTS for pair in FLASK.findall(document.read_text("utf-8"))}
    assert len(named) > 10
    assert {pair for pair in named if pair[1] not in app.cli.commands[pair[0]].commands} == set()


def test_every_package_has_its_place_on_the_map():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = text.split("## Where each subject lives")[1].split("\n## ")[0].split("\n|")[3:]
    cells = [[set(re.findall(r"`(\w+)`", cell)) for cell in row.split("|")[1:4]] for row in rows]
    for column, parent in enumerate(("worksorders/domain", "worksorders/steps", "web")):
        named = set().union(*(row[column] for row in cells))
        assert named == {one.parent.name for one in (ROOT / parent).glob("*/__init__.py")}


def test_every_module_opens_with_why_it_exists():
    folders = ("catalogue", "scheduler", "worksorders", "web", "tools", "tests")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 1000
    silent = [path for path in sources if (text := path.read_text("utf-8").strip()) and text[:3] != '"""']
    assert silent == []
