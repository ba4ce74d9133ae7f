"""Both clocks of open invoices, and the payment schedules that answer claims."""

from __future__ import annotations

import uuid

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import download
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.finance.blueprint import STATE_WORDS, blueprint
from web.forms.base import Form
from web.paging import page_address, page_number
from worksorders.steps.finance.claims import find, schedule

ALARM_WORDS = {
    "none": ("Running", "neutral"),
    "first": ("10 days gone", "info"),
    "second": ("15 days gone", "warn"),
    "last": ("18 days gone", "danger"),
    "overdue": ("Run out", "danger"),
}


@blueprint.get("/clocks")
def clocks() -> ResponseReturnValue:
    """What runs out first on top."""
    return render_template(
        "finance/clocks.html",
        page=find.find_clocks(db(), request_now(), page_number()),
        form=Form(formdata=None),
        alarm_words=ALARM_WORDS,
        state_words=STATE_WORDS,
        address=page_address(),
    )


@blueprint.post("/invoices/<uuid:invoice_id>/schedule")
def make_schedule(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Write the schedule as things stand."""
    form = Form()
    if not form.validate_on_submit():
        return clocks()

    def make() -> str:
        row = schedule.make_schedule(db(), actor(), invoice_id, request_now())
        flash(f"Schedule {row.number} is kept, and the firm finds it on its page of the invoice.", "success")
        return url_for("finance.schedules", invoice_id=invoice_id)

    return take_once(form.key, "invoice.schedule", make)


@blueprint.get("/invoices/<uuid:invoice_id>/schedules")
def schedules(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """The schedules of an invoice, the newest first."""
    invoice, rows = schedule.schedules_of(db(), actor(), invoice_id)
    return render_template("finance/schedules.html", invoice=invoice, rows=rows, form=Form(formdata=None))


@blueprint.get("/schedules/<uuid:schedule_id>.pdf")
def schedule_pdf(schedule_id: uuid.UUID) -> Response:
    """A schedule as the firm was given it."""
    row = schedule.find_schedule(db(), actor(), schedule_id)
    return download(row.document, f"payment-schedule-{row.number}.pdf", "application/pdf")
