"""The moves of an order: each is one POST, taken once, and leads back to the order's page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from web.coordinator.blueprint import blueprint
from web.coordinator.forms import (
    ActionForm,
    CancelForm,
    HoldForm,
    LineForm,
    OverrideForm,
    PageForm,
    QuantityForm,
    SendOnForm,
)
from web.coordinator.orders import offer_choices, order_page
from web.edge import actor, db, take_once
from web.extensions import request_now
from worksorders.domain.errors import FaultsError
from worksorders.steps.ordering import approve as approving
from worksorders.steps.ordering import edit_lines, pause
from worksorders.steps.ordering import issue as issuing
from worksorders.steps.ordering.find.order import find_order

SENT_ON = {
    "consent_pending": "The order waits for agreement: go to its agreements.",
    "approval_pending": "The order waits for somebody with a higher limit to approve it.",
    "ready": "The order is approved and can be issued.",
}


def _move(
    order_id: uuid.UUID, form: PageForm, act: Callable[[], str], anchor: str = ""
) -> ResponseReturnValue:
    """Take the form once and go back to the order; faults come back beside their fields."""

    def once() -> str:
        flash(act(), "success")
        return url_for("coordinator.order", order_id=order_id, _anchor=anchor or None)

    if form.validate_on_submit():
        try:
            return take_once(form.key, f"order.{form.short_name}", once)
        except FaultsError as faults:
            db().rollback()
            form.show(faults)
    return order_page(order_id, form)


@blueprint.post("/orders/<uuid:order_id>/lines")
def add_line(order_id: uuid.UUID) -> ResponseReturnValue:
    """Add a line to a draft."""
    form = LineForm()
    offer_choices(form, find_order(db(), actor(), order_id, request_now()))

    def act() -> str:
        opening = form.opening_id.data
        row = edit_lines.add_line(
            db(),
            actor(),
            order_id,
            opening_id=uuid.UUID(opening) if opening else None,
            item_code=form.item_code.data or "",
            quantity=form.quantity.data or Decimal(0),
            now=request_now(),
        )
        return f"{row.measure} has been added."

    return _move(order_id, form, act, "lines")


@blueprint.post("/orders/<uuid:order_id>/lines/<uuid:line_id>")
def change_line(order_id: uuid.UUID, line_id: uuid.UUID) -> ResponseReturnValue:
    """Change a line's quantity, or remove it by the other button."""
    form = QuantityForm(f"line-{line_id}")

    def act() -> str:
        if "remove" in request.form:
            row = edit_lines.remove_line(db(), actor(), order_id, line_id, request_now())
            return f"{row.measure} has been removed."
        wanted = form.quantity.data if form.quantity.data is not None else Decimal(0)
        row = edit_lines.change_quantity(db(), actor(), order_id, line_id, wanted)
        return f"The quantity of {row.measure} has been changed."

    if "remove" in request.form:
        form.quantity.raw_data, form.quantity.data, form.quantity.process_errors = None, None, []
    return _move(order_id, form, act, "lines")


@blueprint.post("/orders/<uuid:order_id>/send-on")
def send_on(order_id: uuid.UUID) -> ResponseReturnValue:
    """Send a draft on as far as it goes."""
    form = SendOnForm()

    def act() -> str:
        reason = form.cost_reason.data or ""
        return SENT_ON[approving.send_on(db(), actor(), order_id, request_now(), cost_reason=reason).state]

    return _move(order_id, form, act)


@blueprint.post("/orders/<uuid:order_id>/approve")
def approve(order_id: uuid.UUID) -> ResponseReturnValue:
    """Approve within one's limit."""

    def act() -> str:
        return f"Order {approving.approve(db(), actor(), order_id, request_now()).code} is approved."

    return _move(order_id, ActionForm(), act)


@blueprint.post("/orders/<uuid:order_id>/override")
def override(order_id: uuid.UUID) -> ResponseReturnValue:
    """Take a P1 past consent and approval."""
    form = OverrideForm()

    def act() -> str:
        approving.override(db(), actor(), order_id, form.reason.data or "", request_now())
        return "The order can be issued. The override is logged and will be reviewed."

    return _move(order_id, form, act)


@blueprint.post("/orders/<uuid:order_id>/revise")
def revise(order_id: uuid.UUID) -> ResponseReturnValue:
    """Take an order back to a draft."""

    def act() -> str:
        return f"Order {edit_lines.revise(db(), actor(), order_id).code} is a draft again."

    return _move(order_id, ActionForm(), act)


@blueprint.post("/orders/<uuid:order_id>/issue")
def issue(order_id: uuid.UUID) -> ResponseReturnValue:
    """Issue the order."""

    def act() -> str:
        row = issuing.issue(db(), actor(), order_id, request_now())
        return f"Order {row.code} has been issued. Its rates are frozen."

    return _move(order_id, ActionForm(), act)


@blueprint.post("/orders/<uuid:order_id>/hold")
def hold(order_id: uuid.UUID) -> ResponseReturnValue:
    """Put an order on hold."""
    form = HoldForm()

    def act() -> str:
        pause.hold(
            db(),
            actor(),
            order_id,
            reason=form.reason.data or "",
            review_on=form.review_on.data,
            now=request_now(),
        )
        return "The order is on hold. Its deadlines keep running."

    return _move(order_id, form, act)


@blueprint.post("/orders/<uuid:order_id>/resume")
def resume(order_id: uuid.UUID) -> ResponseReturnValue:
    """Go on with an order on hold."""

    def act() -> str:
        return f"Order {pause.resume(db(), actor(), order_id).code} goes on."

    return _move(order_id, ActionForm(), act)


@blueprint.post("/orders/<uuid:order_id>/cancel")
def cancel(order_id: uuid.UUID) -> ResponseReturnValue:
    """Cancel an order."""
    form = CancelForm()

    def act() -> str:
        row = pause.cancel(
            db(),
            actor(),
            order_id,
            reason=form.reason.data or "",
            advocate=form.advocate.data or "",
            now=request_now(),
        )
        return f"Order {row.code} has been cancelled."

    return _move(order_id, form, act)
