"""Defects: one is reported, and sent somewhere else, taken back or given up."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.aftercare.blueprint import blueprint
from web.aftercare.forms import DefectForm, DefectMoveForm
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import apply_faults, render_form
from worksorders.domain.completion.warranty import SEVERITIES
from worksorders.domain.errors import FaultsError
from worksorders.steps.aftercare import defects as steps
from worksorders.steps.aftercare.find import find_closing, find_defect
from worksorders.steps.aftercare.repair import TO

NONE, TAKE_BACK = "none", "take_back"


@blueprint.route("/orders/<uuid:order_id>/defects", methods=["GET", "POST"])
def report(order_id: uuid.UUID) -> ResponseReturnValue:
    """Report what is wrong with done work."""
    found = find_closing(db(), order_id)
    form = DefectForm()
    done = {visit.id for visit, _ in found.visits if visit.state == "done"}
    form.line.choices = [
        ("", "Choose"),
        *(
            (str(line.id), f"{line.measure}, {line.opening.label}" if line.opening else line.measure)
            for line in found.order.lines
            if line.visit_id in done and line.removed_at is None and line.kind in {"work", "check"}
        ),
    ]

    def act() -> str:
        row = steps.report_defect(
            db(),
            actor(),
            uuid.UUID(form.line.data),
            severity=form.severity.data or "",
            what=form.what.data or "",
            to=form.to.data or "",
            now=request_now(),
        )
        flash(f"Defect {row.code} is recorded; its repair is a visit of this order.", "success")
        return url_for("aftercare.closing", order_id=order_id)

    if form.validate_on_submit():
        try:
            return take_once(form.key, "defect.report", act)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
            found = find_closing(db(), order_id)
    return render_form("aftercare/defect_new.html", form, order=found.order)


@blueprint.route("/defects/<uuid:defect_id>", methods=["GET", "POST"])
def defect(defect_id: uuid.UUID) -> ResponseReturnValue:
    """One defect, and what may become of it."""
    row = find_defect(db(), defect_id)
    form = DefectMoveForm()
    form.to.choices = _choices(row)

    def act() -> str:
        order_id = row.order_id
        _carry_out(defect_id, form.to.data, form.reason.data or "")
        flash("Saved.", "success")
        return url_for("aftercare.closing", order_id=order_id)

    if form.validate_on_submit():
        try:
            return take_once(form.key, "defect.move", act)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
            row = find_defect(db(), defect_id)
    return render_form("aftercare/defect.html", form, row=row, severities=SEVERITIES)


def _choices(row: Any) -> list[tuple[str, str]]:
    if row.state == "found":
        return [*TO.items(), (NONE, "It is no defect")]
    return [(TAKE_BACK, "Its repair came to nothing: decide again")] if row.state == "returned" else []


def _carry_out(defect_id: uuid.UUID, to: str, reason: str) -> None:
    if to == NONE:
        steps.withdraw_defect(db(), actor(), defect_id, reason)
    elif to == TAKE_BACK:
        steps.take_back(db(), actor(), defect_id)
    else:
        steps.return_to_firm(db(), actor(), defect_id, to=to, now=request_now())
