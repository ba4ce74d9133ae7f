"""The page of an order's agreements: people, measures, what was asked and said, and on what the work rests."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.consents.blueprint import blueprint
from web.consents.forms import (
    BASES,
    HOWS,
    OUTCOMES,
    ActionForm,
    AnswerForm,
    AskedForm,
    BasisForm,
    CallForm,
    LetterForm,
    MessageForm,
    PartForm,
    PersonForm,
    PurposeForm,
)
from web.edge import actor, db, take_once
from web.extensions import request_now
from worksorders.domain.errors import FaultsError
from worksorders.steps.consents import answers, basis
from worksorders.steps.consents.find import AgreementsView, find_agreements

FORMS: tuple[type[PartForm], ...] = (
    ActionForm,
    PersonForm,
    PurposeForm,
    BasisForm,
    AnswerForm,
    AskedForm,
    LetterForm,
    CallForm,
    MessageForm,
)


def found_of(order_id: uuid.UUID) -> AgreementsView:
    """The agreements of an order; the one 404 page for anything else."""
    return find_agreements(db(), actor(), order_id, request_now())


@blueprint.get("/orders/<uuid:order_id>/agreements")
def agreements(order_id: uuid.UUID) -> ResponseReturnValue:
    """The page."""
    return page(order_id)


def page(order_id: uuid.UUID, form: PartForm | None = None, where: str = "") -> ResponseReturnValue:
    """The page; `form` is the one that came back with errors, `where` the part that it belongs to."""
    found = found_of(order_id)
    forms: dict[str, Any] = {kind.name: kind(formdata=None) for kind in FORMS}
    if form is not None:
        forms[form.name] = form
    for one in forms.values():
        one.prepare(found)
    shown = render_template(
        "consents/agreements.html",
        found=found,
        order=found.order,
        forms=forms,
        form=form,
        where=where,
        hows={str(key): text for key, text in HOWS.items()} | {"phone": "Phone"},
        outcomes={str(key): text for key, text in OUTCOMES.items()} | {"refused": "Refused"},
        bases={str(key): text for key, text in BASES.items()},
    )
    return shown, form.status if form is not None else 200


def move(
    order_id: uuid.UUID, form: PartForm, purpose: str, act: Callable[[], str], anchor: str
) -> ResponseReturnValue:
    """Take the form once and go back to its part of the page; faults come back beside their fields."""

    def once() -> str:
        flash(act(), "success")
        return url_for("consents.agreements", order_id=order_id, _anchor=anchor)

    form.prepare(found_of(order_id))
    if form.validate_on_submit():
        try:
            return take_once(form.key, purpose, once)
        except FaultsError as faults:
            db().rollback()
            form.show(faults)
    return page(order_id, form, anchor)


def chosen_lines(form: Any) -> list[uuid.UUID]:
    """The ids of the ticked measures."""
    return [uuid.UUID(text) for text in form.lines.data or []]


@blueprint.post("/orders/<uuid:order_id>/agreements/answers")
def answer(order_id: uuid.UUID) -> ResponseReturnValue:
    """Record what somebody said."""
    form = AnswerForm()

    def act() -> str:
        answers.record_answer(
            db(),
            actor(),
            order_id,
            interest_id=uuid.UUID(form.interest_id.data),
            line_ids=chosen_lines(form),
            outcome=form.outcome.data or "",
            how=form.how.data or "",
            answered_on=form.answered_on.data,
            conditions=form.conditions.data or "",
            reinstatement=bool(form.reinstatement.data),
            reason=form.reason.data or "",
            now=request_now(),
        )
        return "The answer has been recorded."

    return move(order_id, form, "consent.answer", act, "answers")


@blueprint.post("/orders/<uuid:order_id>/agreements/asked")
def asked(order_id: uuid.UUID) -> ResponseReturnValue:
    """Record that somebody was asked outside of this system."""
    form = AskedForm()

    def act() -> str:
        row = answers.ask(
            db(),
            actor(),
            order_id,
            interest_id=uuid.UUID(form.interest_id.data),
            line_ids=chosen_lines(form),
            how=form.how.data or "",
            asked_on=form.asked_on.data,
            now=request_now(),
        )
        return f"Recorded. An answer is due by {row.answer_due_on:%d/%m/%Y}."

    return move(order_id, form, "consent.ask", act, "answers")


@blueprint.post("/orders/<uuid:order_id>/agreements/basis")
def propose_basis(order_id: uuid.UUID) -> ResponseReturnValue:
    """Record a legal basis, to be confirmed by a second person."""
    form = BasisForm()
    case_id = found_of(order_id).order.case_id

    def act() -> str:
        basis.propose(
            db(),
            actor(),
            case_id,
            basis=form.basis.data or "",
            dated_on=form.dated_on.data,
            ends_on=form.ends_on.data,
            now=request_now(),
        )
        return "The legal basis has been recorded. It counts once a second person confirms it."

    return move(order_id, form, "basis.propose", act, "basis")


@blueprint.post("/orders/<uuid:order_id>/agreements/basis/<uuid:basis_id>/confirm")
def confirm_basis(order_id: uuid.UUID, basis_id: uuid.UUID) -> ResponseReturnValue:
    """The second person saw the paper."""
    found_of(order_id).basis(basis_id)

    def act() -> str:
        basis.confirm(db(), actor(), basis_id, request_now())
        return "The legal basis is confirmed."

    return move(order_id, ActionForm(), "basis.confirm", act, "basis")


@blueprint.post("/orders/<uuid:order_id>/agreements/basis/<uuid:basis_id>/withdraw")
def withdraw_basis(order_id: uuid.UUID, basis_id: uuid.UUID) -> ResponseReturnValue:
    """The basis counts no more."""
    found_of(order_id).basis(basis_id)

    def act() -> str:
        basis.withdraw(db(), actor(), basis_id, request_now())
        return "The legal basis is withdrawn."

    return move(order_id, ActionForm(), "basis.withdraw", act, "basis")
