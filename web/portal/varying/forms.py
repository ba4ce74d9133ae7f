"""The forms with which a worker asks for a change, short enough for one hand."""

from __future__ import annotations

import uuid
from decimal import Decimal

from wtforms.validators import Optional

from web.forms.base import Form
from web.forms.fields import (
    CheckboxField,
    FilesField,
    HiddenField,
    QuantityField,
    Required,
    SelectField,
    TextAreaField,
)
from worksorders.steps.varying.find_own import AskedLine, AskingPage
from worksorders.steps.varying.wishes import Wish

MOST = 999
WHOLE_HOME = ("", "The home as a whole")


class AskForm(Form):
    """Why, and what shows it; `urgent` is taken away where the quick path is closed."""

    reason = TextAreaField(
        "Why?",
        [Required("Say why the work has to change.")],
        description="No names, no address: the office reads this, and it is kept",
    )
    photos = FilesField("Photos that show why", [Optional()])
    urgent = CheckboxField(
        "The home cannot be left secure without it",
        description="Then it is approved at once up to a limit, without a photo, and the office is alerted",
    )

    def common(self) -> dict[str, object]:
        """What both kinds of wish have."""
        return {
            "reason": self.reason.data or "",
            "key": self.key,
            "photos": [file.read() for file in self.photos.data or [] if file],
            "urgent": "urgent" in self and bool(self.urgent.data),
        }


class LineForm(AskForm):
    """Another quantity of a line, as it was when the page was shown."""

    quantity = QuantityField(
        "How many are needed now?",
        [Required("Enter the quantity, 0 if it is not needed.")],
        least=0,
        most=MOST,
        description="Enter 0 if it is not needed at all",
    )
    seen = HiddenField()

    def show(self, line: AskedLine) -> None:
        """Remember the version of the line that the page shows from now on."""
        self.seen.data = str(line.revision)

    def wish(self, line_id: uuid.UUID) -> Wish:
        """What the step takes."""
        seen = self.seen.data or ""
        return Wish(
            quantity=self.quantity.data if self.quantity.data is not None else Decimal(-1),
            line_id=line_id,
            seen_revision=int(seen) if seen.isdecimal() else 0,
            **self.common(),  # type: ignore[arg-type]
        )


class AddForm(AskForm):
    """An item of the list, at an opening or for the home."""

    item_code = SelectField("What has to be added?", [Required("Choose an item.")])
    opening_id = SelectField("Where?")
    quantity = QuantityField("How many?", [Required("Enter the quantity.")], most=MOST)

    def wish(self) -> Wish:
        """What the step takes."""
        opening = self.opening_id.data
        return Wish(
            quantity=self.quantity.data or Decimal(0),
            item_code=self.item_code.data or "",
            opening_id=uuid.UUID(opening) if opening else None,
            **self.common(),  # type: ignore[arg-type]
        )


def line_form(page: AskingPage) -> LineForm:
    """The form for another quantity, with the quick path only where it is open."""
    form = LineForm()
    _close_quick_path(form, page)
    return form


def add_form(page: AskingPage) -> AddForm:
    """The form for a new item."""
    form = AddForm()
    form.item_code.choices = [("", "Choose an item"), *page.items]
    form.opening_id.choices = [*page.openings, WHOLE_HOME]
    _close_quick_path(form, page)
    return form


def _close_quick_path(form: AskForm, page: AskingPage) -> None:
    if not page.may_be_urgent:
        del form.urgent
