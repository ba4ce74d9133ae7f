"""Rules of our own over the product's code and templates, for `make check`: what no reviewer should have to look for.

`python tools/safe_code.py` prints each finding as path:line and what to do instead; 1 where there is any. They are
written over Python's own syntax tree, since an engine for rules of this kind is larger than all else that is installed.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("worksorders", "scheduler", "catalogue", "web")
GATEWAYS = "worksorders/gateways/"
NETWORK = {
    "requests",
    "httpx",
    "urllib3",
    "aiohttp",
    "http.client",
    "smtplib",
    "ftplib",
    "telnetlib",
    "urllib.request",
}
UNSAFE = {
    "pickle",
    "cPickle",
    "marshal",
    "shelve",
    "dill",
    "telnetlib",
    "xml.etree.ElementTree",
    "xml.dom.minidom",
    "xml.sax",
}
# Commands and the supervisor talk to a terminal; the scheduler's command prints its answer.
MAY_PRINT = ("web/embedded/", "web/commands/", "web/recovery/", "scheduler/", "catalogue/")
MONEY = re.compile(r"(cents|amount|price|rate|total|gst|dollars|net)s?$")
# Kilometres, minutes and weights of the planner are measures, not money.
MEASURES = ("scheduler/", "worksorders/steps/planning/", "worksorders/steps/advice/")
LOGS = {"debug", "info", "warning", "error", "critical", "exception", "log"}


def findings(path: str, text: str) -> Iterator[tuple[int, str]]:
    """(line, what to do instead) of a Python module."""
    for node in ast.walk(ast.parse(text)):
        yield from _imports(path, node)
        if isinstance(node, ast.Call):
            yield from _calls(path, node)


def _imports(path: str, node: ast.AST) -> Iterator[tuple[int, str]]:
    names = [one.name for one in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
    module = getattr(node, "module", None) or ""
    whole = names if isinstance(node, ast.Import) else [module, *(f"{module}.{name}" for name in names)]
    for name in whole:
        if name in UNSAFE:
            yield node.lineno, f"{name} runs or expands what it reads: use JSON, or the safe XML reader"
        if name in NETWORK and not path.startswith((GATEWAYS, "web/embedded/")):
            yield node.lineno, f"{name} belongs into a gateway"
        if name.startswith("geopy.geocoders") and not path.startswith(GATEWAYS):
            yield node.lineno, "geopy's geocoders go to public hosts: ask worksorders.gateways.geocode"
        if name in {"markupsafe.Markup", "flask.Markup"} and path not in MARKUP:
            yield node.lineno, "Markup switches escaping off: let the template escape"


# Form widgets build HTML from parts that they escape themselves.
MARKUP = {
    "web/widgets.py",
    "web/fields.py",
    "web/forms.py",
    "web/parsed_fields.py",
    "web/record_fields.py",
    "web/templating.py",
    "web/filters.py",
}


def _calls(path: str, node: ast.Call) -> Iterator[tuple[int, str]]:
    name = _name(node.func)
    if name in {"eval", "exec", "__import__", "os.system", "os.popen", "yaml.load"}:
        yield node.lineno, f"{name} runs text"
    if any(key.arg == "shell" and not _is(key.value, False) for key in node.keywords):
        yield node.lineno, "shell=True runs text: give a list"
    if name == "print" and not path.startswith(MAY_PRINT):
        yield node.lineno, "print is no log"
    if (
        (name in {"text", "sqlalchemy.text", "sa.text"} or name.endswith((".execute", ".exec_driver_sql")))
        and node.args
        and _is_built(node.args[0])
        and "migrations/" not in path
        and path not in SQL
    ):
        yield node.lineno, "SQL with values in its text: bind them"
    yield from _log(node, name)
    if name == "float" and node.args and not path.startswith(MEASURES) and MONEY.search(_name(node.args[0])):
        yield node.lineno, "money is whole cents or a Decimal"
    if name.endswith("autoescape") or any(
        key.arg == "autoescape" and _is(key.value, False) for key in node.keywords
    ):
        yield node.lineno, "escaping stays on"


# Commands of the operator over whole databases: names of roles, databases and tables, which cannot be bound.
SQL = frozenset({"web/embedded/roles.py", "web/recovery/contents.py", "web/recovery/restore.py"})


def _log(node: ast.Call, name: str) -> Iterator[tuple[int, str]]:
    owner, _, method = name.rpartition(".")
    if method not in LOGS or not re.search(r"(^|\.)(log|logger|_log)$", owner):
        return
    if node.args and _is_built(node.args[0]):
        yield node.lineno, "log a fixed text with plain arguments"
    for value in node.args[1:]:
        if isinstance(value, ast.Name) and value.id in {
            "error",
            "problem",
            "exc",
            "exception",
            "row",
            "user",
            "actor",
            "order",
            "case",
            "request",
        }:
            yield (
                node.lineno,
                f"log the class or an id, never {value.id} itself: its words may hold an address",
            )
    if any(key.arg == "exc_info" for key in node.keywords) or method == "exception":
        yield node.lineno, "a traceback holds the error's words: log its class and place"


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is(node: ast.AST, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_built(node: ast.AST) -> bool:
    """A text that is put together from parts that are no constants."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        sides = (node.left, node.right)
        return any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in sides) or any(
            map(_is_built, sides)
        )
    return (isinstance(node, ast.Call) and _name(node.func).endswith(".format")) or (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and isinstance(node.func.value, ast.Constant)
    )


TEMPLATE = (
    (re.compile(r"\|\s*safe\b"), "|safe switches escaping off"),
    (re.compile(r"{%-?\s*autoescape\s+false"), "escaping stays on"),
    (
        re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
        "no script inside a page: the policy forbids it",
    ),
    (re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE), "no handler inside a page: the policy forbids it"),
    (
        re.compile(r"(?:src|href|action)\s*=\s*[\"']\s*(?:https?:)?//", re.IGNORECASE),
        "nothing from another origin",
    ),
    (re.compile(r"\sstyle\s*=\s*[\"']", re.IGNORECASE), "no style inside a page: the policy forbids it"),
)


def of_template(text: str) -> Iterator[tuple[int, str]]:
    """(line, what is wrong) of a template."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield from ((number, words) for pattern, words in TEMPLATE if pattern.search(line))


def everything() -> Iterator[str]:
    """Each finding in the repository, as path:line: words."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            yield from (
                f"{name}:{line}: {words}" for line, words in findings(name, path.read_text(encoding="utf-8"))
            )
    for path in sorted((ROOT / "web" / "templates").rglob("*.html")):
        name = str(path.relative_to(ROOT))
        yield from (
            f"{name}:{line}: {words}" for line, words in of_template(path.read_text(encoding="utf-8"))
        )


def main() -> int:
    """Print what was found; 1 where it is anything."""
    found = list(everything())
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
