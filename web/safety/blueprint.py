"""The blueprint of the safety pages, and the page of one form that they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.edge import db, take_once
from web.forms import Form, apply_faults
from worksorders.domain.errors import FaultsError

blueprint = Blueprint("safety", __name__, url_prefix="/safety")


def answer(form: Form, purpose: str, action: Callable[[], str], **page: Any) -> ResponseReturnValue:
    """Do what the form asks, once; else show its page with every fault at its field, and status 422.

    `page` gives `title`, `submit`, `back` (address and words), and may give `lead` and `kind` of the button.
    """
    if form.validate_on_submit():
        try:
            return take_once(form.key, purpose, action)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    shown = render_template("safety/form.html", form=form, **{"lead": (), "kind": "", **page})
    return shown, form.status
