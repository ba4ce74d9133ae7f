"""What firms ask: other regions, trades and people for administrators, other times for coordinators; and offers taken back."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import Length

from web.answering import answer_form, button, fresh_form
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form
from web.forms.fields import Required, TextField
from web.services import services
from web.supply.blueprint import blueprint
from worksorders.steps.offers import take_back as taking
from worksorders.steps.own_firm import requests as step
from worksorders.steps.proposals import decide


class NoteForm(Form):
    """Why not; the firm reads it."""

    note = TextField(
        "Why not?",
        description="The firm reads it.",
        validators=[Required("Say why: the firm reads it."), Length(max=200)],
    )


@blueprint.get("/requests")
def requests() -> str:
    """What waits, the oldest first."""
    return render_template("supply/requests.html", rows=step.waiting(db()), fresh_form=fresh_form)


@blueprint.post("/requests/<uuid:request_id>/approve")
def approve(request_id: uuid.UUID) -> ResponseReturnValue:
    """Agree, and do it."""
    step.find_request(db(), actor(), request_id)

    def act() -> str:
        row = step.approve(db(), actor(), request_id, request_now())
        then = " Record the checks of the new worker next." if row.kind == "worker" else ""
        flash(f"Agreed, and in force.{then}", "success")
        return url_for("supply.requests")

    return button("firm_request.approve", act, url_for("supply.requests"))


@blueprint.route("/requests/<uuid:request_id>/decline", methods=["GET", "POST"])
def decline_request(request_id: uuid.UUID) -> ResponseReturnValue:
    """Do not agree, with a reason."""
    step.find_request(db(), actor(), request_id)
    form = NoteForm()

    def act() -> str:
        step.decline(db(), actor(), request_id, form.note.data, request_now())
        flash("Declined. The firm reads why.", "success")
        return url_for("supply.requests")

    return answer_form(
        form,
        "firm_request.decline",
        act,
        title="Decline a request",
        submit="Decline it",
        kind="warning",
        back=(url_for("supply.requests"), "Requests of firms"),
    )


@blueprint.get("/other-times")
def proposals() -> str:
    """Other times that firms propose, the first to lapse first."""
    rows = decide.open_proposals(db(), request_now())
    return render_template("supply/proposals.html", rows=rows, fresh_form=fresh_form)


@blueprint.post("/other-times/<uuid:proposal_id>/agree")
def agree(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Move the visit there if the planner's checker lets it."""
    decide.find_proposal(db(), actor(), proposal_id)

    def act() -> str:
        made = services()
        decide.agree(db(), made.sessions, made.cipher, actor(), proposal_id, request_now())
        flash("Agreed. The visit is held then, and the firm is asked to accept.", "success")
        return url_for("supply.proposals")

    return button("proposal.agree", act, url_for("supply.proposals"))


@blueprint.post("/other-times/<uuid:proposal_id>/decline")
def decline_proposal(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Leave the offer as it was made."""
    decide.find_proposal(db(), actor(), proposal_id)

    def act() -> str:
        decide.decline(db(), actor(), proposal_id, request_now())
        flash("Declined. The offer stands as it was made.", "success")
        return url_for("supply.proposals")

    return button("proposal.decline", act, url_for("supply.proposals"))


@blueprint.post("/offers/<uuid:offer_id>/take-back")
def take_back(offer_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an open offer and ask the next firm."""
    taking.find_offer(db(), actor(), offer_id)

    def act() -> str:
        taking.take_back(db(), actor(), offer_id, request_now())
        flash("Taken back. The next firm is asked at once, if there is one.", "success")
        return url_for("dispatch.offers")

    return button("offer.take_back", act, url_for("dispatch.offers"))
