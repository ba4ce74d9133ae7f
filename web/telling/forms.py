"""The forms of telling: purpose, outcome, safe channel, contact."""

from __future__ import annotations

from web.forms.base import Form
from web.forms.fields import (
    CheckboxField,
    PhoneField,
    RadioField,
    Required,
    SelectField,
    TextField,
    TimeField,
)
from worksorders.domain.telling.calls import CallKind, kind_of
from worksorders.domain.telling.safe_times import LABELS
from worksorders.steps.confirm.holding import KIND
from worksorders.steps.confirm.tell_client import CHANNELS

AGAIN = (("30", "30 minutes"), ("60", "1 hour"), ("240", "4 hours"), ("1440", "1 day"))


class PurposeForm(Form):
    """Ask to see the code word and whom to call; makes no record of its own, the reading does."""

    form_uuid = None
    purpose = TextField(
        "What you need it for", description="It is logged. For example: telling the client who comes."
    )


class OutcomeForm(Form):
    """What came of telling the client."""

    outcome = RadioField(
        "What came of it",
        [Required("Choose what came of it.")],
        choices=kind_of(KIND).choices(),
    )
    channel = RadioField("How they were told", choices=CHANNELS)


class CallForm(Form):
    """What came of a call."""

    outcome = RadioField("What came of it", [Required("Choose what came of the call.")])
    again = SelectField("If nobody was reached, try again in", choices=AGAIN, default="60")

    def fill(self, kind: CallKind) -> CallForm:
        """Offer the outcomes of this kind of call."""
        self.outcome.choices = list(kind.choices())
        return self


class SafeChannelForm(Form):
    """The one safe way to reach the people of a case."""

    sealed_fields = frozenset({"mail"})
    channel = RadioField("How may they be reached?", [Required("Choose how.")], choices=tuple(LABELS.items()))
    number = PhoneField("Safe phone number, for calls and texts")
    mail = TextField("Safe mail address, for mail")
    opens = TimeField("Safe from", description="For example 9:00 am")
    closes = TimeField("Safe until", description="For example 5:00 pm")
    verified = CheckboxField(
        "I have made sure, with the person or their advocate, that nobody else answers or reads it"
    )


class ContactForm(Form):
    """Where a user is reached."""

    email = TextField("Mail address")
    mobile = PhoneField("Mobile number")


class OthersContactForm(ContactForm):
    """Where somebody else is reached; a second person reads why."""

    reason = TextField(
        "Why, and how do you know that they ask?",
        [Required("Say why, and how you know: a second person reads it.")],
    )
