"""The forms of paying: what goes into a run, why one is cancelled or returned, and what is kept back."""

from __future__ import annotations

from web.forms.base import Form
from web.forms.fields import (
    CheckboxesField,
    DateField,
    FileField,
    MoneyField,
    QuantityField,
    Required,
    TextField,
    WholeNumberField,
)


class RunForm(Form):
    """What a run pays, and when."""

    chosen = CheckboxesField(
        "What the run pays", [Required("Choose at least one invoice.")], choices=[], validate_choice=False
    )
    pay_on = DateField("The bank pays on", [Required("Enter the day on which the bank pays.")])


class WhyForm(Form):
    """A move that needs a reason."""

    reason = TextField("Reason", [Required("Enter the reason.")])


class ReturnForm(Form):
    """A payment that came back."""

    returned_on = DateField("It came back on", [Required("Enter the day on which it came back.")])
    reason = TextField("What the bank gave as the reason", [Required("Enter the bank's reason.")])


class CheckFileForm(Form):
    """A file to be compared with its run."""

    file = FileField("Bank file or bills file", [Required("Choose a file.")])


class PayerForm(Form):
    """The account that we pay from."""

    name = TextField("Name that the bank knows us by", [Required("Enter the name of the account.")])
    number = TextField("Account number", [Required("Enter the account number.")])


class TermForm(Form):
    """What an agreement keeps back."""

    percent = QuantityField(
        "Percent of accepted work before GST", [Required("Enter the percent, 0 for none.")]
    )
    kept_months = WholeNumberField(
        "Months until it is released", [Required("Enter the months.")], least=0, most=60
    )
    in_force_from = DateField("For orders issued from", [Required("Enter the first day.")])


class TrustForm(Form):
    """The posting to the trust account."""

    reference = TextField("Reference of the entry in the trust account", [Required("Enter the reference.")])


class UseForm(Form):
    """Retention used."""

    amount = MoneyField("Amount used, before GST", [Required("Enter the amount.")], least=1)
    reason = TextField("What it was used for", [Required("Say what it was used for.")])
