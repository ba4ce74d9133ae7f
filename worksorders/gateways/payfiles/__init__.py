"""Files for the bank and the accounts: ISO 20022 pain.001.001.09, Xero bills, remittance advice."""

from worksorders.gateways.payfiles.pain001 import BankFile, Payer, read_pain001, write_pain001
from worksorders.gateways.payfiles.remittance import remittance_text
from worksorders.gateways.payfiles.xero import (
    XERO_COLUMNS,
    XeroBill,
    XeroBillLine,
    XeroTotals,
    read_xero_totals,
    totals_of,
    write_xero_bills,
)

__all__ = [
    "XERO_COLUMNS",
    "BankFile",
    "Payer",
    "XeroBill",
    "XeroBillLine",
    "XeroTotals",
    "read_pain001",
    "read_xero_totals",
    "remittance_text",
    "totals_of",
    "write_pain001",
    "write_xero_bills",
]
