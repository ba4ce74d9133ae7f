"""Draw the state machines into docs/states.md from their tables in the code.

`python tools/states.py write` after a wanted change, `python tools/states.py check` to compare (a test does too).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.written import DOCS, command
from worksorders.domain.lifecycle.describe import document
from worksorders.domain.lifecycle.machines import MACHINES
from worksorders.domain.lifecycle.reasons import ALL_LISTS

PAGE = DOCS / "states.md"


def page() -> str:
    """The whole page."""
    return document(MACHINES, ALL_LISTS)


if __name__ == "__main__":
    sys.exit(command(PAGE, page, sys.argv[1:]))
