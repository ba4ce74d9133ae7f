"""The events that may be told outside; each is the audit row of a transition, and its name is that row's action."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PING = "ping"
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "assessment.taken_in": "An assessment came in",
        "assessment.superseded": "An assessment was superseded",
        "order.raised": "An order was raised",
        "order.issued": "An order was issued",
        "order.held": "An order was put on hold",
        "order.resumed": "An order goes on",
        "order.suspended": "An order was suspended",
        "order.closed": "An order was closed",
        "order.cancelled": "An order was cancelled",
        "offer.opened": "An offer was made",
        "offer.accepted": "An offer was accepted",
        "offer.declined": "An offer was declined",
        "offer.lapsed": "An offer lapsed",
        "visit.published": "A visit has a time",
        "visit.accepted": "A visit was accepted",
        "visit.done": "A visit is over",
        "plan.published": "A plan was published",
        "invoice.received": "An invoice came in",
        "invoice.approved": "An invoice was approved",
        "invoice.paid": "An invoice was paid",
        "invoice.rejected": "An invoice was rejected",
    }
)
# How an event's subject is called outside, and where it is read.
SUBJECTS = {
    "works_order": "order",
    "visit": "visit",
    "offer": "offer",
    "assessment": "assessment",
    "plan": "plan",
    "invoice": "invoice",
    "webhook": "webhook",
}
