"""Suspending a home for safety, and the two looks that lift it."""

from __future__ import annotations

import uuid

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form
from web.safety.blueprint import blueprint
from web.safety.forms import LiftForm, SuspendForm
from worksorders.steps.safety import suspend as suspending
from worksorders.steps.safety.find.page import load_order
from worksorders.steps.site import office


def _back(order_id: uuid.UUID) -> str:
    return url_for("safety.order", order_id=order_id)


@blueprint.route("/orders/<uuid:order_id>/suspend", methods=["GET", "POST"])
def suspend(order_id: uuid.UUID) -> ResponseReturnValue:
    """Pause every visit to the home."""
    found = load_order(db(), order_id)
    form = SuspendForm()

    def act() -> str:
        order = suspending.suspend(db(), actor(), order_id, form.reason.data or "", request_now())
        flash(f"Order {order.code} is suspended: nobody goes to this home.", "success")
        return _back(order_id)

    return answer_form(
        form,
        "safety.suspend",
        act,
        title="Suspend for safety",
        submit="Suspend every visit to this home",
        kind="warning",
        back=(_back(order_id), f"Safety of order {found.code}"),
        lead=(
            "Every order of this home is paused at once, and workers on their way are told to stay away.",
            "Duty is alerted. Deadlines keep running.",
        ),
    )


@blueprint.route("/orders/<uuid:order_id>/ask-to-lift", methods=["GET", "POST"])
def ask_to_lift(order_id: uuid.UUID) -> ResponseReturnValue:
    """The first look: say why it is safe again."""
    found = load_order(db(), order_id)
    form = LiftForm()

    def act() -> str:
        suspending.ask_to_lift(db(), actor(), order_id, form.reason.data or "", request_now())
        flash("Kept. A second person looks before anybody goes there.", "success")
        return _back(order_id)

    return answer_form(
        form,
        "safety.ask_to_lift",
        act,
        title="Say why it is safe again",
        submit="Ask for the second look",
        back=(_back(order_id), f"Safety of order {found.code}"),
        lead=("A second person reads this, looks at what happened, and lifts the suspension.",),
    )


@blueprint.post("/alerts/<uuid:note_id>/take")
def take(note_id: uuid.UUID) -> ResponseReturnValue:
    """I take care of an insecure home: on to its safety page, where a make-safe visit is made."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("coordinator.today"), 303)

    def act() -> str:
        return _back(office.acknowledge(db(), actor(), note_id, request_now()))

    return take_once(form.key, "safety.take", act)


@blueprint.post("/orders/<uuid:order_id>/lift")
def lift(order_id: uuid.UUID) -> ResponseReturnValue:
    """The second look: work goes on."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(_back(order_id), 303)

    def act() -> str:
        order = suspending.lift(db(), actor(), order_id, request_now())
        flash(f"Work on order {order.code} goes on.", "success")
        return _back(order_id)

    return take_once(form.key, "safety.lift", act)
