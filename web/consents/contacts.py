"""Letters and calls to people with an interest in a home; whoever must never be asked is refused by the step."""

from __future__ import annotations

import uuid
from datetime import timedelta
from io import BytesIO

from flask import Response, send_file
from flask.typing import ResponseReturnValue

from web.consents.agreements import chosen_lines, found_of, move, page
from web.consents.blueprint import blueprint
from web.consents.forms import CallForm, LetterForm, MessageForm, PurposeForm
from web.edge import actor, db
from web.extensions import request_now
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.steps.consents import reach
from worksorders.steps.consents.writing import letters, messages

CALL_WITHIN = timedelta(hours=4)


@blueprint.post("/orders/<uuid:order_id>/agreements/letters")
def make_letter(order_id: uuid.UUID) -> ResponseReturnValue:
    """Make a letter that asks for agreement."""
    form = LetterForm()

    def act() -> str:
        row = letters.make_letter(
            db(),
            services().sessions,
            services().cipher,
            actor(),
            order_id,
            interest_id=uuid.UUID(form.interest_id.data),
            line_ids=chosen_lines(form),
            purpose=form.purpose.data or "",
            now=request_now(),
        )
        return f"Letter {row.code} has been made. Open it below to print and post it."

    return move(order_id, form, "letter.make", act, "letters")


@blueprint.post("/orders/<uuid:order_id>/agreements/letters/<uuid:contact_id>")
def read_letter(order_id: uuid.UUID, contact_id: uuid.UUID) -> ResponseReturnValue:
    """The letter as a PDF, for a purpose."""
    found_of(order_id).contact(contact_id)
    form = PurposeForm()
    if form.validate_on_submit():
        try:
            code, made = letters.read_letter(
                db(), services().sessions, services().cipher, actor(), contact_id, form.purpose.data or ""
            )
        except FaultsError as faults:
            form.show(faults)
        else:
            answer: Response = send_file(
                BytesIO(made), mimetype="application/pdf", download_name=f"{code}.pdf", as_attachment=True
            )
            return answer
    return page(order_id, form, f"letter-{contact_id}")


@blueprint.post("/orders/<uuid:order_id>/agreements/calls")
def ask_call(order_id: uuid.UUID) -> ResponseReturnValue:
    """Put a call for agreement on the office's list."""
    form = CallForm()

    def act() -> str:
        now = request_now()
        reach.call(
            db(),
            actor(),
            order_id,
            uuid.UUID(form.interest_id.data),
            "consent",
            due_at=now + CALL_WITHIN,
            now=now,
        )
        return "The call is on the list of calls to be made."

    return move(order_id, form, "interest.call", act, "letters")


@blueprint.post("/orders/<uuid:order_id>/agreements/messages")
def send_message(order_id: uuid.UUID) -> ResponseReturnValue:
    """Send a message that says only that there is an update."""
    form = MessageForm()

    def act() -> str:
        messages.send(db(), actor(), order_id, uuid.UUID(form.interest_id.data), request_now())
        return "The message is on its way."

    return move(order_id, form, "interest.message", act, "letters")
