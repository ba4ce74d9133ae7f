"""The blueprint of these pages, and what their views have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from web.edge import db, take_once
from web.forms import Form, apply_faults
from worksorders.domain.errors import FaultsError
from worksorders.steps.admin.files import BrokenFilesError

blueprint = Blueprint("pricing", __name__, url_prefix="/pricing")


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
    upload: bool = False,
) -> ResponseReturnValue:
    """Do what the form asks, once, and go where the action says; else show its page, with all faults."""
    broken = None
    if form.validate_on_submit():
        try:
            return take_once(form.key, purpose, action)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
        except BrokenFilesError as error:
            db().rollback()
            broken = error
            form.form_errors.append("The file has faults, listed on this page. Nothing was kept.")
    body = render_template(
        "pricing/form.html",
        form=form,
        page_title=title,
        submit=submit,
        back=back,
        lead=lead,
        kind=kind,
        upload=upload,
        broken=broken,
    )
    return body, 422 if form.errors else 200


def csv_file(text: str, name: str) -> Response:
    """A CSV as it can be brought again."""
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def value(field: Any) -> str:
    """What was typed, without blanks at its ends."""
    return str(field.data or "").strip()
