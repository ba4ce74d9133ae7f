"""One order on its way to the end: what is missing with its place, keys, papers, defects, and the order that follows."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.aftercare.blueprint import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form
from worksorders.domain.completion.proof import HOLDERS
from worksorders.domain.completion.warranty import SEVERITIES
from worksorders.steps.aftercare.closing import Missing
from worksorders.steps.aftercare.find import find_closing
from worksorders.steps.aftercare.monitoring import OUTCOMES, open_follow_on

ENDPOINTS: dict[str, tuple[str, str]] = {
    "visit": ("coordinator.order", "order_id"),
    "variation": ("coordinator.order", "order_id"),
    "alarm_plan": ("safety.alarm_plan", "order_id"),
    "work": ("dispatch.work", "order_id"),
    "opening": ("coordinator.opening", "assessment_id"),
    "key": ("aftercare.key", "key_id"),
    "inspection": ("aftercare.inspection", "inspection_id"),
    "defect": ("aftercare.defect", "defect_id"),
    "review": ("aftercare.review", "review_id"),
}


def place_of(missing: Missing, order_id: uuid.UUID) -> str:
    """The page on which something missing is mended; empty where it is not for the office to do."""
    endpoint, name = ENDPOINTS.get(missing.kind, ("", ""))
    if not endpoint:
        return ""
    values: dict[str, Any] = {name: order_id if name == "order_id" else missing.about}
    return url_for(endpoint, **values)


@blueprint.get("/orders/<uuid:order_id>")
def closing(order_id: uuid.UUID) -> ResponseReturnValue:
    """Everything of the end of one order."""
    found = find_closing(db(), order_id)
    return render_template(
        "aftercare/closing.html",
        found=found,
        order=found.order,
        missing=[(one.what, place_of(one, order_id)) for one in found.missing],
        holders=HOLDERS,
        severities=SEVERITIES,
        outcomes=OUTCOMES,
        action=Form(formdata=None),
    )


@blueprint.post("/orders/<uuid:order_id>/follow-on")
def follow_on(order_id: uuid.UUID) -> ResponseReturnValue:
    """Raise the order for the months of monitoring."""
    find_closing(db(), order_id)
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("aftercare.closing", order_id=order_id), 303)

    def act() -> str:
        row = open_follow_on(db(), actor(), order_id, request_now())
        flash(f"Order {row.code} follows. It waits as a draft.", "success")
        return url_for("aftercare.closing", order_id=order_id)

    return take_once(form.key, "order.follow_on", act)
