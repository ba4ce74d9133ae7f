"""What the visit's page shows of the checklist: a form a line, which one is open, how far the work is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from web.portal.checklist.finish_form import FinishForm, finish_form
from web.portal.checklist.line_form import LineForm, line_form
from worksorders.domain.errors import Fault
from worksorders.steps.site.find.visits import VisitPage


@dataclass
class Checklist:
    """The forms of a worker on site; the errors of all of them are told together at the top of the page."""

    lines: dict[uuid.UUID, LineForm]
    finish: FinishForm
    open_id: uuid.UUID | None

    @property
    def errors(self) -> list[dict[str, str]]:
        return self.error_links()

    @property
    def finished(self) -> int:
        """How many lines lack nothing."""
        return sum(not form.line.missing for form in self.lines.values())

    def error_links(self) -> list[dict[str, str]]:
        """Each error with the address of its field, line by line, then those of the end."""
        return [link for form in (*self.lines.values(), self.finish) for link in form.error_links()]

    def place(self, faults: Iterable[Fault]) -> None:
        """Put each fault beside its field, whichever form holds it."""
        for fault in faults:
            for line_id, form in self.lines.items():
                prefix = f"line-{line_id}-"
                if fault.field.startswith(prefix):
                    form.place([(fault.field.removeprefix(prefix), fault.message)])
                    break
            else:
                place_in(self.finish, fault)


def place_in(form: Any, fault: Fault) -> None:
    """Put a fault beside the form's field of its name, or at the form as a whole."""
    if fault.field in form:
        form[fault.field].errors = [*form[fault.field].errors, fault.message]
    else:
        form.form_errors.append(fault.message)


def make_checklist(
    page: VisitPage, *, line: LineForm | None = None, finish: FinishForm | None = None
) -> Checklist:
    """Every form fresh but the one that was sent; open is that one, or the first line that lacks something."""
    forms = {row.id: line_form(row, fresh=True) for row in page.lines}
    if line is not None:
        forms[line.line.id] = line
    first = next((row.id for row in page.lines if row.missing), None)
    return Checklist(
        forms, finish or finish_form(page, fresh=True), line.line.id if line is not None else first
    )
