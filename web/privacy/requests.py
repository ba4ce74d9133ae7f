"""Requests under the Privacy Act: received, proposed, decided by a second person, and given out as a file."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import download, fresh_form
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults
from web.forms.fields import (
    DateField,
    RadioField,
    Required,
    SelectField,
    TextAreaField,
    TextField,
    WholeNumberField,
)
from web.privacy.blueprint import blueprint
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.domain.local_time import local_day
from worksorders.domain.privacy.requests import EXTENSION_GROUNDS, GROUNDS, IDENTITY_WORDS, SUBJECT_WORDS
from worksorders.domain.roles import Role
from worksorders.steps.requests import export, extend, find, flow, withdraw

IDENTITIES = [(str(key), words) for key, words in IDENTITY_WORDS.items()]


class ReceiveForm(Form):
    """Who asks about whom, since when, and how it was made sure."""

    subject = RadioField(
        "About whom do they ask?",
        [Required("Choose about whom they ask.")],
        choices=[(str(key), words) for key, words in SUBJECT_WORDS.items()],
    )
    code = TextField(
        "Case or order", description="For the client, the household or a person with an interest"
    )
    person = WholeNumberField(
        "Number of the person on the page of the order", description="For a person with an interest", least=1
    )
    who = SelectField("Worker or account", description="For a worker or an account")
    received_on = DateField("Day on which the request came", [Required("Enter the day on which it came.")])
    identity = RadioField(
        "How was it made sure who asks?", [Required("Choose how, or that it is not yet.")], choices=IDENTITIES
    )
    identity_note = TextAreaField("Note", description="No names, numbers or places.")


class IdentityForm(Form):
    """How it was made sure who asks."""

    identity = RadioField("How was it made sure who asks?", [Required("Choose how.")], choices=IDENTITIES)
    identity_note = TextAreaField("Note", description="No names, numbers or places.")


class ProposeForm(Form):
    """What is answered."""

    proposal = RadioField(
        "What do you propose?",
        [Required("Choose what you propose.")],
        choices=[(flow.RELEASE, "Give them what is held about them"), (flow.REFUSE, "Refuse")],
    )
    ground = SelectField(
        "Ground of a refusal",
        description="Summaries in our own words: read the section of the Act, or ask the lawyer, before you refuse",
        choices=[("", "Choose"), *GROUNDS.items()],
    )
    reason = TextAreaField("Why", description="Needed for a refusal. No names, numbers or places.")


class ExtendForm(Form):
    """Until when the answer is put off, and why."""

    until_on = DateField("New last day", [Required("Enter the new last day.")])
    extension_ground = SelectField(
        "Ground of the extension",
        description="Summaries in our own words: read section 48 of the Act first",
        choices=[("", "Choose"), *EXTENSION_GROUNDS.items()],
    )
    extension_reason = TextAreaField("Why", description="A sentence. No names, numbers or places.")


class WithdrawForm(Form):
    """That whoever asked has taken it back."""

    withdrawal_reason = TextAreaField(
        "How did they take it back, and how do you know that it was they?",
        [Required("Say how they took it back.")],
        description="A sentence. No names, numbers or places.",
    )


@blueprint.get("/requests")
def requests() -> ResponseReturnValue:
    """The requests by their clock, and the form for another."""
    return _list(_receive_form(fresh=True))


@blueprint.post("/requests")
def receive_request() -> ResponseReturnValue:
    """Keep a request."""
    flow.officers_only(actor())
    form = _receive_form()

    def act() -> str:
        given = flow.Given(
            subject=form.subject.data or "",
            received_on=form.received_on.data,
            identity=form.identity.data or "",
            identity_note=form.identity_note.data or "",
            code=form.code.data or "",
            person=form.person.data,
            who=uuid.UUID(form.who.data) if form.who.data else None,
        )
        row = flow.receive(db(), actor(), given, request_now())
        return url_for("privacy.request_page", privacy_request_id=row.id)

    if form.validate_on_submit():
        try:
            return take_once(form.key, "request.receive", act)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return _list(form)


@blueprint.get("/requests/<uuid:privacy_request_id>")
def request_page(privacy_request_id: uuid.UUID) -> ResponseReturnValue:
    """One request with what can be done."""
    return _page(privacy_request_id)


@blueprint.post("/requests/<uuid:privacy_request_id>/identity")
def request_identity(privacy_request_id: uuid.UUID) -> ResponseReturnValue:
    """Record how it was made sure who asks."""
    form = IdentityForm()

    def move() -> None:
        flow.confirm_identity(
            db(), actor(), privacy_request_id, form.identity.data or "", form.identity_note.data or ""
        )

    return _move(form, privacy_request_id, "request.identity", move, "identity")


@blueprint.post("/requests/<uuid:privacy_request_id>/propose")
def request_propose(privacy_request_id: uuid.UUID) -> ResponseReturnValue:
    """Propose an answer."""
    form = ProposeForm()

    def move() -> None:
        flow.propose(
            db(),
            actor(),
            privacy_request_id,
            form.proposal.data or "",
            ground=form.ground.data or "",
            reason=form.reason.data or "",
            now=request_now(),
        )

    return _move(form, privacy_request_id, "request.propose", move, "propose")


@blueprint.post("/requests/<uuid:privacy_request_id>/extend")
def request_extend(privacy_request_id: uuid.UUID) -> ResponseReturnValue:
    """Put the last day off, once."""
    form = ExtendForm()

    def move() -> None:
        extend.extend(
            db(),
            actor(),
            privacy_request_id,
            form.until_on.data,
            ground=form.extension_ground.data or "",
            reason=form.extension_reason.data or "",
            now=request_now(),
        )

    return _move(form, privacy_request_id, "request.extend", move, "extend")


@blueprint.post("/requests/<uuid:privacy_request_id>/withdraw")
def request_withdraw(privacy_request_id: uuid.UUID) -> ResponseReturnValue:
    """Record that whoever asked has taken it back."""
    form = WithdrawForm()

    def move() -> None:
        withdraw.withdraw(db(), actor(), privacy_request_id, form.withdrawal_reason.data or "", request_now())

    return _move(form, privacy_request_id, "request.withdraw", move, "withdraw")


@blueprint.post("/requests/<uuid:privacy_request_id>/agree")
def request_agree(privacy_request_id: uuid.UUID) -> ResponseReturnValue:
    """Agree to what somebody else proposed."""
    return _decide(privacy_request_id, agree=True)


@blueprint.post("/requests/<uuid:privacy_request_id>/send-back")
def request_send_back(privacy_request_id: uuid.UUID) -> ResponseReturnValue:
    """Send a proposal back."""
    return _decide(privacy_request_id, agree=False)


@blueprint.post("/requests/<uuid:privacy_request_id>/file")
def request_file(privacy_request_id: uuid.UUID) -> ResponseReturnValue:
    """The file of a release, made anew and logged each time; nothing of it is kept."""
    form = Form()
    if not form.validate_on_submit():
        return _page(privacy_request_id)
    name, content = export.make(
        db(), services().sessions, services().cipher, actor(), privacy_request_id, request_now()
    )
    return download(content, name, "application/zip")


def _decide(request_id: uuid.UUID, *, agree: bool) -> ResponseReturnValue:
    def move() -> None:
        flow.decide(db(), actor(), request_id, agree=agree, now=request_now())

    return _move(Form(), request_id, "request.decide", move, "decide")


def _move(
    form: Form, request_id: uuid.UUID, purpose: str, move: Callable[[], None], which: str
) -> ResponseReturnValue:
    def act() -> str:
        move()
        flash("Recorded.", "success")
        return url_for("privacy.request_page", privacy_request_id=request_id)

    if form.validate_on_submit():
        try:
            return take_once(form.key, purpose, act)
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return _page(request_id, **{which: form})


def _receive_form(*, fresh: bool = False) -> ReceiveForm:
    form = ReceiveForm(formdata=None) if fresh else ReceiveForm()
    known = find.people(db(), actor()) if actor().role is Role.PRIVACY_OFFICER else ()
    form.who.choices = [("", "Choose"), *((str(key), name) for key, name in known)]
    return form


def _list(form: ReceiveForm) -> ResponseReturnValue:
    page = render_template(
        "privacy/requests.html",
        form=form,
        requests=find.listed(db(), actor(), local_day(request_now())),
        may_receive=actor().role is Role.PRIVACY_OFFICER,
        subjects=SUBJECT_WORDS,
    )
    return page, 422 if form.errors else 200


def _page(request_id: uuid.UUID, **forms: Form) -> ResponseReturnValue:
    shown = find.one(db(), actor(), request_id, local_day(request_now()))
    identity = forms.get("identity") or IdentityForm(formdata=None)
    propose = forms.get("propose") or ProposeForm(formdata=None)
    extension = forms.get("extend") or ExtendForm(formdata=None)
    taking_back = forms.get("withdraw") or WithdrawForm(formdata=None)
    wrong = [form for form in forms.values() if form.errors]
    page = render_template(
        "privacy/request.html",
        shown=shown,
        form=wrong[0] if wrong else None,
        identity=identity,
        propose=propose,
        extension=extension,
        taking_back=taking_back,
        is_officer=actor().role is Role.PRIVACY_OFFICER,
        own_proposal=shown.row.proposed_by == actor().user_id,
        subjects=SUBJECT_WORDS,
        identities=IDENTITY_WORDS,
        grounds=GROUNDS,
        extension_grounds=EXTENSION_GROUNDS,
        button=fresh_form(),
    )
    return page, 422 if wrong else 200
