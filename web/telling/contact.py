"""Where a user is reached: one's own page, and any account's for administrators."""

from __future__ import annotations

import uuid

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms import apply_faults, render_form
from web.telling.blueprint import blueprint
from web.telling.forms import ContactForm
from worksorders.domain.errors import FaultsError
from worksorders.steps.tell.contacts import find_contact, set_contact


@blueprint.route("/account/contact", methods=["GET", "POST"])
def contact() -> ResponseReturnValue:
    """My own mail address and mobile."""
    return _contact(actor().user_id, url_for("telling.contact"))


@blueprint.route("/account/contact/<uuid:user_id>", methods=["GET", "POST"])
def contact_of(user_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody else's."""
    return _contact(user_id, url_for("telling.contact_of", user_id=user_id))


def _contact(user_id: uuid.UUID, address: str) -> ResponseReturnValue:
    found = find_contact(db(), actor(), user_id)
    form = ContactForm(email=found.email, mobile=found.mobile)

    def save() -> str:
        set_contact(db(), actor(), user_id, form.email.data or "", form.mobile.data or "", request_now())
        flash("Saved.", "success")
        return address

    if form.validate_on_submit():
        try:
            return take_once(form.key, "contact.set", save)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    mine = user_id == actor().user_id
    return render_form("telling/contact.html", form, name=found.name, mine=mine)
