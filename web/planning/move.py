"""Moving and pinning a visit of a draft, as a page and as a dialog of the board."""

from __future__ import annotations

import uuid
from datetime import date, time
from typing import cast

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db
from web.extensions import request_now
from web.filters import nz_date, nz_time
from web.forms.base import apply_faults
from web.planning.blueprint import blueprint
from web.planning.enquiry import kept
from web.planning.forms import ActionForm, MoveForm
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.steps.planning import find_plans
from worksorders.steps.planning.move_visit import Place, move_visit, set_pin
from worksorders.steps.planning.request_plan import find_plan


@blueprint.route("/<uuid:plan_id>/visits/<uuid:visit_id>/move", methods=["GET", "POST"])
def move(plan_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """Ask where the visit is to go, and put it there; a refusal names every rule that is broken."""
    plan = find_plan(db(), plan_id)
    placed = find_plans.placed(db(), plan, visit_id)
    from_worker = request.args.get("from", type=uuid.UUID)
    form = MoveForm(data=_prefilled(placed, from_worker))
    form.worker.choices = [(str(key), text) for key, text in find_plans.worker_choices(db(), placed)]
    form.on.choices = [(day.isoformat(), nz_date(day)) for day in find_plans.days_of(plan)]
    if form.validate_on_submit():
        start = cast("time", form.start.data)
        place = Place(
            uuid.UUID(form.worker.data), date.fromisoformat(form.on.data), start.hour * 60 + start.minute
        )
        try:
            move_visit(
                db(),
                services().sessions,
                services().cipher,
                actor(),
                plan_id=plan_id,
                visit_id=visit_id,
                from_worker_id=from_worker or placed.worker_id,
                place=place,
                pin=form.pin.data,
                now=request_now(),
                seen=form.seen.data,
            )
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
            placed = find_plans.placed(db(), plan, visit_id)
            form.seen.data, from_worker = placed.seen, placed.still_with(from_worker)
        else:
            flash(f"{placed.code} is now on {nz_date(place.on)} at {nz_time(place.start_at)}.", "success")
            return _back(plan_id)
    template = "planning/_move.html" if request.headers.get("HX-Request") else "planning/move.html"
    page = render_template(
        template, form=form, plan=plan, placed=placed, from_worker=from_worker, keep=kept()
    )
    return page, form.status


def _prefilled(placed: find_plans.Placed, from_worker: uuid.UUID | None) -> dict[str, object]:
    worker = from_worker or placed.worker_id
    values: dict[str, object] = {"pin": True, "seen": placed.seen, "worker": str(worker) if worker else None}
    if placed.local_start is not None:
        values |= {"on": placed.local_start.date().isoformat(), "start": placed.local_start.time()}
    return values


@blueprint.post("/<uuid:plan_id>/visits/<uuid:visit_id>/pin")
def pin(plan_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """Pin a visit where it is, or let it go."""
    if ActionForm().validate_on_submit():
        set_pin(
            db(),
            actor(),
            plan_id=plan_id,
            visit_id=visit_id,
            pin=request.form.get("pin") == "yes",
            now=request_now(),
            seen=request.form.get("seen"),
        )
    return redirect(url_for("planning.plan", plan_id=plan_id, **kept()), 303)


def _back(plan_id: uuid.UUID) -> ResponseReturnValue:
    """The board again: by a header when htmx sent the dialog's form, by a redirect otherwise."""
    address = url_for("planning.plan", plan_id=plan_id, **kept())
    if request.headers.get("HX-Request"):
        return Response("", 200, {"HX-Redirect": address})
    return redirect(address, 303)
