"""The forms with which a firm keeps itself."""

from __future__ import annotations

import re
from typing import Any

from wtforms.validators import Length, Optional, Regexp

from catalogue.trade import TRADES
from web.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    PhoneField,
    Required,
    SelectField,
    TextField,
    TimeField,
    WholeNumberField,
)
from web.forms import Form
from worksorders.domain.errors import Fault, FaultsError
from worksorders.steps.people.places import region_choices, town_choices
from worksorders.steps.people.workers import WEEKDAYS, Stretch

STRETCH = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|–|to)\s*(\d{1,2})[:.](\d{2})", re.ASCII)
SHORT = Length(max=60)


class HoursForm(Form):
    """The weekly hours, a line a day."""

    monday = TextField(
        "Monday", description="Such as 8:00–12:00, 13:00–17:00. Empty is a free day.", validators=[SHORT]
    )
    tuesday = TextField("Tuesday", validators=[SHORT])
    wednesday = TextField("Wednesday", validators=[SHORT])
    thursday = TextField("Thursday", validators=[SHORT])
    friday = TextField("Friday", validators=[SHORT])
    saturday = TextField("Saturday", validators=[SHORT])
    sunday = TextField("Sunday", validators=[SHORT])

    def stretches(self) -> list[Stretch]:
        """The hours as stretches; raises FaultsError at each day that cannot be read."""
        found: list[Stretch] = []
        faults: list[Fault] = []
        for weekday, name in enumerate(WEEKDAYS):
            for part in filter(None, (text.strip() for text in (self[name.lower()].data or "").split(","))):
                read = STRETCH.fullmatch(part)
                numbers = [int(number) for number in read.groups()] if read else []
                if not numbers or max(numbers[1], numbers[3]) > 59 or max(numbers[0], numbers[2]) > 24:
                    message = f"“{part}” is not a stretch of hours: write it like 8:00–17:00."
                    faults.append(Fault(name.lower(), message))
                    continue
                found.append(Stretch(weekday, numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]))
        if faults:
            raise FaultsError(faults)
        return found


def hours_as_texts(hours: Any) -> dict[str, str]:
    """Working hours as the form shows them, by day."""
    days: dict[str, list[str]] = {name.lower(): [] for name in WEEKDAYS}
    for row in hours:
        stretch = f"{_clock(row.opens_minute)}–{_clock(row.closes_minute)}"
        days[WEEKDAYS[row.weekday].lower()].append(stretch)
    return {name: ", ".join(texts) for name, texts in days.items()}


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def at_its_day(faults: FaultsError) -> FaultsError:
    """The step names a day `hours-0`; the form calls its field `monday`."""
    return FaultsError([_at_day(fault) for fault in faults.faults])


def _at_day(fault: Fault) -> Fault:
    name, _, number = fault.field.partition("-")
    return Fault(WEEKDAYS[int(number)].lower(), fault.message) if name == "hours" and number else fault


class AbsenceForm(Form):
    """Days without work, both ends included."""

    from_on = DateField("First day", validators=[Required("Enter the first day.")])
    to_on = DateField("Last day", validators=[Required("Enter the last day.")])
    note = TextField(
        "Note", description="Nothing about anybody’s health is needed.", validators=[Length(max=100)]
    )


class ContactForm(Form):
    """How a worker is reached and how far they drive."""

    phone = PhoneField("Mobile phone")
    max_travel_minutes = WholeNumberField(
        "Longest way to a visit, in minutes",
        validators=[Required("Enter the minutes of the longest way.")],
        least=1,
        most=480,
    )


class FirmContactForm(Form):
    """How the firm's office is reached."""

    email = TextField(
        "E-mail",
        validators=[
            Optional(),
            Length(max=150),
            Regexp(
                r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}$",
                message="Enter an e-mail address like office@example.co.nz.",
            ),
        ],
    )
    phone = PhoneField("Phone")


class RegionsForm(Form):
    """The regions in which the firm would take work."""

    regions = CheckboxesField(
        "Regions", validators=[Required("Choose at least one region.")], choices=region_choices()
    )


class TradesForm(Form):
    """The trades of a worker."""

    trades = CheckboxesField(
        "Trades",
        validators=[Required("Choose at least one trade.")],
        choices=[(trade, trade.capitalize()) for trade in TRADES],
    )


class NewWorkerForm(TradesForm):
    """Somebody whom the firm would send."""

    first_name = TextField("First name", validators=[Required("Enter the first name."), Length(max=80)])
    last_name = TextField("Last name", validators=[Required("Enter the last name."), Length(max=80)])
    phone = PhoneField("Mobile phone")
    base_town = SelectField(
        "Town of the depot",
        validators=[Required("Choose the town of the depot.")],
        choices=[("", "Choose a town"), *town_choices()],
    )
    max_travel_minutes = WholeNumberField(
        "Longest way to a visit, in minutes",
        validators=[Required("Enter the minutes of the longest way.")],
        default=90,
        least=1,
        most=480,
    )
    on_call = CheckboxField("On call outside hours, for urgent visits")


class InviteForm(Form):
    """The name with which a worker signs in."""

    sign_in_name = TextField(
        "Sign-in name",
        description="Without blanks. It need not be their real name.",
        validators=[Required("Enter a sign-in name."), Length(max=100)],
    )


class OtherTimeForm(Form):
    """Another day and time for one visit of an offer."""

    visit = SelectField("Which visit?", validators=[Required("Choose the visit.")])
    day = DateField("Day", validators=[Required("Enter the day.")])
    start = TimeField("Start", description="For example 1:30 pm", validators=[Required("Enter the start.")])
