"""Alerts: what was called for, whom it called, and one tap to take care of it."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.duty.blueprint import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form
from worksorders.steps.duty.alerts import acknowledge_alert
from worksorders.steps.duty.find import find_alert, find_alerts, find_inside


@blueprint.get("/alerts")
def alerts() -> ResponseReturnValue:
    """Open ones, those of two days, and who is in a home now."""
    rows = find_alerts(db(), request_now())
    return render_template(
        "duty/alerts.html",
        waiting=[row for row in rows if row.open],
        ended=[row for row in rows if not row.open],
        inside=find_inside(db(), request_now()),
        action=Form(formdata=None),
    )


@blueprint.get("/alerts/<uuid:alert_id>")
def alert(alert_id: uuid.UUID) -> ResponseReturnValue:
    """One alert: what to do first, and who was called when."""
    row, called = find_alert(db(), alert_id)
    return render_template("duty/alert.html", row=row, called=called, action=Form(formdata=None))


@blueprint.post("/alerts/<uuid:alert_id>/acknowledge")
def acknowledge(alert_id: uuid.UUID) -> ResponseReturnValue:
    """I take care of it."""
    find_alert(db(), alert_id)
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("duty.alert", alert_id=alert_id), 303)

    def move() -> str:
        acknowledge_alert(db(), actor(), alert_id, request_now())
        flash("You take care of it. Nobody else is called.", "success")
        return url_for("duty.alert", alert_id=alert_id)

    return take_once(form.key, "duty.acknowledge", move)
