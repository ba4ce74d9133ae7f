"""What the browser is given is ours or vendored, unchanged since it was recorded, and asks no other origin."""

import hashlib
import json
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "web" / "static"
TEMPLATES = STATIC.parent / "templates"
VENDOR = STATIC / "vendor"
PACKAGES = json.loads((VENDOR / "VENDOR.lock").read_text())
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")
SHEETS = sorted(STATIC.rglob("*.css"))
SCRIPTS = sorted(STATIC.rglob("*.js"))


def off_origin(text):
    """Every address of another origin in a script or style sheet; names of XML namespaces are none."""
    for name in NAMESPACES:
        text = text.replace(name, "")
    return re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"')]*", text)


def test_the_search_for_other_origins_finds_them():
    planted = 'a{background:url(//cdn.example.com/x.png)} fetch("https://example.com/a")'
    assert off_origin(planted) == ["//cdn.example.com/x.png", "https://example.com/a"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_vendored_files_are_those_recorded(package):
    folder = VENDOR / package["name"]
    found = {
        str(path.relative_to(folder)): hashlib.sha512(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == package["files"]
    assert "LICENSE" in found
    assert package["licence"] in {"MIT", "0BSD", "BSD-2-Clause"}


def test_nothing_is_vendored_that_is_not_recorded():
    recorded = {package["name"] for package in PACKAGES}
    assert {path.name for path in VENDOR.iterdir()} == recorded | {"VENDOR.lock"}


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_asks_no_other_origin_and_has_no_foreign_font(path):
    text = path.read_text()
    assert "GDS" not in text
    assert "http" not in text
    assert "@font-face" not in text
    assert "@import" not in text
    assert "crest" not in "".join(re.findall(r"url\([^)]*\)", text))
    for address in re.findall(r"url\(([^)]*)\)", text):
        assert (path.parent / address.strip("\"'")).is_file(), address


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_asks_no_other_origin(path):
    text = path.read_text()
    assert off_origin(text) == []
    assert "sourceMappingURL" not in text


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
def test_a_template_has_nothing_inline_and_nothing_off_origin(path):
    text = path.read_text()
    assert off_origin(text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text) == []
    assert "|safe" not in text.replace(" ", "")
