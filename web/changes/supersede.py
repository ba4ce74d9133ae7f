"""Replacing an order by a new one, on a page of its own that says what happens."""

from __future__ import annotations

import uuid

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer
from web.changes.blueprint import blueprint
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form
from web.forms.fields import TextAreaField
from worksorders.steps.ordering.find.order import find_order
from worksorders.steps.varying.supersede import supersede as replace_order


class SupersedeForm(Form):
    """Why the order is replaced."""

    reason = TextAreaField("Why is it replaced?", description="It is kept in the order’s history")


@blueprint.route("/orders/<uuid:order_id>/supersede", methods=["GET", "POST"])
def supersede(order_id: uuid.UUID) -> ResponseReturnValue:
    """Replace an order on which no work was done yet."""
    found = find_order(db(), actor(), order_id, request_now())

    def act() -> str:
        row = replace_order(db(), actor(), order_id, reason=form.reason.data or "", now=request_now())
        flash(f"Order {row.code} takes its place. Check its lines, then send it on.", "success")
        return url_for("coordinator.order", order_id=row.id)

    form = SupersedeForm()
    return answer(form, "order.supersede", act, "changes/supersede.html", order=found.order)
