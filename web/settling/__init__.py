"""The page on which a coordinator decides which of two names or phones of a home counts."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from web.access import allow
from web.edge import actor, db, take_once
from web.forms.base import Form, apply_faults, render_form
from web.forms.fields import RadioField, Required, TextField
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.domain.roles import Role
from worksorders.steps.intake import settle_contact as step

blueprint = Blueprint("settling", __name__)
POLICY = {"contact": allow(Role.COORDINATOR)}


class SettleForm(Form):
    """Which name and which phone counts."""

    which_name = RadioField(
        "Name", choices=[(step.KEEP, "Keep the name held"), (step.TAKE, "Take the name of this referral")]
    )
    phone = RadioField(
        "Phone, with how to call safely",
        choices=[(step.KEEP, "Keep the phone held"), (step.TAKE, "Take the phone of this referral")],
    )
    purpose = TextField(
        "How do you know?",
        [Required("Say how you know which one is safe: it is logged.")],
        description="Who of the agency confirmed it and when. No names of clients and no numbers",
    )


@blueprint.route("/assessments/<uuid:assessment_id>/contact-choice", methods=["GET", "POST"])
def contact(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Decide; what is not chosen is kept sealed."""
    form = SettleForm()

    def act() -> str:
        step.settle(
            db(),
            services().sessions,
            services().cipher,
            actor(),
            assessment_id,
            name=form.which_name.data or "",
            phone=form.phone.data or "",
            purpose=form.purpose.data or "",
        )
        flash("Decided, and logged. The other name or phone is kept sealed.", "success")
        return url_for("coordinator.assessment", assessment_id=assessment_id)

    if form.validate_on_submit():
        try:
            return take_once(form.key, "contact.settle", act)
        except FaultsError as faults:
            db().rollback()
            named = {"name": "which_name"}
            apply_faults(form, [type(f)(named.get(f.field, f.field), f.message) for f in faults.faults])
    apart = step.open_question(db(), actor(), assessment_id)
    return render_form("settling/contact.html", form, apart=apart)
