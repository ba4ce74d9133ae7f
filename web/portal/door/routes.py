"""The code word in answer to a POST, and one tap for more time in the home."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import nz_time
from web.forms.base import Form
from web.portal.blueprint import blueprint
from web.portal.visit import load, show
from web.services import services
from worksorders.steps.confirm import door
from worksorders.steps.confirm.code_word import read_at_door


@blueprint.post("/visits/<uuid:visit_id>/code-word")
def code_word(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Show the word to say at the door; each reading is logged."""
    page, form = load(visit_id), Form()
    if not form.validate_on_submit():
        return show(page)
    word = read_at_door(db(), services().sessions, services().cipher, actor(), visit_id, now=request_now())
    return render_template("portal/code_word.html", page=page, word=word)


@blueprint.post("/visits/<uuid:visit_id>/more-time")
def more_time(visit_id: uuid.UUID) -> ResponseReturnValue:
    """I need longer."""
    load(visit_id)
    form = Form()
    if not form.validate_on_submit():
        return show(load(visit_id))

    def move() -> str:
        until = door.more_time(db(), actor(), visit_id, request_now())
        flash(f"You are expected out by {nz_time(until)}.", "success")
        return url_for("portal.visit", visit_id=visit_id)

    return take_once(form.key, "visit.more_time", move)
