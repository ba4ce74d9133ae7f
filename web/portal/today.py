"""Today's visits in order, with the next one to start, and those of the coming days."""

from flask import render_template
from flask.typing import ResponseReturnValue

from web.edge import actor, db
from web.extensions import request_now
from web.filters import local_today
from web.forms.base import Form
from web.portal.blueprint import blueprint
from worksorders.steps.completion import late
from worksorders.steps.confirm.door import find_door
from worksorders.steps.offers.find import offers as find_offers
from worksorders.steps.site.find.visits import find_visits
from worksorders.steps.varying.find_own import count_unread

LIVE = ("en_route", "on_site")


@blueprint.get("/today")
def today() -> ResponseReturnValue:
    """A worker sees their own visits, the firm's office those of everybody."""
    now = request_now()
    rows = find_visits(db(), actor(), now)
    on = local_today(now)
    due = [row for row in rows if row.on is not None and (row.on <= on or row.state in LIVE)]
    waiting = [row for row in due if row.state != "done"]
    begun = [row for row in waiting if row.state in LIVE]
    following = next(iter(begun or waiting), None)
    return render_template(
        "portal/today.html",
        next_visit=following,
        told=following is not None and find_door(db(), actor(), following.id, now).confirmed,
        visits=due,
        later=[row for row in rows if row not in due],
        owed=late.owed_by(db(), actor(), on),
        answers=count_unread(db(), actor()),
        offers=len(find_offers.find_open(db(), actor(), now)),
        action=Form(),
    )
