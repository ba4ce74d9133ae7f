"""What the firm's office keeps for the whole firm: its people, contact, hours and closed days."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form, fresh_form
from web.edge import actor, db
from web.extensions import request_now
from web.filters import plural
from web.ownfirm.blueprint import LAYOUT, blueprint
from web.ownfirm.forms import FirmContactForm
from web.ownfirm.people import tell_concerned
from web.workforce.hours import HoursForm, keep_hours
from web.workforce.workers import AbsenceForm
from worksorders.steps.own_firm import people as step
from worksorders.steps.own_firm import requests as asking
from worksorders.steps.people.firms import own_firm


@blueprint.get("/people")
def people() -> ResponseReturnValue:
    """The people of the firm, what was asked of the office, visits that an absence lies over; a worker goes to themselves."""
    me = actor()
    if me.worker_id is not None:
        return redirect(url_for("ownfirm.person", worker_id=me.worker_id), 303)
    return render_template(
        "ownfirm/people.html",
        firm=own_firm(db(), me, step.office(me)),
        concerned=step.concerned_visits(db(), me, request_now()),
        requests=asking.own_requests(db(), me),
        fresh_form=fresh_form,
    )


@blueprint.route("/our-firm/contact", methods=["GET", "POST"])
def firm_contact() -> ResponseReturnValue:
    """Correct where the office is reached."""
    firm = own_firm(db(), actor(), step.office(actor()))
    form: Any = FirmContactForm(data={"email": firm.email or "", "phone": firm.phone})

    def act() -> str:
        step.set_firm_contact(db(), actor(), email=form.email.data or "", phone=form.phone.data or "")
        flash("The contact has been changed.", "success")
        return url_for("ownfirm.people")

    return answer_form(form, "own.firm_contact", act, layout=LAYOUT, **_page("Contact of the firm", "Save"))


@blueprint.route("/our-firm/hours", methods=["GET", "POST"])
def hours_of_all() -> ResponseReturnValue:
    """Give everybody the same hours."""
    step.office(actor())
    form = HoursForm()

    def act() -> str:
        counted: list[int] = []
        keep_hours(lambda: counted.append(step.set_hours_of_all(db(), actor(), form.stretches())))
        flash(f"{plural(counted[0], 'worker')} have these hours now.", "success")
        return url_for("ownfirm.people")

    page = _page("Hours of the whole firm", "Give everybody these hours")
    page["lead"] = "They replace the hours of each of your workers. Change single people on their own pages."
    return answer_form(form, "own.hours_of_all", act, layout=LAYOUT, **page)


@blueprint.route("/our-firm/closed", methods=["GET", "POST"])
def close_days() -> ResponseReturnValue:
    """Keep days on which nobody works."""
    step.office(actor())
    form: Any = AbsenceForm()

    def act() -> str:
        concerned = step.close_days(
            db(), actor(), form.from_on.data, form.to_on.data, note=form.note.data or "", now=request_now()
        )
        tell_concerned(len(concerned))
        return url_for("ownfirm.people")

    page = _page("Days on which the firm is closed", "Keep these days free")
    page["lead"] = "Each of your workers gets an absence; it can be taken back on their own page."
    return answer_form(form, "own.close_days", act, layout=LAYOUT, **page)


def _page(title: str, submit: str) -> dict[str, Any]:
    back = (url_for("ownfirm.people"), "Our people")
    return {"title": title, "submit": submit, "back": back}
