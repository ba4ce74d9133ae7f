"""The vetting register: what lapses soon, and what a region or trade lacks on a day."""

from __future__ import annotations

import uuid

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from catalogue.trade import TRADES
from web.admin.blueprint import blueprint, chosen, chosen_day, is_administrator, today
from web.edge import db
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


@blueprint.get("/checks/<uuid:check_id>/document")
def check_document(check_id: uuid.UUID) -> ResponseReturnValue:
    """The document behind a check, to be saved: it is never shown inside a page of ours."""
    found = check_documents.read(db(), services().cipher, check_id)
    response = Response(found.content, mimetype=found.media_type)
    ending = "pdf" if found.media_type == check_documents.PDF else "jpg"
    response.headers["Content-Disposition"] = f'attachment; filename="check-{check_id}.{ending}"'
    return response


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
