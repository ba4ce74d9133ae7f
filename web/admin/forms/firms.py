"""The forms for firms, their workers, hours, absences and checks."""

from wtforms.validators import Length, Optional, Regexp

from catalogue.trade import TRADES
from web.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    FileField,
    PhoneField,
    Required,
    SelectField,
    TextField,
    WholeNumberField,
)
from web.forms import Form
from web.record_fields import bounds, limits
from worksorders.domain.records import kinds
from worksorders.steps.people.places import region_choices, town_choices
from worksorders.steps.people.workers import WEEKDAYS

WORKER, CHECK = kinds.worker(), kinds.check()


class FirmForm(Form):
    """A business and where it works."""

    name = TextField("Name", validators=[Required("Enter the firm's name."), Length(max=150)])
    nzbn = TextField("NZBN", description="13 digits, such as 9429000000017.", validators=[Length(max=30)])
    gst_number = TextField(
        "GST number", description="8 or 9 digits, such as 49-098-576.", validators=[Length(max=30)]
    )
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
    regions = CheckboxesField(
        "Regions", validators=[Required("Choose at least one region.")], choices=region_choices()
    )


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


class HoursForm(Form):
    """The weekly hours, a line a day."""

    monday = TextField("Monday", validators=[Length(max=60)])
    tuesday = TextField("Tuesday", validators=[Length(max=60)])
    wednesday = TextField("Wednesday", validators=[Length(max=60)])
    thursday = TextField("Thursday", validators=[Length(max=60)])
    friday = TextField("Friday", validators=[Length(max=60)])
    saturday = TextField("Saturday", validators=[Length(max=60)])
    sunday = TextField("Sunday", validators=[Length(max=60)])

    def days(self) -> list[TextField]:
        """The fields from Monday to Sunday."""
        return [self[name.lower()] for name in WEEKDAYS]


class AbsenceForm(Form):
    """Days without work, both ends included."""

    from_on = DateField("First day", validators=[Required("Enter the first day.")])
    to_on = DateField("Last day", validators=[Required("Enter the last day.")])
    note = TextField("Note", validators=[Length(max=100)])


class CheckForm(Form):
    """A check as it stands on the document."""

    kind = SelectField("Kind", validators=[Required("Choose the kind of check.")])
    number = TextField("Number", validators=limits(CHECK["number"], "Give the number on the document."))
    issuer = TextField("Issued by", validators=limits(CHECK["issuer"], "Say who issued it."))
    issued_on = DateField("Issued on", validators=[Required("Enter the day of issue.")])
    expires_on = DateField(
        "Valid until",
        description="As on the document. Left empty, it counts as long as its kind says, or does not lapse.",
    )
    document = FileField(
        "Document",
        description="A PDF or a picture of it, at most 5 MB. Some kinds are not verified without it.",
    )
