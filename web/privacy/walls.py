"""Walls between members of staff and cases, for privacy officers alone."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.forms.fields import Required, SelectField, TextField
from web.privacy.blueprint import blueprint
from worksorders.domain.errors import FaultsError
from worksorders.steps.privacy import walls as step


class WallForm(Form):
    """Which case, and from whom."""

    code = TextField("Case or order", [Required("Enter the code of the case or the order.")])
    user = SelectField("Hidden from", [Required("Choose a person.")])


@blueprint.get("/walls")
def walls() -> ResponseReturnValue:
    """The walls that stand."""
    return _page(_form(fresh=True))


@blueprint.post("/walls")
def raise_wall() -> ResponseReturnValue:
    """Raise one."""
    form = _form()

    def act() -> str:
        user_id = uuid.UUID(form.user.data)
        step.raise_wall(db(), actor(), form.code.data or "", user_id, request_now())
        flash("The wall stands.", "success")
        return url_for("privacy.walls")

    if form.validate_on_submit():
        try:
            return take_once(form.key, "wall.raise", act)
        except FaultsError as faults:
            apply_faults(form, faults)
    return _page(form)


@blueprint.post("/walls/<uuid:wall_id>/lift")
def lift_wall(wall_id: uuid.UUID) -> ResponseReturnValue:
    """Take one down."""
    form = Form()

    def act() -> str:
        step.lift_wall(db(), actor(), wall_id, request_now())
        flash("The wall has been taken down.", "success")
        return url_for("privacy.walls")

    if form.validate_on_submit():
        return take_once(form.key, "wall.lift", act)
    return _page(_form(fresh=True))


def _form(*, fresh: bool = False) -> WallForm:
    form = WallForm(formdata=None) if fresh else WallForm()
    form.user.choices = [("", "Choose"), *((str(key), name) for key, name in step.staff(db(), actor()))]
    return form


def _page(form: WallForm) -> ResponseReturnValue:
    page = render_template(
        "privacy/walls.html", form=form, standing=step.standing(db(), actor()), button=Form(formdata=None)
    )
    return page, 422 if form.errors else 200
