"""The first page: homes insecure now, what is due next, who waits."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from web.coordinator.blueprint import blueprint
from web.edge import db
from web.extensions import request_now
from worksorders.steps.ordering.find import today as finding


@blueprint.get("/today")
def today() -> ResponseReturnValue:
    """What a coordinator looks at first."""
    return render_template("coordinator/today.html", found=finding.find_today(db(), request_now()))
