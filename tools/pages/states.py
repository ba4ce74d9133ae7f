"""Draw the state machines into docs/states.md from their tables in the code.

`python -m tools.pages.states write` after a wanted change, `python -m tools.pages.states check` to compare (a test does too).
"""

import sys

from tools.pages.written import DOCS, command
from worksorders.domain.lifecycle.describe import document
from worksorders.domain.lifecycle.machines import MACHINES
from worksorders.domain.lifecycle.reasons import ALL_LISTS

PAGE = DOCS / "states.md"


def page() -> str:
    """The whole page."""
    return document(MACHINES, ALL_LISTS)


if __name__ == "__main__":
    sys.exit(command(PAGE, page, sys.argv[1:]))
