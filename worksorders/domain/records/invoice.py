"""An invoice as somebody states it: one schema for the typed form and for the API's JSON."""

from __future__ import annotations

from decimal import Decimal

from worksorders.domain.records.schema import Field, Kind, record, text

MOST_LINES = 30
LARGEST_CENTS = 10**11
LARGEST = Decimal(10) ** 9


def invoice() -> Field:
    """A whole document; a credit note names what it credits and states its amounts above zero, as it stands on paper."""
    line = Field(
        "lines",
        "Lines",
        Kind.RECORD,
        most=Decimal(MOST_LINES),
        many=True,
        fields=(
            text("order_code", "Order code", 24),
            Field("order_line", "Line of the order, if you know it", Kind.WHOLE, False, Decimal(1), Decimal(999)),
            text("item_code", "Item code", 20),
            _number("quantity", "Quantity"),
            text("unit", "Unit", 30, note="Such as each."),
            _number("rate", "Rate before GST, in dollars"),
            _cents("amount_cents", "Amount before GST, in cents"),
        ),
    )  # fmt: skip
    return record(
        "invoice",
        "Invoice",
        text("firm_code", "Code of the firm", 12),
        text("number", "Invoice number", 60),
        Field("issued_on", "Date of the invoice", Kind.DAY),
        text("gst_number", "GST number on the invoice", 20, required=False),
        text("bank_account", "Bank account on the invoice", 30, required=False,
             note="It never changes our record."),
        Field("names_buyer", "The invoice names us as buyer, with an e-mail or other contact", Kind.YES_NO),
        text("credits_number", "Number of the invoice that it credits", 60, required=False,
             note="Only of a credit note."),
        line,
        _cents("net_cents", "Total before GST, in cents"),
        _cents("gst_cents", "GST, in cents"),
        _cents("total_cents", "Total to pay, in cents"),
    )  # fmt: skip


def _number(name: str, title: str) -> Field:
    return Field(name, title, Kind.NUMBER, least=Decimal(0), most=LARGEST)


def _cents(name: str, title: str) -> Field:
    return Field(name, title, Kind.WHOLE, least=Decimal(-LARGEST_CENTS), most=Decimal(LARGEST_CENTS))
