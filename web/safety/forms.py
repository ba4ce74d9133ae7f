"""The forms of a home's safety."""

from wtforms.validators import Length

from web.forms.base import Form
from web.forms.fields import (
    CheckboxesField,
    DateField,
    RadioField,
    Required,
    SelectField,
    TextAreaField,
    TextField,
)
from worksorders.domain.lifecycle.reasons import SUSPEND
from worksorders.domain.safety.alarm_response import LONGEST_REFERENCE, LONGEST_WORDS, RESPONDERS
from worksorders.domain.safety.hazards import HAZARDS

BY_WORKER = "worker_left_unsafe"


class SuspendForm(Form):
    """Why nobody may go to the home."""

    reason = RadioField(
        "Why may nobody go there?",
        [Required("Choose why nobody may go to this home.")],
        choices=[choice for choice in SUSPEND.choices() if choice[0] != BY_WORKER],
    )


class LiftForm(Form):
    """The first look: why it is safe again."""

    reason = TextAreaField(
        "Why is it safe to go there again?",
        [Required("Say whom you spoke with, and why it is safe again.")],
        description="Whom you spoke with and what has changed. No names of clients and no addresses",
    )


class FlagForm(Form):
    """The next move of the police's flag."""

    move = RadioField("What happened?", [Required("Choose what happened.")], choices=[])
    happened_on = DateField(
        "On which day?", [Required("Enter the day.")], description="For example 21 11 2026"
    )
    review_on = DateField(
        "Look at it again on", description="Only for a flag that is set or stays, at most a year ahead"
    )


class AlarmForm(Form):
    """Who is reached when the alarm goes off."""

    sealed_fields = frozenset({"reference", "words"})
    reached = CheckboxesField("Who is reached?", choices=list(RESPONDERS.items()))
    reference = TextField(
        "The monitoring centre’s reference",
        [Length(max=LONGEST_REFERENCE * 2)],
        description="Kept sealed, shown only for a purpose",
    )
    words = TextAreaField(
        "Who does what, in which order",
        [Length(max=LONGEST_WORDS * 2)],
        description="With names and numbers where they are needed: this is kept sealed, and each reading is logged",
    )


class HazardsForm(Form):
    """What is dangerous about the home for whoever works there."""

    hazards = CheckboxesField(
        "What do workers have to know?",
        choices=list(HAZARDS.choices()),
        description="Choose all that are known; choose none where nothing is",
    )


class PurposeForm(Form):
    """For what the sealed words are read; it makes no record of its own."""

    form_uuid = None
    purpose = TextField("What do you need it for?", [Required("Say what you need it for.")])


class MakeSafeForm(Form):
    """Which opening is made safe, and with what."""

    opening = SelectField("Opening", [Required("Choose the opening.")], choices=[])
    item = SelectField("Measure", [Required("Choose the measure.")], choices=[])


class AllowForm(Form):
    """Why work that takes something out begins all the same."""

    reason = TextAreaField(
        "Who closes the opening today, and when?",
        [Required("Say who closes the opening today, and when.")],
        description="This is logged with your name",
    )
