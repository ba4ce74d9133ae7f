"""Render the disclosure table into docs/disclosure.md from the code.

`python tools/disclosure.py write` after a wanted change, `python tools/disclosure.py check` to compare (a test does too).
"""

import difflib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from worksorders.domain.disclosure.policy import ADDRESS_WINDOW, Relation, When, markdown_table

PAGE = Path(__file__).parents[1] / "docs" / "disclosure.md"
INTRODUCTION = """# Who may see which field of an order

Written by `python tools/disclosure.py write` from `worksorders/domain/disclosure/policy.py`; a test compares. Every page asks that table, and `tests/proof` holds it, cell by cell, against what was written down by hand.

“yes” is seen without being asked why; “for …” is shown only in answer to a form that names one of these purposes, and each reading is recorded before it is answered. An empty cell is never shown. Whoever is walled off from a case sees nothing of it, whatever the table says.

"""


def page() -> str:
    """The whole page."""
    hours = int(ADDRESS_WINDOW.total_seconds() // 3600)
    lines = [f"- **{when.name.lower()}**: {when.value}" for when in When]
    relations = ", ".join(relation.value.replace("_", " ") for relation in Relation)
    after = (
        f"\nA contractor stands to a visit as one of: {relations}. The window before a visit is {hours} hours "
        "unless the operator sets another. When a contractor sees a field:\n\n" + "\n".join(lines) + "\n"
    )
    return INTRODUCTION + markdown_table() + after


def difference() -> str:
    """What the committed page lacks or has too much, as a unified diff; empty where it is up to date."""
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), page().splitlines(keepends=True), "committed", "from the code"
    )
    return "".join(lines)


def main(arguments: list[str]) -> int:
    """Write the page or compare it; 1 where it differs."""
    if arguments == ["write"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if arguments != ["check"]:
        sys.stderr.write("usage: disclosure.py write|check\n")
        return 2
    found = difference()
    sys.stdout.write(found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
