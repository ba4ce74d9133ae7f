"""The forms of an order's agreements; several stand on one page, so each has a name before its fields' names."""

from __future__ import annotations

from typing import Any

from web.forms.base import Form, apply_faults
from web.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    PhoneField,
    RadioField,
    Required,
    SelectField,
    TextAreaField,
    TextField,
)
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.people.consent import Basis, How, Outcome
from worksorders.domain.people.interests import Near
from worksorders.steps.consents.find import KIND_WORDS, AgreementsView

HOWS = {How.LETTER: "Letter", How.MAIL: "E-mail", How.IN_PERSON: "In person", How.PHONE: "Phone (locks only)"}
OUTCOMES = {
    Outcome.GRANTED: "Agreed",
    Outcome.REFUSED: "Refused, with a reason",
    Outcome.DISPUTED: "The refusal is taken further",
}
BASES = {
    Basis.PROTECTION_ORDER: "Protection order (Family Violence Act 2018)",
    Basis.OCCUPATION_ORDER: "Occupation order (Family Violence Act 2018)",
    Basis.TENANCY_ORDER: "Tenancy order (Family Violence Act 2018, or the Tenancy Tribunal)",
    Basis.LEGAL_ADVICE: "Legal advice",
}


def _choices(words: Any) -> list[tuple[str, str]]:
    return [(str(key), text) for key, text in words.items()]


class PartForm(Form):
    """A form among several on one page."""

    name = "action"

    def __init__(self, **values: Any) -> None:
        super().__init__(prefix=f"{self.name}-", **values)

    def show(self, faults: FaultsError) -> None:
        """Put a rule's faults beside the fields that they name."""
        apply_faults(self, [Fault(f"{self.name}-{f.field}", f.message) for f in faults.faults])

    def prepare(self, found: AgreementsView) -> None:
        """Fill lists of choices; most forms have none."""


class ActionForm(PartForm):
    """A single button."""


class PersonForm(PartForm):
    """Record somebody with an interest in the home."""

    sealed_fields = frozenset({"person_name", "mail", "post"})
    name = "person"
    interest = SelectField(
        "What they have to do with the home", choices=[("", "Choose"), *KIND_WORDS.items()]
    )
    is_client = CheckboxField("This is the client herself: nothing more is asked")
    near = RadioField(
        "Is this the abuser, or somebody near to them?",
        choices=[
            (str(Near.NO), "No"),
            (str(Near.YES), "Yes: must never be asked"),
            (str(Near.UNKNOWN), "Not known yet"),
        ],
    )
    person_name = TextField("Name of the person or organisation")
    phone = PhoneField("Phone (optional)")
    mail = TextField("E-mail (optional)")
    post = TextAreaField("Postal address (for letters)")

    def show(self, faults: FaultsError) -> None:
        """The step's `name` is this form's `person_name`: `name` is taken by the form itself."""
        renamed = {"name": "person_name"}
        super().show(FaultsError(Fault(renamed.get(f.field, f.field), f.message) for f in faults.faults))


class PurposeForm(PartForm):
    """Ask to see a name and contact, or a letter."""

    name = "purpose"
    form_uuid = None
    purpose = TextField(
        "What do you need it for?",
        [Required("Say what you need it for: it is logged.")],
        description="It is logged with your name and reviewed by somebody else",
    )


class BasisForm(PartForm):
    """Record the legal basis where somebody is never asked."""

    name = "basis"
    basis = RadioField("What the work rests on", choices=_choices(BASES))
    dated_on = DateField("Date of the order or advice", description="For example 21 11 2026")
    ends_on = DateField("Last day (leave it empty where it has none)")


class _AboutLines(PartForm):
    """A form about one person and some measures."""

    interest_id = SelectField("Who", [Required("Choose who it is.")])
    lines = CheckboxesField("Measures")

    def prepare(self, found: AgreementsView) -> None:
        """Offer whoever may be reached, and every measure that needs consent, those not settled first."""
        people = [(str(one.id), one.label) for one in found.reachable]
        self.interest_id.choices = [("", "Choose"), *people]
        wanted = sorted(found.lines, key=lambda one: one.standing.is_settled)
        self.lines.choices = [(str(one.line.id), f"{one.line.measure}, {_where(one.line)}") for one in wanted]


def _where(line: Any) -> str:
    return line.opening.label if line.opening else "whole home"


class AnswerForm(_AboutLines):
    """Record what somebody said."""

    name = "answer"
    outcome = RadioField("What they said", choices=_choices(OUTCOMES))
    how = RadioField("How", choices=_choices(HOWS))
    answered_on = DateField("Day of the answer", description="For example 21 11 2026")
    conditions = TextAreaField("Conditions (optional)", description="No names and no addresses")
    reinstatement = CheckboxField("The old parts are put back at the end of the tenancy")
    reason = TextAreaField("Reason, where they refused", description="No names and no addresses")


class AskedForm(_AboutLines):
    """Record that somebody was asked."""

    name = "asked"
    how = RadioField("How", choices=_choices(HOWS))
    asked_on = DateField("Day of the asking", description="For example 21 11 2026")


class LetterForm(_AboutLines):
    """Make a letter."""

    name = "letter"
    purpose = TextField(
        "What do you need it for?",
        [Required("Say what you need it for: it is logged.")],
        description="The letter opens name and address, so it is logged",
    )


class MessageForm(PartForm):
    """Send a message without content."""

    name = "message"
    interest_id = SelectField("Who", [Required("Choose who it is.")])

    def prepare(self, found: AgreementsView) -> None:
        """Offer whoever may be reached by e-mail or phone."""
        people = [
            (str(one.id), one.label) for one in found.reachable if one.row.has_mail or one.row.has_phone
        ]
        self.interest_id.choices = [("", "Choose"), *people]


class CallForm(PartForm):
    """Ask for a call."""

    name = "call"
    interest_id = SelectField("Who", [Required("Choose who it is.")])

    def prepare(self, found: AgreementsView) -> None:
        """Offer whoever may be reached by phone."""
        people = [(str(one.id), one.label) for one in found.reachable if one.row.has_phone]
        self.interest_id.choices = [("", "Choose"), *people]
