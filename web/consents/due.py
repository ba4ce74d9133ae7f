"""Answers that are due: who was asked, since when, and by which day the law wants an answer."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from web.consents.blueprint import blueprint
from web.edge import db
from web.extensions import request_now
from web.filters import local_today
from worksorders.steps.consents.due import answers_due as find_due


@blueprint.get("/agreements")
def answers_due() -> ResponseReturnValue:
    """Every open request, what is due first on top."""
    return render_template("consents/due.html", rows=find_due(db(), local_today(request_now())))
