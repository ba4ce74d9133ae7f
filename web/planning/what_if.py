"""What a change would do to a draft, tried in a fork of it: somebody ill, a firm that declines, an urgent job, a hire."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from typing import Any, cast

from flask import render_template, request
from flask.typing import ResponseReturnValue

from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.planning.blueprint import blueprint
from web.planning.questions import DeclineForm, HireForm, NewVisitForm, SickForm, choose_town
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.steps.advice.what_if import Declines, Question, Sick, what_if
from worksorders.steps.planning import find_plans
from worksorders.steps.planning.request_plan import find_plan

ABOUT = {
    "sick": ("A worker is ill", SickForm),
    "declines": ("A firm declines", DeclineForm),
    "urgent": ("An urgent job", NewVisitForm),
    "hire": ("A new worker", HireForm),
}


@blueprint.route("/<uuid:plan_id>/what-if", methods=["GET", "POST"])
def ask_what_if(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Choose and describe a change; sent, the difference that it would make. Nothing is kept."""
    plan = find_plan(db(), plan_id)
    about = request.args.get("about", "sick")
    about = about if about in ABOUT else "sick"
    form = _form(plan, about)
    found = None
    if form.validate_on_submit():
        try:
            question, region_code = _question(plan, form)
            found = what_if(
                db(),
                services().sessions,
                services().cipher,
                actor(),
                plan_id=plan_id,
                question=question,
                region_code=region_code,
                now=request_now(),
            )
        except FaultsError as faults:
            apply_faults(form, faults)
    page = render_template(
        "planning/what_if.html", plan=plan, about=about, choices=ABOUT, form=form, found=found
    )
    return page, form.status


def _form(plan: Any, about: str) -> Form:
    days = find_plans.days_of(plan)
    if about == "urgent":
        due_on = min(days[-1], days[0] + timedelta(days=1))
        job = NewVisitForm(ready_on=days[0], due_on=due_on, opens=time(8), closes=time(18), urgency="P1")
        choose_town(job, plan.region_codes)
        return job
    form = ABOUT[about][1](first_on=days[0])
    if isinstance(form, HireForm):
        choose_town(form, plan.region_codes)
    people = find_plans.people_in(db(), plan)
    if isinstance(form, SickForm):
        form.worker.choices = [("", "Choose a worker"), *((str(one.id), one.name) for one in people)]
    if isinstance(form, DeclineForm):
        firms = dict(sorted(((str(one.firm_id), one.firm) for one in people), key=lambda row: row[1]))
        form.firm.choices = [("", "Choose a firm"), *firms.items()]
    return form


def _question(plan: Any, form: Form) -> tuple[Question, str]:
    """The question, and the region from which the rest that has to do with it is found."""
    people = find_plans.people_in(db(), plan)
    if isinstance(form, NewVisitForm):
        visit = form.question(plan.region_codes)
        return visit, visit.region_code
    if isinstance(form, HireForm):
        return form.question(plan.region_codes)
    if isinstance(form, SickForm):
        worker = uuid.UUID(form.worker.data)
        region = next(one.region_code for one in people if one.id == worker)
        return Sick(worker, cast("date", form.first_on.data), cast("int", form.days.data)), region
    firm = uuid.UUID(cast("DeclineForm", form).firm.data)
    return Declines(firm), next(one.region_code for one in people if one.firm_id == firm)
