"""Assessments: the list, one of them, taking one in, giving one back, and the cases with advocates."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.coordinator.blueprint import blueprint
from web.coordinator.contact import show_contact
from web.coordinator.forms import ActionForm, ContactForm, GiveBackForm, RaiseForm
from web.coordinator.homes import finding
from web.coordinator.intake_form import TakeInForm, legend
from web.coordinator.intake_reading import referral_of, show_faults, unreadable_degrees
from web.coordinator.region_view import region_view
from web.coordinator.words import kind_words, safe_times
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import render_form
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.domain.order.assessment import CRITERIA
from worksorders.steps.addresses.find import FoundAddress
from worksorders.steps.forget.find import gone_of
from worksorders.steps.intake import find_assessments
from worksorders.steps.intake import give_back as giving
from worksorders.steps.intake import take_in as taking
from worksorders.steps.ordering import raise_order as raising
from worksorders.steps.ordering.find.history import history


@blueprint.get("/assessments")
def assessments() -> ResponseReturnValue:
    """Assessments by state, the most urgent first."""
    state = request.args.get("state", "waiting")
    urgency = request.args.get("urgency", "")
    page = request.args.get("page", 1, type=int)
    view = region_view()
    found = find_assessments.find_assessments(db(), state, urgency, page, view.regions)
    return render_template(
        "coordinator/assessments.html", found=found, state=state, urgency=urgency, view=view
    )


@blueprint.get("/assessments/<uuid:assessment_id>")
def assessment(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """One assessment with its answers, openings, and what became of it."""
    return _page(assessment_id, GiveBackForm(formdata=None), 200)


def _page(assessment_id: uuid.UUID, give_back_form: GiveBackForm, status: int) -> ResponseReturnValue:
    found = find_assessments.find_assessment(db(), assessment_id)
    page = render_template(
        "coordinator/assessment.html",
        found=found,
        gone=gone_of(db(), found.assessment.case_id),
        criteria=CRITERIA,
        kind_words=kind_words,
        form=give_back_form,
        raise_form=RaiseForm(formdata=None),
        contact_form=ContactForm(formdata=None),
        safe_times=safe_times,
        action_form=ActionForm(formdata=None),
        history=history(
            db(),
            [
                ("assessment", assessment_id),
                ("case_file", found.assessment.case_id),
                *(("opening", row.id) for row in found.assessment.openings),
            ],
        ),
    )
    return page, status


@blueprint.route("/assessments/new", methods=["GET", "POST"])
def take_in() -> ResponseReturnValue:
    """Take an assessment in; the buttons that add and remove openings only change the form."""
    form = TakeInForm()
    towns, rules = taking.choices(db())
    form.prepare(towns, rules)
    found, fault, changed = _find_home(form)
    changed = _change_openings(form) or changed
    if form.is_submitted() and not changed:
        answer = _try_to_take(form)
        if answer is not None:
            return answer
    ask_same_home = bool(form.same_home.data or form.same_home.errors)
    return render_form(
        "coordinator/take_in.html",
        form,
        criteria=CRITERIA,
        kind_words=kind_words,
        legend=legend,
        ask_same_home=ask_same_home,
        can_search=finding.can_search(),
        found=found,
        fault=fault,
        value_of=finding.value_of,
        added=form.openings[-1].name if "add" in request.form and len(form.openings) else "",
    )


def _find_home(form: TakeInForm) -> tuple[Sequence[FoundAddress] | None, str, bool]:
    """The addresses that were found (None: not asked), words for no answer, and whether a button for them was pressed.

    Browsers without scripts use these buttons; like those for openings they only change the form.
    """
    if "use" in request.form:
        finding.fill_in(form, request.form["use"])
        return None, "", True
    if "find" in request.form:
        return *finding.search(form.home.form.street.data or ""), True
    return None, "", False


def _change_openings(form: TakeInForm) -> bool:
    """Whether a button for openings was pressed: then nothing is judged, and nothing that was typed is lost."""
    if "add" in request.form:
        form.add_opening(form.new_kind.data)
        return True
    if "remove" in request.form:
        form.remove_opening(request.form["remove"])
        return True
    return False


def _try_to_take(form: TakeInForm) -> ResponseReturnValue | None:
    """The redirect to the new assessment, or None with every fault in the form."""
    readable = form.validate()
    referral = referral_of(form)
    faults = unreadable_degrees(form) + finding.changed_since(form)
    try:
        taking.check_referral(db(), referral, request_now())
        if readable and not faults:
            return take_once(form.key, "assessment.take_in", lambda: _take(form))
    except FaultsError as error:
        db().rollback()
        faults += error.faults
    show_faults(form, faults)
    return None


def _take(form: TakeInForm) -> str:
    made = taking.take_in(db(), services().cipher, actor(), referral_of(form), request_now())
    flash(f"Assessment {made.assessment_code} has been taken in.", "success")
    for words in taking.notices(made):
        flash(words)
    return url_for("coordinator.assessment", assessment_id=made.assessment_id)


@blueprint.post("/assessments/<uuid:assessment_id>/give-back")
def give_back(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Hand the case to an advocate."""
    form = GiveBackForm()
    if form.validate_on_submit():
        try:
            return take_once(form.key, "assessment.give_back", lambda: _give_back(assessment_id, form))
        except FaultsError as faults:
            db().rollback()
            form.show(faults)
    return _page(assessment_id, form, form.status)


def _give_back(assessment_id: uuid.UUID, form: GiveBackForm) -> str:
    giving.give_back(
        db(),
        actor(),
        assessment_id,
        advocate=form.advocate.data or "",
        note=form.note.data or "",
        now=request_now(),
    )
    flash("The case is with the advocate now.", "success")
    return url_for("coordinator.assessment", assessment_id=assessment_id)


@blueprint.post("/assessments/<uuid:assessment_id>/take-back")
def take_back(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Take the case back from the advocate."""
    form = ActionForm()
    if not form.validate_on_submit():
        return _page(assessment_id, GiveBackForm(formdata=None), 422)

    def act() -> str:
        giving.take_back(db(), actor(), assessment_id, request_now())
        flash("The case is back and waits for an order.", "success")
        return url_for("coordinator.assessment", assessment_id=assessment_id)

    return take_once(form.key, "assessment.take_back", act)


@blueprint.post("/assessments/<uuid:assessment_id>/contact")
def assessment_contact(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Show contact and address once, for a purpose."""
    found = find_assessments.find_assessment(db(), assessment_id)
    row = found.assessment
    back = url_for("coordinator.assessment", assessment_id=assessment_id)
    return show_contact(row.case_id, f"Assessment {row.code}", back)


@blueprint.post("/assessments/<uuid:assessment_id>/order")
def raise_order(assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Raise the works order, in one click."""
    form = RaiseForm()
    if not form.validate_on_submit():
        return _page(assessment_id, GiveBackForm(formdata=None), 422)
    beside_live = form.beside_live.data == "yes"

    def act() -> str:
        order = raising.raise_order(db(), actor(), assessment_id, request_now(), beside_live=beside_live)
        flash(f"Order {order.code} has been raised.", "success")
        return url_for("coordinator.order", order_id=order.id)

    return take_once(form.key, "order.raise", act)


@blueprint.get("/handovers")
def handovers() -> ResponseReturnValue:
    """Cases that are with an advocate."""
    return render_template("coordinator/handovers.html", rows=find_assessments.find_handovers(db()))
