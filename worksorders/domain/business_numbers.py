"""Checks the numbers by which a business is known and paid, each by its check digit."""

from stdnum import ean
from stdnum.exceptions import ValidationError
from stdnum.nz import bankaccount, ird

NZBN_PREFIX = "94"


def nzbn(text: str) -> str:
    """The 13 digits of a New Zealand Business Number (a GS1 number); raises ValueError with the remedy."""
    try:
        digits = str(ean.validate(text))
    except ValidationError:
        digits = ""
    if len(digits) != 13 or not digits.startswith(NZBN_PREFIX):
        raise ValueError(f"“{text}” is not an NZBN: it has 13 digits and begins with 94. Check each digit.")
    return digits


def gst_number(text: str) -> str:
    """A GST number, which is an IRD number, written 49-098-576; raises ValueError with the remedy."""
    try:
        return str(ird.format(ird.validate(text)))
    except ValidationError:
        raise ValueError(
            f"“{text}” is not a GST number: it has 8 or 9 digits, such as 49-098-576. Check each digit."
        ) from None


def bank_account(text: str) -> str:
    """A New Zealand bank account, written 01-0242-0100194-000; raises ValueError with the remedy."""
    try:
        return str(bankaccount.format(bankaccount.validate(text)))
    except ValidationError:
        raise ValueError(
            f"“{text}” is not a New Zealand bank account: write bank, branch, account and suffix, "
            "such as 01-0242-0100194-00, and check each digit."
        ) from None
