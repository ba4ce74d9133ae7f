"""Numbers that name a firm, an account or an invoice: check digits, one form, and how far two differ."""

from __future__ import annotations

import re
from enum import StrEnum

from stdnum import ean
from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.nz import bankaccount, ird


class CheckDigit(StrEnum):
    """What the digits say: right, wrong (it blocks), or a bank branch not in the list (it only holds)."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN_BRANCH = "unknown branch"


def compact_digits(number: str) -> str:
    """The number with all but its digits taken out."""
    return re.sub(r"[^0-9]", "", number)


def check_ird(number: str) -> CheckDigit:
    """The check digit of an IRD or GST number of 8 or 9 digits."""
    return CheckDigit.VALID if ird.is_valid(number) else CheckDigit.INVALID


def check_nzbn(number: str) -> CheckDigit:
    """The check digit of a New Zealand Business Number: 13 digits, beginning with 94."""
    digits = number.replace(" ", "")
    right = len(digits) == 13 and digits.startswith("94") and ean.is_valid(digits)
    return CheckDigit.VALID if right else CheckDigit.INVALID


def check_account(number: str) -> CheckDigit:
    """The check digits of a New Zealand bank account; bank and branch ranges change, so those only hold."""
    try:
        bankaccount.validate(number)
    except InvalidComponent:
        return CheckDigit.UNKNOWN_BRANCH
    except ValidationError:
        return CheckDigit.INVALID
    return CheckDigit.VALID


def compact_account(number: str) -> str:
    """A bank account as 16 digits (bank 2, branch 4, base 7, suffix 3), however it was written."""
    return str(bankaccount.compact(number))


def show_account(number: str) -> str:
    """A bank account as people read it, 01-0242-0100194-000."""
    return str(bankaccount.format(number))


def mask_account(number: str) -> str:
    """A bank account with only its last five digits left, for words that many may read."""
    digits = compact_account(number)
    return f"…{digits[-6:-3]}-{digits[-3:]}" if len(digits) >= 6 else "…"


_COPY_MARKER = re.compile(r"(?:^|(?<=[^A-Z]))(?:COPY|DUPLICATE|REPRINT|REISSUED?)(?=[^A-Z]|$)")
_LOOK_ALIKE = str.maketrans("OIL", "011")
_LEADING_ZEROS = re.compile(r"(?:^|(?<=[A-Z]))0+(?=[0-9])")


def normalise_number(number: str) -> str:
    """An invoice number in the one form in which numbers are compared.

    Upper case; no copy marker, punctuation or leading zeros (of the whole or of the digits after a
    letter); O read as 0, I and L as 1. Only a number that says nothing at all becomes empty.
    """
    upper = number.upper()
    unmarked = _COPY_MARKER.sub("", upper)
    letters = re.sub(r"[^A-Z0-9]", "", unmarked) or re.sub(r"[^A-Z0-9]", "", upper)
    return _LEADING_ZEROS.sub("", letters.translate(_LOOK_ALIKE))


def edit_distance(one: str, other: str, at_most: int = 2) -> int:
    """Single-character insertions, deletions and changes between two texts, or `at_most` + 1 if more."""
    if abs(len(one) - len(other)) > at_most:
        return at_most + 1
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        above, row[0] = row[0], at
        for to, against in enumerate(other, start=1):
            best = min(row[to] + 1, row[to - 1] + 1, above + (letter != against))
            above, row[to] = row[to], best
        if min(row) > at_most:
            return at_most + 1
    return min(row[-1], at_most + 1)
