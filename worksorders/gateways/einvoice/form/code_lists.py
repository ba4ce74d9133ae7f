"""The codes that an e-invoice may use: whole lists where they are short, else the form that such a code has."""

from __future__ import annotations

import re
from pathlib import Path


def _load() -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    codes: set[str] = set()
    for text in Path(__file__).with_name("code_lists.txt").read_text(encoding="utf-8").splitlines():
        if text.startswith("["):
            codes = lists.setdefault(text[1:-1], set())
        elif not text.startswith("#"):
            codes.update(text.split())
    return {name: frozenset(found) for name, found in lists.items()}


_LISTS = _load()
CURRENCIES = _LISTS["CURRENCIES"]
COUNTRIES = _LISTS["COUNTRIES"]
MEANS = _LISTS["MEANS"]
ALLOWANCE_REASONS = _LISTS["ALLOWANCE_REASONS"]
INVOICE_TYPES = _LISTS["INVOICE_TYPES"]
CREDIT_TYPES = _LISTS["CREDIT_TYPES"]
BILLED = _LISTS["BILLED"]
CREDITED = _LISTS["CREDITED"]
UNITS = _LISTS["UNITS"]
TAX_POINTS = frozenset({"3", "35", "432"})

FILE_TYPES = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)

CHARGE_REASON = re.compile(r"(?!XX$)[A-Z][A-Z0-9]{1,2}")
"""Why something is put on, UNCL 7161."""

REGISTER = re.compile(r"0[0-2][0-9]{2}|SEPA")
"""A register of identifiers, ISO 6523."""

ADDRESS_SCHEME = re.compile(r"0[0-2][0-9]{2}|99[0-9]{2}|A[NQSU]|EM")
"""A scheme of electronic addresses."""

CLASSIFICATION = re.compile(r"(?!QQ$)[A-Z]{2,3}")
"""A way of classifying items, UNCL 7143."""
