"""The hazards of a home that its workers are told: what is noted, chosen from a closed list."""

from __future__ import annotations

import uuid

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form
from web.edge import actor, db
from web.extensions import request_now
from web.safety.blueprint import blueprint
from web.safety.forms import HazardsForm
from worksorders.steps.safety import hazards as noting
from worksorders.steps.safety.find.page import load_order


@blueprint.route("/orders/<uuid:order_id>/hazards", methods=["GET", "POST"])
def hazards(order_id: uuid.UUID) -> ResponseReturnValue:
    """Note which hazards the home has."""
    found = load_order(db(), order_id)
    back = url_for("coordinator.order", order_id=order_id)
    form = HazardsForm(data={"hazards": noting.hazards_of(db(), [found.case_id]).get(found.case_id, ())})

    def act() -> str:
        row = noting.note(db(), actor(), order_id, form.hazards.data or (), request_now())
        flash("Nothing was changed." if row is None else "The hazards of this home are noted.", "success")
        return back

    return answer_form(
        form,
        "safety.hazards",
        act,
        title="Hazards for workers",
        submit="Note these hazards",
        back=(back, f"Works order {found.code}"),
        lead=(
            "Only the worker named for a visit sees them, near its start; nobody else of the firm. They hold for all orders of the home.",
            "They say nothing of the client or of what happened, so there is no free text.",
        ),
    )
