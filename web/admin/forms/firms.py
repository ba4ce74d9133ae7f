"""The forms for firms and for the checks of firms and workers."""

from wtforms.validators import Length

from web.forms.base import Form
from web.forms.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    EmailField,
    FileField,
    PhoneField,
    Required,
    SelectField,
    TextField,
)
from web.forms.record_fields import limits
from worksorders.domain.records import kinds
from worksorders.steps.people.places import region_choices

CHECK = kinds.check()


class FirmForm(Form):
    """A business and where it works."""

    name = TextField("Name", validators=[Required("Enter the firm's name."), Length(max=150)])
    nzbn = TextField("NZBN", description="13 digits, such as 9429000000017.", validators=[Length(max=30)])
    gst_number = TextField(
        "GST number", description="8 or 9 digits, such as 49-098-576.", validators=[Length(max=30)]
    )
    email = EmailField("E-mail")
    phone = PhoneField("Phone")
    schedular_tax = CheckboxField(
        "Schedular tax applies", description="Its invoices are then held until a declaration is on file."
    )
    declaration_on = DateField(
        "Declaration (IR330C) received on", description="Only where schedular tax applies."
    )
    regions = CheckboxesField(
        "Regions", validators=[Required("Choose at least one region.")], choices=region_choices()
    )


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
