"""The call that hands an invoice in, as UBL or as JSON: kept as received whatever is wrong with it, and matched where it can be."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from web.api.callers import caller
from web.api.taking import read_key
from web.extensions import request_now
from web.services import services
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.finance.facts import IntakeFault
from worksorders.steps.finance.find.own import KEPT_INSIDE
from worksorders.steps.finance.incoming.by_call import Taken, take_call
from worksorders.steps.finance.incoming.files import JSON, XML

KINDS = {XML: XML, "text/xml": XML, JSON: JSON}


def take_invoice() -> ResponseReturnValue:
    """201 with what the match says; 422 with every fault where no invoice could be made of the file.

    It has a transaction of its own, since the file is kept even then.
    """
    if request.mimetype not in KINDS or request.args:
        message = f"Send one UBL 2.1 document as {XML} or one invoice as {JSON}, without parameters; this came as {request.mimetype or 'nothing'}."
        raise FaultsError([Fault("Content-Type", message)])
    if caller().regions is not None:
        words = "This token is for some regions: invoices may be about orders of others, so none is taken with it."
        raise FaultsError([Fault("Authorization", words)])
    kind, key, body = KINDS[request.mimetype], read_key(), request.get_data()
    with services().sessions.begin() as session:
        taken = take_call(session, services().cipher, caller().actor, key, body, request_now(), kind)
        answer = _shown(taken)
    if taken.invoice_id is None:
        return _refused(taken.faults)
    return jsonify(answer), 201 if taken.outcome else 200


def _shown(taken: Taken) -> dict[str, Any]:
    """What became of it; what a firm is not told of itself is left out, and so are state and amount, which would tell."""
    if taken.invoice_id is None:
        return {}
    named = {
        "id": str(taken.invoice_id),
        "href": url_for("api.read_invoice", invoice_id=taken.invoice_id),
        "number": taken.number,
        "kind": taken.kind,
        "state": "received",
    }
    if taken.outcome is None:
        return named
    decision = taken.outcome.decision
    return named | {
        "claimed_cents": decision.claimed_cents,
        "faults": [_fault(one) for one in taken.faults],
        "exceptions": [
            {
                "code": one.code,
                "severity": one.severity.value,
                "expected": one.expected,
                "actual": one.actual,
                "difference_cents": one.difference_cents,
            }
            for one in decision.exceptions
            if one.code not in KEPT_INSIDE
        ],
    }


def _fault(fault: IntakeFault) -> dict[str, str]:
    return {"field": fault.where, "found": fault.rule_id, "message": f"{fault.what}. {fault.remedy}"}


def _refused(faults: tuple[IntakeFault, ...]) -> ResponseReturnValue:
    response = jsonify(
        {
            "type": "about:blank",
            "title": "There is a problem",
            "status": 422,
            "detail": f"{len(faults)} faults; the file is kept, and no invoice was made of it.",
            "faults": [_fault(one) for one in faults],
        }
    )
    response.mimetype = "application/problem+json"
    return response, 422
