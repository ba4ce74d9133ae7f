"""Why a visit of a draft is where it is and what else there is, or what would give it a place."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.edge import db, take_once
from web.planning.blueprint import blueprint
from web.planning.enquiry import enquiry
from web.planning.forms import ActionForm
from worksorders.steps.advice.apply_repair import apply_repair
from worksorders.steps.advice.ask_for import ask_for, asked_for, refused_for
from worksorders.steps.advice.standing import load_draft
from worksorders.steps.advice.why import explain
from worksorders.steps.planning import find_plans
from worksorders.steps.planning.request_plan import find_plan


@blueprint.route("/<uuid:plan_id>/visits/<uuid:visit_id>/why", methods=["GET", "POST"])
def why(plan_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """The question; sent, its answer: only then are places of homes opened for travel times, and that is logged."""
    plan = find_plan(db(), plan_id)
    placed = find_plans.placed(db(), plan, visit_id)
    form = ActionForm()
    found = None
    if form.validate_on_submit():
        found = explain(load_draft(enquiry(plan_id, visit_id)), refused_for(db(), visit_id))
    asked = asked_for(db(), visit_id)
    return render_template("planning/why.html", plan=plan, placed=placed, form=form, why=found, asked=asked)


@blueprint.post("/<uuid:plan_id>/visits/<uuid:visit_id>/repair")
def repair(plan_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """Apply a repair that asks nobody outside."""
    form = ActionForm()
    if not form.validate_on_submit():
        return redirect(url_for("planning.why", plan_id=plan_id, visit_id=visit_id), 303)
    return take_once(form.key, "plan.repair", lambda: _repair(plan_id, visit_id))


@blueprint.post("/<uuid:plan_id>/visits/<uuid:visit_id>/ask-for")
def ask_somebody(plan_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """Put the call on the list that asks whoever decides about a repair."""
    form = ActionForm()
    if not form.validate_on_submit():
        return redirect(url_for("planning.why", plan_id=plan_id, visit_id=visit_id), 303)
    return take_once(form.key, "plan.ask_for", lambda: _ask_for(plan_id, visit_id))


def _ask_for(plan_id: uuid.UUID, visit_id: uuid.UUID) -> str:
    calls = ask_for(enquiry(plan_id, visit_id), request.form.get("kind", ""))
    told = "The call is on the list." if len(calls) == 1 else f"{len(calls)} calls are on the list."
    flash(f"{told} Once there is a yes, plan again.", "success")
    return url_for("planning.why", plan_id=plan_id, visit_id=visit_id)


def _repair(plan_id: uuid.UUID, visit_id: uuid.UUID) -> str:
    codes = apply_repair(enquiry(plan_id, visit_id), request.form.get("kind", ""), request.form.get("key"))
    flash(f"Placed: {', '.join(codes)}. Publish the plan to hold the time.", "success")
    return url_for("planning.plan", plan_id=plan_id)
