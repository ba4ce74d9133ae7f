"""Ordering a make-safe visit, and letting work begin that takes a door or window out."""

from __future__ import annotations

import uuid

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form
from web.edge import actor, db
from web.extensions import request_now
from web.filters import plural
from web.safety.blueprint import blueprint
from web.safety.forms import AllowForm, MakeSafeForm
from worksorders.steps.safety import barrier
from worksorders.steps.safety import make_safe as making
from worksorders.steps.safety.find.page import load_order


@blueprint.route("/orders/<uuid:order_id>/make-safe", methods=["GET", "POST"])
def make_safe(order_id: uuid.UUID) -> ResponseReturnValue:
    """Order what makes an opening safe tonight."""
    found = load_order(db(), order_id)
    offered = making.choices(db(), found)
    back = url_for("safety.order", order_id=order_id)
    form = MakeSafeForm()
    form.opening.choices = [(str(key), label) for key, label in offered.openings]
    form.item.choices = [("", "Choose"), *((code, f"{code} {measure}") for code, measure in offered.items)]

    def act() -> str:
        made = making.make_safe(
            db(),
            actor(),
            order_id,
            opening_id=uuid.UUID(form.opening.data) if form.opening.data else None,
            item_code=form.item.data or "",
            now=request_now(),
        )
        if made.offers:
            flash(f"Visit {made.visit.code} is offered to {plural(made.offers, 'firm')} at once.", "success")
        else:
            flash(
                f"Visit {made.visit.code} is made, and nobody can go at once: duty is alerted with what is missing.",
                "error",
            )
        return back

    return answer_form(
        form,
        "safety.make_safe",
        act,
        title="Make this home safe",
        submit="Make the visit and offer it now",
        back=(back, f"Safety of order {found.code}"),
        lead=(
            "The measure becomes a visit of its own, offered at once to everybody who could go.",
            ""
            if found.urgency == "P1"
            else f"The order becomes a P1 (it is a {found.urgency} now): its home is insecure.",
        ),
    )


@blueprint.route("/visits/<uuid:visit_id>/allow", methods=["GET", "POST"])
def allow_work(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Let a visit begin although something is against it; logged."""
    found = barrier.find_visit(db(), visit_id, request_now())
    if not found.standing.measures:
        abort(404)
    back = url_for("safety.order", order_id=found.order_id)
    form = AllowForm()

    def act() -> str:
        visit = barrier.allow(db(), actor(), visit_id, form.reason.data or "", request_now())
        flash(f"Visit {visit.code} may begin today. This is logged.", "success")
        return back

    return answer_form(
        form,
        "safety.allow_work",
        act,
        title="Let the work begin",
        submit="Let it begin today",
        kind="warning",
        back=(back, f"Safety of order {found.order_code}"),
        lead=found.standing.against or ("Nothing keeps this visit from beginning.",),
    )
