"""Alerts from visits, until somebody takes care of each."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.dispatch.blueprint import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form
from worksorders.steps.site import find_dispatch, office


@blueprint.get("/alerts")
def alerts() -> ResponseReturnValue:
    """Those that wait, then those of the last day."""
    rows = find_dispatch.find_alerts(db(), request_now())
    return render_template(
        "dispatch/alerts.html",
        waiting=[row for row in rows if row.acknowledged_by is None],
        taken=[row for row in rows if row.acknowledged_by is not None],
        action=Form(),
    )


@blueprint.post("/alerts/<uuid:note_id>/acknowledge")
def acknowledge(note_id: uuid.UUID) -> ResponseReturnValue:
    """I take care of it."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("dispatch.alerts"), 303)

    def move() -> str:
        office.acknowledge(db(), actor(), note_id, request_now())
        return url_for("dispatch.alerts")

    return take_once(form.key, "alert.acknowledge", move)
