"""The forms of inspections, defects, keys, papers, reviews and the guide."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from wtforms.validators import Length

from web.forms.base import Form
from web.forms.fields import (
    CheckboxField,
    FilesField,
    RadioField,
    Required,
    SelectField,
    TextAreaField,
    TextField,
    WholeNumberField,
)
from worksorders.domain.completion.proof import NAMED
from worksorders.domain.completion.warranty import SEVERITIES
from worksorders.steps.aftercare.blueprint import PURPOSES
from worksorders.steps.aftercare.inspections import RESULTS, LineFound
from worksorders.steps.aftercare.monitoring import OUTCOMES
from worksorders.steps.aftercare.repair import TO
from worksorders.steps.completion.keys import BY_ROLE

NEUTRAL = "Name no person and no place."


class InspectionForm(Form):
    """The checklist of an inspection; a subclass made for the visit adds the fields of its lines."""

    line_ids: tuple[uuid.UUID, ...] = ()
    note = TextAreaField("Remarks", description=NEUTRAL)

    def of(self, line_id: uuid.UUID, name: str) -> Any:
        """A field of a line."""
        return self[f"line-{line_id}-{name}"]

    def found(self) -> list[LineFound]:
        """What was entered, as the step wants it."""
        return [
            LineFound(
                line_id,
                self.of(line_id, "result").data or "",
                self.of(line_id, "note").data or "",
                self.of(line_id, "severity").data or "",
                tuple(
                    content
                    for one in (self.of(line_id, "photos").data or ())
                    if one and (content := one.read())
                ),
            )
            for line_id in self.line_ids
        ]


def inspection_form(lines: Sequence[Any], *, fresh: bool = False) -> InspectionForm:
    """The form of one inspection: as sent, or `fresh`."""
    fields: dict[str, Any] = {"line_ids": tuple(line.id for line in lines)}
    for line in lines:
        at = f"line-{line.id}"
        fields[f"{at}-result"] = RadioField("How was it found?", choices=list(RESULTS.items()))
        fields[f"{at}-note"] = TextField("What is wrong", description=NEUTRAL)
        fields[f"{at}-severity"] = SelectField(
            "How bad is it?", choices=[("", "Choose"), *SEVERITIES.items()]
        )
        fields[f"{at}-photos"] = FilesField("Photos")
    made: InspectionForm = type("InspectionOfVisit", (InspectionForm,), fields)(
        **({"formdata": None} if fresh else {})
    )
    return made


class WithdrawForm(Form):
    """Why work is not inspected after all."""

    reason = TextField("Why is it not inspected?", [Required("Say why the work is not inspected.")])


class ShareForm(Form):
    """The share of one firm."""

    percent = WholeNumberField(
        "Share of visits inspected, in percent", description="Leave it empty for the share of its trades.",
        least=0, most=100,
    )  # fmt: skip
    reason = TextField("Why", [Required("Say why this firm has a share of its own.")])


class DefectForm(Form):
    """What is wrong with done work, and who mends it."""

    line = SelectField("Which work?", choices=[], validators=[Required("Choose the work that is not good.")])
    what = TextAreaField(
        "What is wrong?", [Required("Say in a few words what is wrong.")], description=NEUTRAL
    )
    severity = RadioField(
        "How bad is it?", choices=list(SEVERITIES.items()), validators=[Required("Choose how bad it is.")]
    )
    to = RadioField("Who mends it?", choices=list(TO.items()), validators=[Required("Choose who mends it.")])


class DefectMoveForm(Form):
    """What becomes of a defect that waits."""

    to = RadioField("What becomes of it?", choices=[], validators=[Required("Choose what becomes of it.")])
    reason = TextField("Why it is no defect, if it is none")


class KeyForm(Form):
    """Who holds keys."""

    sealed_fields = frozenset({"name"})
    holder = RadioField(
        "Who holds these keys?",
        choices=[*BY_ROLE.items(), (NAMED, "Another person")],
        validators=[Required("Choose who holds the keys.")],
    )
    person = SelectField("A person with an interest in the home", choices=[])
    name = TextField(
        "Or the name", [Length(max=120)], description="It is sealed, and checked first against people who must never be asked."
    )  # fmt: skip


class PurposeForm(Form):
    """Why a protected paper is read; it makes no record of its own."""

    form_uuid = None
    purpose = TextField(
        "What do you need it for?",
        [Required("Say what you need it for."), Length(min=3, message="Say it in a few words.")],
    )


class ReviewForm(Form):
    """What came of a review."""

    outcome = RadioField(
        "How is it?", choices=list(OUTCOMES.items()), validators=[Required("Choose what came of it.")]
    )
    note = TextAreaField("Remarks", description=NEUTRAL)


class GuideForm(Form):
    """What the guide is printed for, and what its cover says."""

    purpose = RadioField(
        "What is it printed for?",
        choices=list(PURPOSES.items()),
        validators=[Required("Choose what it is printed for.")],
    )
    with_service = CheckboxField("The family asked for the name of the service on the cover")
    with_code = CheckboxField("The family asked for the number of the order on the cover")
