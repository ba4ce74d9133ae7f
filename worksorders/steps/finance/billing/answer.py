"""What we tell a supplier's system about its invoice: the state, and what stands against it by kind, without any secret."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.finance.codes import CODES
from worksorders.domain.local_time import local_day
from worksorders.gateways.einvoice.response import Answer, Reason, Response, write_response
from worksorders.steps.actor import Actor
from worksorders.steps.finance.billing.own_details import OwnDetails, own_details
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.find.own import KEPT_INSIDE
from worksorders.steps.finance.match import load_invoice
from worksorders.store.tables.money.finance import Invoice

NEW_INVOICE = "NIN"
_REASONS = {
    "I": "LEG",
    "G": "LEG",
    "P": "FIN",
    "D": "OTH",
    "M": "REF",
    "Q": "QTY",
    "R": "PRI",
    "H": "FIN",
    "C": "FIN",
    "T": "FIN",
}  # fmt: skip


def answer_about(session: Session, actor: Actor, invoice_id: uuid.UUID, now: datetime) -> Response:
    """The answer as the invoice is now; FaultsError where our NZBN or the firm's is not recorded."""
    require_finance(actor)
    invoice = load_invoice(session, invoice_id)
    ours, theirs = own_details(session), OwnDetails(invoice.firm.name, invoice.firm.nzbn or "", "")
    faults = Faults()
    faults.require(ours.nzbn, "own", "Our NZBN is not recorded: the operator records it with `einvoice own`.")
    faults.require(
        theirs.nzbn, "firm", f"The NZBN of {theirs.name} is not recorded: the administrator adds it."
    )
    faults.raise_if_any()
    answer = answer_of(invoice)
    reasons = tuple(_reasons(invoice)) if answer.needs_reason else ()
    return Response(
        answer=answer,
        answered_on=local_day(now),
        sender=ours.party,
        receiver=theirs.party,
        number=invoice.number,
        issued_on=invoice.issued_on,
        is_credit=invoice.kind == "credit_note",
        reasons=reasons or ((Reason("OTH", "It is being looked into."),) if answer.needs_reason else ()),
        action=NEW_INVOICE if answer is Answer.REJECTED else "",
    )


def answer_of(invoice: Invoice) -> Answer:
    """The answer that an invoice's state means."""
    if invoice.state == "approved":
        whole = invoice.payable_cents == invoice.total_cents - invoice.prepaid_cents
        return Answer.ACCEPTED if whole else Answer.ACCEPTED_IN_PART
    if invoice.state in {"matched", "exceptions"} and invoice.hold_kind:
        return Answer.QUESTIONED
    return {
        "received": Answer.RECEIVED,
        "matched": Answer.IN_PROCESS,
        "exceptions": Answer.QUESTIONED,
        "rejected": Answer.REJECTED,
        "paid": Answer.PAID,
    }[invoice.state]


def _reasons(invoice: Invoice) -> Iterator[Reason]:
    """What stands against it, each code once and in the words of its kind; what a firm is not told is left out."""
    seen = set()
    for row in invoice.exceptions:
        told = row.state == "open" and row.severity != "W" and row.code not in KEPT_INSIDE
        if told and row.code not in seen:
            seen.add(row.code)
            yield Reason(_REASONS.get(row.code[0], "OTH"), f"{row.code} {CODES[row.code].title}")


def answer_file(session: Session, actor: Actor, invoice_id: uuid.UUID, now: datetime) -> tuple[str, bytes]:
    """The answer as a file: a name of the number and the answer, and the XML."""
    response = answer_about(session, actor, invoice_id, now)
    return f"{response.number}-{response.answer.value}", write_response(response)
