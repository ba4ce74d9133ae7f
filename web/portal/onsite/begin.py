"""Starting work that takes a door or window out, once nothing is against it."""

from __future__ import annotations

import uuid

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form
from web.portal.blueprint import blueprint
from web.portal.visit import load, show
from worksorders.domain.errors import RefusedError
from worksorders.steps.safety import barrier


@blueprint.post("/visits/<uuid:visit_id>/begin")
def begin(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Ask again whether the work may begin; what is against it is told on the page."""
    page = load(visit_id)
    form = Form()
    if not form.validate_on_submit():
        return show(page)
    address = url_for("portal.visit", visit_id=visit_id)

    def move() -> str:
        barrier.begin_work(db(), actor(), visit_id, request_now())
        flash("You may begin.", "success")
        return address

    try:
        return take_once(form.key, "visit.begin", move)
    except RefusedError as refusal:
        db().rollback()
        flash(str(refusal), "error")
        return show(load(visit_id))
