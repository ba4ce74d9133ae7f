"""What each kind of value of an e-invoice may be: dates, numbers, money with its currency, codes and identifiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree
from stdnum.au import abn
from stdnum.be import vat as belgian
from stdnum.no import orgnr as norwegian
from stdnum.se import orgnr

from worksorders.domain.money import LARGEST
from worksorders.gateways.einvoice.form import code_lists as codes

Wrong = tuple[str, str, str]
"""What is wrong, what to do, and the rule."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOST_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Context:
    """The currencies of the document, whether it is a credit note, and the tax categories of its specification."""

    currency: str
    tax_currency: str
    is_credit: bool
    categories: frozenset[str]


def read_number(text: str) -> Decimal | None:
    """A number as XML Schema writes a decimal, of a size that money can have; None for anything else."""
    if len(text) > MOST_DIGITS or not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text)
    return value if abs(value) < LARGEST else None


def read_day(text: str) -> date | None:
    """A day as YYYY-MM-DD; None for anything else, a time zone behind it included."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its element and the document that it stands in."""

    node: etree._Element
    text: str
    context: Context

    def attribute(self, name: str) -> str:
        return (self.node.get(name) or "").strip()


def check_value(value: Value, kind: str) -> Iterator[Wrong]:
    """Everything wrong with one value of a kind, which is one of `KINDS` or plain text."""
    if kind in KINDS:
        yield from KINDS[kind](value)


def _shown(text: str) -> str:
    return f"“{text[:40]}”"


def _number(value: Value) -> Iterator[Wrong]:
    if read_number(value.text) is not None:
        return
    if _NUMBER.fullmatch(value.text):
        yield "the number is too long", "Write at most 12 digits before the point.", "UBL-2.1"
    else:
        yield f"{_shown(value.text)} is not a number", "Write it in digits, as in 1234.50.", "UBL-2.1"


def _money(value: Value) -> Iterator[Wrong]:
    yield from _number(value)
    yield from _currency_of(value, {value.context.currency})


def _currency_of(value: Value, wanted: set[str]) -> Iterator[Wrong]:
    given = value.attribute("currencyID")
    known = sorted(wanted - {""})
    if not given:
        yield "the amount has no currency", "Give currencyID.", "ibr-cl-03"
        return
    if known and given not in wanted:
        yield f"the amount is in {_shown(given)}, the document in {known[0]}", "Use one currency.", "ibr-126"
    if given not in codes.CURRENCIES:
        yield (
            f"{_shown(given)} is no currency code",
            "Give a currency code of the official list.",
            "ibr-cl-03",
        )


def _cents(text: str) -> Iterator[Wrong]:
    if len(text.partition(".")[2]) > 2:
        yield f"{_shown(text)} has more than two decimals", "Round it to the cent.", "aligned-ibrp-005"


def _amount(value: Value) -> Iterator[Wrong]:
    yield from _money(value)
    yield from _cents(value.text)


def _tax(value: Value) -> Iterator[Wrong]:
    yield from _number(value)
    yield from _currency_of(value, {value.context.currency, value.context.tax_currency})
    yield from _cents(value.text)


def _quantity(value: Value) -> Iterator[Wrong]:
    yield from _number(value)
    unit = value.node.get("unitCode")
    if unit is not None and unit.strip() not in codes.UNITS:
        yield f"{_shown(unit)} is no unit code", "Give a UN/ECE code, as EA or HUR.", "ibr-cl-23"


def _date(value: Value) -> Iterator[Wrong]:
    if read_day(value.text) is None:
        yield f"{_shown(value.text)} is not a date", "Write it as YYYY-MM-DD.", "ibr-073"


def _flag(value: Value) -> Iterator[Wrong]:
    if value.text not in {"true", "false"}:
        yield f"{_shown(value.text)} is neither true nor false", "Write true or false.", "ibr-082"


def _price_flag(value: Value) -> Iterator[Wrong]:
    if value.text != "false":
        yield "a charge stands in a price", "Charge it on the line.", "ibr-083"


def _one_of(what: str, known: frozenset[str], rule: str) -> Callable[[Value], Iterator[Wrong]]:
    def check(value: Value) -> Iterator[Wrong]:
        if value.text not in known:
            yield f"{_shown(value.text)} is no {what}", f"Give a {what} of the official list.", rule

    return check


def _type(value: Value) -> Iterator[Wrong]:
    known = codes.CREDIT_TYPES if value.context.is_credit else codes.INVOICE_TYPES
    if value.text not in known:
        usual = "381" if value.context.is_credit else "380"
        yield f"{_shown(value.text)} is no invoice type", f"Give {usual}.", "ibr-cl-01"


def _category(value: Value) -> Iterator[Wrong]:
    if value.context.categories and value.text not in value.context.categories:
        known = ", ".join(sorted(value.context.categories))
        yield f"{_shown(value.text)} is no tax category", f"Use one of {known}.", "aligned-ibrp-cl-01-aunz"


def _reason(value: Value) -> Iterator[Wrong]:
    parent = value.node.getparent()
    charge = parent is not None and "true" in [child.text for child in parent if str(child.tag).endswith("}ChargeIndicator")]  # fmt: skip
    if charge and not codes.CHARGE_REASON.fullmatch(value.text):
        yield f"{_shown(value.text)} is no reason for a charge", "Give a code of UNCL 7161.", "ibr-cl-20"
    elif not charge and value.text not in codes.ALLOWANCE_REASONS:
        yield f"{_shown(value.text)} is no reason for an allowance", "Give a code of UNCL 5189.", "ibr-cl-19"


def _register(value: Value) -> Iterator[Wrong]:
    scheme = value.attribute("schemeID")
    if scheme and not codes.REGISTER.fullmatch(scheme):
        yield f"{_shown(scheme)} is no register of identifiers", "Give 0088 for an NZBN.", "ibr-cl-10"


def _registered(value: Value) -> Iterator[Wrong]:
    yield from _register(value)
    yield from _digits(value.attribute("schemeID"), value.text)


def _endpoint(value: Value) -> Iterator[Wrong]:
    scheme = value.attribute("schemeID")
    if scheme and not codes.ADDRESS_SCHEME.fullmatch(scheme):
        yield f"{_shown(scheme)} is no scheme of electronic addresses", "Give 0088 for an NZBN.", "ibr-cl-25"
    yield from _digits(scheme, value.text)


_OF_COUNTRIES: dict[str, tuple[str, str, Callable[[str], bool]]] = {
    "0007": ("PEPPOL-COMMON-R049", "[0-9]{10}", orgnr.is_valid),
    "0184": ("PEPPOL-COMMON-R042", "(DK)?[0-9]{8}", lambda _: True),
    "0192": ("PEPPOL-COMMON-R041", "[0-9]{9}", norwegian.is_valid),
    "0208": ("PEPPOL-COMMON-R043", "[0-9]{10}", belgian.is_valid),
}
"""Registers of other countries with check digits, which Peppol's own rules ask for."""


def _digits(scheme: str, text: str) -> Iterator[Wrong]:
    if scheme == "0088" and not _sums_up(text):
        yield f"{_shown(text)} fails its check digit", "Give the right NZBN or GLN.", "ibr-068"
    if scheme == "0151" and not (text.isdecimal() and abn.is_valid(text)):
        yield f"the ABN {_shown(text)} fails its check digits", "Give the right ABN.", "ibr-120"
    if scheme in _OF_COUNTRIES:
        rule, form, valid = _OF_COUNTRIES[scheme]
        if not (re.fullmatch(form, text, re.ASCII) and valid(text)):
            yield f"{_shown(text)} is no number of its register", "Give the right number.", rule


def _sums_up(text: str) -> bool:
    """The check digit of a GLN, an NZBN among them, of whatever length: 3 and 1 in turn from the right make tens."""
    if not (text.isascii() and text.isdecimal()):
        return False
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(reversed(text)))
    return total % 10 == 0


def _standard(value: Value) -> Iterator[Wrong]:
    scheme = value.attribute("schemeID")
    if not scheme:
        yield "the item's standard number has no scheme", "Give schemeID.", "ibr-064"
    elif not codes.REGISTER.fullmatch(scheme):
        yield f"{_shown(scheme)} is no register of identifiers", "Give 0160 for a GTIN.", "ibr-cl-21"


def _classified(value: Value) -> Iterator[Wrong]:
    scheme = value.attribute("listID")
    if not scheme:
        yield "the classification has no scheme", "Give listID.", "ibr-065"
    elif not codes.CLASSIFICATION.fullmatch(scheme):
        yield f"{_shown(scheme)} is no way of classifying", "Give a code of UNCL 7143.", "ibr-cl-13"


def _file(value: Value) -> Iterator[Wrong]:
    mime = value.attribute("mimeCode")
    if not mime:
        yield "the attached file has no type", "Give mimeCode.", "ibr-074"
    elif mime not in codes.FILE_TYPES:
        yield f"a file of the type {_shown(mime)} is not taken", "Attach a PDF or an image.", "ibr-cl-24"
    if not value.attribute("filename"):
        yield "the attached file has no name", "Give filename.", "ibr-075"
    packed = re.sub(r"\s", "", value.text)
    if len(packed) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", packed):
        yield "the attached file is not in base 64", "Attach it again.", "UBL-2.1"


KINDS: dict[str, Callable[[Value], Iterator[Wrong]]] = {
    "number": _number,
    "price": _money,
    "amount": _amount,
    "tax": _tax,
    "quantity": _quantity,
    "date": _date,
    "flag": _flag,
    "price flag": _price_flag,
    "type": _type,
    "reason": _reason,
    "register": _register,
    "registered": _registered,
    "endpoint": _endpoint,
    "standard": _standard,
    "classified": _classified,
    "file": _file,
    "currency": _one_of("currency code", codes.CURRENCIES, "ibr-cl-04"),
    "country": _one_of("country code", codes.COUNTRIES, "ibr-cl-14"),
    "means": _one_of("way of paying", codes.MEANS, "ibr-cl-16"),
    "period": _one_of("tax point code", codes.TAX_POINTS, "aligned-ibrp-cl-02"),
    "object": _one_of("type of an invoiced object", frozenset({"130"}), "aligned-ibrp-060"),
    "category": _category,
}
