"""Turns the form of an assessment into a referral, and the rules' faults back into the form's fields."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from web.coordinator.intake_form import TakeInForm
from web.forms.base import apply_faults, leaves
from worksorders.domain.errors import Fault
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.order.assessment import CRITERIA
from worksorders.steps.intake.referral import (
    GivenAnswer,
    Referral,
    ReferredHome,
    ReferredOpening,
    ReferredPerson,
)

FIRST_PARTS = {"answers": "holds"}
WHOLE_FIELDS = {"safe_windows": "safe_windows-0-starts", "openings": "new_kind"}


def referral_of(form: TakeInForm) -> Referral:
    """What was typed, as far as it can be read; who gave an answer, and when, is carried down from the first."""
    home, person = form.home.form, form.person.form
    return Referral(
        agency=form.agency.data or "",
        urgency=form.urgency.data or "",
        adults=form.adults.data,
        children=form.children.data,
        assessed_on=form.assessed_on.data,
        answers=_answers(form),
        home=ReferredHome(
            street=home.street.data or "",
            town=home.town.data or "",
            built_before_2000=home.built_before_2000.answer,
            latitude=_degrees(home.latitude.data),
            longitude=_degrees(home.longitude.data),
        ),
        person=ReferredPerson(
            name=person.name.data or "",
            phone=person.phone.data,
            other_names=tuple(
                name.strip() for name in (person.other_names.data or "").split(",") if name.strip()
            ),
            safe_contact=person.safe_contact.data or "",
        ),
        safe_windows=tuple(
            (_minutes(entry.form.starts.data), _minutes(entry.form.ends.data))
            for entry in form.safe_windows
            if entry.form.starts.data or entry.form.ends.data
        ),
        openings=tuple(_opening(entry.form) for entry in form.openings),
        advocate=form.advocate.data or "",
        same_home={"yes": True, "no": False}.get(form.same_home.data),
    )


def show_faults(form: TakeInForm, faults: Iterable[Fault]) -> None:
    """Put each fault beside its field, once; a field that could not even be read keeps its own words alone."""
    unread = {field.name for field in leaves(form) if getattr(field, "errors", ())}
    placed = [Fault(_field(form, fault.field), fault.message) for fault in faults]
    apply_faults(form, [fault for fault in placed if fault.field not in unread])


def unreadable_degrees(form: TakeInForm) -> list[Fault]:
    """Coordinates that are no numbers."""
    home = form.home.form
    return [
        Fault(field.name, f"“{field.data}” is not a number of degrees: write it like {example}.")
        for field, example in ((home.latitude, "-37.6878"), (home.longitude, "176.1651"))
        if (field.data or "").strip() and _degrees(field.data) is None
    ]


def _answers(form: TakeInForm) -> tuple[GivenAnswer, ...]:
    found: list[GivenAnswer] = []
    by, on = "", None
    for criterion in CRITERIA:
        answer = form.answers.form[criterion.key].form
        by = answer.given_by.data or by
        on = answer.given_on.data or on
        given_on: date | None = on
        found.append(GivenAnswer(criterion.key, answer.holds.answer, by, given_on))
    return tuple(found)


def _opening(opening: Any) -> ReferredOpening:
    state = opening.state.data
    return ReferredOpening(
        kind=opening.kind.data or "",
        label=opening.label.data or "",
        state=OpeningState(state) if state in list(OpeningState) else None,
        findings=tuple(
            (entry.form.finding.data or "", entry.form.measured.data) for entry in _ticked(opening)
        ),
    )


def _ticked(opening: Any) -> list[Any]:
    return [entry for entry in opening.found if entry.form.present.data]


def _field(form: TakeInForm, name: str) -> str:
    """The form's name of a referral's field: openings keep the number that they were given, not their place."""
    if name in WHOLE_FIELDS:
        return WHOLE_FIELDS[name]
    parts = name.split("-")
    if parts[0] in FIRST_PARTS and len(parts) == 2:
        return f"{name}-{FIRST_PARTS[parts[0]]}"
    if parts[0] != "openings":
        return name
    entry = form.openings.entries[int(parts[1])]
    if len(parts) == 3:
        return f"{entry.name}-{'label' if parts[2] in {'kind', 'id'} else parts[2]}"
    found = _ticked(entry.form)[int(parts[3])]
    return f"{found.name}-{'present' if parts[4] == 'finding' else parts[4]}"


def _minutes(at: time | None) -> int:
    return at.hour * 60 + at.minute if at else 0


def _degrees(text: str | None) -> Decimal | None:
    cleaned = (text or "").strip().replace("−", "-")
    try:
        value = Decimal(cleaned) if cleaned else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None
