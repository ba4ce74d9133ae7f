"""Where a user is reached: one's own page, and any account's for administrators, who ask for a change."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import apply_faults, render_form
from web.telling.blueprint import blueprint
from web.telling.forms import ContactForm, OthersContactForm
from worksorders.domain.errors import FaultsError
from worksorders.steps.account_changes.ask import ask_contact
from worksorders.steps.tell.contacts import Reached, find_contact, set_contact


@blueprint.route("/account/contact", methods=["GET", "POST"])
def contact() -> ResponseReturnValue:
    """My own mail address and mobile."""
    return _own(actor().user_id)


@blueprint.route("/account/contact/<uuid:user_id>", methods=["GET", "POST"])
def contact_of(user_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody else's: asked for, and changed once a second person confirms it."""
    if user_id == actor().user_id:
        return _own(user_id)
    found = find_contact(db(), actor(), user_id)
    form = OthersContactForm(email=found.email, mobile=found.mobile)

    def send() -> str:
        reached = Reached(form.email.data or "", form.mobile.data or "")
        ask_contact(db(), actor(), user_id, reached, form.reason.data or "", request_now())
        flash("A second person has to confirm it now. Until then nothing changes.", "success")
        return url_for("auth.waiting")

    return _answer(form, "contact.ask", send, found.name, mine=False)


def _own(user_id: uuid.UUID) -> ResponseReturnValue:
    found = find_contact(db(), actor(), user_id)
    form = ContactForm(email=found.email, mobile=found.mobile)

    def save() -> str:
        set_contact(db(), actor(), user_id, form.email.data or "", form.mobile.data or "", request_now())
        flash("Saved.", "success")
        return url_for("telling.contact")

    return _answer(form, "contact.set", save, found.name, mine=True)


def _answer(
    form: ContactForm, purpose: str, act: Callable[[], str], name: str, *, mine: bool
) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            return take_once(form.key, purpose, act)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return render_form("telling/contact.html", form, name=name, mine=mine)
