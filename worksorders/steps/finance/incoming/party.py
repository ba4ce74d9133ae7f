"""Finds the firm that an e-invoice comes from, by its business number or its GST number, never by its name."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.finance.facts import IntakeFault
from worksorders.domain.finance.facts.identifiers import compact_digits
from worksorders.gateways.einvoice import EInvoice
from worksorders.store.tables.firms.contractors import Agreement, Firm
from worksorders.store.tables.money.finance import FundingContract

GLN = "0088"
LONGEST_CODE = 40


def find_firm(
    session: Session, document: EInvoice, chosen: uuid.UUID | None
) -> tuple[Firm | None, tuple[IntakeFault, ...]]:
    """The firm that was chosen, else the one whose NZBN or GST number the document states; else why there is none."""
    if chosen is not None:
        firm = session.get(Firm, chosen)
        return firm, () if firm else (_unknown("the firm chosen is not known"),)
    supplier = document.supplier
    nzbn = supplier.legal_id if supplier.legal_id_scheme == GLN else ""
    nzbn = nzbn or (supplier.endpoint if supplier.endpoint_scheme == GLN else "")
    gst = compact_digits(supplier.gst_number).lstrip("0")
    for what, number, column in (
        ("NZBN", nzbn, Firm.nzbn),
        ("GST number", gst, func.ltrim(func.regexp_replace(Firm.gst_number, "[^0-9]", "", "g"), "0")),
    ):
        found = session.scalars(select(Firm).where(column == number).limit(2)).all() if number else []
        if len(found) == 1:
            return found[0], ()
        if found:
            return None, (_unknown(f"two firms have the {what} {number[:20]}"),)
    stated = " and ".join(
        f"{what} {number[:20]}" for what, number in (("NZBN", nzbn), ("GST number", gst)) if number
    )
    return None, (_unknown(f"no firm has {stated}" if stated else "it states neither NZBN nor GST number"),)


def known_contract(session: Session, firm: Firm, text: str) -> str:
    """The contract that a document names, where it is one of ours or another firm's agreement; else nothing.

    A firm's own agreement is no other contract, and a reference that we do not know says nothing about ours.
    """
    code = text.strip().upper()
    if not code or len(code) > LONGEST_CODE:
        return ""
    contract = session.scalar(select(FundingContract.code).where(func.upper(FundingContract.code) == code))
    other = select(Agreement.code).where(func.upper(Agreement.code) == code, Agreement.firm_id != firm.id)
    return contract or session.scalar(other) or ""


def _unknown(what: str) -> IntakeFault:
    return IntakeFault(
        "cac:AccountingSupplierParty",
        what,
        "Choose the firm that sent it, or have the administrator record its NZBN.",
        "P01",
    )
