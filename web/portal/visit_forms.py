"""The forms of a visit: checklist, photos, leaving, no access, and the password before the address."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from wtforms.validators import Length

from web.fields import (
    FilesField,
    PasswordField,
    QuantityField,
    RadioField,
    Required,
    SelectField,
    TextAreaField,
    TextField,
)
from web.filters import quantity
from web.forms import Form
from worksorders.domain.lifecycle.reasons import GIVE_BACK, NO_PHOTO
from worksorders.steps.site.checklist import LineEntry
from worksorders.steps.site.find.visits import LineRow, VisitPage
from worksorders.steps.site.stop import REASONS

LONGEST_PASSWORD = 256
OPENING_CHOICES = [
    ("secure", "Secure"),
    ("temporarily_secured", "Temporarily secured"),
    ("insecure", "Not secure"),
]


class PasswordForm(Form):
    """The password, asked again before each reading of an address; it makes no record of its own."""

    form_uuid = None
    password = PasswordField(
        "Your password", validators=[Required("Enter your password."), Length(max=LONGEST_PASSWORD)]
    )


class StopForm(Form):
    """Why the visit could not be carried out."""

    reason = RadioField(
        "What happened?", choices=list(REASONS), validators=[Required("Choose what happened.")]
    )


class GiveBackForm(Form):
    """Why the firm gives an accepted visit back."""

    reason = RadioField(
        "Why do you give it back?",
        choices=list(GIVE_BACK.choices()),
        validators=[Required("Choose the reason that fits best.")],
    )


class PhotoForm(Form):
    """Photos of one line, or of the visit as a whole."""

    photos = FilesField("Photos", validators=[Required("Choose or take at least one photo.")])
    line = SelectField("What do they show?", choices=[])

    def files(self) -> list[bytes]:
        """The content of each file chosen."""
        return [file.read() for file in self.photos.data]


class WorkForm(Form):
    """What was done of each line and how each opening is left; a subclass made for the visit adds them.

    It is saved as often as the worker likes, and sent once more to finish.
    """

    escalation = TextAreaField("If one is not secure: what is open, and who stays or comes?")

    def states(self) -> dict[uuid.UUID, str]:
        """The state chosen for each opening."""
        prefix = "opening-"
        return {
            uuid.UUID(field.name.removeprefix(prefix)): field.data
            for field in self
            if field.name.startswith(prefix) and field.data
        }

    def entries(self, lines: tuple[LineRow, ...]) -> list[LineEntry]:
        """The entries as the step wants them."""
        return [self._entry(line) for line in lines]

    def _entry(self, line: LineRow) -> LineEntry:
        def text(name: str) -> str:
            field = f"line-{line.id}-{name}"
            return str(self[field].data or "") if field in self else ""

        done: Decimal | None = self[f"line-{line.id}-done"].data
        return LineEntry(
            line.id, done, text("serial"), text("keys"), text("certificate"), text("no_photo") or None
        )

    def fields_of(self, line: LineRow) -> list[Any]:
        """The fields of one line, in their order."""
        return [field for field in self if field.name.startswith(f"line-{line.id}-")]


def work_form(page: VisitPage, *, fresh: bool = False) -> WorkForm:
    """The checklist of one visit and its openings: as sent, or `fresh` as stored."""
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for line in page.lines:
        for name, field, value in _line_fields(line):
            fields[f"line-{line.id}-{name}"] = field
            values[f"line-{line.id}-{name}"] = value
    for one in page.openings:
        fields[f"opening-{one.id}"] = RadioField(f"How is it now: {one.label}?", choices=OPENING_CHOICES)
    form: WorkForm = type("WorkOfVisit", (WorkForm,), fields)(data=values, **_unsent(fresh=fresh))
    return form


def _unsent(*, fresh: bool) -> dict[str, Any]:
    """A form of which nothing was sent reads nothing of the request."""
    return {"formdata": None} if fresh else {}


def _line_fields(line: LineRow) -> list[tuple[str, Any, Any]]:
    done = line.done
    ordered = f"{quantity(line.quantity)} {line.unit}"
    found: list[tuple[str, Any, Any]] = [
        (
            "done",
            QuantityField(f"Done, of {ordered}"),
            done.done_quantity if done else None,
        ),
        ("serial", TextField("Serial numbers, if any"), done.serial_numbers if done else ""),
    ]
    if line.asked.keys:
        found.append(("keys", TextField("Keys cut, and who holds each"), done.keys_note if done else ""))
    if line.asked.certificate:
        label = line.asked.certificate[:1].upper() + line.asked.certificate[1:]
        found.append(("certificate", TextField(label), done.certificate_number if done else ""))
    if line.asked.photo:
        choices = [("", "There is a photo"), *NO_PHOTO.choices()]
        field = SelectField("If there is no photo, why?", choices=choices)
        found.append(("no_photo", field, (done.no_photo_reason if done else None) or ""))
    return found


def photo_form(page: VisitPage, *, fresh: bool = False) -> PhotoForm:
    """The upload of one visit: as sent, or `fresh`."""
    form = PhotoForm(**_unsent(fresh=fresh))
    form.line.choices = [("", "The visit as a whole"), *((str(line.id), _title(line)) for line in page.lines)]
    return form


def _title(line: LineRow) -> str:
    return f"{line.measure}, {line.opening}" if line.opening else line.measure
