"""The vetting register: what lapses soon, and what a region or trade lacks on a day."""

from __future__ import annotations

import uuid

from flask import render_template
from flask.typing import ResponseReturnValue
from wtforms.validators import Length

from catalogue.trade import TRADES
from web.admin.blueprint import blueprint, chosen, chosen_day, is_administrator, today
from web.answering import download
from web.edge import actor, db
from web.forms.base import Form, render_form
from web.forms.fields import Required, TextField
from web.services import services
from worksorders.steps.people import check_documents
from worksorders.steps.people import checks as step
from worksorders.steps.people.places import region_choices


@blueprint.get("/vetting")
def vetting() -> str:
    """Checks that have lapsed or will within 60 days."""
    return render_template(
        "admin/vetting.html",
        warnings=step.lapsing(db(), today()),
        today=today(),
        may_change=is_administrator(),
    )


class PurposeForm(Form):
    """Why a document is read; it makes no record of its own."""

    form_uuid = None
    purpose = TextField(
        "What do you need it for?",
        [
            Required("Say what you need it for."),
            Length(min=8, max=200, message="Say it in 8 to 200 letters."),
        ],
        description="It is logged with your name",
    )


@blueprint.get("/checks/<uuid:check_id>/document")
def ask_document(check_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for what the document behind a check is needed."""
    return _ask(PurposeForm(formdata=None), check_id)


@blueprint.post("/checks/<uuid:check_id>/document")
def check_document(check_id: uuid.UUID) -> ResponseReturnValue:
    """The document, to be saved: it is never shown inside a page of ours, and each reading is in the trail."""
    form = PurposeForm()
    if not form.validate_on_submit():
        return _ask(form, check_id)
    found = check_documents.read(db(), services().cipher, actor(), check_id, form.purpose.data or "")
    ending = "pdf" if found.media_type == check_documents.PDF else "jpg"
    return download(found.content, f"check-{check_id}.{ending}", found.media_type)


def _ask(form: PurposeForm, check_id: uuid.UUID) -> ResponseReturnValue:
    check_documents.require(db(), check_id)
    return render_form("admin/document_ask.html", form, check_id=check_id)


@blueprint.get("/vetting/cover")
def cover() -> ResponseReturnValue:
    """What regions and trades have, and lack, on a day; with both chosen, who lacks what."""
    faults: list[str] = []
    on = chosen_day("on", faults) or today()
    region, trade = chosen("region"), chosen("trade")
    known = dict(region_choices())
    regions = [region] if region in known else list(step.regions_served(db()))
    trades = [trade] if trade in TRADES else list(TRADES)
    both = region in known and trade in TRADES
    page = render_template(
        "admin/cover.html",
        rows=step.cover(db(), on, regions=regions, trades=trades),
        lacks=step.lacks(db(), on, region=region, trade=trade) if both else (),
        both=both,
        on=on,
        faults=faults,
        regions=list(known.items()),
        trades=[(name, name.capitalize()) for name in TRADES],
    )
    return page, 422 if faults else 200
