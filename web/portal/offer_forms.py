"""The forms that answer an offer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from web.filters import nz_datetime
from web.forms.base import Form
from web.forms.fields import RadioField, Required, SelectField
from worksorders.domain.lifecycle.reasons import DECLINE
from worksorders.steps.offers.find.offers import OfferPage
from worksorders.steps.offers.seats import Seat

NOBODY = ("", "Choose a worker")


class DeclineForm(Form):
    """Why not; a conflict is never asked about."""

    reason = RadioField(
        "Why do you decline?",
        choices=list(DECLINE.choices()),
        validators=[Required("Choose the reason that fits best.")],
    )


class AcceptForm(Form):
    """Takes the offer; a subclass made for the offer adds the seats and, if urgent, the arrival."""

    def workers(self) -> dict[str, uuid.UUID]:
        """The worker chosen for each seat that has one."""
        found = {}
        for field in self:
            if field.name.startswith("worker-") and field.data:
                found[field.name] = uuid.UUID(field.data)
        return found

    @property
    def minutes(self) -> int | None:
        """The promised minutes until arrival, of an urgent offer."""
        return (
            int(self.arrive_in_minutes.data)
            if "arrive_in_minutes" in self and self.arrive_in_minutes.data
            else None
        )


def seat_form(seats: Sequence[Seat]) -> AcceptForm:
    """The form that names the crew of one visit anew."""
    fields = {
        seat.name: _seat_field(seat, "Who goes" if len(seats) == 1 else f"Who goes, place {number}")
        for number, seat in enumerate(seats, start=1)
    }
    values = {seat.name: str(seat.proposed) for seat in seats}
    form: AcceptForm = type("SeatForm", (AcceptForm,), fields)(data=values)
    return form


def _seat_field(seat: Seat, label: str) -> SelectField:
    choices = [(str(worker_id), name) for worker_id, name in seat.choices]
    if seat.proposed is None or seat.proposed not in {worker for worker, _ in seat.choices}:
        choices.insert(0, NOBODY)
    return SelectField(label, choices=choices, validators=[Required("Choose who goes.")])


def accept_form(page: OfferPage, *, fresh: bool = False) -> AcceptForm:
    """The form for one offer, as sent or `fresh`: a list of workers for each seat, the arrival of an urgent one."""
    fields: dict[str, Any] = {}
    for number, seat in enumerate(page.seats, start=1):
        label = (
            "Who goes" if len(page.seats) == 1 else f"Who goes, place {number} ({_when(page, seat.visit_id)})"
        )
        fields[seat.name] = _seat_field(seat, label)
    if page.arrivals:
        fields["arrive_in_minutes"] = RadioField(
            "When will they be there?",
            choices=[(str(minutes), f"in {minutes} minutes") for minutes in page.arrivals],
            validators=[Required("Choose when the worker will be there.")],
        )
    form: AcceptForm = type("AcceptThisForm", (AcceptForm,), fields)(**({"formdata": None} if fresh else {}))
    return form


def _when(page: OfferPage, visit_id: uuid.UUID) -> str:
    start_at = page.starts.get(visit_id)
    return nz_datetime(start_at) if start_at else "now"
