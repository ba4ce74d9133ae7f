"""The office lets its workers in: a first password that is shown once, closing and opening an account."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_shown_once, button, first_password
from web.edge import actor, db
from web.extensions import request_now
from web.forms.base import Form
from web.ownfirm.blueprint import LAYOUT, blueprint
from web.ownfirm.forms import InviteForm
from web.ownfirm.people import page_of
from worksorders.steps.own_firm import accounts as step
from worksorders.steps.own_firm import people

HAND_OVER = (
    "A first password is made and shown to you once. Hand it over in person or by phone; it lasts three days."
)


@blueprint.route("/people/<uuid:worker_id>/invite", methods=["GET", "POST"])
def invite(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Make a worker's account and show its first password, once."""
    people.office(actor())
    found = people.own_person(db(), actor(), worker_id)
    form: Any = InviteForm()
    page = page_of(found, "Invite", "Make the account") | {"lead": HAND_OVER}

    def make() -> tuple[str, str]:
        return _handed_over(
            worker_id, *step.invite(db(), actor(), worker_id, form.sign_in_name.data, request_now())
        )

    return answer_shown_once(form, "own.invite", make, layout=LAYOUT, **page)


@blueprint.post("/people/<uuid:worker_id>/account/reset")
def reset_account(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Give a new first password, shown once."""
    step.own_account(db(), actor(), worker_id)
    found = people.own_person(db(), actor(), worker_id)
    return answer_shown_once(
        Form(),
        "own.reset_password",
        lambda: _handed_over(worker_id, *step.reset_password(db(), actor(), worker_id, request_now())),
        layout=LAYOUT,
        **page_of(found, "Reset the password of", "Reset the password"),
    )


@blueprint.post("/people/<uuid:worker_id>/account/close")
def close_account(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Close the account at once."""
    step.own_account(db(), actor(), worker_id)

    def act() -> str:
        step.disable(db(), actor(), worker_id, request_now())
        flash("The account is closed and its sessions have ended.", "success")
        return url_for("ownfirm.person", worker_id=worker_id)

    return button("own.account_close", act, url_for("ownfirm.person", worker_id=worker_id))


@blueprint.post("/people/<uuid:worker_id>/account/open")
def open_account(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Open the account again."""
    step.own_account(db(), actor(), worker_id)

    def act() -> str:
        step.enable(db(), actor(), worker_id)
        flash("The account is open again.", "success")
        return url_for("ownfirm.person", worker_id=worker_id)

    return button("own.account_open", act, url_for("ownfirm.person", worker_id=worker_id))


def _handed_over(worker_id: uuid.UUID, user: Any, password: str) -> tuple[str, str]:
    """The worker's page to go on to, and the page that shows the first password."""
    onward = url_for("ownfirm.person", worker_id=worker_id)
    return onward, first_password(user.sign_in_name, password, (onward, "Back to the worker"), LAYOUT)
