"""Forms of the questions about a draft: a visit that there is not yet, and changes that are only tried."""

from __future__ import annotations

from datetime import date, time
from typing import Any, cast

from wtforms.validators import NumberRange, Optional

from catalogue.trade import TRADES
from web.forms.base import Form
from web.forms.fields import CheckboxesField, DateField, Required, SelectField
from web.forms.parsed_fields import TimeField, WholeNumberField
from worksorders.domain.errors import Fault, FaultsError
from worksorders.steps.advice.slots import NewVisit
from worksorders.steps.advice.towns import town_of, towns_in
from worksorders.steps.advice.what_if import Hire

TRADE_CHOICES = [(trade, trade.capitalize()) for trade in sorted(TRADES)]
CLASSES = [
    ("P1", "P1, lethal risk now"),
    ("P2", "P2, high risk"),
    ("P3", "P3, standard"),
    ("P4", "P4, made to order"),
]


def choose_town(form: NewVisitForm | HireForm, region_codes: list[str]) -> None:
    """Offer the towns of a plan's regions."""
    form.town.choices = [("", "Choose a town"), *towns_in(region_codes)]


def minute(value: time) -> int:
    """A time of day in minutes."""
    return value.hour * 60 + value.minute


class NewVisitForm(Form):
    """A visit that there is not yet: nothing here names a home."""

    trade = SelectField(
        "Trade", validators=[Required("Choose the trade.")], choices=[("", "Choose a trade"), *TRADE_CHOICES]
    )
    town = SelectField(
        "Town",
        validators=[Required("Choose the town.")],
        description="Travel times are estimated from the middle of its area.",
    )
    minutes = WholeNumberField(
        "Minutes on site", validators=[Required("Enter the minutes.")], default=60, least=10, most=600
    )
    crew = WholeNumberField(
        "Workers at once", validators=[Required("Enter how many.")], default=1, least=1, most=4
    )
    urgency = SelectField("Class", validators=[Required("Choose the class.")], choices=CLASSES)
    ready_on = DateField("Not before", validators=[Required("Enter the first possible day.")])
    due_on = DateField("To be done by", validators=[Required("Enter the deadline.")])
    opens = TimeField("Safe from", validators=[Required("Enter a time, like 9 am.")])
    closes = TimeField("Safe until", validators=[Required("Enter a time, like 5 pm.")])

    def question(self, region_codes: list[str]) -> NewVisit:
        """The visit as it is asked about; raises FaultsError where the fields do not fit together."""
        ready_on, due_on = cast("date", self.ready_on.data), cast("date", self.due_on.data)
        opens, closes = cast("time", self.opens.data), cast("time", self.closes.data)
        faults = []
        if due_on < ready_on:
            faults.append(Fault("due_on", "The deadline is before the first possible day."))
        if minute(closes) - minute(opens) < (self.minutes.data or 0):
            faults.append(Fault("closes", "The safe time is shorter than the minutes on site."))
        if faults:
            raise FaultsError(faults)
        town = town_of(self.town.data, region_codes)
        return NewVisit(
            trade=self.trade.data,
            crew=cast("int", self.crew.data),
            minutes=cast("int", self.minutes.data),
            urgency=self.urgency.data,
            region_code=town.region_code,
            area_code=town.area_code,
            ready_on=ready_on,
            due_on=due_on,
            safe_windows=((minute(opens), minute(closes)),),
        )


class SickForm(Form):
    """A worker who cannot come."""

    worker = SelectField("Worker", validators=[Required("Choose the worker.")])
    first_on = DateField("From", validators=[Required("Enter the first day away.")])
    days = WholeNumberField(
        "Days away", validators=[Required("Enter how many days.")], default=1, least=1, most=28
    )


class DeclineForm(Form):
    """A firm that declines everything that the draft gives it."""

    firm = SelectField("Firm", validators=[Required("Choose the firm.")])


class HireForm(Form):
    """One more cleared worker."""

    trades = CheckboxesField(
        "Trades", validators=[Required("Choose at least one trade.")], choices=TRADE_CHOICES
    )
    town = SelectField(
        "Town of the base",
        validators=[Required("Choose the town.")],
    )
    first_on = DateField("From", validators=[Optional()])
    hours = WholeNumberField(
        "Hours a day, from 8 am",
        validators=[Required("Enter the hours."), NumberRange(1, 12, "Give from 1 to 12 hours.")],
        default=8,
    )

    def question(self, region_codes: list[str]) -> tuple[Hire, str]:
        """The worker as tried, and the region of the base; checks are taken to be valid."""
        town = town_of(self.town.data, region_codes)
        chosen: list[Any] = self.trades.data or []
        return (
            Hire(
                trades=frozenset(chosen),
                region_code=town.region_code,
                base=(town.latitude, town.longitude),
                closes_minute=480 + 60 * cast("int", self.hours.data),
                first_on=self.first_on.data,
            ),
            town.region_code,
        )
