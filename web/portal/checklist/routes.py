"""Keeps one line after another with its photos, and ends the visit once nothing is missing."""

from __future__ import annotations

import uuid

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.portal.blueprint import blueprint
from web.portal.checklist.finish_form import FinishForm, finish_form
from web.portal.checklist.line_form import LineForm, line_form
from web.portal.checklist.page import make_checklist
from web.portal.visit import VisitForms, load, show
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.site import checklist as checklists
from worksorders.steps.site import leave as leaving
from worksorders.steps.site.photos import PhotoError, add_photo


@blueprint.post("/visits/<uuid:visit_id>/lines/<uuid:line_id>")
def line(visit_id: uuid.UUID, line_id: uuid.UUID) -> ResponseReturnValue:
    """Keep one line with its photos; it may be sent again and again while on site."""
    page = load(visit_id)
    row = next((one for one in page.lines if one.id == line_id), None)
    if row is None:
        raise NotFoundError("There is no such line on this visit.")
    form = line_form(row)
    if form.validate_on_submit():
        try:
            return take_once(form.key, "visit.line", lambda: _save(visit_id, form))
        except FaultsError as faults:
            db().rollback()
            sent = make_checklist(page, line=form)
            sent.place(faults.faults)
            return show(page, VisitForms(checklist=sent))
        except PhotoError as refusal:
            db().rollback()
            form.place([("photo", str(refusal))])
    return show(page, VisitForms(checklist=make_checklist(page, line=form)))


def _save(visit_id: uuid.UUID, form: LineForm) -> str:
    now, line_id = request_now(), form.line.id
    for number, uploaded in enumerate(form.photo_files()):
        key = uuid.uuid5(form.key, str(number))
        add_photo(db(), actor(), visit_id, uploaded, now, key=key, line_id=line_id)
    entry = form.entry(all_of_it="all" in request.form)
    checklists.save_checklist(db(), actor(), visit_id, [entry], now, cipher=services().cipher)
    left = [row for row in load(visit_id).lines if row.missing]
    flash("Saved. All lines are complete." if not left else "Saved.", "success")
    anchor = f"line-{left[0].id}" if left else "leave"
    return url_for("portal.visit", visit_id=visit_id, _anchor=anchor)


@blueprint.post("/visits/<uuid:visit_id>/leave")
def leave(visit_id: uuid.UUID) -> ResponseReturnValue:
    """End the visit once everything is there; whatever is missing is listed at once, each at its field."""
    page = load(visit_id)
    form = finish_form(page)
    sent = make_checklist(page, finish=form)
    if form.validate_on_submit():
        try:
            return take_once(form.key, "visit.leave", lambda: _leave(visit_id, form))
        except FaultsError as faults:
            db().rollback()
            sent.place(faults.faults)
    return show(page, VisitForms(checklist=sent))


def _leave(visit_id: uuid.UUID, form: FinishForm) -> str:
    visit = leaving.leave(
        db(),
        actor(),
        visit_id,
        form.states(),
        exits=form.exits(),
        escalation=form.escalation.data or "",
        now=request_now(),
    )
    flash(f"Visit {visit.code} is done. The address is closed.", "success")
    return url_for("portal.today")
