"""When one more visit could be promised: for a visit without a place, which may take one, and for one that is only asked about."""

from __future__ import annotations

import uuid
from datetime import time

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import apply_faults
from web.planning.blueprint import blueprint
from web.planning.enquiry import enquiry
from web.planning.forms import ActionForm
from web.planning.questions import NewVisitForm, choose_town
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.steps.advice.slots import PURPOSE, slots_for_new, slots_of, take_slot
from worksorders.steps.advice.standing import load_draft
from worksorders.steps.planning import find_plans
from worksorders.steps.planning.request_plan import find_plan


@blueprint.route("/<uuid:plan_id>/slots", methods=["GET", "POST"])
def slots(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Describe a visit that there is not yet; sent, the best starts for it. Nothing is kept."""
    plan = find_plan(db(), plan_id)
    days = find_plans.days_of(plan)
    form = NewVisitForm(ready_on=days[0], due_on=days[-1], opens=time(9), closes=time(17), urgency="P3")
    choose_town(form, plan.region_codes)
    found = None
    if form.validate_on_submit():
        try:
            found = slots_for_new(
                db(),
                services().sessions,
                services().cipher,
                actor(),
                plan_id=plan_id,
                visit=form.question(plan.region_codes),
                now=request_now(),
            )
        except FaultsError as faults:
            apply_faults(form, faults)
    page = render_template("planning/slots.html", plan=plan, placed=None, form=form, found=found)
    return page, form.status


@blueprint.route("/<uuid:plan_id>/visits/<uuid:visit_id>/slots", methods=["GET", "POST"])
def visit_slots(plan_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """The question for one visit of the draft; sent, its best starts."""
    plan = find_plan(db(), plan_id)
    placed = find_plans.placed(db(), plan, visit_id)
    form = ActionForm()
    found = None
    if form.validate_on_submit():
        found = slots_of(load_draft(enquiry(plan_id, visit_id), PURPOSE))
    return render_template("planning/slots.html", plan=plan, placed=placed, form=form, found=found)


@blueprint.post("/<uuid:plan_id>/visits/<uuid:visit_id>/take")
def take(plan_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """Give a visit without a place one of the starts that were offered."""
    form = ActionForm()
    if not form.validate_on_submit():
        return redirect(url_for("planning.visit_slots", plan_id=plan_id, visit_id=visit_id), 303)
    return take_once(form.key, "plan.take", lambda: _take(plan_id, visit_id))


def _take(plan_id: uuid.UUID, visit_id: uuid.UUID) -> str:
    codes = take_slot(enquiry(plan_id, visit_id), request.form.get("slot", ""))
    flash(f"Placed: {', '.join(codes)}. Publish the plan to hold the time.", "success")
    return url_for("planning.plan", plan_id=plan_id)
