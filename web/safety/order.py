"""The safety page of one order, and the moves of the police's flag."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form
from web.safety.blueprint import blueprint
from web.safety.forms import FlagForm
from worksorders.domain.safety.site_flag import MOVE_WORDS, possible_moves
from worksorders.steps.safety import police_flag as flags
from worksorders.steps.safety.find.page import find_safety, load_order


def address(order_id: uuid.UUID) -> str:
    """The safety page of the order."""
    return url_for("safety.order", order_id=order_id)


@blueprint.get("/orders/<uuid:order_id>")
def order(order_id: uuid.UUID) -> ResponseReturnValue:
    """Everything about the safety of this home."""
    page = find_safety(db(), actor(), order_id, request_now())
    return render_template("safety/order.html", page=page, order=page.order, action=Form(formdata=None))


@blueprint.route("/orders/<uuid:order_id>/police-flag", methods=["GET", "POST"])
def police_flag(order_id: uuid.UUID) -> ResponseReturnValue:
    """Record what police did about a flag on the home."""
    found = load_order(db(), order_id)
    form = FlagForm()
    moves = possible_moves(flags.find_flag(db(), found.case_id))
    form.move.choices = [(move.value, MOVE_WORDS[move]) for move in moves]

    def record() -> str:
        flags.record_move(
            db(),
            actor(),
            order_id,
            move=form.move.data or "",
            happened_on=form.happened_on.data,
            review_on=form.review_on.data,
            now=request_now(),
        )
        flash("Recorded.", "success")
        return address(order_id)

    return answer_form(
        form,
        "safety.police_flag",
        record,
        title="Police flag on the home",
        submit="Record",
        back=(address(order_id), f"Safety of order {found.code}"),
        lead=(
            "Police keep a flag on an address so that whoever is sent there knows. It lapses unless it is reviewed.",
        ),
    )
