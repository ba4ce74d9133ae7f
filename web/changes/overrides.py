"""P1 orders that went ahead without agreement or approval, for an administrator to look over."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer
from web.changes.blueprint import blueprint
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form
from web.forms.fields import TextAreaField
from worksorders.steps.limits import overrides as steps


class ReviewForm(Form):
    """What the administrator found."""

    note = TextAreaField("What you found", description="No names of clients, no address")


@blueprint.get("/overrides")
def overrides() -> ResponseReturnValue:
    """Those that nobody has looked at first."""
    rows = steps.find_overrides(db())
    return render_template("changes/overrides.html", rows=rows)


@blueprint.route("/overrides/<uuid:event_id>", methods=["GET", "POST"])
def review(event_id: uuid.UUID) -> ResponseReturnValue:
    """Look one over."""
    row = steps.find_override(db(), event_id)

    def act() -> str:
        steps.review(db(), actor(), event_id, form.note.data or "", request_now())
        flash(f"The override of order {row.order_code} is looked over.", "success")
        return url_for("changes.overrides")

    form = ReviewForm()
    own = row.by_id == actor().user_id
    return answer(form, "override.review", act, "changes/override.html", row=row, own=own)
