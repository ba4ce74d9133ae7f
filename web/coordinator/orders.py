"""Orders: the list with its filters, one order with its lines, visits, consents and history, and its PDF."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from web.coordinator.blueprint import blueprint
from web.coordinator.contact import show_contact
from web.coordinator.forms import (
    ActionForm,
    CancelForm,
    ContactForm,
    HoldForm,
    LineForm,
    OverrideForm,
    PageForm,
    SendOnForm,
)
from web.coordinator.region_view import region_view
from web.coordinator.words import kind_words, safe_times
from web.edge import actor, db
from web.extensions import request_now
from worksorders.domain.lifecycle.machines import ORDER
from worksorders.domain.safety.hazards import hazard_words
from worksorders.steps.forget.find import gone_of
from worksorders.steps.ordering.document import order_pdf as make_pdf
from worksorders.steps.ordering.find import orders as listing
from worksorders.steps.ordering.find.order import OrderView, find_order
from worksorders.steps.safety.find.chain import find_chain
from worksorders.steps.safety.hazards import hazards_of
from worksorders.steps.varying.find import find_of_order
from worksorders.steps.varying.find_links import find_links
from worksorders.steps.vetting.ahead import before_visits

FORMS: tuple[type[PageForm], ...] = (
    LineForm,
    SendOnForm,
    OverrideForm,
    HoldForm,
    CancelForm,
    ContactForm,
    ActionForm,
)
WHOLE_HOME = ("", "The home as a whole")


@blueprint.get("/orders")
def orders() -> ResponseReturnValue:
    """Orders by deadline; the filter is part of the address."""
    view = region_view()
    wanted = listing.OrderFilter(
        state=request.args.get("state", "open"),
        urgency=request.args.get("urgency", ""),
        region=request.args.get("region", ""),
        code=request.args.get("code", ""),
        regions=view.regions,
    )
    found = listing.find_orders(db(), wanted, request.args.get("page", 1, type=int))
    states = [("open", "Open"), ("", "All"), *((state, state.replace("_", " ")) for state in ORDER.states)]
    return render_template(
        "coordinator/orders.html",
        found=found,
        wanted=wanted,
        view=view,
        states=states,
        regions=listing.region_choices(),
    )


@blueprint.get("/orders/<uuid:order_id>")
def order(order_id: uuid.UUID) -> ResponseReturnValue:
    """One order, with a button for each move that is possible now."""
    return order_page(order_id)


def order_page(order_id: uuid.UUID, form: PageForm | None = None) -> ResponseReturnValue:
    """The page of an order; `form` is the one that came back with errors."""
    found = find_order(db(), actor(), order_id, request_now())
    forms: dict[str, Any] = {kind.name: kind(formdata=None) for kind in FORMS}
    if form is not None:
        forms[form.short_name] = form
    offer_choices(forms["line"], found)
    page = render_template(
        "coordinator/order.html",
        found=found,
        lapsing=before_visits(db(), [visit.id for visit in found.order.visits], request_now()),
        links=find_links(db(), found.order),
        variations=find_of_order(db(), order_id),
        order=found.order,
        gone=gone_of(db(), found.order.case_id),
        hazards=hazard_words(hazards_of(db(), [found.order.case_id]).get(found.order.case_id, ())),
        chain=find_chain(db(), found.order, request_now()),
        forms=forms,
        form=form,
        kind_words=kind_words,
        new_uuid=uuid.uuid4,
        safe_times=safe_times,
    )
    return page, form.status if form is not None else 200


def offer_choices(form: LineForm, found: OrderView) -> None:
    """Fill the lists of a new line: the openings of the assessment, the items of the order's catalogue."""
    openings = [(str(one.id), one.label) for one in found.order.assessment.openings]
    form.opening_id.choices = [WHOLE_HOME, *openings]
    form.item_code.choices = [
        ("", "Choose an item"),
        *((code, f"{code} {item.measure}") for code, item in found.items.items()),
    ]


@blueprint.get("/orders/<uuid:order_id>/order.pdf")
def order_pdf(order_id: uuid.UUID) -> ResponseReturnValue:
    """The order as a tagged PDF, without anything that identifies home or person."""
    found = find_order(db(), actor(), order_id, request_now())
    return send_file(
        BytesIO(make_pdf(found)),
        mimetype="application/pdf",
        download_name=f"{found.order.code}.pdf",
    )


@blueprint.post("/orders/<uuid:order_id>/contact")
def order_contact(order_id: uuid.UUID) -> ResponseReturnValue:
    """Show contact and address once, for a purpose."""
    found = find_order(db(), actor(), order_id, request_now())
    back = url_for("coordinator.order", order_id=order_id)
    return show_contact(found.order.case_id, f"Order {found.order.code}", back)
