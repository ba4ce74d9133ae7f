"""The forms of signing in and unlocking."""

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput
from wtforms import SubmitField
from wtforms.validators import Length, ValidationError

from web.forms.base import Form
from web.forms.fields import PasswordField, Required, TextField

LONGEST = 256


class SignInForm(Form):
    """Name and password; browsers' password managers know the fields by their autocomplete names."""

    form_uuid = None
    name = TextField("Sign-in name", validators=[Required("Enter your sign-in name."), Length(max=LONGEST)])
    password = PasswordField("Password", validators=[Required("Enter your password."), Length(max=LONGEST)])
    submit = SubmitField("Sign in", widget=GovSubmitInput())


class PasswordForm(Form):
    """The present password and, twice, the one to be."""

    form_uuid = None
    present = PasswordField(
        "The password that you have now", validators=[Required("Enter your password."), Length(max=LONGEST)]
    )
    wanted = PasswordField(
        "New password",
        description="At least 12 characters. A few words that mean something to you alone do well.",
        validators=[Required("Enter the new password.")],
    )
    again = PasswordField("New password again", validators=[Required("Enter the new password again.")])
    submit = SubmitField("Change the password", widget=GovSubmitInput())

    def validate_again(self, field: Any) -> None:
        """Typed the same twice."""
        if field.data != self.wanted.data:
            raise ValidationError("The two new passwords differ: type them again.")


class UnlockForm(Form):
    """The password again, after fifteen minutes without a request."""

    form_uuid = None
    password = PasswordField("Password", validators=[Required("Enter your password."), Length(max=LONGEST)])
    submit = SubmitField("Unlock", widget=GovSubmitInput())
