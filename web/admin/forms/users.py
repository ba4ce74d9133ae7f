"""The forms for accounts."""

from wtforms.validators import Length

from web.forms.base import Form
from web.forms.fields import MoneyField, RadioField, Required, SelectField, TextField
from worksorders.domain.roles import USER_ROLES, Role

LARGEST_LIMIT_CENTS = 100_000_000_00
ROLE_WORDS = {
    Role.COORDINATOR: "Coordinator",
    Role.CONTRACTOR: "Contractor",
    Role.FINANCE: "Finance",
    Role.ADMINISTRATOR: "Administrator",
    Role.AUDITOR: "Auditor",
    Role.PRIVACY_OFFICER: "Privacy officer",
}


class UserForm(Form):
    """What an administrator decides about an account."""

    display_name = TextField(
        "Name that others see", validators=[Required("Enter the name that others see."), Length(max=100)]
    )
    role = RadioField(
        "Role",
        validators=[Required("Choose a role.")],
        choices=[(role.value, ROLE_WORDS[role]) for role in USER_ROLES],
    )
    firm_id = SelectField("Firm", description="Only for contractors.", default="")
    worker_id = SelectField(
        "Worker", description="Where the account is of a person who makes visits.", default=""
    )
    raise_limit_cents = MoneyField(
        "Raise limit",
        description="Orders up to this amount before GST need no second person.",
        default=0,
        most=LARGEST_LIMIT_CENTS,
    )
    vary_limit_cents = MoneyField(
        "Vary limit",
        description="Variations up to this amount before GST need no second person.",
        default=0,
        most=LARGEST_LIMIT_CENTS,
    )


class ChangeForm(UserForm):
    """The same of an account that there is; a second person reads the reason of another role, firm or limit."""

    reason = TextField(
        "Reason",
        description="Where role, firm or worker change or a limit rises: a second person reads it.",
        validators=[Length(max=300)],
    )


class InviteForm(UserForm):
    """A new account."""

    sign_in_name = TextField("Sign-in name", validators=[Required("Enter a sign-in name."), Length(max=100)])
    reason = TextField(
        "Who is it, and how do you know?",
        description="A second person reads it and makes sure.",
        validators=[Required("Say who it is and how you know: a second person reads it."), Length(max=300)],
    )


class WhyForm(Form):
    """Why somebody needs access, for the second person."""

    reason = TextField(
        "Why, and how do you know that they ask?",
        validators=[Required("Say why, and how you know: a second person reads it."), Length(max=300)],
    )


class ReasonForm(Form):
    """Why something is stopped; kept in the audit trail."""

    reason = TextField("Reason", validators=[Required("Give the reason."), Length(max=300)])
