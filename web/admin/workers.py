"""Workers of a firm: take in, correct, hours, absences."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.admin.blueprint import blueprint, today
from web.admin.firms import back_to
from web.answering import answer_form, fresh_form
from web.edge import actor, db
from web.forms.base import Form
from web.workforce.hours import HoursForm, hours_as_texts, keep_hours
from web.workforce.workers import AbsenceForm, WorkerForm, details_of
from worksorders.steps.people import check_documents, checks
from worksorders.steps.people import workers as step
from worksorders.steps.people.check_register import load_register
from worksorders.steps.people.firms import own_firm
from worksorders.steps.people.places import town_code
from worksorders.steps.people.workers import WEEKDAYS


@blueprint.route("/firms/<uuid:firm_id>/workers/new", methods=["GET", "POST"])
def add_worker(firm_id: uuid.UUID) -> ResponseReturnValue:
    """Take a person into a firm, with office hours to begin with."""
    firm = own_firm(db(), actor(), firm_id)
    form: Any = WorkerForm()

    def add() -> str:
        worker = step.add_worker(db(), actor(), firm_id, details_of(form))
        flash(f"{worker.first_name} has been added. Record the checks next.", "success")
        return url_for("admin.worker", worker_id=worker.id)

    title = f"Add a worker of {firm.name}"
    return answer_form(form, "worker.add", add, title=title, submit="Add the worker", back=back_to(firm))


@blueprint.get("/workers/<uuid:worker_id>")
def worker(worker_id: uuid.UUID) -> ResponseReturnValue:
    """One worker with checks, hours and absences."""
    found = step.own_worker(db(), actor(), worker_id)
    return render_template(
        "admin/worker.html",
        worker=found,
        firm=found.firm,
        hours=list(zip(WEEKDAYS, hours_as_texts(found.hours).values(), strict=True)),
        fresh_form=fresh_form,
        absences=step.absences_from(db(), worker_id, today()),
        checks=checks.checks_of(db(), worker_id=worker_id),
        kinds=load_register(db()),
        documented=check_documents.documented(db(), worker_id),
    )


@blueprint.route("/workers/<uuid:worker_id>/change", methods=["GET", "POST"])
def change_worker(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Correct a worker's details and trades."""
    found = step.own_worker(db(), actor(), worker_id)
    form: Any = WorkerForm(data=_data(found))

    def change() -> str:
        step.change_worker(db(), actor(), worker_id, details_of(form))
        flash("The worker has been changed.", "success")
        return url_for("admin.worker", worker_id=worker_id)

    title = f"Details of {name_of(found)}"
    return answer_form(form, "worker.change", change, title=title, submit="Save", back=back_to_worker(found))


@blueprint.post("/workers/<uuid:worker_id>/active")
def set_worker_active(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Take a worker out of plans and offers, or back in."""
    found = step.own_worker(db(), actor(), worker_id)
    starting = not found.active

    def turn() -> str:
        step.set_worker_active(db(), actor(), worker_id, active=starting)
        flash("Back at work." if starting else "No more visits are planned or offered.", "success")
        return url_for("admin.worker", worker_id=worker_id)

    title = f"Change the state of {name_of(found)}"
    return answer_form(
        Form(), "worker.active", turn, title=title, submit="Change", back=back_to_worker(found)
    )


@blueprint.route("/workers/<uuid:worker_id>/hours", methods=["GET", "POST"])
def set_hours(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Replace the weekly hours."""
    found = step.own_worker(db(), actor(), worker_id)
    form = HoursForm(data=hours_as_texts(found.hours))

    def change() -> str:
        keep_hours(lambda: step.set_hours(db(), actor(), worker_id, form.stretches()))
        flash("The hours have been changed.", "success")
        return url_for("admin.worker", worker_id=worker_id)

    return answer_form(
        form,
        "worker.hours",
        change,
        title=f"Hours of {name_of(found)}",
        submit="Save the hours",
        back=back_to_worker(found),
    )


@blueprint.route("/workers/<uuid:worker_id>/absences/new", methods=["GET", "POST"])
def add_absence(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Keep days without work."""
    found = step.own_worker(db(), actor(), worker_id)
    form: Any = AbsenceForm()

    def add() -> str:
        step.add_absence(
            db(), actor(), worker_id, form.from_on.data, form.to_on.data, note=form.note.data or ""
        )
        flash("The absence has been kept. Visits planned for these days need another worker.", "success")
        return url_for("admin.worker", worker_id=worker_id)

    title = f"Add an absence of {name_of(found)}"
    return answer_form(
        form, "worker.absence", add, title=title, submit="Add the absence", back=back_to_worker(found)
    )


@blueprint.post("/absences/<uuid:absence_id>/remove")
def remove_absence(absence_id: uuid.UUID) -> ResponseReturnValue:
    """Take an absence back."""
    absence = step.own_absence(db(), actor(), absence_id)
    found = step.own_worker(db(), actor(), absence.worker_id)

    def remove() -> str:
        step.remove_absence(db(), actor(), absence_id)
        flash("The absence has been taken back.", "success")
        return url_for("admin.worker", worker_id=found.id)

    title = f"Take back an absence of {name_of(found)}"
    return answer_form(
        Form(), "worker.absence_remove", remove, title=title, submit="Take back", back=back_to_worker(found)
    )


def name_of(found: Any) -> str:
    """First and last name."""
    return f"{found.first_name} {found.last_name}"


def back_to_worker(found: Any) -> tuple[str, str]:
    """The way back to a worker's page."""
    return url_for("admin.worker", worker_id=found.id), name_of(found)


def _data(found: Any) -> dict[str, Any]:
    return {
        "first_name": found.first_name,
        "last_name": found.last_name,
        "phone": found.phone,
        "base_town": town_code(found.base_town, found.base_lat, found.base_lon),
        "trades": [row.trade for row in found.trades],
        "max_travel_minutes": found.max_travel_minutes,
        "on_call": found.on_call,
    }
