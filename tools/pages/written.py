"""Pages of docs/ that are written from the code: writes one, or tells what of the committed one differs."""

import difflib
import sys
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def difference(page: Path, text: str) -> str:
    """What the committed page lacks or has too much, as a unified diff; empty where it is up to date."""
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), text.splitlines(keepends=True), "committed", "from the code"
    )
    return "".join(lines)


def command(page: Path, text: Callable[[], str], arguments: list[str]) -> int:
    """`write` the page or `check` it: 1 where it differs, 2 for anything else."""
    if arguments == ["write"]:
        page.write_text(text(), encoding="utf-8")
        return 0
    if arguments != ["check"]:
        sys.stderr.write("usage: write|check\n")
        return 2
    found = difference(page, text())
    sys.stdout.write(found)
    return 1 if found else 0
