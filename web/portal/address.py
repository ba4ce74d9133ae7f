"""The address: only in answer to a POST, after the password, to the named worker, and logged."""

from __future__ import annotations

import uuid

from flask import render_template
from flask.typing import ResponseReturnValue

from web.edge import actor, db
from web.extensions import request_now
from web.portal.blueprint import blueprint
from web.portal.visit import VisitForms, load, show
from web.portal.visit_forms import PasswordForm
from web.services import services
from worksorders.domain.errors import NotPermittedError
from worksorders.steps import sign_in
from worksorders.steps.accounts import passkeys
from worksorders.steps.site.home import check_password, read_home


@blueprint.post("/visits/<uuid:visit_id>/address")
def address(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Show it once; a wrong password is counted although nothing else is kept."""
    page, form = load(visit_id), PasswordForm()
    if not form.validate_on_submit():
        return show(page, VisitForms(password=form))
    step_up = uuid_or_none(form.step_up.data or "")
    try:
        if step_up:
            passkeys.use_step_up(db(), actor(), step_up, request_now())
        else:
            check_password(db(), actor(), visit_id, form.password.data or "", request_now())
    except NotPermittedError as refusal:
        if not step_up:
            with services().sessions.begin() as own:
                sign_in.note_failure(own, sign_in.name_of(own, actor()), request_now())
        form.password.errors = [str(refusal)]
        return show(page, VisitForms(password=form))
    home = read_home(db(), services().sessions, services().cipher, actor(), visit_id, now=request_now())
    return render_template("portal/address.html", page=page, home=home)


def uuid_or_none(text: str) -> uuid.UUID | None:
    """The id of a step-up, if that is what the hidden field holds."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
