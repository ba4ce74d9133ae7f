"""The forms for rows of the catalogue, its rules, and rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf.file import FileRequired
from wtforms.validators import Length

from catalogue.item import CatalogueItem, ConsentNeeded, Evidence, Kind
from catalogue.load import MEASUREMENTS
from web.forms.base import Form
from web.forms.fields import DateField, FileField, QuantityField, Required, SelectField, TextField
from worksorders.domain.records import kinds

LONG = [Length(max=kinds.MOST_CELL)]


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


class BeginForm(Form):
    """A new draft."""

    name = TextField("Name of the draft", validators=[Required("Give the draft a name."), Length(max=80)])
    base = SelectField("Begin with a copy of", validators=[Required("Choose a version.")])


class ItemForm(Form):
    """A measure, in the words of the file's columns; the file's own rules judge it."""

    code = TextField("Code", description="Two capitals and two digits, such as LK03", validators=LONG)
    measure = TextField("Measure", validators=LONG)
    offer_name = TextField(
        "Neutral name in offers", description="Says nothing of family violence", validators=LONG
    )
    kind = SelectField("Kind", choices=_choices(one.value for one in Kind))
    unit = TextField("Unit", description="Such as each, visit, sash or m2", validators=LONG)
    trade = TextField(
        "Trade", description="a+b is one worker with both, or a crew; a|b either; any", validators=LONG
    )
    crew = TextField("Workers at once", default="1", validators=LONG)
    minutes = TextField("Minutes for one unit", validators=LONG)
    lead_working_days = TextField("Lead time in working days", default="0", validators=LONG)
    price_nzd_ex_gst = TextField("Price of one unit in dollars before GST", validators=LONG)
    price_basis = TextField("Where the price comes from", validators=LONG)
    after = TextField("After", description="Codes with | between them; * is after all else", validators=LONG)
    interim_item = TextField("Interim measure", description="A code, or nothing", validators=LONG)
    consent = SelectField("Consent", choices=_choices(one.value for one in ConsentNeeded))
    evidence = TextField(
        "Evidence",
        description=f"With | between them: {', '.join(one.value for one in Evidence)}",
        validators=LONG,
    )
    rule = TextField("Rule", validators=LONG)


class FindingForm(Form):
    """A rule from a finding to measures."""

    opening = TextField("Kind of opening", description="Such as window or front_door", validators=LONG)
    finding = TextField("Finding", validators=LONG)
    item = TextField("Measure", description="Its code", validators=LONG)
    quantity = TextField(
        "Quantity", description=f"A number, or one of {', '.join(MEASUREMENTS)}", validators=LONG
    )
    also = TextField("Also", description="CODE:quantity with ; between them, or nothing", validators=LONG)


class HandInForm(Form):
    """The day from which a draft counts."""

    valid_from = DateField(
        "First day",
        description="Today puts it in force at once; on a later day it takes effect by itself.",
        validators=[Required("Enter the first day.")],
    )


class HandInRatesForm(Form):
    """The days for which the rates count."""

    valid_from = DateField("First day", validators=[Required("Enter the first day.")])
    valid_to = DateField("Last day", description="Leave it empty where the next version will end it.")


class PercentForm(Form):
    """By how much all rates change."""

    percent = QuantityField(
        "Percent", description="Such as 3.5, or -2", validators=[Required("Enter the percent.")]
    )


class BringForm(Form):
    """A file of rates."""

    rates = FileField(
        "Rates (CSV)",
        description="Columns code, unit, rate_nzd_ex_gst; UTF-8.",
        validators=[FileRequired("Choose the file of rates.")],
    )


def rates_form(items: Mapping[str, CatalogueItem]) -> type[Form]:
    """A form with a field for each measure's rate."""
    fields = {
        f"rate_{code}": TextField(f"{code} {item.measure}, {item.unit}", validators=[Length(max=20)])
        for code, item in items.items()
    }
    return type("RatesForm", (Form,), fields)
