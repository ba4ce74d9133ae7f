"""The firm's own page: its people, their checks, and its share of the work."""

from flask import render_template
from flask.typing import ResponseReturnValue

from web.edge import actor, db
from web.extensions import request_now
from web.portal.blueprint import blueprint
from worksorders.steps.offers.find.firm import find_own_firm


@blueprint.get("/firm")
def firm() -> ResponseReturnValue:
    """The own firm; nobody sees another one."""
    return render_template("portal/firm.html", firm=find_own_firm(db(), actor(), request_now()))
