"""The small forms of assessments and orders."""

from __future__ import annotations

from typing import Any

from web.forms.base import Form, apply_faults
from web.forms.fields import (
    DateField,
    HiddenField,
    QuantityField,
    RadioField,
    Required,
    SelectField,
    TextAreaField,
    TextField,
)
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.lifecycle.reasons import CANCEL, HOLD

MOST_OF_A_LINE = 999


class PageForm(Form):
    """A form among several on one page: its name, put before its fields' names, keeps their ids apart."""

    name = "action"

    def __init__(self, name: str = "", **values: Any) -> None:
        self.short_name = name or type(self).name
        super().__init__(prefix=f"{self.short_name}-", **values)

    def show(self, faults: FaultsError) -> None:
        """Put a rule's faults beside the fields that they name."""
        apply_faults(self, [Fault(f"{self.short_name}-{f.field}", f.message) for f in faults.faults])


class ActionForm(PageForm):
    """A single button."""


class RaiseForm(PageForm):
    """Raise an order; `beside_live` says that a second one beside a live one is meant."""

    name = "raise"
    beside_live = HiddenField()


class GiveBackForm(PageForm):
    """Hand a case to an advocate."""

    name = "give_back"
    advocate = TextField("Advocate who takes the case on")
    note = TextAreaField("Why")


class ContactForm(PageForm):
    """Ask to see contact and address."""

    name = "contact"
    form_uuid = None
    purpose = TextField(
        "What do you need it for?",
        [Required("Say what you need it for: it is logged.")],
        description="It is logged with your name and reviewed by somebody else",
    )


class LineForm(PageForm):
    """Add a line to an order."""

    name = "line"
    opening_id = SelectField("Opening")
    item_code = SelectField("Item")
    quantity = QuantityField("Quantity", [Required("Enter the quantity.")], most=MOST_OF_A_LINE)


class QuantityForm(PageForm):
    """Change a line's quantity, or remove it."""

    name = "quantity"
    quantity = QuantityField("Quantity", most=MOST_OF_A_LINE)


class SendOnForm(PageForm):
    """Send a draft on; the reason is asked for where the home is dearer than planned."""

    name = "send_on"
    cost_reason = TextField("Why does this home cost more than planned?")


class OverrideForm(PageForm):
    """Go past consent and approval for a P1."""

    name = "override"
    reason = TextField("Why it cannot wait", description="It is logged and reviewed")


class HoldForm(PageForm):
    """Put an order on hold."""

    name = "hold"
    reason = RadioField("Why", choices=HOLD.choices())
    review_on = DateField("Look at it again on", description="For example 21 11 2026")


class CancelForm(PageForm):
    """Cancel an order."""

    name = "cancel"
    reason = RadioField("Why", choices=CANCEL.choices())
    advocate = TextField(
        "Advocate who takes the case on (optional)",
        description="Without an advocate the assessment waits for another order",
    )


class BarForm(PageForm):
    """Bar a firm or a worker from a case."""

    name = "bar"
    who = SelectField("Firm or worker", [Required("Choose a firm or a worker.")])
    source = RadioField(
        "Where this comes from",
        [Required("Choose where this comes from.")],
        choices=[
            ("client", "Client’s list"),
            ("conflict_check", "Conflict check"),
            ("coordinator", "Coordinator"),
        ],
    )

    def prepare(self, choices: list[tuple[str, str]]) -> None:
        """Fill the list of firms and workers."""
        self.who.choices = [("", "Choose"), *choices]


class OpeningForm(PageForm):
    """Record how an opening is now, and how that is known."""

    name = "opening"
    opening_id = SelectField("Opening", [Required("Choose the opening.")])
    state = RadioField(
        "How it is now",
        [Required("Say how the opening is now.")],
        choices=[
            ("secure", "Secure"),
            ("temporarily_secured", "Temporarily secured"),
            ("insecure", "Insecure"),
        ],
    )
    verified = TextAreaField(
        "How this is known",
        [Required("Say who saw it, how and when.")],
        description="Who saw it, how and when. No names of clients and no addresses",
    )
