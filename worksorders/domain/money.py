"""Money is exact: whole cents with a currency, four-place rates and one rounding function.

Source of the GST rule: Goods and Services Tax Act 1985, which lets a fraction of half a cent or less
be dropped, on each line or on the total. Net, GST and gross are different types, so that adding the
wrong two is an error and not a wrong sum. A float anywhere raises TypeError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Self

NZD = "NZD"
RATE_PLACES = 4
MOST_DIGITS_TOLD = 18
_RATE_STEP = Decimal(1).scaleb(-RATE_PLACES)
_ONE = Decimal(1)

GST_RATES: tuple[tuple[date, Decimal], ...] = (
    (date(1986, 10, 1), Decimal("0.1000")),
    (date(1989, 7, 1), Decimal("0.1250")),
    (date(2010, 10, 1), Decimal("0.1500")),
)
"""Each standard GST rate with the first day it applied, oldest first."""


class MoneyError(ValueError):
    """A value that is no money, rate or quantity; the message names it and the form wanted."""


class Rounding(StrEnum):
    """What happens to a fraction of a cent.

    `HALF_UP` and `HALF_DOWN` differ on exactly half a cent only (kept or dropped). `DOWN` drops every
    fraction, for what may be charged on top; `UP` keeps every fraction, for what is held back.
    """

    HALF_UP = "half-up"
    HALF_DOWN = "half-down"
    DOWN = "down"
    UP = "up"


_DECIMAL_MODE = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_DOWN: ROUND_HALF_DOWN,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.UP: ROUND_UP,
}


def round_cents(cents: Decimal, how: Rounding = Rounding.HALF_UP) -> int:
    """Round a Decimal number of cents to whole cents: the only place in the product that rounds money.

    Symmetric about zero, so that a credit note is exactly the negative of its invoice.
    """
    if not isinstance(cents, Decimal):
        raise TypeError(f"round_cents takes a Decimal, not {type(cents).__name__} {cents!r}.")
    if not cents.is_finite():
        raise MoneyError(f"{cents} is not an amount.")
    return int(cents.quantize(_ONE, rounding=_DECIMAL_MODE[how]))


LARGEST = Decimal(10) ** 12
"""No number reaches this, so that products stay exact to the cent."""
LARGEST_FACTOR = Decimal(10) ** 8
"""No quantity and no rate reaches this, so that the cents of one times the other can be kept."""


def exact(value: Decimal | int | str, what: str = "number") -> Decimal:
    """The Decimal of a number written exactly; a float or bool raises TypeError, nonsense MoneyError.

    So does what is as large as a million million, which no quantity and no rate is.
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        raise TypeError(f"The {what} {value!r} is a {type(value).__name__}: give a Decimal, an int or text.")
    try:
        number = Decimal(value.strip().replace(",", "") if isinstance(value, str) else value)
    except InvalidOperation:
        raise MoneyError(f"“{value}” is not a {what}: write it in digits, for example 12.50.") from None
    if not number.is_finite():
        raise MoneyError(f"“{value}” is not a {what}: write it in digits, for example 12.50.")
    if abs(number) >= LARGEST:
        raise MoneyError(f"The {what} {_digits(number)} is too large: check the digits.")
    return number


def _digits(number: Decimal) -> str:
    """A number as people write it; of one that nobody could read only how long it is."""
    long = number.adjusted() + 1
    return f"{number:,f}" if long <= MOST_DIGITS_TOLD else f"of {long} digits"


def _factor(value: Decimal | int | str, what: str) -> Decimal:
    number = exact(value, what)
    if abs(number) >= LARGEST_FACTOR:
        raise MoneyError(f"The {what} {_digits(number)} is too large: check the digits.")
    return number


def rate(value: Decimal | int | str) -> Decimal:
    """A price per unit (dollars, ex GST) or a fraction, with exactly four decimal places.

    More than four places are refused, never rounded away.
    """
    number = _factor(value, "rate")
    stepped = number.quantize(_RATE_STEP)
    if stepped != number:
        raise MoneyError(f"The rate {value} has more than {RATE_PLACES} decimal places.")
    return stepped


def quantity(value: Decimal | int | str) -> Decimal:
    """A quantity of a unit with up to four decimal places, written with four."""
    number = _factor(value, "quantity")
    stepped = number.quantize(_RATE_STEP)
    if stepped != number:
        raise MoneyError(f"The quantity {value} has more than {RATE_PLACES} decimal places.")
    return stepped


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """Whole cents of one currency; only amounts of the same type and currency add and compare."""

    cents: int
    currency: str = NZD

    def __post_init__(self) -> None:
        if isinstance(self.cents, bool) or not isinstance(self.cents, int):
            raise TypeError(f"Money is whole cents, not {type(self.cents).__name__} {self.cents!r}.")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise MoneyError(f"“{self.currency}” is not a currency code of three capital letters.")

    def _same(self, other: object, verb: str) -> None:
        if type(other) is not type(self):
            raise TypeError(f"Cannot {verb} {type(self).__name__} and {type(other).__name__}.")
        if other.currency != self.currency:
            raise MoneyError(f"Cannot {verb} {self.currency} and {other.currency}.")

    def __add__(self, other: Self) -> Self:
        self._same(other, "add")
        return type(self)(self.cents + other.cents, self.currency)

    def __sub__(self, other: Self) -> Self:
        self._same(other, "subtract")
        return type(self)(self.cents - other.cents, self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.cents, self.currency)

    def __str__(self) -> str:
        return format_cents(self.cents, self.currency)


@dataclass(frozen=True, slots=True, order=True)
class Net(Money):
    """An amount before GST."""


@dataclass(frozen=True, slots=True, order=True)
class Gst(Money):
    """An amount of GST."""


@dataclass(frozen=True, slots=True, order=True)
class Gross(Money):
    """An amount with GST inside."""


NO_NET = Net(0)
NO_GROSS = Gross(0)


def line_cents(units: Decimal | int | str, unit_rate: Decimal | int | str) -> int:
    """Cents ex GST of a line: round(quantity × rate in dollars), half up."""
    return round_cents(exact(units, "quantity") * exact(unit_rate, "rate") * 100)


def gst_rate_on(on: date) -> Decimal:
    """The standard GST rate in force on a date of supply; before 1 October 1986 raises MoneyError."""
    for from_on, gst_rate in reversed(GST_RATES):
        if on >= from_on:
            return gst_rate
    raise MoneyError(f"There was no GST on {on.isoformat()}: it began on 1 October 1986.")


def gst_cents(net_cents: int, gst_rate: Decimal, how: Rounding = Rounding.HALF_UP) -> int:
    """GST on one net amount in cents; the product's own documents round the total half up."""
    return round_cents(Decimal(net_cents) * gst_rate, how)


class GstMethod(StrEnum):
    """The four ways of rounding GST that the Act allows, in the order in which they are tried."""

    TOTAL_HALF_UP = "total, half-up"
    TOTAL_HALF_DOWN = "total, half-down"
    LINE_HALF_UP = "line, half-up"
    LINE_HALF_DOWN = "line, half-down"


def allowed_gst(lines: Iterable[tuple[int, Decimal]]) -> Mapping[GstMethod, int]:
    """The GST in cents by each allowed method, for lines of (net cents, GST rate).

    The total methods round once for each rate present, since a tax total is stated for each rate.
    """
    lines = tuple(lines)
    nets: dict[Decimal, int] = {}
    for net_cents, gst_rate in lines:
        nets[gst_rate] = nets.get(gst_rate, 0) + net_cents
    totals = [(net_cents, gst_rate) for gst_rate, net_cents in nets.items()]
    return MappingProxyType(
        {
            method: sum(gst_cents(net_cents, gst_rate, how) for net_cents, gst_rate in basis)
            for method, basis, how in (
                (GstMethod.TOTAL_HALF_UP, totals, Rounding.HALF_UP),
                (GstMethod.TOTAL_HALF_DOWN, totals, Rounding.HALF_DOWN),
                (GstMethod.LINE_HALF_UP, lines, Rounding.HALF_UP),
                (GstMethod.LINE_HALF_DOWN, lines, Rounding.HALF_DOWN),
            )
        }
    )


def gst_method_of(charged_cents: int, lines: Iterable[tuple[int, Decimal]]) -> GstMethod | None:
    """The first allowed method that gives exactly the GST charged, or None when none does."""
    for method, cents in allowed_gst(lines).items():
        if cents == charged_cents:
            return method
    return None


def spread_cents(total_cents: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share cents out in proportion to weights, exactly: largest remainders first, earlier ones on a tie.

    All weights zero puts the whole on the first; no weights with cents to spread raises MoneyError.
    """
    if not weights:
        if total_cents:
            raise MoneyError(f"{format_cents(total_cents)} cannot be spread over no lines.")
        return ()
    whole = sum(abs(weight) for weight in weights)
    if not whole:
        return (total_cents, *(0 for _ in weights[1:]))
    sign = -1 if total_cents < 0 else 1
    parts = [divmod(abs(total_cents) * abs(weight), whole) for weight in weights]
    left = abs(total_cents) - sum(share for share, _ in parts)
    extra = set(sorted(range(len(parts)), key=lambda at: (-parts[at][1], at))[:left])
    return tuple(sign * (share + (at in extra)) for at, (share, _) in enumerate(parts))


def format_cents(cents: int, currency: str = NZD) -> str:
    """Money as people read it: "$1,234.50", "-$5.00", "AUD 1,234.50"."""
    if isinstance(cents, bool) or not isinstance(cents, int):
        raise TypeError(f"Money is whole cents, not {type(cents).__name__} {cents!r}.")
    dollars, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    symbol = "$" if currency == NZD else f"{currency} "
    return f"{sign}{symbol}{dollars:,}.{rest:02d}"


def format_rate(rate: Decimal, unit: str = "") -> str:
    """A rate as people read it, with as many places as it has and at least two: "$74.20 each", "$33.3333 per sash"."""
    places = max(2, -int(rate.normalize().as_tuple().exponent))
    per = "" if not unit else " each" if unit == "each" else f" per {unit}"
    return f"{'-' if rate < 0 else ''}${abs(rate):,.{places}f}{per}"


def plain_cents(cents: int) -> str:
    """Money as files want it: "1234.50" with no sign of the currency."""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{dollars}.{rest:02d}"


def parse_cents(text: str) -> int:
    """Whole cents of what a person typed: "$1,234.50", "1234.5" or "-12"; else MoneyError."""
    if not isinstance(text, str):
        raise TypeError(f"parse_cents takes text, not {type(text).__name__} {text!r}.")
    cleaned = text.strip().replace("$", "", 1).replace("−", "-")
    if not re.fullmatch(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d{1,2})?", cleaned, re.ASCII):
        raise MoneyError(f"“{text}” is not an amount of money: write it like 1,234.50.")
    return int(exact(cleaned, "amount") * 100)
