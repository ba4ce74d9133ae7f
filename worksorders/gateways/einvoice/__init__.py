"""E-invoices: UBL 2.1 invoices and credit notes in Peppol PINT A-NZ form, read safely and written for self-billing."""

from worksorders.gateways.einvoice.facts import to_facts
from worksorders.gateways.einvoice.model import EAllowance, EInvoice, ELine, EParty, ETax, Kind
from worksorders.gateways.einvoice.read import read
from worksorders.gateways.einvoice.summary import summary
from worksorders.gateways.einvoice.write import SelfBilled, SelfBilledLine, write_self_billed

__all__ = [
    "EAllowance",
    "EInvoice",
    "ELine",
    "EParty",
    "ETax",
    "Kind",
    "SelfBilled",
    "SelfBilledLine",
    "read",
    "summary",
    "to_facts",
    "write_self_billed",
]
