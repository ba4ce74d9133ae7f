"""Shows contact and address in answer to a POST with a purpose: nothing is stored, the reading is logged."""

from __future__ import annotations

import uuid

from flask import render_template
from flask.typing import ResponseReturnValue

from web.coordinator.forms import ContactForm
from web.edge import actor, db
from web.forms.base import render_form
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.steps.forget.find import gone_of
from worksorders.steps.intake.contact import read_contact


def show_contact(case_id: uuid.UUID, title: str, back: str) -> ResponseReturnValue:
    """The page with the contact, or with the form again where the purpose says too little."""
    form = ContactForm()
    if form.validate_on_submit():
        try:
            contact = read_contact(
                services().sessions, services().cipher, actor(), case_id, form.purpose.data or ""
            )
        except FaultsError as faults:
            form.show(faults)
        else:
            return render_template(
                "coordinator/contact.html",
                contact=contact,
                title=title,
                back=back,
                purpose=form.purpose.data,
                gone=gone_of(db(), case_id),
            )
    return render_form("coordinator/contact_ask.html", form, title=title, back=back)
