"""One visit on the phone: when, what, and the moves that are possible now."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form
from web.portal.blueprint import blueprint
from web.portal.checklist.page import Checklist, make_checklist
from web.portal.visit_forms import PasswordForm, PhotoForm, photo_form
from worksorders.steps.confirm.door import find_door
from worksorders.steps.safety import barrier
from worksorders.steps.sign_in import has_passkey
from worksorders.steps.site.find.visits import VisitPage, find_visit


@dataclass(frozen=True)
class VisitForms:
    """The forms of the page; one that was sent and refused takes the place of a fresh one."""

    checklist: Checklist | None = None
    photos: PhotoForm | None = None
    password: PasswordForm | None = None


def load(visit_id: uuid.UUID) -> VisitPage:
    """The visit as the signed-in person may see it; anybody else's is the one 404 page."""
    return find_visit(db(), actor(), visit_id, request_now())


def show(page: VisitPage, sent: VisitForms | None = None) -> ResponseReturnValue:
    """The page, with the form in error if there is one and then status 422.

    The others are fresh: built from what was sent they would carry the id of the form that was sent.
    """
    sent = sent or VisitForms()
    on_site = page.row.state == "on_site"
    forms = {
        "checklist": sent.checklist or (make_checklist(page) if on_site else None),
        "photos": sent.photos or (photo_form(page, fresh=True) if on_site else None),
        "password": sent.password or PasswordForm(formdata=None),
    }
    wrong = next((form for form in forms.values() if form is not None and form.errors), None)
    asks = on_site and page.named and not page.paused
    standing = barrier.find_visit(db(), page.row.id, request_now()).standing if asks else barrier.Standing()
    shown = render_template(
        "portal/visit.html",
        page=page,
        form=wrong,
        action=Form(formdata=None),
        with_passkey=has_passkey(db(), actor().user_id),
        standing=standing,
        door=find_door(db(), actor(), page.row.id, request_now()),
        **forms,
    )
    return shown, 422 if wrong else 200


@blueprint.get("/visits/<uuid:visit_id>")
def visit(visit_id: uuid.UUID) -> ResponseReturnValue:
    """One visit of the own firm."""
    return show(load(visit_id))
