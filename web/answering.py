"""What pages of one form share: take it once, show it again with its faults, and send a CSV file or a filter's value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from web.edge import db, take_once
from web.forms import Form, apply_faults
from worksorders.domain.errors import FaultsError


def answer(
    form: Form, purpose: str, action: Callable[[], str], template: str, **page: Any
) -> ResponseReturnValue:
    """Do what the form asks, once, and go where the action says; show its page again with the faults, else."""
    if form.validate_on_submit():
        try:
            return take_once(form.key, purpose, action)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return render_template(template, form=form, **page), 422 if form.errors else 200


def button(purpose: str, action: Callable[[], str], back: str) -> ResponseReturnValue:
    """Do what one button asks, once; its faults are told on the page that it stands on."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(back, 303)
    try:
        return take_once(form.key, purpose, action)
    except FaultsError as faults:
        db().rollback()
        flash(" ".join(fault.message for fault in faults.faults), "error")
        return redirect(back, 303)


def chosen(name: str) -> str:
    """A filter in the address, without blanks at its ends."""
    return request.args.get(name, "").strip()[:100]


def csv_download(content: bytes, name: str) -> Response:
    """A CSV file to be saved."""
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def fresh_form() -> Form:
    """A form for a single button; each button has one of its own, since a form is taken once."""
    return Form(formdata=None)
