"""Finds the address that somebody types, by POST alone: it is in no URL and no log, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from web.coordinator.blueprint import blueprint
from web.coordinator.intake_form import TakeInForm
from web.edge import db
from web.services import services
from worksorders.domain.errors import Fault
from worksorders.steps.addresses import find

APART = "|"
CHANGED = (
    "The address or town was changed after these coordinates were found for it: find the address again, or correct "
    "or empty them."
)


@blueprint.post("/assessments/addresses")
def find_address() -> ResponseReturnValue:
    """A fragment with the addresses for what was typed so far; the session's database work is read only."""
    found, fault = search(request.form.get("typed", ""))
    return render_template("coordinator/_addresses.html", found=found, fault=fault, value=value_of)


def search(typed: str) -> tuple[Sequence[find.FoundAddress], str]:
    """What was found, and words for when the geocoder does not answer."""
    try:
        return find.find_addresses(db(), typed, services().geocoder), ""
    except find.NoAnswerError as error:
        current_app.logger.warning("the geocoder does not answer")
        return (), str(error)


def can_search() -> bool:
    """Whether there is anything to search in."""
    return services().geocoder is not None or find.has_list(db())


def value_of(found: find.FoundAddress) -> str:
    """A found address as one value of a form: street, town's code, latitude, longitude."""
    return APART.join(
        (found.street.replace(APART, " "), found.town, str(found.latitude), str(found.longitude))
    )


def fill_in(form: TakeInForm, value: str) -> None:
    """Put a chosen address into the form; what is no such value changes nothing."""
    parts = value.split(APART)
    if len(parts) != 4:
        return
    home = form.home.form
    home.street.data, home.town.data, home.latitude.data, home.longitude.data = parts
    home.found.data = value


def changed_since(form: TakeInForm) -> list[Fault]:
    """A fault where coordinates stand that were found for another address than the one that is typed now."""
    home = form.home.form
    parts = (home.found.data or "").split(APART)
    if len(parts) != 4:
        return []
    same_point = _degrees(home.latitude.data) == _degrees(parts[2]) is not None
    same_place = ((home.street.data or "").strip(), home.town.data) == (parts[0], parts[1])
    return [Fault(home.latitude.name, CHANGED)] if same_point and not same_place else []


def _degrees(text: str | None) -> Decimal | None:
    try:
        return Decimal((text or "").strip().replace("−", "-"))
    except InvalidOperation:
        return None
