"""The duty roster: who is reached when, gaps and overlaps in sight."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.duty.blueprint import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.forms.fields import DateField, RadioField, Required, SelectField, WholeNumberField
from worksorders.domain.errors import FaultsError
from worksorders.domain.telling.roster import PARTS
from worksorders.steps.duty import roster as rosters

EVERYWHERE = "all"
RANKS = (("1", "First"), ("2", "Second, if the first does not answer"), ("3", "Third"))


class TurnForm(Form):
    """Somebody on duty for a part of one or several days."""

    user = SelectField("Who", [Required("Choose who is on duty.")])
    region = SelectField("Where", [Required("Choose where.")])
    rank = SelectField("Called", choices=RANKS, default="1")
    part = RadioField("When", [Required("Choose day, night or both.")], choices=PARTS, default="whole")
    first_on = DateField(
        "First day", [Required("Enter the first day.")], description="For example 21 11 2026"
    )
    days = WholeNumberField("For how many days", [Required("Enter how many days.")], least=1, default=7)


def _form(fresh: bool) -> TurnForm:
    form = TurnForm(formdata=None) if fresh else TurnForm()
    form.user.choices = [(str(user_id), name) for user_id, name in rosters.may_be_on_duty(db())]
    form.region.choices = [(EVERYWHERE, "All regions"), *rosters.region_choices()]
    return form


@blueprint.get("/roster")
def roster() -> ResponseReturnValue:
    """The next two weeks."""
    return _show(_form(fresh=True))


@blueprint.post("/roster")
def set_turns() -> ResponseReturnValue:
    """Put somebody on duty."""
    form = _form(fresh=False)
    if form.validate_on_submit():
        try:
            return take_once(form.key, "duty.set", lambda: _set(form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return _show(form)


def _set(form: TurnForm) -> str:
    count = rosters.set_turns(
        db(),
        actor(),
        uuid.UUID(form.user.data),
        region_code=None if form.region.data == EVERYWHERE else form.region.data,
        rank=int(form.rank.data or "1"),
        first_on=form.first_on.data,
        days=form.days.data or 0,
        part=form.part.data or "",
        now=request_now(),
    )
    flash(f"Saved: {count} {'turn' if count == 1 else 'turns'}.", "success")
    return url_for("duty.roster")


@blueprint.post("/roster/<uuid:turn_id>/remove")
def remove_turn(turn_id: uuid.UUID) -> ResponseReturnValue:
    """Take somebody off."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("duty.roster"), 303)

    def move() -> str:
        rosters.remove_turn(db(), actor(), turn_id, request_now())
        return url_for("duty.roster")

    return take_once(form.key, "duty.remove", move)


def _show(form: TurnForm) -> ResponseReturnValue:
    page = rosters.find_roster(db(), request_now())
    shown = render_template("duty/roster.html", page=page, form=form, action=Form(formdata=None))
    return shown, form.status
