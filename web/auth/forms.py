"""The forms of signing in and unlocking."""

from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput
from wtforms import SubmitField
from wtforms.validators import Length

from web.fields import PasswordField, Required, TextField
from web.forms import Form

LONGEST = 256


class SignInForm(Form):
    """Name and password; browsers' password managers know the fields by their autocomplete names."""

    form_uuid = None
    name = TextField("Sign-in name", validators=[Required("Enter your sign-in name."), Length(max=LONGEST)])
    password = PasswordField("Password", validators=[Required("Enter your password."), Length(max=LONGEST)])
    submit = SubmitField("Sign in", widget=GovSubmitInput())


class UnlockForm(Form):
    """The password again, after fifteen minutes without a request."""

    form_uuid = None
    password = PasswordField("Password", validators=[Required("Enter your password."), Length(max=LONGEST)])
    submit = SubmitField("Unlock", widget=GovSubmitInput())
