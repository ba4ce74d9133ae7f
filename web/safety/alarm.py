"""The alarm-response plan of an order: a new version, and its sealed words for a purpose."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import apply_faults
from web.safety.blueprint import blueprint
from web.safety.forms import AlarmForm, PurposeForm
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.steps.safety import alarm_plan as planning
from worksorders.steps.safety.find.page import load_order


@blueprint.route("/orders/<uuid:order_id>/alarm-plan", methods=["GET", "POST"])
def alarm_plan(order_id: uuid.UUID) -> ResponseReturnValue:
    """Record who is reached when the alarm goes off; each recording is a new version."""
    found = load_order(db(), order_id)
    back = url_for("safety.order", order_id=order_id)
    form = AlarmForm()

    def act() -> str:
        row = planning.record_plan(
            db(),
            services().cipher,
            actor(),
            order_id,
            reached=form.reached.data or (),
            reference=form.reference.data or "",
            words=form.words.data or "",
            now=request_now(),
        )
        flash(f"Version {row.version} of the alarm-response plan is kept.", "success")
        return back

    return answer_form(
        form,
        "safety.alarm_plan",
        act,
        title="Who is reached when the alarm goes off?",
        submit="Keep this version",
        back=(back, f"Safety of order {found.code}"),
        lead=("Earlier versions stay. An order with a monitored alarm closes only with such a plan.",),
    )


@blueprint.route("/alarm-plans/<uuid:alarm_plan_id>", methods=["GET", "POST"])
def alarm_words(alarm_plan_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for a purpose, and show the words of a version once."""
    kept = planning.find_version(db(), alarm_plan_id)
    form, words = PurposeForm(), None
    if form.validate_on_submit():
        try:
            words = planning.read_plan(
                db(),
                services().sessions,
                services().cipher,
                actor(),
                alarm_plan_id,
                purpose=form.purpose.data or "",
            )
        except FaultsError as faults:
            apply_faults(form, faults)
    shown = render_template("safety/alarm_words.html", form=form, plan=kept, words=words)
    return shown, form.status
