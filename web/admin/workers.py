"""Workers of a firm: take in, correct, hours, absences, checks."""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.admin.blueprint import blueprint, today
from web.admin.firms import RECORDED, back_to, check_details, check_form, keep_document
from web.admin.forms.firms import AbsenceForm, HoursForm, WorkerForm
from web.answering import answer_form, fresh_form
from web.edge import actor, db
from web.extensions import request_now
from web.forms import Form
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.people.check_kinds import Holder
from worksorders.steps.people import check_documents, checks
from worksorders.steps.people import workers as step
from worksorders.steps.people.check_register import load_register
from worksorders.steps.people.firms import own_firm
from worksorders.steps.people.places import depot_in, town_code
from worksorders.steps.people.workers import WEEKDAYS, Stretch, WorkerDetails

STRETCH = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|–|to)\s*(\d{1,2})[:.](\d{2})", re.ASCII)


@blueprint.route("/firms/<uuid:firm_id>/workers/new", methods=["GET", "POST"])
def add_worker(firm_id: uuid.UUID) -> ResponseReturnValue:
    """Take a person into a firm, with office hours to begin with."""
    firm = own_firm(db(), actor(), firm_id)
    form: Any = WorkerForm()

    def add() -> str:
        worker = step.add_worker(db(), actor(), firm_id, _details(form))
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
        hours=list(zip(WEEKDAYS, _hours_data(found).values(), strict=True)),
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
        step.change_worker(db(), actor(), worker_id, _details(form))
        flash("The worker has been changed.", "success")
        return url_for("admin.worker", worker_id=worker_id)

    title = f"Details of {_name(found)}"
    return answer_form(form, "worker.change", change, title=title, submit="Save", back=_back(found))


@blueprint.post("/workers/<uuid:worker_id>/active")
def set_worker_active(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Take a worker out of plans and offers, or back in."""
    found = step.own_worker(db(), actor(), worker_id)
    starting = not found.active

    def turn() -> str:
        step.set_worker_active(db(), actor(), worker_id, active=starting)
        flash("Back at work." if starting else "No more visits are planned or offered.", "success")
        return url_for("admin.worker", worker_id=worker_id)

    title = f"Change the state of {_name(found)}"
    return answer_form(Form(), "worker.active", turn, title=title, submit="Change", back=_back(found))


@blueprint.route("/workers/<uuid:worker_id>/hours", methods=["GET", "POST"])
def set_hours(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Replace the weekly hours."""
    found = step.own_worker(db(), actor(), worker_id)
    form = HoursForm(data=_hours_data(found))

    def change() -> str:
        try:
            step.set_hours(db(), actor(), worker_id, _stretches(form))
        except FaultsError as faults:
            raise FaultsError([_at_day(fault) for fault in faults.faults]) from None
        flash("The hours have been changed.", "success")
        return url_for("admin.worker", worker_id=worker_id)

    return answer_form(
        form,
        "worker.hours",
        change,
        title=f"Hours of {_name(found)}",
        submit="Save the hours",
        back=_back(found),
        lead="Write a day like 8:00–17:00, or 8:00–12:00, 13:00–17:00. An empty day is free.",
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

    title = f"Add an absence of {_name(found)}"
    return answer_form(form, "worker.absence", add, title=title, submit="Add the absence", back=_back(found))


@blueprint.post("/absences/<uuid:absence_id>/remove")
def remove_absence(absence_id: uuid.UUID) -> ResponseReturnValue:
    """Take an absence back."""
    absence = step.own_absence(db(), actor(), absence_id)
    found = step.own_worker(db(), actor(), absence.worker_id)

    def remove() -> str:
        step.remove_absence(db(), actor(), absence_id)
        flash("The absence has been taken back.", "success")
        return url_for("admin.worker", worker_id=found.id)

    title = f"Take back an absence of {_name(found)}"
    return answer_form(
        Form(), "worker.absence_remove", remove, title=title, submit="Take back", back=_back(found)
    )


@blueprint.route("/workers/<uuid:worker_id>/checks/new", methods=["GET", "POST"])
def record_worker_check(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Record a check of the worker."""
    found = step.own_worker(db(), actor(), worker_id)
    form: Any = check_form(Holder.WORKER)

    def keep() -> str:
        row = checks.record(db(), actor(), check_details(form), worker_id=worker_id, now=request_now())
        keep_document(row.id, form)
        flash(RECORDED, "success")
        return url_for("admin.worker", worker_id=worker_id)

    title = f"Record a check of {_name(found)}"
    return answer_form(
        form,
        "check.record",
        keep,
        title=title,
        submit="Record the check",
        back=_back(found),
        upload=True,
    )


def _name(found: Any) -> str:
    return f"{found.first_name} {found.last_name}"


def _back(found: Any) -> tuple[str, str]:
    return url_for("admin.worker", worker_id=found.id), _name(found)


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


def _details(form: Any) -> WorkerDetails:
    depot = depot_in(form.base_town.data)
    return WorkerDetails(
        first_name=form.first_name.data,
        last_name=form.last_name.data,
        base_town=depot.name,
        base_lat=depot.latitude,
        base_lon=depot.longitude,
        trades=form.trades.data,
        phone=form.phone.data or "",
        max_travel_minutes=form.max_travel_minutes.data,
        on_call=bool(form.on_call.data),
    )


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def _hours_data(found: Any) -> dict[str, str]:
    days: dict[str, list[str]] = {name.lower(): [] for name in WEEKDAYS}
    for row in found.hours:
        stretch = f"{_clock(row.opens_minute)}–{_clock(row.closes_minute)}"
        days[WEEKDAYS[row.weekday].lower()].append(stretch)
    return {name: ", ".join(texts) for name, texts in days.items()}


def _stretches(form: HoursForm) -> list[Stretch]:
    found: list[Stretch] = []
    faults: list[Fault] = []
    for weekday, field in enumerate(form.days()):
        for part in filter(None, (text.strip() for text in (field.data or "").split(","))):
            read = STRETCH.fullmatch(part)
            numbers = [int(number) for number in read.groups()] if read else []
            if not numbers or max(numbers[1], numbers[3]) > 59 or max(numbers[0], numbers[2]) > 24:
                message = f"“{part}” is not a stretch of hours: write it like 8:00–17:00."
                faults.append(Fault(f"hours-{weekday}", message))
                continue
            found.append(Stretch(weekday, numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]))
    if faults:
        raise FaultsError(faults)
    return found


def _at_day(fault: Fault) -> Fault:
    """The step names a day `hours-0`; the form calls its field `monday`."""
    name, _, number = fault.field.partition("-")
    return Fault(WEEKDAYS[int(number)].lower(), fault.message) if name == "hours" and number else fault
