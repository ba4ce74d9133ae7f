"""The works order as a document: code, area, work, visits and totals, in neutral words and without a person or place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from worksorders.domain.disclosure.offer import coarse_area
from worksorders.domain.lifecycle.machine import words
from worksorders.domain.local_time import local_day
from worksorders.domain.money import format_rate
from worksorders.gateways import places
from worksorders.gateways.documents.pdf import render_pdf
from worksorders.steps.ordering.find.order import OrderView, VisitView

TEMPLATE = "order.html"


def order_pdf(found: OrderView) -> bytes:
    """The tagged PDF of an order, whatever its state."""
    return render_pdf(TEMPLATE, sheet(found))


def sheet(found: OrderView) -> dict[str, Any]:
    """What the document says; items by their neutral names, the area as an offer would name it."""
    order = found.order
    numbers = {visit.row.id: visit.row.position for visit in found.visits}
    return {
        "code": order.code,
        "area": coarse_area(order.area_code, places.offer_areas()),
        "state": words(order.state).capitalize(),
        "issued_on": order.issued_on,
        "complete_by": _day(order.permanent_due_at),
        "lines": [
            {
                "item": line.item_code,
                "work": line.offer_name,
                "visit": numbers.get(line.visit_id, "–") if line.visit_id else "–",
                "quantity": line.quantity,
                "unit": line.unit,
                "rate": format_rate(line.rate),
                "amount_cents": found.amounts[line.id],
            }
            for line in found.lines
        ],
        "visits": [_visit(visit) for visit in found.visits],
        "net_cents": found.totals.net_cents,
        "gst_cents": found.totals.gst_cents,
        "gross_cents": found.totals.gross_cents,
    }


def _visit(visit: VisitView) -> dict[str, Any]:
    row = visit.row
    return {
        "number": row.position,
        "trade": row.trade.replace("|", " or ").replace("+", " and ").capitalize(),
        "crew": row.crew,
        "ready_on": row.ready_on,
        "due_on": _day(row.due_at),
        "after": ", ".join(str(number) for number in visit.after_numbers) or "–",
        "minutes": row.minutes,
    }


def _day(at: datetime) -> date:
    return local_day(at)
