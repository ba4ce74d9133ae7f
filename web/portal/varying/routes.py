"""Asking for a change on site, and reading the answer: one page for each."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults, render_form
from web.portal.blueprint import blueprint
from web.portal.varying.forms import AskForm, add_form, line_form
from worksorders.domain.errors import Fault, FaultsError
from worksorders.steps.site.photos import PhotoError
from worksorders.steps.varying import decide, find_own
from worksorders.steps.varying.ask import ask
from worksorders.steps.varying.wishes import Wish


@blueprint.get("/visits/<uuid:visit_id>/changes")
def changes(visit_id: uuid.UUID) -> ResponseReturnValue:
    """What may be asked for on a visit, and what was."""
    page = find_own.find_asking(db(), actor(), visit_id)
    asked = find_own.find_own(db(), actor(), visit_id=visit_id)
    return render_template("portal/varying/changes.html", page=page, asked=asked)


@blueprint.route("/visits/<uuid:visit_id>/changes/add", methods=["GET", "POST"])
def add_change(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for a new item."""
    page = find_own.find_asking(db(), actor(), visit_id)
    form = add_form(page)
    sent = _answer(form, visit_id, form.wish)
    return sent or render_form("portal/varying/add.html", form, page=page)


@blueprint.route("/lines/<uuid:line_id>/change", methods=["GET", "POST"])
def change_line(line_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for another quantity of a line; what somebody else changed meanwhile is shown as it is now."""
    visit_id = find_own.visit_of_line(db(), line_id)
    page = find_own.find_asking(db(), actor(), visit_id)
    line = page.line(line_id)
    form = line_form(page)
    sent = _answer(form, visit_id, lambda: form.wish(line_id))
    if sent:
        return sent
    page = find_own.find_asking(db(), actor(), visit_id)
    line = page.line(line_id)
    form.show(line)
    return render_form("portal/varying/line.html", form, page=page, line=line)


def _answer(form: AskForm, visit_id: uuid.UUID, wish: Callable[[], Wish]) -> ResponseReturnValue | None:
    """Ask once; None where the form has to be shown (again)."""
    if not form.validate_on_submit():
        return None
    try:
        return take_once(form.key, "variation.ask", lambda: _ask(visit_id, wish()))
    except PhotoError as refusal:
        db().rollback()
        apply_faults(form, [Fault("photos", str(refusal))])
    except FaultsError as faults:
        db().rollback()
        apply_faults(form, faults)
    return None


def _ask(visit_id: uuid.UUID, wish: Wish) -> str:
    asked = ask(db(), actor(), visit_id, wish, request_now())
    if asked.state == "approved":
        flash("Approved. The work list is up to date.", "success")
    else:
        flash("Sent to the office. You cannot finish the visit until it is decided.", "info")
    return url_for("portal.variation", variation_id=asked.id)


@blueprint.get("/variations")
def variations() -> ResponseReturnValue:
    """All that the firm asked for, the newest first."""
    return render_template("portal/varying/variations.html", rows=find_own.find_own(db(), actor()))


@blueprint.get("/variations/<uuid:variation_id>")
def variation(variation_id: uuid.UUID) -> ResponseReturnValue:
    """One, with its answer."""
    row = find_own.find_one(db(), actor(), variation_id)
    return render_template("portal/varying/variation.html", row=row, action=Form(formdata=None))


@blueprint.post("/variations/<uuid:variation_id>/withdraw")
def withdraw_variation(variation_id: uuid.UUID) -> ResponseReturnValue:
    """Take a request back."""
    return _move(variation_id, "variation.withdraw", _withdraw)


@blueprint.post("/variations/<uuid:variation_id>/acknowledge")
def acknowledge_variation(variation_id: uuid.UUID) -> ResponseReturnValue:
    """The answer has been read."""
    return _move(variation_id, "variation.acknowledge", _acknowledge)


def _move(variation_id: uuid.UUID, purpose: str, act: Callable[[uuid.UUID], None]) -> ResponseReturnValue:
    find_own.find_one(db(), actor(), variation_id)
    form = Form()
    if not form.validate_on_submit():
        return variation(variation_id)

    def once() -> str:
        act(variation_id)
        return url_for("portal.variation", variation_id=variation_id)

    return take_once(form.key, purpose, once)


def _withdraw(variation_id: uuid.UUID) -> None:
    decide.withdraw(db(), actor(), variation_id)
    flash("Taken back.", "success")


def _acknowledge(variation_id: uuid.UUID) -> None:
    decide.acknowledge(db(), actor(), variation_id, request_now())
    flash("Thank you.", "success")
