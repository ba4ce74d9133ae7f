"""The code after the password, and the link into a demo."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput
from wtforms import SubmitField
from wtforms.validators import Length

from web.auth.routes import PENDING, blueprint, with_cookie
from web.edge import db
from web.extensions import request_now
from web.forms.base import Form
from web.forms.fields import Required, TextField
from web.services import services
from worksorders.domain.errors import NotPermittedError
from worksorders.steps.accounts import codes, demo_data


class CodeForm(Form):
    """Six digits."""

    form_uuid = None
    code = TextField("Code", [Required("Enter the code."), Length(max=12)])
    submit = SubmitField("Sign in", widget=GovSubmitInput())


class LinkForm(Form):
    """A button: opening a link must change nothing, since mail programs open links too."""

    form_uuid = None
    submit = SubmitField("Sign in", widget=GovSubmitInput())


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """Ask for the code of the authenticator app."""
    pending = session.get(PENDING)
    if pending is None:
        return redirect(url_for("auth.sign_in"), 303)
    form = CodeForm()
    if form.validate_on_submit():
        challenge = uuid.UUID(pending)
        try:
            token, _ = codes.answer(db(), services().cipher, challenge, form.code.data or "", request_now())
        except NotPermittedError as refusal:
            with services().sessions.begin() as own:
                codes.note_wrong_code(own, challenge, request_now())
            form.code.errors = [str(refusal)]
        else:
            return with_cookie(token)
    return render_template("auth/code.html", form=form), 422 if form.errors else 200


@blueprint.route("/demo/<token>", methods=["GET", "POST"])
def demo_link(token: str) -> ResponseReturnValue:
    """Sign in to the demo with a link that the command line gave."""
    form = LinkForm()
    if form.validate_on_submit():
        try:
            opened, _ = demo_data.use_link(db(), token, request_now())
        except NotPermittedError as refusal:
            return render_template("auth/demo_link.html", form=form, refusal=str(refusal)), 403
        return with_cookie(opened)
    return render_template("auth/demo_link.html", form=form, refusal="")
