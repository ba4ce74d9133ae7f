"""Inspections: what is due, the checklist of one, its photos, and each firm's share."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.aftercare.blueprint import blueprint
from web.aftercare.forms import InspectionForm, ShareForm, WithdrawForm, inspection_form
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults, render_form
from worksorders.domain.completion.warranty import SEVERITIES
from worksorders.domain.errors import FaultsError
from worksorders.steps.aftercare import find, find_inspections
from worksorders.steps.aftercare import inspections as steps
from worksorders.steps.aftercare.settings import load_settings
from worksorders.steps.site.checklist import checklist_lines
from worksorders.steps.site.photos import PhotoError


@blueprint.get("/inspections")
def inspections() -> ResponseReturnValue:
    """What is to be inspected, what was, defects not mended, and the shares."""
    return render_template(
        "aftercare/inspections.html",
        due=find_inspections.due_inspections(db()),
        recent=find_inspections.recent_inspections(db()),
        defects=find.open_defects(db()),
        shares=find_inspections.firm_shares(db()),
        settings=load_settings(db()),
        severities=SEVERITIES,
    )


@blueprint.route("/inspections/<uuid:inspection_id>", methods=["GET", "POST"])
def inspection(inspection_id: uuid.UUID) -> ResponseReturnValue:
    """The checklist while it is due, the result afterwards."""
    row = find_inspections.find_inspection(db(), inspection_id)
    lines = tuple(checklist_lines(row.visit).values())
    form = inspection_form(lines)
    if row.state == "due" and form.validate_on_submit():
        try:
            return take_once(form.key, "inspection.record", lambda: _record(inspection_id, form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
        except PhotoError as refusal:
            db().rollback()
            form.form_errors.append(str(refusal))
        row = find_inspections.find_inspection(db(), inspection_id)
    return _page(row, form)


def _page(row: Any, form: InspectionForm) -> ResponseReturnValue:
    return render_form(
        "aftercare/inspection.html",
        form,
        row=row,
        results=steps.RESULTS,
        photos=find_inspections.photos_of(db(), row.id),
        withdrawing=WithdrawForm(formdata=None),
    )


def _record(inspection_id: uuid.UUID, form: InspectionForm) -> str:
    row = steps.record_inspection(
        db(), actor(), inspection_id, form.found(), note=form.note.data or "", now=request_now()
    )
    words = "passed" if row.state == "passed" else "failed: its defects return to the firm"
    flash(f"Inspection {row.code} has {words}.", "success")
    return url_for("aftercare.inspection", inspection_id=inspection_id)


@blueprint.post("/inspections/<uuid:inspection_id>/withdraw")
def withdraw(inspection_id: uuid.UUID) -> ResponseReturnValue:
    """Give an inspection up, with the reason."""
    row = find_inspections.find_inspection(db(), inspection_id)
    form = WithdrawForm()

    def act() -> str:
        steps.withdraw_inspection(db(), actor(), inspection_id, form.reason.data or "", request_now())
        flash(f"Inspection {row.code} is given up.", "success")
        return url_for("aftercare.inspections")

    if form.validate_on_submit():
        return take_once(form.key, "inspection.withdraw", act)
    blank = inspection_form(tuple(checklist_lines(row.visit).values()), fresh=True)
    return render_form(
        "aftercare/inspection.html",
        form,
        row=row,
        results=steps.RESULTS,
        photos=find_inspections.photos_of(db(), row.id),
        withdrawing=form,
        checking=blank,
    )


@blueprint.post("/visits/<uuid:visit_id>/inspect")
def inspect(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for the inspection of a visit."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("aftercare.inspections"), 303)

    def act() -> str:
        row = steps.request_inspection(db(), actor(), visit_id, request_now())
        flash(f"Inspection {row.code} is asked for.", "success")
        return url_for("aftercare.inspection", inspection_id=row.id)

    find_inspections.require_visit(db(), visit_id)
    return take_once(form.key, "inspection.request", act)


@blueprint.get("/photos/<uuid:photo_id>")
def photo(photo_id: uuid.UUID) -> ResponseReturnValue:
    """One photo of an inspection, never beside an address."""
    return Response(find_inspections.inspection_photo(db(), photo_id), mimetype="image/jpeg")


@blueprint.route("/firms/<uuid:firm_id>", methods=["GET", "POST"])
def firm(firm_id: uuid.UUID) -> ResponseReturnValue:
    """Give a firm a share of its own."""
    found = find_inspections.find_firm(db(), firm_id)
    form = ShareForm(data={"percent": found.percent})

    def act() -> str:
        steps.set_rate(db(), actor(), firm_id, form.percent.data, form.reason.data or "", request_now())
        flash(f"{found.name}: the share has been changed.", "success")
        return url_for("aftercare.inspections", _anchor="shares")

    if form.validate_on_submit():
        try:
            return take_once(form.key, "inspection.share", act)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return render_form("aftercare/firm.html", form, found=found)
