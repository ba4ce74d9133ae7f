"""The person's own account: passkeys, the authenticator app, and where they are signed in."""

from __future__ import annotations

import uuid
from typing import Any

from flask import current_app, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput
from wtforms import SubmitField
from wtforms.validators import Length

from web.auth.routes import blueprint, confirm_password
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.forms.fields import HiddenField, PasswordField, Required, TextField
from web.services import services
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.steps import sign_in as signing
from worksorders.steps.accounts import codes, passkeys, sessions

LONGEST_CODE = 12


class CodeSetUpForm(Form):
    """The key that the app was given, the code that it shows, and the password."""

    form_uuid = None
    secret = HiddenField()
    code = TextField(
        "The code that the app shows now", [Required("Enter the code."), Length(max=LONGEST_CODE)]
    )
    password = PasswordField("Your password", [Required("Enter your password.")])
    submit = SubmitField("Use this app", widget=GovSubmitInput())


@blueprint.get("/account")
def account() -> ResponseReturnValue:
    """What the person signs in with, and where they are signed in."""
    return _page()


def _page(**more: Any) -> str:
    now = request_now()
    return render_template(
        "auth/account.html",
        passkeys=passkeys.list_own(db(), actor()),
        sessions=sessions.list_open(db(), actor(), now),
        with_code=codes.is_set_up(db(), actor()),
        must_enrol=g.must_enrol,
        form=None,
        button=Form(formdata=None),
        **more,
    )


@blueprint.post("/account/passkeys/<uuid:key_id>/remove")
def remove_passkey(key_id: uuid.UUID) -> ResponseReturnValue:
    """Take a passkey out of use."""
    form = Form()

    def act() -> str:
        passkeys.remove(db(), actor(), key_id, request_now())
        flash("The passkey has been removed.", "success")
        return url_for("auth.account")

    if form.validate_on_submit():
        return take_once(form.key, "passkey.remove", act)
    return _page(), 422


@blueprint.post("/account/sessions/<uuid:session_id>/end")
def end_session(session_id: uuid.UUID) -> ResponseReturnValue:
    """End one session from afar."""
    form = Form()

    def act() -> str:
        sessions.end(db(), actor(), session_id, request_now())
        flash("That session has ended.", "success")
        return url_for("auth.account")

    if form.validate_on_submit():
        return take_once(form.key, "session.end", act)
    return _page(), 422


@blueprint.route("/account/code", methods=["GET", "POST"])
def set_up_code() -> ResponseReturnValue:
    """Take an authenticator app into use; the password is asked, as for anything that opens doors."""
    form = CodeSetUpForm()
    if form.validate_on_submit():
        try:
            confirm_password(form.password.data or "")
            codes.set_up(
                db(), services().cipher, actor(), form.secret.data or "", form.code.data or "", request_now()
            )
        except NotPermittedError as refusal:
            form.password.errors = [str(refusal)]
        except FaultsError as faults:
            apply_faults(form, faults)
        else:
            flash("The authenticator app is in use.", "success")
            return redirect(url_for("auth.account"), 303)
    if not codes.is_secret(form.secret.data or ""):
        form.secret.data = codes.new_secret()
    secret: str = form.secret.data or ""
    page = render_template(
        "auth/set_up_code.html",
        form=form,
        secret=secret,
        address=codes.address_of(secret, signing.name_of(db(), actor()), current_app.config["PRODUCT_NAME"]),
    )
    return page, 422 if form.errors else 200
