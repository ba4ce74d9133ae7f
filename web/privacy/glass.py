"""Break glass: asking for a case outside one's regions, and opening it to who asked."""

from __future__ import annotations

import uuid

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.forms.fields import Required, TextAreaField, TextField
from web.privacy.blueprint import blueprint
from worksorders.domain.errors import FaultsError
from worksorders.domain.roles import Role
from worksorders.steps.privacy import glass


class GlassForm(Form):
    """Which case, and why."""

    code = TextField("Case or order", [Required("Enter the code of the case or the order.")])
    reason = TextAreaField(
        "Why do you need it?",
        [Required("Say why.")],
        description="A second person and the privacy officer read this. No names or places of a home.",
    )


@blueprint.get("/glass")
def broken_glass() -> ResponseReturnValue:
    """What waits and what was asked; `code` in the address fills the form."""
    form = GlassForm(formdata=None)
    form.code.data = request.args.get("code", "")[:40]
    return _page(form)


@blueprint.post("/glass")
def break_glass() -> ResponseReturnValue:
    """Ask."""
    form = GlassForm()

    def act() -> str:
        glass.ask(db(), actor(), form.code.data or "", form.reason.data or "", request_now())
        flash("A second person has to open it now. The privacy officer has been told.", "success")
        return url_for("privacy.broken_glass")

    if form.validate_on_submit():
        try:
            return take_once(form.key, "glass.ask", act)
        except FaultsError as faults:
            apply_faults(form, faults)
    return _page(form)


@blueprint.post("/glass/<uuid:wish_id>/open")
def open_glass(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Open the case to who asked, for half an hour."""
    return _decide(wish_id, grant=True, words="The case is open to them for 30 minutes.")


@blueprint.post("/glass/<uuid:wish_id>/refuse")
def refuse_glass(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Refuse."""
    return _decide(wish_id, grant=False, words="The wish has been refused.")


def _decide(wish_id: uuid.UUID, *, grant: bool, words: str) -> ResponseReturnValue:
    form = Form()

    def act() -> str:
        glass.decide(db(), actor(), wish_id, grant=grant, now=request_now())
        flash(words, "success")
        return url_for("privacy.broken_glass")

    if form.validate_on_submit():
        return take_once(form.key, "glass.decide", act)
    return _page(GlassForm(formdata=None))


def _page(form: GlassForm) -> ResponseReturnValue:
    now = request_now()
    page = render_template(
        "privacy/glass.html",
        form=form,
        wishes=[(wish, wish.state(now)) for wish in glass.find(db(), actor(), now)],
        may_ask=actor().role is Role.COORDINATOR,
        button=Form(formdata=None),
    )
    return page, 422 if form.errors else 200
