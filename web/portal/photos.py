"""Photos of the work: taken in, painted afresh, and shown to the firm while the visit lasts."""

from __future__ import annotations

import uuid

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import plural
from web.portal.blueprint import blueprint
from web.portal.visit import VisitForms, load, show
from web.portal.visit_forms import PhotoForm, photo_form
from worksorders.steps.site.photos import PhotoError, own_photo
from worksorders.steps.site.photos import add_photo as store_photo


@blueprint.post("/visits/<uuid:visit_id>/photos")
def add_photo(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Store each photo once; a file that is no picture is refused with the reason, and then none is stored."""
    page = load(visit_id)
    form = photo_form(page)
    if not form.validate_on_submit():
        return show(page, VisitForms(photos=form))
    try:
        return take_once(form.key, "visit.photo", lambda: _store(visit_id, form))
    except PhotoError as refusal:
        db().rollback()
        form.photos.errors = [str(refusal)]
        return show(page, VisitForms(photos=form))


def _store(visit_id: uuid.UUID, form: PhotoForm) -> str:
    files = form.files()
    line_id = uuid.UUID(form.line.data) if form.line.data else None
    for number, uploaded in enumerate(files):
        key = uuid.uuid5(form.key, str(number))
        store_photo(db(), actor(), visit_id, uploaded, request_now(), key=key, line_id=line_id)
    flash(f"{plural(len(files), 'photo')} stored.", "success")
    return url_for("portal.visit", visit_id=visit_id)


@blueprint.get("/visits/<uuid:visit_id>/photos/<uuid:photo_id>")
def photo(visit_id: uuid.UUID, photo_id: uuid.UUID) -> ResponseReturnValue:
    """One stored photo."""
    return Response(own_photo(db(), actor(), visit_id, photo_id), mimetype="image/jpeg")
