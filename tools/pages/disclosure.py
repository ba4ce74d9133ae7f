"""Render the disclosure table into docs/disclosure.md from the code.

`python -m tools.pages.disclosure write` after a wanted change, `python -m tools.pages.disclosure check` to compare (a test does too).
"""

import sys

from tools.pages.written import DOCS, command
from worksorders.domain.disclosure.policy import ADDRESS_WINDOW, Relation, When, markdown_table

PAGE = DOCS / "disclosure.md"
INTRODUCTION = """# Who may see which field of an order

Written by `python -m tools.pages.disclosure write` from `worksorders/domain/disclosure/policy.py`; a test compares. Every page asks that table (`web/disclosing.py`, `worksorders/steps/disclose.py`), and `tests/proof` holds it, cell by cell, against what was written down by hand, and the pages against it.

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


if __name__ == "__main__":
    sys.exit(command(PAGE, page, sys.argv[1:]))
