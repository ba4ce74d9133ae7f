"""The name, address and phone at the head of letters: neutral words that tell nobody why."""

from __future__ import annotations

from dataclasses import asdict

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.answering import form_page
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.forms.fields import Required, TextField
from web.office.blueprint import blueprint
from worksorders.domain.errors import FaultsError
from worksorders.steps.consents.writing.sender import Sender, change_sender, sender


class SenderForm(Form):
    """Who writes the letters."""

    cover_name = TextField("Name", [Required("Enter the name under which letters go out.")])
    address = TextField("Address to answer to (optional)")
    phone = TextField("Phone to answer to (optional)")


@blueprint.route("/letters", methods=["GET", "POST"])
def letters() -> ResponseReturnValue:
    """Change the sender of letters."""
    kept = asdict(sender(db()))
    form = SenderForm(data={"cover_name": kept["name"], **kept})

    def act() -> str:
        given = Sender(form.cover_name.data or "", form.address.data or "", form.phone.data or "")
        change_sender(db(), actor(), given, request_now())
        flash("The sender of letters has been changed.", "success")
        return url_for("office.letters")

    if form.validate_on_submit():
        try:
            return take_once(form.key, "letters.sender", act)
        except FaultsError as faults:
            db().rollback()
            named = {"name": "cover_name"}
            apply_faults(form, [type(f)(named.get(f.field, f.field), f.message) for f in faults.faults])
    return form_page(
        form,
        title="Sender of letters",
        submit="Save",
        back=(url_for("office.coordinators"), "Who covers where"),
        lead="Letters ask owners and landlords to agree to “security work”. Whoever opens one must learn nothing else.",
    )
