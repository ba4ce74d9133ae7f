"""Form fields that take what New Zealanders type and answer with a message that says what to type instead."""

import re
from datetime import date, time
from decimal import Decimal
from typing import Any

from flask_wtf.file import FileField as WtfFileField
from flask_wtf.file import MultipleFileField as WtfMultipleFileField
from govuk_frontend_wtf.main import merger
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovDateInput,
    GovFileInput,
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms import fields
from wtforms.validators import StopValidation

from worksorders.domain.money import MoneyError, parse_cents, plain_cents
from worksorders.domain.money import quantity as parse_quantity


class Required:
    """The field must be filled in; a field that could not be read keeps its own, more exact message."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: Any, field: Any) -> None:
        if field.process_errors:
            raise StopValidation
        empty = field.data is None or field.data == [] or field.data is False
        if empty or (isinstance(field.data, str) and not field.data.strip()):
            field.errors[:] = []
            raise StopValidation(self.message)


class _Input(GovTextInput):
    """A text input with preset parameters of the GOV.UK macro; the template's `params` come on top."""

    def __init__(self, **params: Any) -> None:
        super().__init__()
        self.params = params

    def map_gov_params(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        given = kwargs.pop("params", {})
        kwargs["params"] = merger.merge({**self.params}, given)
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        return params


class _DateInput(GovDateInput):
    """GOV.UK's three boxes, which fail on any other number of values than three."""

    def map_gov_params(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        if field.raw_data is not None:
            field.raw_data = _three(field.raw_data)
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        params.pop("value", None)
        return params


def _three(values: list[str]) -> list[str]:
    """Day, month and year out of any number of values; one ISO date is taken apart."""
    texts = [str(value).strip() for value in values]
    if len(texts) == 1 and (iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", texts[0])):
        texts = [iso[3], iso[2], iso[1]]
    return [*texts, "", "", ""][:3]


class TextField(fields.StringField):
    """One line of text, without blanks at its ends."""

    widget = GovTextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = str(valuelist[0]).strip()


class TextAreaField(TextField):
    """Several lines of text."""

    widget = GovTextArea()


class PasswordField(fields.PasswordField):
    """A password, never shown again."""

    widget = GovPasswordInput()


class SelectField(fields.SelectField):
    """One of many, as a list."""

    widget = GovSelect()


class RadioField(fields.RadioField):
    """One of few, all visible."""

    widget = GovRadioInput()


class YesNoField(fields.RadioField):
    """Yes or no, neither chosen beforehand; the data is True, False or None."""

    widget = GovRadioInput()

    def __init__(self, label: str = "", validators: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label, validators, choices=[("yes", "Yes"), ("no", "No")], coerce=self._read, **kwargs
        )

    @staticmethod
    def _read(value: Any) -> Any:
        return {"yes": "yes", "no": "no", True: "yes", False: "no"}.get(value)

    @property
    def answer(self) -> bool | None:
        """What was chosen, as a truth value."""
        found: bool | None = {"yes": True, "no": False}.get(self.data)
        return found


class CheckboxField(fields.BooleanField):
    """A single box to tick."""

    widget = GovCheckboxInput()


class CheckboxesField(fields.SelectMultipleField):
    """Any number of several."""

    widget = GovCheckboxesInput()


class FileField(WtfFileField):
    """One file."""

    widget = GovFileInput()


class FilesField(WtfMultipleFileField):
    """Several files, for example photos."""

    widget = GovFileInput(multiple=True)


class DateField(fields.Field):
    """Day, month and year in three boxes; the data is a date or None."""

    widget = _DateInput()

    def _value(self) -> str:
        return ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.raw_data = parts = _three(valuelist)
        self.data = None
        if not any(parts):
            return
        missing = [name for name, part in zip(("day", "month", "year"), parts, strict=True) if not part]
        if missing:
            raise ValueError(f"{self.label.text} must include a {' and a '.join(missing)}.")
        try:
            day, month, year = (int(part) for part in parts)
            self.data = date(year if year > 99 else year + 2000, month, day)
        except (ValueError, OverflowError):
            written = "/".join(parts)
            raise ValueError(f"“{written}” is not a real date: write it like 21 11 2026.") from None


class TimeField(fields.Field):
    """A time of day as people write it: `9:30 am`, `3 pm`, `15:40`; the data is a time or None."""

    widget = _Input(classes="govuk-input--width-5")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return (
            f"{self.data.hour % 12 or 12}:{self.data:%M} {'am' if self.data.hour < 12 else 'pm'}"
            if self.data
            else ""
        )

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip().lower() if valuelist else ""
        self.data = None
        if not text:
            return
        found = re.fullmatch(r"(\d{1,2})(?:[:.]?(\d{2}))?(?::\d{2})?\s*([ap])?\.?(?:m\.?)?", text)
        hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
        half = found[3] if found else None
        if half and not 1 <= hour <= 12:
            hour = 99
        if half:
            hour = hour % 12 + (12 if half == "p" else 0) if hour != 99 else hour
        if hour > 23 or minute > 59:
            raise ValueError(f"“{valuelist[0]}” is not a time of day: write it like 9:30 am or 15:40.")
        self.data = time(hour, minute)


class _ParsedField(fields.Field):
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


class _RangedField(_ParsedField):
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
        raise ValueError(text)


class MoneyField(_RangedField):
    """An amount such as `1,234.50` or `$50`; the data is whole cents or None, `least` and `most` are cents."""

    widget = _Input(
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


class QuantityField(_RangedField):
    """A quantity with at most four decimals; the data is a Decimal or None."""

    widget = _Input(classes="govuk-input--width-5", inputmode="decimal", spellcheck=False)

    def __init__(
        self, label: str = "", validators: Any = None, *, least: Decimal | int | None = 0, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, least=least, **kwargs)

    def parse(self, text: str) -> Decimal:
        try:
            if not re.fullmatch(r"-?[\d,]*\.?\d+", text, re.ASCII):
                raise MoneyError(text)
            return parse_quantity(text.replace(",", ""))
        except MoneyError:
            raise ValueError(
                f"{self.label.text} must be a number like 2 or 1.5, with at most four decimals: “{text}” is not."
            ) from None

    def write(self, value: Decimal) -> str:
        text = f"{Decimal(value):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


class WholeNumberField(_RangedField):
    """A whole number; the data is an int or None."""

    widget = _Input(classes="govuk-input--width-5", inputmode="numeric", spellcheck=False)

    def parse(self, text: str) -> int:
        if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
            raise ValueError(f"{self.label.text} must be a whole number: “{text}” is not.")
        return int(text)


class PhoneField(_ParsedField):
    """A phone number; the data is in international form, `+64211234567`, or None."""

    widget = _Input(classes="govuk-input--width-20", inputmode="tel", type="tel", spellcheck=False)

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
    cut = 4 if national.startswith("0800") or national.startswith("0508") else 3 if national[1] == "2" else 2
    rest = national[cut:]
    return f"{national[:cut]} {rest[:3]} {rest[3:]}"
