"""Writes the Peppol invoice response: how far an invoice is, as its sender's system reads it (BIS Invoice Response 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lxml import etree

from worksorders.gateways.einvoice.model import EParty
from worksorders.gateways.einvoice.read import NAMES, UBL

_CAC, _CBC = NAMES["cac"], NAMES["cbc"]
_ROOT = f"{UBL}ApplicationResponse-2"


class Answer(StrEnum):
    """The answers of UNCL 4343 that Peppol knows."""

    RECEIVED = "AB"
    IN_PROCESS = "IP"
    QUESTIONED = "UQ"
    ACCEPTED_IN_PART = "CA"
    REJECTED = "RE"
    ACCEPTED = "AP"
    PAID = "PD"

    @property
    def needs_reason(self) -> bool:
        return self in {Answer.QUESTIONED, Answer.ACCEPTED_IN_PART, Answer.REJECTED}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something of it is not accepted: a code of OPStatusReason and our words, which tell nothing of a home."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Response:
    """An answer about one document: `sender` is us, `receiver` the supplier; `action` is a code of OPStatusAction."""

    answer: Answer
    answered_on: date
    sender: EParty
    receiver: EParty
    number: str
    issued_on: date
    is_credit: bool = False
    reasons: Sequence[Reason] = ()
    action: str = ""


def write_response(response: Response) -> bytes:
    """The answer as UTF-8 XML, the same bytes for the same answer."""
    root = etree.Element(f"{{{_ROOT}}}ApplicationResponse", nsmap={None: _ROOT, "cac": _CAC, "cbc": _CBC})
    _value(root, "CustomizationID", "urn:fdc:peppol.eu:poacc:trns:invoice_response:3")
    _value(root, "ProfileID", "urn:fdc:peppol.eu:poacc:bis:invoice_response:3")
    _value(root, "ID", f"{response.number}-{response.answer.value}")
    _value(root, "IssueDate", response.answered_on.isoformat())
    _party(root, "SenderParty", response.sender)
    _party(root, "ReceiverParty", response.receiver)
    document = _group(root, "DocumentResponse")
    told = _group(document, "Response")
    _value(told, "ResponseCode", response.answer.value, listID="UNCL4343OpSubset")
    _value(told, "EffectiveDate", response.answered_on.isoformat())
    for reason in response.reasons:
        status = _group(told, "Status")
        _value(status, "StatusReasonCode", reason.code, listID="OPStatusReason")
        _value(status, "StatusReason", reason.words)
    if response.action:
        _value(_group(told, "Status"), "StatusReasonCode", response.action, listID="OPStatusAction")
    about = _group(document, "DocumentReference")
    _value(about, "ID", response.number)
    _value(about, "IssueDate", response.issued_on.isoformat())
    _value(about, "DocumentTypeCode", "381" if response.is_credit else "380", listID="UNECE1001")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _group(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_CAC}}}{name}")


def _value(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    node = etree.SubElement(parent, f"{{{_CBC}}}{name}", attributes)
    node.text = text


def _party(parent: etree._Element, name: str, party: EParty) -> None:
    node = _group(parent, name)
    _value(node, "EndpointID", party.endpoint, schemeID=party.endpoint_scheme or "0088")
    _value(_group(node, "PartyLegalEntity"), "RegistrationName", party.name)
