"""Offers without an answer, and visits that nobody took."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.dispatch.blueprint import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import plural
from web.forms.base import Form
from web.paging import page_address, page_number
from worksorders.steps.site import office
from worksorders.steps.site.find.open_offers import open_offers
from worksorders.steps.site.find.refused import refused_visits


@blueprint.get("/offers")
def offers() -> ResponseReturnValue:
    """Open offers by the time left, and refused visits by deadline."""
    return render_template(
        "dispatch/offers.html",
        offers=open_offers(db(), page_number()),
        refused=refused_visits(db(), page_number("refused")),
        action=Form(),
        page_address=page_address,
    )


@blueprint.post("/visits/<uuid:visit_id>/ask-again")
def ask_again(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Offer an urgent visit once more."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("dispatch.offers"), 303)

    def move() -> str:
        count = office.ask_again(db(), actor(), visit_id, request_now())
        if count:
            flash(f"{plural(count, 'firm')} asked.", "success")
        else:
            flash("No firm has anybody who could go now. It is tried again by itself.", "error")
        return url_for("dispatch.offers")

    return take_once(form.key, "visit.ask_again", move)
