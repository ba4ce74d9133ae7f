"""Step 0: what reading the file showed, and whether its text repeats a protected value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.facts import InvoiceSource
from worksorders.domain.finance.split.case import MatchCase

_SHORTEST_WORD = 3
_SHORTEST_NUMBER = 6


def check(case: MatchCase) -> tuple[MatchException, ...]:
    """I01 for each fault of reading, I02 for each rule broken, I03 for typed input, I04 for protected text."""
    intake = case.invoice.intake
    found = [
        MatchException(
            "I02" if fault.rule_id else "I01",
            fault.remedy,
            fault.what,
            evidence=tuple(part for part in (fault.rule_id, fault.where) if part),
            about=f"{fault.rule_id}@{fault.where}",
        )
        for fault in intake.faults
    ]
    if case.invoice.source is InvoiceSource.TYPED:
        found.append(
            MatchException("I03", "an e-invoice or a portal invoice", "lines typed in from a document")
        )
    found += [
        MatchException("I04", "the order code and nothing of the home", "a protected value", about=name)
        for name in intake.protected_fields
    ]
    return tuple(found)


def find_protected(fields: Mapping[str, str], protected: Iterable[str]) -> tuple[str, ...]:
    """Names of the fields whose text repeats a protected value; the values themselves never come back.

    Case, macrons, punctuation and spacing are ignored, and numbers are compared by their digits, so that
    neither “12 kowhai st” nor “021-555 0199” slips through. Values too short to mean anything are left out.
    """
    words, numbers = set(), set()
    for value in protected:
        plain = _plain(value)
        digits = plain.replace(" ", "")
        if digits.isdigit() and len(digits) >= _SHORTEST_NUMBER:
            numbers.add(digits.removeprefix("64").lstrip("0"))
        elif len(digits) >= _SHORTEST_WORD and not digits.isdigit():
            words.add(f" {plain} ")
    return tuple(name for name, text in fields.items() if _repeats(text, words, numbers))


def _repeats(text: str, words: Iterable[str], numbers: Iterable[str]) -> bool:
    plain = f" {_plain(text)} "
    if any(word in plain for word in words):
        return True
    runs = [run.replace(" ", "") for run in re.findall(r"\d[\d ]*", plain)]
    return any(number in run for number in numbers for run in runs)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in letters if not unicodedata.combining(c))).strip()
