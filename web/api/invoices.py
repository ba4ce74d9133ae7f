"""The call that hands an e-invoice in: kept as received whatever is wrong with it, and matched where it can be."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from web.api.callers import caller
from web.api.taking import KEY_HEADER, read_key
from web.extensions import request_now
from web.services import services
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.finance.facts import IntakeFault
from worksorders.steps import once
from worksorders.steps.finance.find.own import KEPT_INSIDE
from worksorders.steps.finance.incoming.files import XML, Incoming, find_answer
from worksorders.steps.finance.incoming.ubl import Received, receive_file

KINDS = frozenset({XML, "text/xml"})


def take_invoice() -> ResponseReturnValue:
    """201 with what the match says; 422 with every fault where no invoice could be made of the file.

    It has a transaction of its own, since the file is kept even then.
    """
    if request.mimetype not in KINDS or request.args:
        message = f"Send one UBL 2.1 document as {XML}, without parameters; this came as {request.mimetype or 'nothing'}."
        raise FaultsError([Fault("Content-Type", message)])
    key, body = read_key(), request.get_data()
    with services().sessions.begin() as session:
        if key is not None:
            earlier = _claim(session, key, body)
            if earlier is not None:
                return _again(earlier)
        received = receive_file(
            session, services().cipher, caller().actor, Incoming(body, XML, "api"), request_now()
        )
        answer = _shown(received) if received.outcome else {"file": str(received.file.id)}
        if key is not None:
            once.keep_answer(session, key, str(received.file.id))
        faults = received.faults
    return _refused(faults) if received.outcome is None else (jsonify(answer), 201)


def _purpose(body: bytes) -> str:
    return f"api.invoices {hashlib.sha256(body).hexdigest()}"


def _claim(session: Session, key: uuid.UUID, body: bytes) -> uuid.UUID | None:
    """The file that was kept under this key before; FaultsError where it came with another body."""
    if once.claim(session, key, caller().actor, _purpose(body)) is not None:
        return None
    if once.purpose_of(session, key, caller().actor) != _purpose(body):
        message = "This key came with another body before: draw a new one for each new call."
        raise FaultsError([Fault(KEY_HEADER, message)])
    return uuid.UUID(once.earlier_answer(session, key, caller().actor) or "")


def _again(file_id: uuid.UUID) -> ResponseReturnValue:
    with services().sessions() as session:
        found = find_answer(session, file_id)
    if found.invoice_id is None:
        return _refused(tuple(IntakeFault(**one) for one in found.faults))
    return jsonify(_named(found.invoice_id, found.number, found.kind, found.state)), 200


def _named(invoice_id: uuid.UUID, number: str, kind: str, state: str) -> dict[str, Any]:
    return {
        "id": str(invoice_id),
        "href": url_for("api.read_invoice", invoice_id=invoice_id),
        "number": number,
        "kind": kind,
        "state": state,
    }


def _shown(received: Received) -> dict[str, Any]:
    """What became of it; what a firm is not told of itself is left out."""
    assert received.outcome is not None
    invoice, decision = received.outcome.invoice, received.outcome.decision
    return _named(invoice.id, invoice.number, invoice.kind, invoice.state) | {
        "claimed_cents": decision.claimed_cents,
        "payable_cents": decision.payable_cents,
        "faults": [_fault(one) for one in received.faults],
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
