"""After leaving unsafe: what to do now, and a few taps that tell the coordinator more."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.forms.fields import CheckboxesField
from web.portal.blueprint import blueprint
from worksorders.domain.errors import FaultsError
from worksorders.domain.lifecycle.reasons import UNSAFE_DETAILS
from worksorders.steps.site import stop


class DetailsForm(Form):
    """What happened, by a tap each."""

    details = CheckboxesField("What happened? Only once you are away", choices=list(UNSAFE_DETAILS.choices()))


@blueprint.route("/safe", methods=["GET", "POST"])
def safe() -> ResponseReturnValue:
    """Nothing of the visit is on this page; the alert is out already, whatever is added here."""
    form = DetailsForm()
    if form.validate_on_submit():
        try:
            return take_once(form.key, "visit.unsafe_details", lambda: _add(form))
        except FaultsError as faults:
            apply_faults(form, faults)
    return render_template("portal/safe.html", form=form), form.status


def _add(form: DetailsForm) -> str:
    stop.add_unsafe_details(db(), actor(), form.details.data or (), request_now())
    flash("Thank you. The coordinator has it.", "success")
    return url_for("portal.safe")
