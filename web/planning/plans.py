"""The list of plans, one plan with its board, and the moves of a plan's life."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import local_today
from web.forms.base import apply_faults, render_form
from web.paging import here, page_address, page_number
from web.planning.blueprint import blueprint
from web.planning.curve import picture
from web.planning.enquiry import kept
from web.planning.forms import ActionForm, PlanForm
from worksorders.domain.errors import FaultsError
from worksorders.steps.planning import area_map, find_plans, publish, request_plan
from worksorders.steps.planning import board as boards
from worksorders.steps.planning.part_of_board import Shown, part_of_board
from worksorders.steps.planning.seen import draft_key
from worksorders.steps.planning.solving.curve import Making, load_making
from worksorders.steps.planning.solving.stop import cancel_plan, discard_plan
from worksorders.steps.vetting import ahead

RUNNING = ("queued", "solving")
WEEK_DAYS = 7
# Messages travel in a cookie, and browsers drop one of more than four kilobytes.
MOST_TOLD = 8


@blueprint.get("/")
def plans() -> ResponseReturnValue:
    """Plans, newest first, and what waits to be planned."""
    found = find_plans.list_plans(db(), request.args.get("page", 1, type=int))
    return render_template(
        "planning/plans.html",
        found=found,
        waiting=find_plans.waiting(db()),
        least_unplaced=find_plans.least_unplaced,
    )


@blueprint.route("/ask", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Ask for a plan."""
    form = PlanForm(starts_on=local_today(request_now()) + timedelta(days=1))
    form.regions.choices = find_plans.region_choices()
    if form.validate_on_submit():
        try:
            return take_once(form.key, "plan.ask", lambda: _ask(form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return render_form("planning/ask.html", form)


def _ask(form: PlanForm) -> str:
    starts_on = cast("date", form.starts_on.data)
    plan = request_plan.request_plan(
        db(),
        actor(),
        starts_on=starts_on,
        region_codes=form.regions.data or [],
        seconds=form.seconds.data,
        now=request_now(),
    )
    return url_for("planning.plan", plan_id=plan.id)


@blueprint.get("/<uuid:plan_id>")
def plan(plan_id: uuid.UUID) -> ResponseReturnValue:
    """One plan: progress while it is being made, then its figures, the board and what has no place."""
    found = request_plan.find_plan(db(), plan_id)
    values: dict[str, Any] = {"plan": found, "form": ActionForm(), **_progress(found)}
    if found.state in ("draft", "published"):
        shown = boards.load_board(db(), found)
        weeks = -(-found.days // WEEK_DAYS)
        week = min(max(1, request.args.get("week", 1, type=int)), weeks)
        values |= {
            "board": shown,
            "seen": draft_key(db(), found),
            "proof": find_plans.proof,
            "curve": picture((found.result or {}).get("curve", ())),
            "lapsing": ahead.in_plan(db(), plan_id, request_now()),
            "week": week,
            "weeks": weeks,
            "days": (days := shown.days[(week - 1) * WEEK_DAYS : week * WEEK_DAYS]),
            "part": (part := _part(shown, days)),
            "day_map": area_map.day_map(part.board, _map_day(part.board, days)),
            "keep": kept(),
            "here": here,
            "page_address": page_address,
            "attribution": area_map.ATTRIBUTION,
        }
    return render_template("planning/plan.html", **values)


def _part(shown: boards.Board, days: Sequence[date]) -> Shown:
    """The part of the board that the address asks for."""
    return part_of_board(
        shown,
        days,
        region=request.args.get("region", ""),
        page=page_number("rows"),
        unplaced_page=page_number("unplaced"),
    )


def _map_day(shown: boards.Board, days: Sequence[date]) -> date:
    """The day of the map: the one asked for, else the first of the week on which somebody goes anywhere."""
    asked = request.args.get("day", "")
    busy = [day for day in days if any(row.cells.get(day) for row in shown.rows)]
    return next((day for day in days if day.isoformat() == asked), busy[0] if busy else days[0])


@blueprint.get("/<uuid:plan_id>/progress")
def progress(plan_id: uuid.UUID) -> ResponseReturnValue:
    """The progress of a plan, fetched every second by its page; once it is over the page is loaded again."""
    found = request_plan.find_plan(db(), plan_id)
    page = render_template("planning/_progress.html", plan=found, **_progress(found))
    headers = {} if found.state in RUNNING else {"HX-Redirect": url_for("planning.plan", plan_id=plan_id)}
    return page, 200, headers


def _progress(plan: Any) -> dict[str, Any]:
    """What the block of the progress needs: how far the parts are, and their curve."""
    if plan.state not in RUNNING:
        return {"running": False, "making": Making("Done"), "curve": None}
    making = load_making(db(), plan)
    return {"running": True, "making": making, "curve": picture(making.curve)}


@blueprint.post("/<uuid:plan_id>/cancel")
def cancel(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Stop; the best plan found so far is kept."""
    form = ActionForm()
    if form.validate_on_submit():
        cancel_plan(db(), actor(), plan_id, request_now())
    return redirect(url_for("planning.plan", plan_id=plan_id), 303)


@blueprint.post("/<uuid:plan_id>/discard")
def discard(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Throw a draft away."""
    form = ActionForm()
    if form.validate_on_submit():
        discard_plan(db(), actor(), plan_id)
        flash("The draft has been thrown away. Its visits wait for the next plan.", "success")
    return redirect(url_for("planning.plans"), 303)


@blueprint.post("/<uuid:plan_id>/publish")
def publish_it(plan_id: uuid.UUID) -> ResponseReturnValue:
    """Hold the workers' time; offers go out at once."""
    form = ActionForm()
    if not form.validate_on_submit():
        return redirect(url_for("planning.plan", plan_id=plan_id), 303)
    return take_once(form.key, "plan.publish", lambda: _publish(plan_id))


def _publish(plan_id: uuid.UUID) -> str:
    done = publish.publish_plan(db(), actor(), plan_id, request_now(), request.form.get("seen"))
    flash(f"Published: {done.held} visits are held for their workers, and offers go out now.", "success")
    for code, why in done.left_out[:MOST_TOLD]:
        flash(f"{code} was left out: {why}.", "info")
    if len(done.left_out) > MOST_TOLD:
        flash(f"{len(done.left_out) - MOST_TOLD} more were left out and wait for the next plan.", "info")
    return url_for("planning.plan", plan_id=plan_id)
