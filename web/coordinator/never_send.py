"""Who must never learn of the case of an order: for coordinators alone, and without a word to anybody else."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.coordinator.blueprint import blueprint
from web.coordinator.forms import ActionForm, BarForm
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import listing
from worksorders.steps.ordering.find.order import find_order
from worksorders.steps.people import bar as barring
from worksorders.steps.people import never_send as barred

SOURCES = {
    "client": "Client’s list",
    "conflict_check": "Conflict check",
    "coordinator": "Coordinator",
    "declined as a conflict": "Declined as a conflict",
}


@blueprint.get("/orders/<uuid:order_id>/never-send")
def never_send(order_id: uuid.UUID) -> ResponseReturnValue:
    """Who is barred from the case."""
    return _page(order_id, BarForm(formdata=None))


@blueprint.post("/orders/<uuid:order_id>/never-send")
def bar(order_id: uuid.UUID) -> ResponseReturnValue:
    """Bar a firm or a worker, and take back what they were sent."""
    form = BarForm()
    case_id = find_order(db(), actor(), order_id, request_now()).order.case_id
    form.prepare(barring.choices(db()))

    def act() -> str:
        kind, _, key = (form.who.data or "").partition(":")
        taken = barring.bar(
            db(),
            actor(),
            case_id,
            firm_id=uuid.UUID(key) if kind == "firm" else None,
            worker_id=uuid.UUID(key) if kind == "worker" else None,
            source=form.source.data or "",
            now=request_now(),
        )
        flash("They are never sent to this case again.", "success")
        for words in _consequences(taken):
            flash(words)
        return url_for("coordinator.never_send", order_id=order_id)

    if form.validate_on_submit():
        return take_once(form.key, "never_send.add", act)
    return _page(order_id, form)


@blueprint.post("/orders/<uuid:order_id>/never-send/<uuid:bar_id>/remove")
def unbar(order_id: uuid.UUID, bar_id: uuid.UUID) -> ResponseReturnValue:
    """Take back a bar that was set by mistake."""
    form = ActionForm()
    case_id = find_order(db(), actor(), order_id, request_now()).order.case_id

    def act() -> str:
        barred.remove(db(), actor(), case_id, bar_id)
        flash("The bar has been taken back.", "success")
        return url_for("coordinator.never_send", order_id=order_id)

    if form.validate_on_submit():
        return take_once(form.key, "never_send.remove", act)
    return _page(order_id, BarForm(formdata=None))


def _consequences(taken: barring.TakenAway) -> list[str]:
    told = []
    if taken.offers:
        told.append(f"Open offers withdrawn: {taken.offers}.")
    if taken.released:
        told.append(f"Held time released, to be offered or planned again: {listing(taken.released)}.")
    if taken.reassigned:
        told.append(
            f"Accepted visits taken back, to be offered or planned again: {listing(taken.reassigned)}."
        )
    if taken.inside:
        told.append(f"They are in the home now: {listing(taken.inside)}. Call before you do anything else.")
    return told


def _page(order_id: uuid.UUID, form: BarForm) -> ResponseReturnValue:
    found = find_order(db(), actor(), order_id, request_now())
    form.prepare(barring.choices(db()))
    page = render_template(
        "coordinator/never_send.html",
        order=found.order,
        rows=barred.of_case(db(), actor(), found.order.case_id),
        held=barring.still_there(db(), actor(), found.order.case_id),
        sources=SOURCES,
        form=form,
        action_form=ActionForm(formdata=None),
    )
    return page, form.status
