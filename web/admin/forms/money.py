"""The forms for agreements, rate cards and bank accounts."""

from flask_wtf.file import FileRequired
from wtforms.validators import Length

from web.forms.base import Form
from web.forms.fields import CheckboxField, DateField, FileField, Required, TextField, WholeNumberField


class AgreementForm(Form):
    """A term for which a firm works, and how it is paid."""

    valid_from = DateField("First day", validators=[Required("Enter the first day.")])
    valid_to = DateField("Last day", description="Leave it empty for an agreement without an end.")
    payment_days = WholeNumberField(
        "Working days to pay", validators=[Required("Enter the days.")], default=10, least=1, most=60
    )
    self_billing = CheckboxField("The programme writes the firm's invoices (buyer-created tax invoices)")


class EndForm(Form):
    """The last day of an agreement."""

    last_on = DateField("Last day", validators=[Required("Enter the last day.")])


class RateCardForm(Form):
    """The next version of an agreement's rates."""

    rates = FileField(
        "Rates (CSV)",
        description="Columns code, unit, rate_nzd_ex_gst; UTF-8.",
        validators=[FileRequired("Choose the file of rates.")],
    )
    valid_from = DateField("First day", validators=[Required("Enter the first day.")])
    valid_to = DateField("Last day", description="Leave it empty where the next version will end it.")


class BankAccountForm(Form):
    """A new version of a firm's bank account."""

    number = TextField(
        "Account number",
        description="Bank, branch, account and suffix, such as 01-0242-0100194-00.",
        validators=[Required("Enter the account number."), Length(max=40)],
    )


class VerifyForm(Form):
    """How a bank account was verified."""

    evidence = TextField(
        "How you verified it",
        description="For example: deposit slip seen; called the number on the agreement. Never a number on an invoice.",
        validators=[Required("Say how you verified it."), Length(max=300)],
    )
