"""Fields that read a time, an amount, a number or a phone out of text, and say what to type instead."""

import re
from datetime import time
from decimal import Decimal
from typing import Any

from wtforms import fields

from web.forms.widgets import Input
from worksorders.domain.money import MoneyError, parse_cents, plain_cents
from worksorders.domain.money import quantity as parse_quantity

TIME_OF_DAY = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?(?::\d{2})?\s*(?:([ap])\.?m?\.?)?", re.ASCII)


class ParsedField(fields.Field):
    """A text that is read into a value; what was typed stays in the box when it cannot be read."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = self.read(text) if text else None

    def write(self, value: Any) -> str:
        return str(value)

    def read(self, text: str) -> Any:
        return text


class RangedField(ParsedField):
    """A parsed field with a least and a greatest value, both allowed."""

    def __init__(
        self, label: str = "", validators: Any = None, *, least: Any = None, most: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.least, self.most = least, most

    def read(self, text: str) -> Any:
        value = self.parse(text)
        if self.least is not None and value < self.least:
            raise ValueError(f"{self.label.text} must be {self.write(self.least)} or more, not {text}.")
        if self.most is not None and value > self.most:
            raise ValueError(f"{self.label.text} must be {self.write(self.most)} or less, not {text}.")
        return value

    def parse(self, text: str) -> Any:
        return text


class TimeField(ParsedField):
    """A time of day as people write it: `9:30 am`, `3 pm`, `15:40`; the data is a time or None."""

    widget = Input(classes="govuk-input--width-5")

    def read(self, text: str) -> time:
        hour, minute, half = _parts_of_day(text.lower())
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif half:
            hour = 24
        if hour > 23 or minute > 59:
            raise ValueError(f"“{text}” is not a time of day: write it like 9:30 am or 15:40.")
        return time(hour, minute)

    def write(self, value: time) -> str:
        return f"{value.hour % 12 or 12}:{value:%M} {'am' if value.hour < 12 else 'pm'}"


def _parts_of_day(text: str) -> tuple[int, int, str]:
    found = TIME_OF_DAY.fullmatch(text)
    return (int(found[1]), int(found[2] or 0), found[3] or "") if found else (24, 0, "")


class MoneyField(RangedField):
    """An amount such as `1,234.50` or `$50`; the data is whole cents or None, `least` and `most` are cents."""

    widget = Input(
        prefix={"text": "$"}, classes="govuk-input--width-10", inputmode="decimal", spellcheck=False
    )

    def __init__(
        self, label: str = "", validators: Any = None, *, least: int | None = 0, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, least=least, **kwargs)

    def parse(self, text: str) -> int:
        try:
            return parse_cents(text.replace(" ", ""))
        except MoneyError:
            raise ValueError(
                f"{self.label.text} must be an amount like 1,234.50, with at most two decimals: “{text}” is not."
            ) from None

    def write(self, value: int) -> str:
        return plain_cents(value)


class QuantityField(RangedField):
    """A quantity with at most four decimals; the data is a Decimal or None."""

    widget = Input(classes="govuk-input--width-5", inputmode="decimal", spellcheck=False)

    def __init__(
        self, label: str = "", validators: Any = None, *, least: Decimal | int | None = 0, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, least=least, **kwargs)

    def parse(self, text: str) -> Decimal:
        if re.fullmatch(r"-?(\d+|\d{1,3}(,\d{3})+)?(\.\d{1,4})?", text, re.ASCII) and text.strip("-"):
            return parse_quantity(text.replace(",", ""))
        raise ValueError(
            f"{self.label.text} must be a number like 2 or 1.5, with at most four decimals: “{text}” is not."
        )

    def write(self, value: Decimal) -> str:
        text = f"{Decimal(value):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


class WholeNumberField(RangedField):
    """A whole number; the data is an int or None."""

    widget = Input(classes="govuk-input--width-5", inputmode="numeric", spellcheck=False)

    def parse(self, text: str) -> int:
        if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
            raise ValueError(f"{self.label.text} must be a whole number: “{text}” is not.")
        return int(text)


class PhoneField(ParsedField):
    """A phone number; the data is in international form, `+64211234567`, or None."""

    widget = Input(classes="govuk-input--width-20", inputmode="tel", type="tel", spellcheck=False)

    def read(self, text: str) -> str:
        digits = re.sub(r"[\s().\-–]", "", text)
        digits = re.sub(r"^00", "+", digits)
        digits = re.sub(r"^\+640", "+64", digits)
        digits = re.sub(r"^0", "+64", digits)
        home = re.fullmatch(r"\+64[2-9]\d{7,9}", digits, re.ASCII)
        abroad = re.fullmatch(r"\+(?!64)[1-9]\d{7,14}", digits, re.ASCII)
        if not (home or abroad):
            raise ValueError(
                f"{self.label.text} must be a phone number like 021 123 4567 or 09 123 4567: “{text}” is not."
            )
        return digits

    def write(self, value: str) -> str:
        return phone(value)


def phone(value: str | None) -> str:
    """`021 123 4567` from `+64211234567`; numbers abroad stay as they are."""
    if not value:
        return "–"
    if not value.startswith("+64"):
        return value
    national = "0" + value[3:]
    free = national.startswith(("0800", "0508"))
    cut = 4 if free else 3 if national[1] == "2" else 2
    rest = national[cut:]
    return f"{national[:cut]} {rest[:3]} {rest[3:]}"
