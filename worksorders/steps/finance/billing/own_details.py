"""Who we are, as the buyer that self-billed invoices name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.finance.facts.identifiers import (
    CheckDigit,
    check_ird,
    check_nzbn,
)
from worksorders.gateways.einvoice import EParty
from worksorders.steps.actor import Actor
from worksorders.steps.finance.gather.invoice import BUYER
from worksorders.store.tables.work.catalogue import Setting

OWN_DETAILS = "own_details"


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """Ourselves as the buyer: name, NZBN and GST number."""

    name: str = BUYER
    nzbn: str = ""
    gst_number: str = ""

    @property
    def party(self) -> EParty:
        return EParty(
            name=self.name,
            endpoint=self.nzbn,
            endpoint_scheme="0088",
            legal_id=self.nzbn,
            legal_id_scheme="0088",
            gst_number=self.gst_number,
            country="NZ",
            has_address=True,
        )


def own_details(session: Session) -> OwnDetails:
    """Our details as they were recorded; the numbers are empty until then."""
    row = session.get(Setting, OWN_DETAILS)
    return OwnDetails(**row.value) if row else OwnDetails()


def save_own_details(session: Session, actor: Actor | None, details: OwnDetails) -> OwnDetails:
    """Record who we are; FaultsError where a check digit is wrong or the name is missing."""
    faults = Faults()
    faults.require(details.name.strip(), "name", "Give our name.")
    faults.require(
        check_nzbn(details.nzbn) is CheckDigit.VALID, "nzbn", f"The NZBN “{details.nzbn}” is not valid."
    )
    faults.require(
        check_ird(details.gst_number) is CheckDigit.VALID,
        "gst_number",
        f"The GST number “{details.gst_number}” is not valid.",
    )
    faults.raise_if_any()
    value = {"name": details.name.strip(), "nzbn": details.nzbn, "gst_number": details.gst_number}
    row = session.get(Setting, OWN_DETAILS)
    if row is None:
        session.add(Setting(name=OWN_DETAILS, value=value, changed_by=actor.user_id if actor else None))
    else:
        row.value = value
    session.flush()
    return OwnDetails(**value)
