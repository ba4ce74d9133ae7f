"""The first page: homes insecure now, what is due next, who waits, what nobody has answered."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from web.coordinator.blueprint import blueprint
from web.coordinator.region_view import region_view
from web.edge import db
from web.extensions import request_now
from web.filters import local_today
from web.forms.base import Form
from web.paging import page_address, page_number
from worksorders.steps.aftercare.find import reviews_near
from worksorders.steps.confirm.find import count_unconfirmed
from worksorders.steps.consents.due import count_late
from worksorders.steps.ordering.find import today as finding
from worksorders.steps.people import checks
from worksorders.steps.safety.find.insecure import find_insecure
from worksorders.steps.site import find_dispatch
from worksorders.steps.site.find.open_offers import next_to_lapse
from worksorders.steps.site.find.refused import refused_visits
from worksorders.steps.tell.find import count_calls_due
from worksorders.steps.varying.find import count_pending

SHOWN = 10
LAPSING_DAYS = 7


@blueprint.get("/today")
def today() -> ResponseReturnValue:
    """What a coordinator looks at first."""
    view = region_view()
    lapsing = [
        one for one in checks.lapsing(db(), local_today(request_now())) if one.within_days <= LAPSING_DAYS
    ]
    return render_template(
        "coordinator/today.html",
        found=finding.find_today(db(), request_now(), view.regions),
        view=view,
        action=Form(formdata=None),
        alerts=find_dispatch.count_alerts(db()),
        untold=count_unconfirmed(db()),
        calls_due=count_calls_due(db(), request_now()),
        variations=count_pending(db()),
        answers_late=count_late(db(), local_today(request_now())),
        offers=next_to_lapse(db(), SHOWN),
        refused=refused_visits(db(), size=SHOWN),
        reviews=reviews_near(db(), local_today(request_now())),
        lapsing=lapsing[:SHOWN],
        lapsing_count=len(lapsing),
    )


@blueprint.get("/today/insecure")
def insecure() -> ResponseReturnValue:
    """Every home that is insecure now, the most dangerous first."""
    view = region_view()
    return render_template(
        "coordinator/insecure.html",
        found=find_insecure(db(), request_now(), view.regions, page_number()),
        view=view,
        action=Form(formdata=None),
        address=page_address(),
    )
