"""The form of an assessment: six answers, home, person, safe times, and openings that come and go by a button."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from wtforms import BooleanField, FieldList, FormField
from wtforms import Form as InnerForm

from catalogue.item import FindingRule
from catalogue.load import findings_of, opening_kinds
from web.coordinator.words import KIND_WORDS, kind_words
from web.forms.base import Form
from web.forms.fields import (
    DateField,
    HiddenField,
    PhoneField,
    QuantityField,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    TimeField,
    WholeNumberField,
    YesNoField,
)
from web.forms.record_fields import bounds, limits
from worksorders.domain.order.assessment import CRITERIA, MOST_MEASURED
from worksorders.domain.records import kinds

ASSESSMENT = kinds.assessment()
FIRST_KIND = "front_door"
URGENCIES = (
    ("P1", "P1: lethal risk, home insecure now"),
    ("P2", "P2: high risk, locks"),
    ("P3", "P3: standard package"),
    ("P4", "P4: made-to-order items"),
)
STATES = (
    ("secure", "Secure"),
    ("temporarily_secured", "Temporarily secured"),
    ("insecure", "Insecure tonight"),
)


class AnswerForm(InnerForm):
    """One of the six answers."""

    holds = YesNoField("Answer")
    given_by = TextField("Given by")
    given_on = DateField("On")


SixAnswers = type(
    "SixAnswers", (InnerForm,), {criterion.key: FormField(AnswerForm) for criterion in CRITERIA}
)


class HomeForm(InnerForm):
    """The home; what is typed here goes into the vault alone."""

    street = TextField(
        "Street address",
        description="With flat or unit, such as 2/14 Example Road. Addresses appear as you type; choose one, or go on",
    )
    found = HiddenField()
    town = SelectField("Town", description="The nearest one where the place is not in the list")
    built_before_2000 = YesNoField("Was the home built before 2000?")
    latitude = TextField("Latitude (optional)", description="For example −37.6878")
    longitude = TextField("Longitude (optional)", description="For example 176.1651")


class PersonForm(InnerForm):
    """The person who is protected; what is typed here goes into the vault alone."""

    name = TextField("Full name")
    phone = PhoneField("Phone number that is safe to use (optional)")
    other_names = TextField("Other names (optional)", description="Separated by commas")
    safe_contact = TextAreaField(
        "How to reach this person safely (optional)",
        description="Without an entry nobody makes contact except through the agency",
    )


class WindowForm(InnerForm):
    """A stretch of the day in which a visit is safe."""

    starts = TimeField("From")
    ends = TimeField("To")


class FoundForm(InnerForm):
    """One finding that the catalogue knows for the opening: ticked or not, and its measured quantity."""

    finding = HiddenField()
    present = BooleanField()
    measured = QuantityField("Quantity", most=MOST_MEASURED)


class OpeningForm(InnerForm):
    """An opening with all findings that its kind may have."""

    kind = HiddenField()
    label = TextField("Which one", description="For example bathroom window")
    state = RadioField("Tonight it is", choices=STATES)
    found = FieldList(FormField(FoundForm))


class TakeInForm(Form):
    """The whole assessment; what is missing is told by the rules, all at once."""

    agency = TextField("Agency that made the assessment", validators=limits(ASSESSMENT["agency"])[1:])
    urgency = RadioField("Urgency class", choices=URGENCIES)
    adults = WholeNumberField("Adults in the home", **bounds(ASSESSMENT["adults"]))
    children = WholeNumberField("Children in the home", **bounds(ASSESSMENT["children"]))
    assessed_on = DateField("Assessed on", description="For example 21 11 2026")
    answers = FormField(SixAnswers)
    advocate = TextField("Advocate", description="Who takes the case on if one of the six answers is no")
    home = FormField(HomeForm)
    person = FormField(PersonForm)
    same_home = RadioField(
        "Is it the same home?",
        choices=[("yes", "Yes, the same home"), ("no", "No, another home")],
    )
    safe_windows = FieldList(FormField(WindowForm), min_entries=3, max_entries=3)
    openings = FieldList(FormField(OpeningForm), max_entries=kinds.MOST_OPENINGS)
    new_kind = SelectField("Kind of opening")

    def prepare(self, towns: Sequence[tuple[str, str]], rules: Sequence[FindingRule]) -> None:
        """Fill the lists to choose from; a fresh form gets a front door and the day as safe time."""
        self.home.form.town.choices = [("", "Choose a town"), *towns]
        self.new_kind.choices = [(kind, kind_words(kind)) for kind in opening_kinds(rules)]
        self.rules = rules
        if not self.is_submitted():
            self.add_opening(FIRST_KIND)
            self.safe_windows[0].form.starts.data = time(9)
            self.safe_windows[0].form.ends.data = time(17)

    def add_opening(self, kind: str) -> None:
        """Add an opening of a known kind, with its findings to tick; an unknown kind adds nothing."""
        rules = findings_of(self.rules, kind)
        if not rules or len(self.openings) >= kinds.MOST_OPENINGS:
            return
        same = sum(entry.form.kind.data == kind for entry in self.openings)
        label = kind_words(kind).lower() if kind not in KIND_WORDS else kind_words(kind)
        found = [{"finding": rule.finding} for rule in rules]
        data = {"kind": kind, "label": f"{label} {same + 1}" if same else label, "found": found}
        self.openings.append_entry(data)

    def remove_opening(self, short_index: str) -> None:
        """Take the opening with this number in its name out; the others keep what was typed."""
        if short_index.isdigit() and int(short_index) < len(self.openings):
            self.openings.pop_entry(int(short_index))

    def measured_in(self, opening: Any, finding: str) -> str | None:
        """What the assessor measures for a finding, or None."""
        for rule in findings_of(self.rules, opening.kind.data):
            if rule.finding == finding:
                return rule.measured_in
        return None


def legend(text: str, **params: Any) -> dict[str, Any]:
    """Parameters of a GOV.UK group of inputs with a small legend, and any others."""
    return {"fieldset": {"legend": {"text": text, "classes": "govuk-fieldset__legend--s"}}, **params}
