"""What is due to be destroyed, what was, what a legal hold keeps, and the clocks of it all."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import fresh_form
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import plural
from web.forms.base import Form, apply_faults
from web.forms.fields import Required, TextAreaField, TextField
from web.privacy.blueprint import blueprint
from worksorders.domain.errors import FaultsError
from worksorders.domain.local_time import local_day
from worksorders.domain.privacy.retention import CLOCK_WORDS
from worksorders.steps.forget import destroy, due, holds


class HoldForm(Form):
    """Which case is kept, and for what."""

    code = TextField("Case or order", [Required("Enter the code of the case or the order.")])
    reason = TextAreaField(
        "Which proceedings or inquiry need it?",
        [Required("Say which proceedings or inquiry need it.")],
        description="No names or places of a home.",
    )


@blueprint.get("/retention")
def retention() -> ResponseReturnValue:
    """What is due when, the holds that stand, and what was destroyed last."""
    return _page(HoldForm(formdata=None))


@blueprint.post("/retention")
def destroy_due() -> ResponseReturnValue:
    """Destroy now what the night would destroy."""
    form = Form()

    def act() -> str:
        holds.keepers_only(actor())
        done = destroy.forget_due(db(), request_now(), actor=actor())
        flash(f"{plural(done, 'field')} destroyed.", "success")
        return url_for("privacy.retention")

    if form.validate_on_submit():
        return take_once(form.key, "retention.run", act)
    return _page(HoldForm(formdata=None))


@blueprint.post("/holds")
def place_hold() -> ResponseReturnValue:
    """Keep a case from being destroyed."""
    form = HoldForm()

    def act() -> str:
        holds.place(db(), actor(), form.code.data or "", form.reason.data or "", request_now())
        flash("Nothing of this case is destroyed until somebody else lifts the hold.", "success")
        return url_for("privacy.retention")

    if form.validate_on_submit():
        try:
            return take_once(form.key, "hold.place", act)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return _page(form)


@blueprint.post("/holds/<uuid:legal_hold_id>/lift")
def lift_hold(legal_hold_id: uuid.UUID) -> ResponseReturnValue:
    """Take a hold away that somebody else placed."""
    form = Form()

    def act() -> str:
        holds.lift(db(), actor(), legal_hold_id, request_now())
        flash("The hold has been lifted.", "success")
        return url_for("privacy.retention")

    if form.validate_on_submit():
        return take_once(form.key, "hold.lift", act)
    return _page(HoldForm(formdata=None))


def _page(form: HoldForm) -> ResponseReturnValue:
    today = local_day(request_now())
    standing, gone = holds.standing(db(), actor()), holds.forgotten(db(), actor())
    page = render_template(
        "privacy/retention.html",
        form=form,
        today=today,
        due=due.find(db(), today),
        standing=standing,
        gone=gone,
        rules=due.clocks(),
        labels={rule.field: rule.label for rule in due.clocks()},
        clocks=CLOCK_WORDS,
        button=fresh_form(),
    )
    return page, 422 if form.errors else 200
