"""The moves of an invoice: approve, hold, lift, note, reject, take back, match again; each form counts once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import money
from web.finance.blueprint import blueprint
from web.finance.invoice import FORMS, show
from web.forms.base import apply_faults
from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.steps.finance import clear, stop
from worksorders.steps.finance.find.queue import next_open
from worksorders.steps.finance.match import load_invoice, match_invoice


def _move(invoice_id: uuid.UUID, name: str, act: Callable[[Any], str]) -> ResponseReturnValue:
    """Take a form once; `act` does the step and says what was done. Faults open its dialog again."""
    form = FORMS[name](prefix=name)
    if not form.validate_on_submit():
        return show(invoice_id, name, form)

    def done() -> str:
        flash(act(form), "success")
        return url_for("finance.invoice", invoice_id=invoice_id)

    try:
        return take_once(form.key, f"invoice.{name}", done)
    except FaultsError as faults:
        db().rollback()
        apply_faults(form, [Fault(f"{name}-{fault.field}", fault.message) for fault in faults.faults])
        return show(invoice_id, name, form)


@blueprint.post("/invoices/<uuid:invoice_id>/approve")
def approve(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Approve all, or with `part` what is accepted; goes on to the next invoice that waits."""
    form = FORMS["approve"](prefix="approve")
    if not form.validate_on_submit():
        return show(invoice_id, "approve", form)

    def done() -> str:
        part = request.form.get("part") == "yes"
        outcome = clear.approve(db(), actor(), invoice_id, request_now(), part=part)
        flash(f"Approved {money(outcome.invoice.payable_cents)} of {outcome.invoice.number}.", "success")
        following = next_open(db(), load_invoice(db(), invoice_id))
        if following is None:
            return url_for("finance.queue")
        return url_for("finance.invoice", invoice_id=following)

    try:
        return take_once(form.key, "invoice.approve", done)
    except RefusedError as refused:
        return _matched_again(invoice_id, str(refused))


def _matched_again(invoice_id: uuid.UUID, words: str) -> ResponseReturnValue:
    """Back to the invoice as it stands now, with what stopped the approval."""
    db().rollback()
    match_invoice(db(), actor(), invoice_id, request_now())
    flash(words, "error")
    return redirect(url_for("finance.invoice", invoice_id=invoice_id), 303)


@blueprint.post("/invoices/<uuid:invoice_id>/hold")
def hold(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Hold or dispute it."""

    def act(form: Any) -> str:
        held = stop.hold(
            db(), actor(), invoice_id, kind=form.kind.data, reason=form.reason.data, now=request_now()
        )
        return f"{held.number} is {held.hold_kind} now."

    return _move(invoice_id, "hold", act)


@blueprint.post("/invoices/<uuid:invoice_id>/lift")
def lift(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Let it go on."""

    def act(_: Any) -> str:
        stop.lift_hold(db(), actor(), invoice_id, request_now())
        return "The hold is lifted, and the invoice was matched again."

    return _move(invoice_id, "lift", act)


@blueprint.post("/invoices/<uuid:invoice_id>/note")
def note(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Write into its history."""

    def act(form: Any) -> str:
        stop.add_note(db(), actor(), invoice_id, form.text.data)
        return "The note is kept."

    return _move(invoice_id, "note", act)


@blueprint.post("/invoices/<uuid:invoice_id>/reject")
def reject(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Send it back."""

    def act(form: Any) -> str:
        rejected = stop.reject(db(), actor(), invoice_id, reason=form.reason.data, now=request_now())
        return f"{rejected.number} is rejected; its number may be used again."

    return _move(invoice_id, "reject", act)


@blueprint.post("/invoices/<uuid:invoice_id>/take-back")
def take_back(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Take its approval back."""

    def act(form: Any) -> str:
        clear.take_back(db(), actor(), invoice_id, reason=form.reason.data, now=request_now())
        return "The approval is taken back, and the invoice was matched again."

    return _move(invoice_id, "take_back", act)


@blueprint.post("/invoices/<uuid:invoice_id>/match")
def match(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Match it again."""

    def act(_: Any) -> str:
        outcome = match_invoice(db(), actor(), invoice_id, request_now())
        return "Matched again: " + ("everything agrees." if outcome.is_clean else "something still differs.")

    return _move(invoice_id, "match", act)
