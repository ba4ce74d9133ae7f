"""The form of one line: quantity, photos, and of the rest only what the line asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from web.filters import quantity
from web.forms.base import Form
from web.forms.fields import (
    CheckboxField,
    DateField,
    FileField,
    FilesField,
    QuantityField,
    SelectField,
    TextField,
    TimeField,
    WholeNumberField,
    YesNoField,
)
from worksorders.domain.completion.needs import PaperRule
from worksorders.domain.completion.proof import HOLDERS
from worksorders.domain.lifecycle.reasons import NO_PHOTO
from worksorders.domain.local_time import NEW_ZEALAND
from worksorders.steps.completion.entry import AlarmTest, KeyRow, LineEntry, PaperGiven
from worksorders.steps.site.find.visits import LineRow

KEY_ROWS = 3
HOLDER_CHOICES = [("", "Choose"), *HOLDERS.items()]
NO_PHOTO_CHOICES = [("", "There is a photo"), *NO_PHOTO.choices()]
# Where a gap is a matter of several fields, its message stands at the first of them.
STANDS_AT: Mapping[str, str] = {"photo": "photos", "keys": "keys-0-number"}
Given = tuple[str, Any, Any]


class LineForm(Form):
    """One line of the checklist; a subclass made for the line adds its fields, named `line-<id>-…`."""

    line: LineRow

    def at(self, name: str) -> Any:
        """The field of that short name, None where the line does not ask for it."""
        full = f"line-{self.line.id}-{name}"
        return next((field for field in self if field.name == full), None)

    def entry(self, *, all_of_it: bool) -> LineEntry:
        """What was entered, as the step wants it."""
        done: Decimal | None = self.line.quantity if all_of_it else self.at("done").data
        return LineEntry(
            self.line.id,
            done,
            serial_numbers=self._text("serial"),
            keys=tuple(self._keys()),
            papers={rule.kind: self._paper(rule) for rule in self.line.asked.papers},
            live_test=self._test() if self.line.asked.live_test else None,
            no_photo_reason=self._text("no_photo") or None,
            measured_quantity=self.at("measured").data if self.line.asked.measure else None,
        )

    def _text(self, name: str) -> str:
        field = self.at(name)
        return str(field.data or "") if field is not None else ""

    def _keys(self) -> Iterator[KeyRow]:
        for number in range(KEY_ROWS if self.line.asked.keys else 0):
            row = KeyRow(
                self._text(f"keys-{number}-number"),
                self.at(f"keys-{number}-copies").data,
                self._text(f"keys-{number}-holder"),
            )
            if row.number or row.copies is not None or row.holder:
                yield row

    def _paper(self, rule: PaperRule) -> PaperGiven:
        issued_on, upload, later = (self.at(f"{rule.slug}-{name}") for name in ("issued_on", "file", "later"))
        content = upload.data.read() if upload is not None and upload.data else b""
        return PaperGiven(
            self._text(f"{rule.slug}-number"),
            issued_on.data if issued_on is not None else None,
            content or None,
            later=bool(later is not None and later.data),
        )

    def _test(self) -> AlarmTest:
        return AlarmTest(self.at("test-at").data, self._text("test-reference"), self.at("test-passed").answer)

    def photo_files(self) -> list[bytes]:
        """The content of each photo chosen."""
        field = self.at("photos")
        return [content for one in (field.data or ()) if one and (content := one.read())] if field else []

    def place(self, faults: Iterable[tuple[str, str]]) -> None:
        """Put the gaps, as pairs of short field name and message, beside their fields."""
        for name, message in faults:
            field = self.at(STANDS_AT.get(name, name))
            if field is None:
                self.form_errors.append(message)
            else:
                field.errors = [*field.errors, message]


def line_form(line: LineRow, *, fresh: bool = False) -> LineForm:
    """The form of a line: as sent, or `fresh` as stored."""
    found = [*_always(line), *_keys(line), *_papers(line), *_test(line)]
    fields = {f"line-{line.id}-{name}": field for name, field, _ in found}
    values = {f"line-{line.id}-{name}": value for name, _, value in found}
    kind = type("LineOfVisit", (LineForm,), {**fields, "line": line})
    form: LineForm = kind(data=values, **({"formdata": None} if fresh else {}))
    return form


def _always(line: LineRow) -> Iterator[Given]:
    done = line.done
    yield (
        "done",
        QuantityField(f"Done, of {quantity(line.quantity)} {line.unit}"),
        done and done.done_quantity,
    )
    if line.asked.measure:
        hint = "Only if you measured. Leave it empty otherwise."
        measured = QuantityField(f"Measured on site, in {line.unit}", description=hint)
        yield "measured", measured, done and done.measured_quantity
    if line.asked.photo:
        yield "photos", FilesField("Photos"), None
        reason = SelectField("If there is no photo, why?", choices=NO_PHOTO_CHOICES)
        yield "no_photo", reason, (done.no_photo_reason if done else None) or ""
    if line.asked.serial:
        yield "serial", TextField("Serial number"), done.serial_numbers if done else ""


def _keys(line: LineRow) -> Iterator[Given]:
    if not line.asked.keys:
        return
    for number in range(KEY_ROWS):
        key = line.keys[number] if number < len(line.keys) else None
        at = f"keys-{number}"
        yield f"{at}-number", TextField("Key number"), key.key_number if key else ""
        yield f"{at}-copies", WholeNumberField("How many keys"), key.copies if key else None
        holder = SelectField("Who holds them", choices=HOLDER_CHOICES)
        yield f"{at}-holder", holder, key.holder if key else ""


def _papers(line: LineRow) -> Iterator[Given]:
    for rule in line.asked.papers:
        kept = line.papers.get(rule.kind)
        yield f"{rule.slug}-number", TextField(rule.number_label), kept.number if kept else ""
        if rule.dated:
            yield f"{rule.slug}-issued_on", DateField("Day on it"), kept.issued_on if kept else None
        if rule.filed:
            yield f"{rule.slug}-file", FileField("Photo or PDF of it"), None
        if rule.may_come_later:
            label = f"It comes later, within {rule.later_working_days} working days"
            yield f"{rule.slug}-later", CheckboxField(label), bool(kept and kept.promised_by)


def _test(line: LineRow) -> Iterator[Given]:
    if not line.asked.live_test:
        return
    test = line.test
    tested_at = test.tested_at.astimezone(NEW_ZEALAND).time() if test else None
    yield "test-at", TimeField("Time of the test"), tested_at
    yield "test-reference", TextField("Reference of the monitoring centre"), test.reference if test else ""
    yield "test-passed", YesNoField("Did the centre receive the alarm?"), test.passed if test else None
