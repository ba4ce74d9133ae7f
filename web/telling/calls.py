"""Calls that the office has to make: the list, and one with its outcome."""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import apply_faults, render_form
from web.telling.blueprint import blueprint
from web.telling.forms import CallForm
from worksorders.domain.errors import FaultsError
from worksorders.steps.advice.ask_for import asked_by_call
from worksorders.steps.confirm.holding import KIND
from worksorders.steps.tell.calls import complete_call
from worksorders.steps.tell.find import find_call, find_calls


@blueprint.get("/calls")
def calls() -> ResponseReturnValue:
    """Calls that wait, the first due on top; telling clients who comes has a list of its own."""
    rows = [row for row in find_calls(db()) if row.kind.code != KIND]
    return render_template("telling/calls.html", rows=rows)


@blueprint.route("/calls/<uuid:task_id>", methods=["GET", "POST"])
def call(task_id: uuid.UUID) -> ResponseReturnValue:
    """One call: why, whom, and what came of it."""
    row = find_call(db(), task_id)
    if row.kind.code == KIND and row.visit_id is not None and row.state == "waiting":
        return redirect(url_for("telling.client", visit_id=row.visit_id), 303)
    form = CallForm().fill(row.kind)
    if form.validate_on_submit():
        try:
            return take_once(form.key, "call.made", lambda: _complete(task_id, form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return render_form("telling/call.html", form, row=row, asked=asked_by_call(db(), task_id))


def _complete(task_id: uuid.UUID, form: CallForm) -> str:
    now = request_now()
    again_at = now + timedelta(minutes=int(form.again.data or "60"))
    task = complete_call(db(), actor(), task_id, form.outcome.data or "", now, again_at=again_at)
    flash("Recorded." if task.state == "done" else "Recorded. The call stays on the list.", "success")
    return url_for("telling.calls")
