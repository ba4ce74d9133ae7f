"""The fields of our forms, with GOV.UK's widgets; import them all from here."""

from datetime import date
from typing import Any

from flask_wtf.file import FileField as WtfFileField
from flask_wtf.file import MultipleFileField as WtfMultipleFileField
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovFileInput,
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms import fields
from wtforms.fields import HiddenField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, Regexp, StopValidation

from web.forms.parsed_fields import MoneyField, PhoneField, QuantityField, TimeField, WholeNumberField
from web.forms.widgets import DateInput, TickInput, three
from worksorders.domain.invisible import invisible_in

__all__ = [
    "YEARS",
    "CheckboxField",
    "CheckboxesField",
    "DateField",
    "EmailField",
    "FileField",
    "FilesField",
    "HiddenField",
    "MoneyField",
    "PasswordField",
    "PhoneField",
    "QuantityField",
    "RadioField",
    "Required",
    "SelectField",
    "TextAreaField",
    "TextField",
    "TimeField",
    "WholeNumberField",
    "YesNoField",
]


# Every text is compared with protected values word by word: one of a megabyte would keep a process busy for minutes.
LONGEST_TEXT = 10_000
# A day outside these years is a slip of the hand, and reckoning with it runs out of the calendar.
YEARS = range(1900, 2200)


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


class TextField(fields.StringField):
    """One line of text, without blanks at its ends."""

    widget = GovTextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = str(valuelist[0]).strip()

    def pre_validate(self, _form: Any) -> None:
        """Not more than anybody types, and nothing that nobody would see."""
        if self.data and len(self.data) > LONGEST_TEXT:
            raise StopValidation(f"Write at most {LONGEST_TEXT:,} characters: these are {len(self.data):,}.")
        if self.data and (unseen := invisible_in(self.data)):
            raise StopValidation(unseen)


class EmailField(TextField):
    """An e-mail address, or nothing."""

    def __init__(self, label: str | None = None, **more: Any) -> None:
        message = "Enter an e-mail address like office@example.co.nz."
        form = Regexp(r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}$", message=message)
        super().__init__(label, [Optional(), Length(max=150), form], **more)


class TextAreaField(TextField):
    """Several lines of text."""

    widget = GovTextArea()


class PasswordField(fields.PasswordField):
    """A password, never shown again."""

    widget = GovPasswordInput()


class _Choosing:
    """Choices given as (value, label) pairs; nothing chosen is for `Required` to refuse, not a false choice."""

    data: Any

    def __init__(
        self, label: str = "", validators: Any = None, *, choices: Any = None, **kwargs: Any
    ) -> None:
        if isinstance(choices, (list, tuple)):
            choices = [_choice(choice) for choice in choices]
        kwargs.setdefault("invalid_choice_message", "Choose one of those shown.")
        super().__init__(label, validators, choices=choices, **kwargs)  # type: ignore[call-arg]

    def pre_validate(self, form: Any) -> None:
        if self.data is not None:
            super().pre_validate(form)  # type: ignore[misc]


def _choice(choice: Any) -> SelectChoice:
    if isinstance(choice, SelectChoice):
        return choice
    return SelectChoice(*choice) if isinstance(choice, tuple) else SelectChoice(str(choice))


class SelectField(_Choosing, fields.SelectField):
    """One of many, as a list."""

    widget = GovSelect()


class RadioField(_Choosing, fields.RadioField):
    """One of few, all visible."""

    widget = GovRadioInput()


class YesNoField(RadioField):
    """Yes or no, neither chosen beforehand; `data` is "yes", "no" or None, `answer` a truth value or None."""

    def __init__(self, label: str = "", validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=[("yes", "Yes"), ("no", "No")], **kwargs)

    def process_data(self, value: Any) -> None:
        self.data = {True: "yes", False: "no"}.get(value, value)

    @property
    def answer(self) -> bool | None:
        """What was chosen, as a truth value."""
        return {"yes": True, "no": False}.get(self.data)


class CheckboxField(fields.BooleanField):
    """A single box to tick."""

    widget = TickInput()


class CheckboxesField(_Choosing, fields.SelectMultipleField):
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

    widget = DateInput()

    def _value(self) -> str:
        return ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.raw_data = parts = three(valuelist)
        self.data = None
        if not any(parts):
            return
        missing = [name for name, part in zip(("day", "month", "year"), parts, strict=True) if not part]
        if missing:
            raise ValueError(f"{self.label.text} must include a {' and a '.join(missing)}.")
        try:
            day, month, year = (int(part) for part in parts)
            found = date(year if year > 99 else year + 2000, month, day)
        except (ValueError, OverflowError):
            written = "/".join(parts)
            raise ValueError(f"“{written}” is not a real date: write it like 21 11 2026.") from None
        if found.year not in YEARS:
            raise ValueError(
                f"The year {found.year} is too far away: write one from {YEARS[0]} to {YEARS[-1]}."
            )
        self.data = found
