"""Records an opening's state from an assessment's page, for what was seen outside of a visit."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.coordinator.blueprint import blueprint
from web.coordinator.forms import OpeningForm
from web.edge import actor, db, take_once
from web.extensions import request_now
from worksorders.domain.errors import FaultsError
from worksorders.steps.intake.find_assessments import find_assessment
from worksorders.steps.ordering.opening import record_opening


@blueprint.route("/assessments/<uuid:assessment_id>/opening", methods=["GET", "POST"])
def opening(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Say how an opening is now and how that is known."""
    found = find_assessment(db(), assessment_id)
    code = found.assessment.code
    form = OpeningForm()
    form.opening_id.choices = [
        ("", "Choose"),
        *((str(row.id), row.label) for row in found.assessment.openings),
    ]

    def act() -> str:
        row = record_opening(
            db(),
            actor(),
            assessment_id,
            uuid.UUID(form.opening_id.data),
            state=form.state.data or "",
            verified=form.verified.data or "",
            now=request_now(),
        )
        flash(f"The state of {row.label} has been recorded.", "success")
        return url_for("coordinator.assessment", assessment_id=assessment_id)

    if form.validate_on_submit():
        try:
            return take_once(form.key, "opening.record", act)
        except FaultsError as faults:
            db().rollback()
            form.show(faults)
    page = render_template("coordinator/opening.html", form=form, assessment_id=assessment_id, code=code)
    return page, form.status
