"""The queue of invoices."""

from __future__ import annotations

from flask import render_template

from web.edge import db
from web.finance.blueprint import SOURCE_WORDS, STATE_WORDS, blueprint, chosen
from web.paging import page_address, page_number
from worksorders.steps.finance.find.queue import WAITING, QueueFilter, find_queue
from worksorders.steps.finance.uncommitted import uncommitted_part

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
# So many of those without a contract are named on the queue itself; all of them have a page.
NAMED = 5


@blueprint.get("")
def queue() -> str:
    """Invoices that wait, the oldest first."""
    wanted = QueueFilter(chosen("state") or WAITING, chosen("code"), chosen("q"))
    return render_template(
        "finance/queue.html",
        found=find_queue(db(), wanted, page_number()),
        wanted=wanted,
        uncommitted=uncommitted_part(db(), size=NAMED),
        choices=CHOICES,
        state_words=STATE_WORDS,
        source_words=SOURCE_WORDS,
        address=page_address(),
    )


@blueprint.get("/uncommitted")
def uncommitted() -> str:
    """Orders that were issued without a funding contract, the oldest first."""
    return render_template(
        "finance/uncommitted.html", found=uncommitted_part(db(), page_number()), address=page_address()
    )
