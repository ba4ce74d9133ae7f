"""The moves of a visit: set out, arrive, no access, unsafe, give back, another worker."""

from __future__ import annotations

import uuid

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults, render_form
from web.portal.blueprint import blueprint
from web.portal.offer_forms import AcceptForm, seat_form
from web.portal.visit import load, show
from web.portal.visit_forms import GiveBackForm, StopForm
from worksorders.domain.errors import FaultsError
from worksorders.steps.offers.give_back import give_back as give_visit_back
from worksorders.steps.offers.swap import find_swap, swap
from worksorders.steps.site import stop, travel


def _address(visit_id: uuid.UUID) -> str:
    return url_for("portal.visit", visit_id=visit_id)


@blueprint.post("/visits/<uuid:visit_id>/set-out")
def set_out(visit_id: uuid.UUID) -> ResponseReturnValue:
    """On the way."""
    load(visit_id)
    form = Form()
    if not form.validate_on_submit():
        return show(load(visit_id))

    def move() -> str:
        travel.set_out(db(), actor(), visit_id, request_now())
        return _address(visit_id)

    return take_once(form.key, "visit.set_out", move)


@blueprint.post("/visits/<uuid:visit_id>/arrive")
def arrive(visit_id: uuid.UUID) -> ResponseReturnValue:
    """At the door."""
    load(visit_id)
    form = Form()
    if not form.validate_on_submit():
        return show(load(visit_id))

    def move() -> str:
        travel.arrive(db(), actor(), visit_id, request_now())
        return _address(visit_id)

    return take_once(form.key, "visit.arrive", move)


@blueprint.route("/visits/<uuid:visit_id>/no-access", methods=["GET", "POST"])
def no_access(visit_id: uuid.UUID) -> ResponseReturnValue:
    """No access, or the work cannot be done."""
    page = load(visit_id)
    form = StopForm()
    if form.validate_on_submit():
        return take_once(form.key, "visit.no_access", lambda: _stop(visit_id, form))
    return render_form("portal/no_access.html", form, page=page)


def _stop(visit_id: uuid.UUID, form: StopForm) -> str:
    visit = stop.stop(db(), actor(), visit_id, form.reason.data, request_now())
    flash(f"Reported. Visit {visit.code} is over for you; the coordinator plans it again.", "success")
    return url_for("portal.today")


@blueprint.post("/visits/<uuid:visit_id>/unsafe")
def unsafe(visit_id: uuid.UUID) -> ResponseReturnValue:
    """One tap: gone, and the coordinator is alerted."""
    load(visit_id)
    form = Form()
    if not form.validate_on_submit():
        return show(load(visit_id))

    def move() -> str:
        stop.leave_unsafe(db(), actor(), visit_id, request_now())
        return url_for("portal.safe")

    return take_once(form.key, "visit.unsafe", move)


@blueprint.route("/visits/<uuid:visit_id>/give-back", methods=["GET", "POST"])
def give_back(visit_id: uuid.UUID) -> ResponseReturnValue:
    """The firm cannot make an accepted visit after all."""
    page = load(visit_id)
    form = GiveBackForm()
    if form.validate_on_submit():
        return take_once(form.key, "visit.give_back", lambda: _give_back(visit_id, form))
    return render_form("portal/give_back.html", form, page=page)


def _give_back(visit_id: uuid.UUID, form: GiveBackForm) -> str:
    give_visit_back(db(), actor(), visit_id, form.reason.data, request_now())
    flash("Given back. Another firm is asked.", "success")
    return url_for("portal.today")


@blueprint.route("/visits/<uuid:visit_id>/workers", methods=["GET", "POST"])
def workers(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Send another of the firm's workers."""
    page = load(visit_id)
    form = seat_form(find_swap(db(), actor(), visit_id, request_now()))
    if form.validate_on_submit():
        try:
            return take_once(form.key, "visit.workers", lambda: _swap(visit_id, form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
            page = load(visit_id)
    return render_form("portal/workers.html", form, page=page)


def _swap(visit_id: uuid.UUID, form: AcceptForm) -> str:
    swap(db(), actor(), visit_id, form.workers(), request_now())
    flash("Saved. Only those named now see the address.", "success")
    return _address(visit_id)
