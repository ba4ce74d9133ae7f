"""Forms of the planning pages."""

from wtforms.validators import NumberRange, Optional

from web.forms.base import Form
from web.forms.fields import CheckboxesField, CheckboxField, DateField, HiddenField, Required, SelectField
from web.forms.parsed_fields import TimeField, WholeNumberField


class PlanForm(Form):
    """What a plan is asked for."""

    starts_on = DateField("First day", validators=[Required("Enter the first day of the plan.")])
    regions = CheckboxesField("Regions", description="None ticked plans all regions.")
    seconds = WholeNumberField(
        "Seconds to look for a better plan",
        validators=[Optional(), NumberRange(2, 600, "Give from 2 to 600 seconds.")],
    )


class MoveForm(Form):
    """Where a visit is to go, and where it was when that was decided."""

    seen = HiddenField()

    worker = SelectField("Worker", validators=[Required("Choose a worker.")])
    on = SelectField("Day", validators=[Required("Choose a day.")])
    start = TimeField("Start", validators=[Required("Enter a time, like 9:30 am.")])
    pin = CheckboxField("Keep it there when a new plan is made")


class ActionForm(Form):
    """A move that needs nothing but a button."""
