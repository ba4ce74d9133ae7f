"""The forms with which a firm keeps itself."""

from __future__ import annotations

from wtforms.validators import Length

from catalogue.trade import TRADES
from web.forms.base import Form
from web.forms.fields import (
    CheckboxesField,
    DateField,
    EmailField,
    PhoneField,
    Required,
    SelectField,
    TextField,
    TimeField,
    WholeNumberField,
)
from worksorders.steps.people.places import region_choices


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

    email = EmailField("E-mail")
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
