"""The blueprint of these pages, and what their views have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.edge import db, take_once
from web.forms import Form, apply_faults
from worksorders.domain.errors import FaultsError

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange")


def empty_form() -> Form:
    """A form for a single button; each button has one of its own, since a form is taken once."""
    return Form(formdata=None)


def answer(
    form: Form,
    purpose: str,
    action: Callable[[], str],
    *,
    title: str,
    submit: str,
    back: tuple[str, str],
    lead: str = "",
    kind: str = "",
    template: str = "exchange/form.html",
    **page: Any,
) -> ResponseReturnValue:
    """Do what the form asks, once, and go where the action says; else show its page, with its faults."""
    if form.validate_on_submit():
        try:
            return take_once(form.key, purpose, action)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    body = render_template(
        template, form=form, page_title=title, submit=submit, back=back, lead=lead, kind=kind, **page
    )
    return body, 422 if form.errors else 200


def answer_with_secret(
    form: Form, purpose: str, make: Callable[[], tuple[str, str, str]], **page: Any
) -> ResponseReturnValue:
    """Like `answer`, but show the secret that was made instead of redirecting; sent twice, it is not shown again.

    `make` gives the secret, what it is for, and the address to go on to.
    """
    shown: list[tuple[str, str, str]] = []

    def action() -> str:
        shown.append(make())
        return shown[0][2]

    response = answer(form, purpose, action, **page)
    if not shown:
        return response
    secret, what, onward = shown[0]
    return render_template("exchange/secret.html", secret=secret, what=what, onward=onward)
