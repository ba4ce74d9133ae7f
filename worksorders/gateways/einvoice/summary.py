"""One e-invoice as one line of JSON: what it says, and everything wrong with it."""

from __future__ import annotations

from decimal import Decimal

from worksorders.domain.finance.codes import CODES
from worksorders.domain.finance.facts import IntakeFault
from worksorders.domain.money import NZD
from worksorders.gateways.einvoice.model import EInvoice


def _plain(amount: Decimal | None) -> str | None:
    """Dollars as text, at least two places and no exponent; never a float."""
    if amount is None:
        return None
    places = max(2, -int(amount.as_tuple().exponent))
    return f"{amount:.{places}f}"


def _foreign(document: EInvoice) -> tuple[IntakeFault, ...]:
    """The fault of a document in another currency than ours, which is read all the same (H04)."""
    if document.currency in {NZD, ""}:
        return ()
    what = f"the document is in {document.currency[:20]}, and the contract is paid in {NZD}"
    return (IntakeFault("cbc:DocumentCurrencyCode", what, CODES["H04"].remedy, "H04"),)


def summary(document: EInvoice) -> dict[str, object]:
    """Kind, number, currency, order reference, lines, totals, tax rates and faults, ready for `json.dumps`.

    Amounts are text with two places or more; `lines` is how many there are.
    """
    rates = {row.rate for row in document.taxes if row.rate is not None}
    return {
        "kind": document.kind.value,
        "number": document.number or None,
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
        "currency": document.currency or None,
        "order_reference": document.order_code or None,
        "lines": len(document.lines),
        "line_total": _plain(document.line_total),
        "allowances": _plain(document.allowance_total),
        "charges": _plain(document.charge_total),
        "net": _plain(document.net),
        "tax": _plain(document.tax),
        "gross": _plain(document.gross),
        "prepaid": _plain(document.prepaid or Decimal(0)) if document.readable else None,
        "rounding": _plain(document.rounding or Decimal(0)) if document.readable else None,
        "payable": _plain(document.payable),
        "tax_rates": [f"{rate.normalize():f}" for rate in sorted(rates)],
        "faults": [
            {"rule": fault.rule_id, "where": fault.where, "what": fault.what, "remedy": fault.remedy}
            for fault in (*document.faults, *_foreign(document))
        ],
    }
