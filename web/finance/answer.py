"""A page of finance that holds one form: what was wrong stands at its field, and a form is taken once."""

from __future__ import annotations

from collections.abc import Callable

from flask import render_template
from flask.typing import ResponseReturnValue

from web.edge import db, take_once
from web.forms import Form, apply_faults
from worksorders.domain.errors import FaultsError


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
    """Show the form, or do what it asks and go where the action says; errors come back with 422."""
    if form.validate_on_submit():
        try:
            return take_once(form.key, purpose, action)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    page = render_template(
        "finance/form.html",
        form=form,
        page_title=title,
        submit=submit,
        back=back,
        lead=lead,
        kind=kind,
        upload=upload,
    )
    return page, form.status
