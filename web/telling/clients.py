"""Visits whose client is to be told who comes: the list, the call with its code word, and the outcome."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.paging import page_address, page_number
from web.services import services
from web.telling.blueprint import blueprint
from web.telling.forms import OutcomeForm, PurposeForm
from worksorders.domain.errors import FaultsError
from worksorders.domain.telling.safe_times import LABELS
from worksorders.steps.confirm import tell_client
from worksorders.steps.confirm.code_word import CallCard, read_for_call
from worksorders.steps.confirm.find import find_tell_page, find_unconfirmed
from worksorders.steps.lists.part import part_of


@blueprint.get("/tell")
def clients() -> ResponseReturnValue:
    """Accepted visits that are not confirmed, the next to start first."""
    found = part_of(find_unconfirmed(db()), page_number())
    return render_template("telling/clients.html", found=found, address=page_address())


@blueprint.get("/tell/<uuid:visit_id>")
def client(visit_id: uuid.UUID) -> ResponseReturnValue:
    """One visit: what to say, how to reach them, what was tried."""
    return _show(visit_id)


@blueprint.post("/tell/<uuid:visit_id>/word")
def word(visit_id: uuid.UUID) -> ResponseReturnValue:
    """The code word and whom to call, once, for a purpose, logged."""
    find_tell_page(db(), visit_id, request_now())
    form = PurposeForm()
    if not form.validate_on_submit():
        return _show(visit_id, purpose=form)
    try:
        card = read_for_call(
            services().sessions,
            services().cipher,
            actor(),
            visit_id,
            form.purpose.data or "",
            now=request_now(),
        )
    except FaultsError as faults:
        apply_faults(form, faults)
        return _show(visit_id, purpose=form)
    return _show(visit_id, card=card)


@blueprint.post("/tell/<uuid:visit_id>/outcome")
def outcome(visit_id: uuid.UUID) -> ResponseReturnValue:
    """What came of it."""
    find_tell_page(db(), visit_id, request_now())
    form = OutcomeForm()
    if form.validate_on_submit():
        try:
            return take_once(form.key, "client.told", lambda: _record(visit_id, form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return _show(visit_id, outcome=form)


def _record(visit_id: uuid.UUID, form: OutcomeForm) -> str:
    came = form.outcome.data or ""
    told = tell_client.record(db(), actor(), visit_id, came, form.channel.data, request_now())
    if told:
        flash("Confirmed. The worker may go and sees the code word.", "success")
        return url_for("telling.clients")
    flash("Recorded. The visit is not confirmed: the worker may not go yet.", "info")
    return url_for("telling.client", visit_id=visit_id)


def _show(
    visit_id: uuid.UUID,
    *,
    purpose: PurposeForm | None = None,
    outcome: OutcomeForm | None = None,
    card: CallCard | None = None,
) -> ResponseReturnValue:
    page = find_tell_page(db(), visit_id, request_now())
    wrong = next((form for form in (purpose, outcome) if form is not None and form.errors), None)
    shown = render_template(
        "telling/client.html",
        page=page,
        labels=LABELS,
        card=card,
        purpose=purpose or PurposeForm(formdata=None),
        outcome=outcome or OutcomeForm(formdata=None),
        action=Form(formdata=None),
        form=wrong,
    )
    return shown, 422 if wrong else 200
