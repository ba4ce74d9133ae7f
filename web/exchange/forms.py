"""The forms for tokens, webhooks and imports."""

from __future__ import annotations

from flask_wtf.file import FileRequired
from wtforms.validators import Length

from web.forms.base import Form
from web.forms.fields import (
    CheckboxesField,
    DateField,
    FileField,
    Required,
    TextAreaField,
    TextField,
    WholeNumberField,
)
from worksorders.steps.exchange.scopes import SCOPES
from worksorders.steps.exchange.tokens import LONGEST_NAME, MOST_CALLS
from worksorders.steps.people.places import region_choices
from worksorders.steps.webhooks.kinds import KINDS


class TokenForm(Form):
    """What a token may do, where and until when."""

    name = TextField(
        "System that holds the token",
        validators=[Required("Say which system holds the token."), Length(max=LONGEST_NAME)],
    )
    scopes = CheckboxesField(
        "What it may do",
        validators=[Required("Choose at least one thing that the token may do.")],
        choices=[(scope, f"{words} ({scope})") for scope, words in SCOPES.items()],
    )
    regions = CheckboxesField(
        "Regions", description="None chosen means every region.", choices=region_choices()
    )
    last_on = DateField(
        "Last day", description="A year ahead at most.", validators=[Required("Enter the last day.")]
    )
    calls_a_minute = WholeNumberField(
        "Calls a minute",
        validators=[Required("Enter how many calls a minute it may make.")],
        default=120,
        least=1,
        most=MOST_CALLS,
    )
    reason = TextField(
        "What is it for?",
        description="A second person reads it and makes sure.",
        validators=[Required("Say what it is for: a second person reads it."), Length(max=300)],
    )


class WebhookForm(Form):
    """Whom to tell of which events."""

    name = TextField(
        "System that is told", validators=[Required("Say which system is told."), Length(max=LONGEST_NAME)]
    )
    url = TextField(
        "Address",
        description="Such as https://example.org/works-orders",
        validators=[Required("Enter the address."), Length(max=500)],
    )
    kinds = CheckboxesField(
        "Events",
        validators=[Required("Choose at least one event.")],
        choices=[(kind, words) for kind, words in KINDS.items()],
    )


class ReasonForm(Form):
    """Why something ends."""

    reason = TextAreaField("Reason", validators=[Required("Give the reason."), Length(max=300)])


class ImportForm(Form):
    """A file to be handed in, CSV or JSON."""

    file = FileField("File (CSV or JSON)", validators=[FileRequired("Choose the file.")])


class CatalogueImportForm(Form):
    """A version of the catalogue: one JSON file, or both CSV files and the first day."""

    file = FileField(
        "Measures (catalogue.csv), or the whole as JSON", validators=[FileRequired("Choose the file.")]
    )
    findings = FileField("Rules (findings.csv)", description="Only beside a CSV of measures.")
    valid_from = DateField("First day", description="Only for CSV; a JSON file holds its own.")
