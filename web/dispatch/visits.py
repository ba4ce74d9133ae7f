"""Visits of today and their state, and those that ended without their work."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.dispatch.blueprint import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form
from web.paging import page_address, page_number
from worksorders.steps.confirm.find import count_unconfirmed
from worksorders.steps.duty.find import find_inside
from worksorders.steps.lists.part import part_of
from worksorders.steps.site import find_dispatch, office
from worksorders.steps.site.find import day
from worksorders.steps.site.find.cannot import cannot_be_made
from worksorders.steps.vetting.ahead import before_visits


@blueprint.get("/visits")
def visits() -> ResponseReturnValue:
    """Who is where today, and what must be planned again; each list has pages of its own."""
    now = request_now()
    cannot = part_of(cannot_be_made(db(), now), page_number("cannot"))
    return render_template(
        "dispatch/visits.html",
        today=day.visits_of_today(db(), now, page_number()),
        ended=day.ended_early(db(), now, page_number("ended")),
        cannot=cannot,
        lapsing=before_visits(db(), [row.id for row in cannot.rows], now),
        paused=day.paused_orders(db(), page_number("paused")),
        alerts=find_dispatch.count_alerts(db()),
        untold=count_unconfirmed(db()),
        overdue=sum(row.overdue for row in find_inside(db(), now)),
        action=Form(),
        page_address=page_address,
    )


@blueprint.post("/visits/<uuid:visit_id>/plan-again")
def plan_again(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Take a visit back to the planner."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("dispatch.visits"), 303)

    def move() -> str:
        visit = office.plan_again(db(), actor(), visit_id, request_now())
        flash(f"Visit {visit.code} is to be planned again.", "success")
        return url_for("dispatch.visits")

    return take_once(form.key, "visit.plan_again", move)


@blueprint.post("/visits/<uuid:visit_id>/end")
def end(visit_id: uuid.UUID) -> ResponseReturnValue:
    """End a visit for a worker who has left."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("dispatch.visits"), 303)

    def move() -> str:
        visit = office.end_visit(db(), actor(), visit_id, request_now())
        flash(f"Visit {visit.code} is ended. Plan it again below.", "success")
        return url_for("dispatch.visits")

    return take_once(form.key, "visit.end", move)
