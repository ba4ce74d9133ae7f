"""People with an interest in a home: recording, the conflict check, the bar, and seeing a name for a purpose."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from web.consents.agreements import found_of, move, page
from web.consents.blueprint import blueprint
from web.consents.forms import ActionForm, PersonForm, PurposeForm
from web.edge import actor, db
from web.extensions import request_now
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.steps.consents import persons, screening
from worksorders.steps.consents.writing.read_person import read_person

TOLD = {
    "cleared": "Recorded. The conflict check found nothing: this person may be asked.",
    "waiting": "Recorded. The conflict check has to be looked at before anybody makes contact.",
    "barred": "Recorded. This person must never be asked: no letter, message or call can be made.",
}


@blueprint.post("/orders/<uuid:order_id>/agreements/people")
def add_person(order_id: uuid.UUID) -> ResponseReturnValue:
    """Record somebody with an interest in the home."""
    form = PersonForm()
    case_id = found_of(order_id).order.case_id

    def act() -> str:
        given = persons.GivenPerson(
            interest=form.interest.data or "",
            near=form.near.data or "",
            is_client=bool(form.is_client.data),
            name=form.person_name.data or "",
            phone=form.phone.data or "",
            mail=form.mail.data or "",
            post=form.post.data or "",
        )
        row = persons.record_person(db(), services().cipher, actor(), case_id, given, request_now())
        return TOLD[row.screening]

    return move(order_id, form, "interest.record", act, "people")


def _moves(interest_id: uuid.UUID) -> dict[str, Callable[[], str]]:
    cipher = services().cipher

    def bar() -> str:
        many = len(screening.bar(db(), cipher, actor(), interest_id, request_now()))
        more = f" So must {many - 1} more with the same name or phone." if many > 1 else ""
        return f"This person must never be asked. What waited for them has been stopped.{more}"

    def clear() -> str:
        screening.clear(db(), cipher, actor(), interest_id, request_now())
        return "This person may be asked."

    def ask_lift() -> str:
        screening.ask_lift(db(), actor(), interest_id, request_now())
        return "A second person has to agree before the bar is lifted."

    def lift() -> str:
        screening.lift(db(), actor(), interest_id, request_now())
        return "The bar is lifted. The conflict check waits: clear the person before anybody makes contact."

    def end() -> str:
        persons.end_person(db(), actor(), interest_id, request_now())
        return "This person has no interest in the home any more."

    return {"bar": bar, "clear": clear, "ask-lift": ask_lift, "lift": lift, "end": end}


@blueprint.post("/orders/<uuid:order_id>/agreements/people/<uuid:interest_id>/<string:action>")
def screen_person(order_id: uuid.UUID, interest_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Bar, clear, lift a bar by two, or end somebody's interest."""
    found_of(order_id).person(interest_id)
    act = _moves(interest_id).get(action)
    if act is None:
        abort(404)
    return move(order_id, ActionForm(), f"interest.{action}", act, "people")


@blueprint.post("/orders/<uuid:order_id>/agreements/people/<uuid:interest_id>")
def show_person(order_id: uuid.UUID, interest_id: uuid.UUID) -> ResponseReturnValue:
    """Show a name and contact once, for a purpose."""
    found = found_of(order_id)
    person = found.person(interest_id)
    form = PurposeForm()
    if form.validate_on_submit():
        try:
            shown = read_person(
                services().sessions, services().cipher, actor(), interest_id, form.purpose.data or ""
            )
        except FaultsError as faults:
            form.show(faults)
        else:
            return render_template(
                "consents/person.html",
                person=person,
                shown=shown,
                order=found.order,
                purpose=form.purpose.data,
                back=url_for("consents.agreements", order_id=order_id, _anchor="people"),
            )
    return page(order_id, form, f"person-{interest_id}")
