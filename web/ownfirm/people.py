"""The firm's people on the phone: one person, hours, absences, contact and on-call."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form, button, fresh_form
from web.edge import actor, db
from web.extensions import request_now
from web.filters import plural
from web.ownfirm.blueprint import LAYOUT, blueprint
from web.ownfirm.forms import ContactForm
from web.workforce.hours import HoursForm, hours_as_texts, keep_hours
from web.workforce.workers import AbsenceForm
from worksorders.steps.own_firm import people as step


@blueprint.get("/people/<uuid:worker_id>")
def person(worker_id: uuid.UUID) -> ResponseReturnValue:
    """One person of the own firm; a worker sees themselves."""
    page = step.find_person(db(), actor(), worker_id, request_now())
    return render_template(
        "ownfirm/person.html",
        page=page,
        hours=hours_as_texts(page.worker.hours),
        is_office=actor().worker_id is None,
        fresh_form=fresh_form,
    )


@blueprint.route("/people/<uuid:worker_id>/hours", methods=["GET", "POST"])
def hours(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Replace the weekly hours."""
    found = step.own_person(db(), actor(), worker_id)
    form = HoursForm(data=hours_as_texts(found.hours))

    def act() -> str:
        keep_hours(lambda: step.set_hours(db(), actor(), worker_id, form.stretches()))
        flash("The hours have been changed.", "success")
        return url_for("ownfirm.person", worker_id=worker_id)

    return answer_form(form, "own.hours", act, layout=LAYOUT, **page_of(found, "Hours of", "Save the hours"))


@blueprint.route("/people/<uuid:worker_id>/contact", methods=["GET", "POST"])
def contact(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Correct phone and longest way."""
    found = step.own_person(db(), actor(), worker_id)
    form: Any = ContactForm(data={"phone": found.phone, "max_travel_minutes": found.max_travel_minutes})

    def act() -> str:
        step.set_contact(
            db(),
            actor(),
            worker_id,
            phone=form.phone.data or "",
            max_travel_minutes=form.max_travel_minutes.data,
        )
        flash("The contact has been changed.", "success")
        return url_for("ownfirm.person", worker_id=worker_id)

    return answer_form(form, "own.contact", act, layout=LAYOUT, **page_of(found, "Contact of", "Save"))


@blueprint.post("/people/<uuid:worker_id>/on-call")
def on_call(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Turn being on call on or off."""
    found = step.own_person(db(), actor(), worker_id)
    wanted = not found.on_call

    def act() -> str:
        step.set_on_call(db(), actor(), worker_id, on_call=wanted)
        flash("On call for urgent visits." if wanted else "Not on call any more.", "success")
        return url_for("ownfirm.person", worker_id=worker_id)

    return button("own.on_call", act, url_for("ownfirm.person", worker_id=worker_id))


@blueprint.route("/people/<uuid:worker_id>/absences/new", methods=["GET", "POST"])
def add_absence(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Keep days without work; accepted visits on them are shown and asked about."""
    found = step.own_person(db(), actor(), worker_id)
    form: Any = AbsenceForm()

    def act() -> str:
        concerned = step.add_absence(
            db(),
            actor(),
            worker_id,
            form.from_on.data,
            form.to_on.data,
            note=form.note.data or "",
            now=request_now(),
        )
        tell_concerned(len(concerned))
        return url_for("ownfirm.person", worker_id=worker_id)

    return answer_form(
        form, "own.absence", act, layout=LAYOUT, **page_of(found, "Absence of", "Add the absence")
    )


def tell_concerned(count: int) -> None:
    """Say that the days are kept, and that accepted visits lie on them."""
    if count:
        flash(
            f"The days are kept. {plural(count, 'accepted visit')} on them: send somebody else or give back.",
            "error",
        )
    else:
        flash("The days are kept.", "success")


@blueprint.post("/absences/<uuid:absence_id>/remove")
def remove_absence(absence_id: uuid.UUID) -> ResponseReturnValue:
    """Take an absence back."""
    found = step.own_absence(db(), actor(), absence_id)
    back = url_for("ownfirm.person", worker_id=found.worker_id)

    def act() -> str:
        step.remove_absence(db(), actor(), absence_id)
        flash("The absence has been taken back.", "success")
        return back

    return button("own.absence_remove", act, back)


def page_of(found: Any, title: str, submit: str) -> dict[str, Any]:
    """What the form's page says around the form of one person."""
    return {
        "title": f"{title} {found.first_name} {found.last_name}",
        "submit": submit,
        "back": (url_for("ownfirm.person", worker_id=found.id), f"{found.first_name} {found.last_name}"),
    }
