"""Recovery of an account whose authenticators are lost: one administrator asks, a second person agrees."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.auth.routes import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.fields import Required, SelectField, TextAreaField
from web.forms import Form, apply_faults
from worksorders.domain.errors import FaultsError
from worksorders.steps.accounts import recovery


class AskForm(Form):
    """Whose account, and how it is known that they ask."""

    user = SelectField("Account", [Required("Choose an account.")])
    reason = TextAreaField("How do you know that they ask?", [Required("Say how you know.")])


@blueprint.get("/recoveries")
def recoveries() -> ResponseReturnValue:
    """What waits for a second person, and the form to ask."""
    return _page(_form(fresh=True))


@blueprint.post("/recoveries")
def ask_recovery() -> ResponseReturnValue:
    """Ask."""
    form = _form()

    def act() -> str:
        recovery.ask(db(), actor(), uuid.UUID(form.user.data), form.reason.data or "", request_now())
        flash("A second person has to agree now.", "success")
        return url_for("auth.recoveries")

    if form.validate_on_submit():
        try:
            return take_once(form.key, "recovery.ask", act)
        except FaultsError as faults:
            apply_faults(form, faults)
    return _page(form)


@blueprint.post("/recoveries/<uuid:wish_id>/agree")
def agree_recovery(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Take the authenticators away; the first password is shown in this answer alone."""
    form = Form()
    if not form.validate_on_submit():
        return _page(_form(fresh=True))
    password = recovery.decide(db(), actor(), wish_id, grant=True, now=request_now())
    return render_template("auth/recovered.html", password=password, form=None)


@blueprint.post("/recoveries/<uuid:wish_id>/refuse")
def refuse_recovery(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Refuse."""
    form = Form()

    def act() -> str:
        recovery.decide(db(), actor(), wish_id, grant=False, now=request_now())
        flash("The recovery has been refused. Nothing has changed.", "success")
        return url_for("auth.recoveries")

    if form.validate_on_submit():
        return take_once(form.key, "recovery.refuse", act)
    return _page(_form(fresh=True))


def _form(*, fresh: bool = False) -> AskForm:
    form = AskForm(formdata=None) if fresh else AskForm()
    found = recovery.accounts(db(), actor())
    form.user.choices = [("", "Choose"), *((str(key), name) for key, name in found)]
    return form


def _page(form: AskForm) -> ResponseReturnValue:
    wishes: Any = recovery.waiting(db(), actor())
    page = render_template("auth/recoveries.html", form=form, wishes=wishes, button=Form(formdata=None))
    return page, 422 if form.errors else 200
