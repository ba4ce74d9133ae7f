"""Draw the state machines into docs/states.md from their tables in the code.

`python tools/states.py write` after a wanted change, `python tools/states.py check` to compare (a test does too).
"""

import difflib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from worksorders.domain.lifecycle.describe import document
from worksorders.domain.lifecycle.machines import MACHINES
from worksorders.domain.lifecycle.reasons import ALL_LISTS

PAGE = Path(__file__).parents[1] / "docs" / "states.md"


def page() -> str:
    """The whole page."""
    return document(MACHINES, ALL_LISTS)


def difference() -> str:
    """What the committed page lacks or has too much, as a unified diff; empty where it is up to date."""
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        page().splitlines(keepends=True),
        "committed",
        "from the code",
    )
    return "".join(lines)


def main(arguments: list[str]) -> int:
    """Write the page or compare it; 1 where it differs."""
    if arguments == ["write"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if arguments != ["check"]:
        sys.stderr.write("usage: states.py write|check\n")
        return 2
    found = difference()
    sys.stdout.write(found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
