"""The queue of invoices."""

from __future__ import annotations

from flask import render_template, url_for

from web.edge import db
from web.finance.blueprint import SOURCE_WORDS, STATE_WORDS, blueprint, chosen, page_number
from worksorders.steps.finance.find.queue import WAITING, QueueFilter, find_queue
from worksorders.steps.finance.uncommitted import find_uncommitted

CHOICES = (
    (WAITING, "Waiting"),
    ("exceptions", "With exceptions"),
    ("matched", "Matched"),
    ("held", "On hold or disputed"),
    ("approved", "Approved"),
    ("paid", "Paid"),
    ("rejected", "Rejected"),
    ("all", "All"),
)


@blueprint.get("")
def queue() -> str:
    """Invoices that wait, the oldest first."""
    wanted = QueueFilter(chosen("state") or WAITING, chosen("code"), chosen("q"))
    return render_template(
        "finance/queue.html",
        found=find_queue(db(), wanted, page_number()),
        wanted=wanted,
        uncommitted=find_uncommitted(db()),
        choices=CHOICES,
        state_words=STATE_WORDS,
        source_words=SOURCE_WORDS,
        address=_address,
    )


def _address(number: int) -> str:
    return url_for("finance.queue", page=number, state=chosen("state"), code=chosen("code"), q=chosen("q"))
