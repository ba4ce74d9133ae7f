"""The forms of finance; each line of a typed invoice is a form of its own inside the document."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from wtforms import Form as PlainForm
from wtforms.fields import FieldList, FormField
from wtforms.validators import Optional

from web.forms.base import Form
from web.forms.fields import (
    CheckboxField,
    DateField,
    FileField,
    MoneyField,
    QuantityField,
    RadioField,
    Required,
    SelectField,
    TextAreaField,
    TextField,
    WholeNumberField,
)
from worksorders.domain.finance.split.units import standard_unit
from worksorders.domain.records.invoice import MOST_LINES
from worksorders.steps.finance.receive import TypedInvoice, TypedLine

FIRST_LINES = 1
SAFE_WORDS = "No name and no address: it is kept for good."


def _id(text: object) -> str:
    """An id in its one form; raises ValueError for anything else."""
    return str(uuid.UUID(str(text)))


class ReleaseForm(Form):
    """Why a hold may be paid, and until when."""

    reason = TextAreaField(
        "Why may this be paid?", [Required("Say why this may be paid.")], description=SAFE_WORDS
    )
    expires_on = DateField("Last day of the release", [Required("Enter the last day of the release.")])


class HoldForm(Form):
    """Stops an invoice by hand."""

    kind = RadioField(
        "What is it?",
        [Required("Choose whether it is held or disputed.")],
        choices=[("held", "Held: we look into it"), ("disputed", "Disputed: the firm has been told")],
    )
    reason = TextField("What has to happen before it goes on?", [Required("Say what has to happen.")])


class ReasonForm(Form):
    """A move that needs a reason."""

    reason = TextField("Reason", [Required("Enter the reason.")], description=SAFE_WORDS)


class NoteForm(Form):
    """A note in the history."""

    text = TextField("Note", [Required("Write the note.")], description=SAFE_WORDS)


class ApproveForm(Form):
    """Approves the whole, or what is accepted of it."""


class LineForm(PlainForm):
    """One line as the document states it."""

    order_code = TextField("Order code", [Required("Enter the order code of the line.")])
    order_line = WholeNumberField("Line of the order, if you know it", [Optional()], least=1, most=999)
    item_code = TextField("Item code", [Required("Enter the item code of the line.")])
    quantity = QuantityField("Quantity", [Required("Enter the quantity.")])
    unit = TextField("Unit", [Required("Enter the unit, such as each.")], default="each")
    rate = QuantityField("Rate before GST, in dollars", [Required("Enter the rate.")])
    amount = MoneyField("Amount before GST", [Required("Enter the amount.")])


class TypedForm(Form):
    """A paper or PDF invoice, typed as it stands."""

    firm_id = SelectField("Firm", [Required("Choose the firm that sent it.")])
    number = TextField("Invoice number", [Required("Enter the number on the invoice.")])
    issued_on = DateField("Date of the invoice", [Required("Enter the date on the invoice.")])
    gst_number = TextField("GST number on the invoice", description="Leave it empty if none is stated.")
    bank_account = TextField(
        "Bank account on the invoice",
        description="Leave it empty if none is stated. It never changes our record.",
    )
    names_buyer = CheckboxField(
        "The invoice names us as buyer, with an e-mail or other contact", default=True
    )
    credits_number = TextField(
        "Number of the invoice that it credits",
        description="Only of a credit note; its quantities and amounts are typed as they stand.",
    )
    pdf = FileField(
        "The PDF that it is typed from",
        description="Kept sealed; at most 10 MB. Choose it last, before sending.",
    )
    lines = FieldList(FormField(LineForm), min_entries=FIRST_LINES, max_entries=MOST_LINES)
    net = MoneyField("Total before GST", [Required("Enter the total before GST.")])
    gst = MoneyField("GST", [Required("Enter the GST, 0 if none.")])
    total = MoneyField("Total to pay", [Required("Enter the total to pay.")])

    def document(self, firm_id: Any) -> TypedInvoice:
        """What was typed, as the step takes it; the form has been validated, so that nothing is missing."""
        issued_on = self.issued_on.data
        assert issued_on is not None
        return TypedInvoice(
            firm_id=firm_id,
            number=self.number.data,
            issued_on=issued_on,
            net_cents=self.net.data or 0,
            gst_cents=self.gst.data or 0,
            total_cents=self.total.data or 0,
            gst_number=self.gst_number.data or "",
            bank_account=self.bank_account.data or "",
            names_buyer=bool(self.names_buyer.data),
            credits_number=self.credits_number.data or "",
            lines=[_line(entry.form) for entry in self.lines.entries],
        )


def _line(form: Any) -> TypedLine:
    return TypedLine(
        order_code=form.order_code.data,
        item_code=form.item_code.data,
        quantity=form.quantity.data,
        unit=standard_unit(form.unit.data),
        rate=form.rate.data,
        amount_cents=form.amount.data,
        order_line=form.order_line.data,
    )


class ContractForm(Form):
    """A funding contract of three years of twelve months."""

    code = TextField("Code", [Required("Enter a code, such as NHSS-1.")])
    name = TextField("Name", [Required("Enter the contract's name.")])
    starts_on = DateField(
        "First day", [Required("Enter the first day.")], description="The first of a month."
    )
    total = MoneyField("Total for three years", [Required("Enter the total.")], least=1, default=360_000_000)
    gst_basis = RadioField(
        "Is GST included in the total?",
        [Required("Choose whether GST is inside the total.")],
        choices=[("exclusive", "No, the total is before GST"), ("inclusive", "Yes, GST is inside")],
    )

    def validate_starts_on(self, field: Any) -> None:
        """Years of twelve months begin on the first of a month."""
        if isinstance(field.data, date) and field.data.day != 1:
            field.errors = [*field.errors, "The first day must be the first of a month."]
