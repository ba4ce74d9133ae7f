"""Pay runs: prepare one, see it, approve or cancel it, take its files, compare a file with it, record a return."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form, download
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import local_today, money
from web.finance.blueprint import blueprint
from web.finance.payout.forms import CheckFileForm, ReturnForm, RunForm, WhyForm
from web.forms.base import Form, apply_faults
from web.paging import page_address, page_number
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.workdays import add_working_days
from worksorders.steps.finance.find import payments as find
from worksorders.steps.finance.find import runs as found_runs
from worksorders.steps.finance.payout import compare, files, payer, returned
from worksorders.steps.finance.payout import runs as step
from worksorders.steps.lists.part import part_of

STATE_WORDS = {
    "prepared": ("Waits for approval", "warn"),
    "approved": ("Approved", "good"),
    "cancelled": ("Cancelled", "neutral"),
}
LARGEST_FILE = 20_000_000
EVERYTHING = "everything"


@blueprint.route("/payments", methods=["GET", "POST"])
def payments() -> ResponseReturnValue:
    """What is approved and not paid, the form that puts it into a run, the runs, and what was paid: each in pages."""
    waiting, cents = find.find_approved(db(), page_number())
    all_released = find.find_released(db())
    released, ready = part_of(all_released, page_number("released")), find.find_ready(db(), all_released)
    form = RunForm()
    form.chosen.choices = _choices(ready, waiting.rows, released.rows)
    if not form.is_submitted():
        form.pay_on.data = add_working_days(local_today(request_now()), 1)
    elif form.validate():
        try:
            return take_once(form.key, "pay_run.prepare", lambda: _prepare(form, ready))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    page = render_template(
        "finance/payments.html",
        form=form,
        waiting=waiting,
        waiting_cents=cents,
        released=released,
        runs=found_runs.find_runs(db(), page_number("runs")),
        state_words=STATE_WORDS,
        payer=payer.payer_to_use(db()),
        paid=find.find_paid(db(), page_number("paid")),
        page_address=page_address,
    )
    return page, form.status


def _choices(
    ready: find.Ready, rows: Sequence[find.PaymentRow], released: Sequence[find.ReleasedRow]
) -> list[tuple[str, str]]:
    """What may be ticked: all that is ready where it is several documents, those on this page, retention."""
    several = f"Everything that is ready: {len(ready.keys)} documents, {money(ready.cents)}"
    return (
        ([(EVERYTHING, several)] if len(ready.keys) > 1 else [])
        + [
            (f"{row.id}/invoice", f"{row.number}, {row.firm}: {money(row.payable_cents)}")
            for row in rows
            if row.ready
        ]
        + [
            (f"{one.invoice_id}/retention", f"Retention of {one.number}, {one.firm}: {money(one.cents)}")
            for one in released
            if one.run_id is None
        ]
    )


def _prepare(form: RunForm, ready: find.Ready) -> str:
    pay_on, ticked = form.pay_on.data, set(form.chosen.data)
    assert pay_on is not None
    chosen = (ticked - {EVERYTHING}) | (set(ready.keys) if EVERYTHING in ticked else set())
    run = step.prepare(db(), actor(), chosen, pay_on=pay_on, now=request_now())
    flash(f"Run {run.code} is prepared: another person looks at it and approves it.", "success")
    if not chosen <= {f"{row.invoice_id}/{row.part}" for row in run.items}:
        flash("What firms owe us by credit notes beyond their invoices waits for a later run.", "info")
    return url_for("finance.pay_run", pay_run_id=run.id)


@blueprint.get("/runs/<uuid:pay_run_id>")
def pay_run(pay_run_id: uuid.UUID) -> ResponseReturnValue:
    """One run with its payments and files."""
    page = found_runs.find_run(db(), actor(), pay_run_id)
    return render_template(
        "finance/pay_run.html",
        page=page,
        form=Form(formdata=None),
        me=actor().user_id,
        state_words=STATE_WORDS,
    )


@blueprint.post("/runs/<uuid:pay_run_id>/approve")
def approve_run(pay_run_id: uuid.UUID) -> ResponseReturnValue:
    """Compute everything again and pay it."""
    form = Form()
    if not form.validate_on_submit():
        return pay_run(pay_run_id)

    def approve() -> str:
        paid = step.approve(db(), actor(), pay_run_id, request_now())
        words = (
            "It is computed again and approved: send the bank file." if paid else "It was approved before."
        )
        flash(words, "success")
        return url_for("finance.pay_run", pay_run_id=pay_run_id)

    return take_once(form.key, "pay_run.approve", approve)


@blueprint.route("/runs/<uuid:pay_run_id>/cancel", methods=["GET", "POST"])
def cancel_run(pay_run_id: uuid.UUID) -> ResponseReturnValue:
    """Give a prepared run up."""
    page, form = found_runs.find_run(db(), actor(), pay_run_id), WhyForm()

    def cancel() -> str:
        run = step.cancel(db(), actor(), pay_run_id, reason=form.reason.data, now=request_now())
        flash(f"Run {run.code} is cancelled: what it held may go into another one.", "success")
        return url_for("finance.payments")

    return answer_form(
        form,
        "pay_run.cancel",
        cancel,
        title=f"Cancel run {page.run.code}",
        submit="Cancel the run",
        kind="warning",
        back=_back(pay_run_id),
    )


def _back(pay_run_id: uuid.UUID) -> tuple[str, str]:
    return url_for("finance.pay_run", pay_run_id=pay_run_id), "Pay run"


@blueprint.get("/runs/files/<uuid:file_id>")
def run_file(file_id: uuid.UUID) -> Response:
    """A file of a run, byte for byte as it was approved."""
    row = files.find_file(db(), actor(), file_id)
    return download(row.content, row.name, files.MEDIA_TYPES[row.kind])


@blueprint.route("/runs/<uuid:pay_run_id>/compare", methods=["GET", "POST"])
def compare_file(pay_run_id: uuid.UUID) -> ResponseReturnValue:
    """Read an exported file again and hold its totals against the run's; nothing is kept."""
    page, form = found_runs.find_run(db(), actor(), pay_run_id), CheckFileForm()
    result = None
    if form.validate_on_submit():
        data = form.file.data.read(LARGEST_FILE + 1)
        try:
            result = compare.compare_file(db(), actor(), pay_run_id, data, largest=LARGEST_FILE)
        except FaultsError as faults:
            apply_faults(form, [Fault("file", fault.message) for fault in faults.faults])
    shown = render_template("finance/compare.html", page=page, form=form, result=result)
    return shown, form.status


@blueprint.route("/runs/<uuid:pay_run_id>/returned/<uuid:firm_id>", methods=["GET", "POST"])
def return_payment(pay_run_id: uuid.UUID, firm_id: uuid.UUID) -> ResponseReturnValue:
    """Record that the bank sent the payment to one firm back."""
    page, form = found_runs.find_run(db(), actor(), pay_run_id), ReturnForm()
    firm = next((one.firm for one in page.payments if one.firm_id == firm_id), "")
    if not form.is_submitted():
        form.returned_on.data = max(local_today(request_now()), page.run.pay_on)

    def take_back() -> str:
        row = returned.record_return(
            db(),
            actor(),
            pay_run_id,
            firm_id,
            returned_on=form.returned_on.data,
            reason=form.reason.data,
            now=request_now(),
        )
        flash(f"{money(row.amount_cents)} came back: what it paid stands as approved again.", "success")
        return url_for("finance.pay_run", pay_run_id=pay_run_id)

    returned.require_payment(page.run, firm_id)
    return answer_form(
        form,
        "payment.returned",
        take_back,
        title=f"The payment to {firm} came back",
        submit="Record the return",
        back=_back(pay_run_id),
        lead="Its invoices stand as approved again and go into another run, to an account verified by then.",
    )
