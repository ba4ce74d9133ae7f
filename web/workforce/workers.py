"""The forms about one worker: who they are, from where they set out, and when they are away."""

from __future__ import annotations

from typing import Any

from wtforms.validators import Length

from catalogue.trade import TRADES
from web.forms.base import Form
from web.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    PhoneField,
    Required,
    SelectField,
    TextField,
    WholeNumberField,
)
from web.forms.record_fields import bounds, limits
from worksorders.domain.records import kinds
from worksorders.steps.people.places import depot_in, town_choices
from worksorders.steps.people.workers import WorkerDetails

WORKER = kinds.worker()


class WorkerForm(Form):
    """A person who makes visits."""

    first_name = TextField("First name", validators=limits(WORKER["first_name"], "Enter the first name."))
    last_name = TextField("Last name", validators=limits(WORKER["last_name"], "Enter the last name."))
    phone = PhoneField("Mobile phone")
    base_town = SelectField(
        "Town of the depot",
        validators=[Required("Choose the town of the depot.")],
        choices=[("", "Choose a town"), *town_choices()],
    )
    trades = CheckboxesField(
        "Trades",
        validators=[Required("Choose at least one trade.")],
        choices=[(trade, trade.capitalize()) for trade in TRADES],
    )
    max_travel_minutes = WholeNumberField(
        "Longest way to a visit, in minutes",
        validators=[Required("Enter the minutes of the longest way.")],
        default=90,
        **bounds(WORKER["max_travel_minutes"]),
    )
    on_call = CheckboxField("On call outside hours, for urgent visits")


def details_of(form: Any) -> WorkerDetails:
    """A worker out of their form; raises FaultsError at `base_town` for an unknown town."""
    depot = depot_in(form.base_town.data)
    return WorkerDetails(
        first_name=form.first_name.data,
        last_name=form.last_name.data,
        base_town=depot.name,
        base_lat=depot.latitude,
        base_lon=depot.longitude,
        trades=form.trades.data,
        phone=form.phone.data or "",
        max_travel_minutes=form.max_travel_minutes.data,
        on_call=bool(form.on_call.data),
    )


class AbsenceForm(Form):
    """Days without work, both ends included."""

    from_on = DateField("First day", validators=[Required("Enter the first day.")])
    to_on = DateField("Last day", validators=[Required("Enter the last day.")])
    note = TextField(
        "Note", description="Nothing about anybody’s health is needed.", validators=[Length(max=100)]
    )
