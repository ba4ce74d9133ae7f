"""What waits for a second person: new accounts, other roles, new passwords, other ways to be reached, recoveries, tokens, limits."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import button, first_part, fresh_form
from web.auth.routes import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.forms.fields import Required, SelectField, TextAreaField
from worksorders.domain.errors import FaultsError
from worksorders.steps.account_changes import ask, decide, find, hands
from worksorders.steps.exchange.scopes import SCOPES

SENT = "A second person has to confirm it now. Until then nothing changes."


class RecoveryForm(Form):
    """Whose account, and how it is known that they ask."""

    user = SelectField("Account", [Required("Choose an account.")])
    reason = TextAreaField("How do you know that they ask?", [Required("Say how you know.")])


@blueprint.get("/accounts")
def waiting() -> ResponseReturnValue:
    """What waits for a second person, and the form to ask for a recovery."""
    return _page(_form(fresh=True))


@blueprint.post("/accounts/recovery")
def ask_recovery() -> ResponseReturnValue:
    """Ask for a recovery; the first part of the password is shown in this answer alone."""
    form = _form()
    shown: list[str] = []

    def act() -> str:
        asked = ask.ask_recovery(
            db(), actor(), uuid.UUID(form.user.data), form.reason.data or "", request_now()
        )
        shown.append(first_part(dict(form.user.choices)[form.user.data], asked.first_part))
        flash(SENT, "success")
        return url_for("auth.waiting")

    if form.validate_on_submit():
        try:
            answer = take_once(form.key, "recovery.ask", act)
            return shown[0] if shown else answer
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return _page(form)


@blueprint.post("/accounts/<uuid:wish_id>/confirm")
def confirm_change(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Confirm; a password's second part or a token is shown in this answer alone, and not to who asked."""
    shown: list[str] = []

    def act() -> str:
        made = decide.decide(db(), actor(), wish_id, grant=True, now=request_now())
        if made:
            shown.append(render_template("auth/confirmed.html", shown=made, form=None))
        flash("Confirmed.", "success")
        return url_for("auth.waiting")

    answer = button("account_change.confirm", act, url_for("auth.waiting"))
    return shown[0] if shown else answer


@blueprint.post("/accounts/<uuid:wish_id>/refuse")
def refuse_change(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Refuse."""
    return _end(
        "account_change.refuse",
        lambda: decide.decide(db(), actor(), wish_id, grant=False, now=request_now()),
        "Refused. Nothing has changed.",
    )


@blueprint.post("/accounts/<uuid:wish_id>/withdraw")
def withdraw_change(wish_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what one asked for."""
    return _end(
        "account_change.withdraw",
        lambda: decide.withdraw(db(), actor(), wish_id, request_now()),
        "Taken back. Nothing has changed.",
    )


def _end(purpose: str, action: Callable[[], object], words: str) -> ResponseReturnValue:
    def act() -> str:
        action()
        flash(words, "success")
        return url_for("auth.waiting")

    return button(purpose, act, url_for("auth.waiting"))


def _form(*, fresh: bool = False) -> RecoveryForm:
    form = RecoveryForm(formdata=None) if fresh else RecoveryForm()
    found = find.accounts(db(), actor())
    form.user.choices = [("", "Choose"), *((str(key), name) for key, name in found)]
    return form


def _page(form: RecoveryForm) -> ResponseReturnValue:
    page = render_template(
        "auth/waiting.html",
        form=form,
        wishes=find.waiting(db(), actor(), request_now()),
        lone=hands.lone_accounts(db()),
        is_alone=find.is_alone(db(), actor()),
        days=ask.WAITS.days,
        scopes=SCOPES,
        button=fresh_form(),
    )
    return page, form.status
