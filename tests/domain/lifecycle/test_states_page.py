"""The drawn life cycles in docs/states.md are those of the code."""

from pathlib import Path

from worksorders.domain.lifecycle.describe import document
from worksorders.domain.lifecycle.machines import MACHINES, ORDER
from worksorders.domain.lifecycle.reasons import ALL_LISTS, CANCEL

PAGE = Path(__file__).parents[3] / "docs" / "states.md"


def test_the_committed_page_is_what_the_tables_say():
    assert PAGE.read_text(encoding="utf-8") == document(MACHINES, ALL_LISTS), (
        "run: python -m tools.pages.states write"
    )


def test_a_lost_move_or_reason_would_be_seen():
    less = document((ORDER,), ())
    assert "| issued | cancel | coordinator | cancelled | cancel list |" in less
    assert "resume goes back to the state before" in less
    assert CANCEL.reasons[0].label not in less
    assert CANCEL.reasons[0].label in document((ORDER,), ALL_LISTS)
