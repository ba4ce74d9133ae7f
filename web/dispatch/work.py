"""Work that is done and waits to be accepted: the list, one order, its photos, and closing it."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.dispatch.blueprint import blueprint
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults, render_form
from web.forms.fields import QuantityField
from web.paging import page_address, page_number
from worksorders.domain.errors import FaultsError
from worksorders.steps.forget.find import gone_of_order
from worksorders.steps.lists.part import part_of
from worksorders.steps.site import accept_work
from worksorders.steps.site.find import to_accept
from worksorders.steps.site.find.work import WorkPage, find_work
from worksorders.steps.site.photos import photo_for_office


class WorkForm(Form):
    """Quantities to accept; a subclass made for the order adds a field for each line that waits."""

    def quantities(self) -> dict[uuid.UUID, Decimal]:
        """The quantity entered for each line."""
        prefix = "accept-"
        return {
            uuid.UUID(field.name.removeprefix(prefix)): field.data
            for field in self
            if field.name.startswith(prefix) and field.data
        }


def _form(page: WorkPage) -> WorkForm:
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for one in page.lines:
        if one.work.to_accept:
            name = f"accept-{one.work.line.id}"
            fields[name] = QuantityField(f"Accept now of {one.work.line.measure}")
            values[name] = one.work.to_accept
    form: WorkForm = type("WorkOfOrder", (WorkForm,), fields)(data=values)
    return form


@blueprint.get("/work")
def works() -> ResponseReturnValue:
    """Orders with work to accept, the oldest first."""
    found = part_of(to_accept.work_to_accept(db()), page_number())
    return render_template("dispatch/works.html", found=found, address=page_address())


@blueprint.route("/orders/<uuid:order_id>/work", methods=["GET", "POST"])
def work(order_id: uuid.UUID) -> ResponseReturnValue:
    """One order: ordered, done and accepted side by side."""
    page = find_work(db(), order_id)
    form = _form(page)
    if form.validate_on_submit():
        try:
            return take_once(form.key, "work.accept", lambda: _accept(order_id, form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
            page = find_work(db(), order_id)
    return render_form(
        "dispatch/work.html", form, page=page, action=Form(formdata=None), gone=gone_of_order(db(), order_id)
    )


def _accept(order_id: uuid.UUID, form: WorkForm) -> str:
    order = accept_work.accept_work(db(), actor(), order_id, form.quantities(), request_now())
    closed = " The order is complete and closed." if order.state == "closed" else ""
    flash(f"Accepted.{closed}", "success")
    return url_for("dispatch.work", order_id=order_id)


@blueprint.post("/orders/<uuid:order_id>/close")
def close(order_id: uuid.UUID) -> ResponseReturnValue:
    """Nothing more will be done."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("dispatch.work", order_id=order_id), 303)

    def move() -> str:
        order = accept_work.close_order(db(), actor(), order_id, request_now())
        flash(f"Order {order.code} is closed.", "success")
        return url_for("dispatch.works")

    return take_once(form.key, "order.close", move)


@blueprint.get("/photos/<uuid:photo_id>")
def photo(photo_id: uuid.UUID) -> ResponseReturnValue:
    """One photo, never beside an address."""
    return Response(photo_for_office(db(), photo_id), mimetype="image/jpeg")
