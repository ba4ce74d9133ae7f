"""One review of a home after some months."""

from __future__ import annotations

import uuid

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.aftercare.blueprint import blueprint
from web.aftercare.forms import ReviewForm
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import apply_faults, render_form
from worksorders.domain.errors import FaultsError
from worksorders.steps.aftercare.find import find_review
from worksorders.steps.aftercare.monitoring import OUTCOMES, complete_review


@blueprint.route("/reviews/<uuid:review_id>", methods=["GET", "POST"])
def review(review_id: uuid.UUID) -> ResponseReturnValue:
    """Record what came of it."""
    row = find_review(db(), review_id)
    form = ReviewForm()

    def act() -> str:
        complete_review(
            db(),
            actor(),
            review_id,
            outcome=form.outcome.data or "",
            note=form.note.data or "",
            now=request_now(),
        )
        flash("The review is recorded.", "success")
        return url_for("aftercare.closing", order_id=row.order_id)

    if row.done_at is None and form.validate_on_submit():
        try:
            return take_once(form.key, "review.complete", act)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
            row = find_review(db(), review_id)
    return render_form("aftercare/review.html", form, row=row, outcomes=OUTCOMES)
