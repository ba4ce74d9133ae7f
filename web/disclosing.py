"""Asks the disclosure table for every page: the fields without which a route shows nothing, and the parts of a page.

A route of a package in `HOLDS` is there only for a role that may see all of these fields of an order; what a page can
do without, its template asks for by `sees`. Columns of lists name their field themselves (worksorders/steps/lists),
and sealed values are asked for in the act of reading (worksorders/steps/disclose.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, abort, g, request

from worksorders.domain.disclosure.policy import Field, shown_to

_WORK = frozenset({Field.ITEM_CODES, Field.MEASURES})
_OFFERED = frozenset({Field.AREA, Field.OFFER_NAMES, Field.VISIT_WINDOW, Field.FIRM_PRICE})
_TRAIL = frozenset({Field.AUDIT_TRAIL})
_PHOTOS = frozenset({Field.PHOTOS})
_BARS = frozenset({Field.NEVER_SEND})
_BASIS = frozenset({Field.LEGAL_BASIS})
_TIMES = frozenset({Field.VISIT_WINDOW})
_OPENINGS = frozenset({Field.OPENING_LABELS, Field.SECURE_STATE})

HOLDS: Mapping[str, frozenset[Field]] = {
    "coordinator": frozenset({Field.CODE, Field.STATE}),
    "coordinator.today": frozenset({Field.DEADLINES, Field.SECURE_STATE, Field.REGION}),
    "coordinator.orders": frozenset({Field.DEADLINES, Field.REGION}),
    "coordinator.insecure": _OPENINGS,
    "coordinator.opening": _OPENINGS,
    "coordinator.never_send": _BARS,
    "coordinator.bar": _BARS,
    "coordinator.unbar": _BARS,
    "coordinator.order_pdf": _WORK | {Field.AREA, Field.AMOUNTS, Field.DEADLINES},
    "consents": frozenset({Field.CODE, Field.CONSENT}),
    "consents.agreements": _BASIS | _BARS,
    "consents.propose_basis": _BASIS,
    "consents.confirm_basis": _BASIS,
    "consents.withdraw_basis": _BASIS,
    "search": frozenset({Field.CODE}),
    "settling": frozenset({Field.CODE}),
    "planning": frozenset({Field.CODE, Field.AREA, Field.VISIT_WINDOW}),
    "aftercare": frozenset({Field.CODE, Field.MEASURES}),
    "aftercare.photo": _PHOTOS,
    "dispatch": frozenset({Field.CODE, Field.STATE}),
    "dispatch.offers": _OFFERED - {Field.AREA, Field.OFFER_NAMES},
    "dispatch.visits": _TIMES,
    "dispatch.work": _WORK | _PHOTOS,
    "dispatch.works": _TIMES,
    "dispatch.photo": _PHOTOS,
    "safety": frozenset({Field.CODE, Field.DEADLINES, *_OPENINGS}),
    "safety.hazards": frozenset({Field.HAZARDS}),
    "changes": frozenset({Field.CODE, Field.AMOUNTS}),
    "changes.variation": _WORK,
    "changes.variations": _WORK,
    "changes.photo": _PHOTOS,
    "portal": frozenset({Field.CODE}),
    "portal.offers": _OFFERED,
    "portal.offer": _OFFERED,
    "portal.today": _TIMES | {Field.AREA},
    "portal.photo": _PHOTOS,
    "portal.line": _WORK,
    "portal.changes": _WORK,
    "portal.variations": _WORK,
    "portal.invoices": frozenset({Field.FIRM_PRICE}),
    "ownfirm.other_time": frozenset({Field.CODE, Field.VISIT_WINDOW}),
    "calendars.feed": frozenset({Field.CODE, Field.VISIT_WINDOW}),
    "finance": frozenset({Field.CODE, Field.AMOUNTS}),
    "finance.invoice": frozenset({Field.ITEM_CODES, Field.REGION}),
    "admin.audit": _TRAIL,
    "admin.audit_csv": _TRAIL,
    "admin.readings": _TRAIL,
    "privacy": frozenset({Field.CODE}),
    "privacy.reviews": _TRAIL,
    "privacy.sign": _TRAIL,
    "supply.proposals": _TIMES,
    "telling": frozenset({Field.CODE}),
    "duty": frozenset({Field.CODE}),
}


def held_by(endpoint: str) -> frozenset[Field]:
    """The fields of an order without which the route shows nothing: its package's and its own."""
    return HOLDS.get(endpoint.partition(".")[0], frozenset()) | HOLDS.get(endpoint, frozenset())


def sees(*fields: str) -> bool:
    """Whether whoever asks may be shown all these fields; nobody is without an account."""
    user = g.get("user")
    return user is not None and {Field(one) for one in fields} <= shown_to(user.role)


def _ask() -> None:
    if request.endpoint is not None and g.get("user") is not None and not sees(*held_by(request.endpoint)):
        abort(404)


def init_app(app: Flask) -> None:
    """Ask before every request, after the guard of the routes has let it in, and give templates `sees`."""
    app.before_request(_ask)
    app.jinja_env.globals["sees"] = sees
