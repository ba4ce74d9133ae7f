"""The form that ends a visit: how each opening is left, whether it opens from inside, and what stays open."""

from __future__ import annotations

import uuid
from typing import Any

from web.forms.base import Form
from web.forms.fields import RadioField, TextAreaField
from worksorders.steps.completion.exits import ANSWERS
from worksorders.steps.site.find.visits import VisitPage

OPENING_CHOICES = [
    ("secure", "Secure"),
    ("temporarily_secured", "Temporarily secured"),
    ("insecure", "Not secure"),
]


class FinishForm(Form):
    """The end of the visit; a subclass made for the visit adds the fields of its openings."""

    escalation = TextAreaField("If something stays open or locked: what is it, and who stays or comes?")

    def states(self) -> dict[uuid.UUID, str]:
        """The state chosen for each opening."""
        return self._chosen("opening-")

    def exits(self) -> dict[uuid.UUID, str]:
        """The answer for each way out."""
        return self._chosen("exit-")

    def _chosen(self, prefix: str) -> dict[uuid.UUID, str]:
        return {
            uuid.UUID(field.name.removeprefix(prefix)): field.data
            for field in self
            if field.name.startswith(prefix) and field.data
        }


def finish_form(page: VisitPage, *, fresh: bool = False) -> FinishForm:
    """The form of one visit: as sent, or `fresh`."""
    fields: dict[str, Any] = {}
    for one in page.openings:
        fields[f"opening-{one.id}"] = RadioField(f"How is it now: {one.label}?", choices=OPENING_CHOICES)
        if one.is_exit:
            label = f"Does it open from inside without a key: {one.label}?"
            fields[f"exit-{one.id}"] = RadioField(label, choices=list(ANSWERS.items()))
    form: FinishForm = type("FinishOfVisit", (FinishForm,), fields)(**({"formdata": None} if fresh else {}))
    return form
