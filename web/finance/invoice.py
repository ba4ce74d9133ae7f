"""One invoice: what was ordered, done, accepted and invoiced side by side, and why each cent is payable or not."""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import local_today
from web.finance.blueprint import SOURCE_WORDS, STATE_WORDS, blueprint
from web.finance.forms import ApproveForm, HoldForm, NoteForm, ReasonForm, ReleaseForm
from web.forms.base import Form, apply_faults
from worksorders.domain.errors import FaultsError
from worksorders.domain.finance.made_up import GST_WORDS
from worksorders.steps.finance import clear
from worksorders.steps.finance.find import invoice as found_invoice

RELEASE_DAYS = 30
FORMS: dict[str, type[Form]] = {
    "hold": HoldForm,
    "note": NoteForm,
    "reject": ReasonForm,
    "take_back": ReasonForm,
    "approve": ApproveForm,
    "lift": ApproveForm,
    "match": ApproveForm,
}


@blueprint.get("/invoices/<uuid:invoice_id>")
def invoice(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """The page of one invoice."""
    return show(invoice_id)


def show(invoice_id: uuid.UUID, wrong: str = "", form: Form | None = None) -> ResponseReturnValue:
    """The page, with the one form that has errors in its open dialog; 422 then."""
    page = found_invoice.find_invoice(db(), actor(), invoice_id)
    forms = {name: kind(prefix=name, formdata=None) for name, kind in FORMS.items()}
    if form is not None:
        forms[wrong] = form
    shown = render_template(
        "finance/invoice.html",
        page=page,
        forms=forms,
        form=form,
        wrong=wrong,
        me=actor().user_id,
        state_words=STATE_WORDS,
        source_words=SOURCE_WORDS,
        gst_words=GST_WORDS,
    )
    return shown, 422 if form is not None and form.errors else 200


@blueprint.route("/exceptions/<uuid:exception_id>", methods=["GET", "POST"])
def exception(exception_id: uuid.UUID) -> ResponseReturnValue:
    """One exception in full, with the form that releases it."""
    found = found_invoice.find_exception(db(), actor(), exception_id)
    if found is None:
        abort(404)
    page, view = found
    form = ReleaseForm()
    if not form.is_submitted():
        form.expires_on.data = local_today(request_now()) + timedelta(days=RELEASE_DAYS)
    elif form.validate():
        try:
            return take_once(
                form.key, "invoice.release", lambda: _release(exception_id, page.invoice.id, form)
            )
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
            page, view = found_invoice.find_exception(db(), actor(), exception_id) or (page, view)
    return render_template("finance/exception.html", form=form, page=page, found=view), form.status


def _release(exception_id: uuid.UUID, invoice_id: uuid.UUID, form: ReleaseForm) -> str:
    outcome = clear.release(
        db(),
        actor(),
        exception_id,
        reason=form.reason.data,
        expires_on=form.expires_on.data,
        now=request_now(),
    )
    flash(
        "Released. " + ("The match is clean now." if outcome.is_clean else "Something else stands."),
        "success",
    )
    return url_for("finance.invoice", invoice_id=invoice_id)
