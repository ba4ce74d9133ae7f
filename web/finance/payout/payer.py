"""The account that we pay from: entered by one person, verified by another."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.finance.blueprint import blueprint
from web.finance.payout.forms import PayerForm
from web.forms.base import Form
from worksorders.steps.finance.payout import payer as step


@blueprint.get("/payer")
def payer() -> ResponseReturnValue:
    """Every version; the newest verified one is paid from."""
    return render_template(
        "finance/payer.html",
        rows=step.versions(db()),
        used=step.payer_to_use(db()),
        form=Form(formdata=None),
        me=actor().user_id,
    )


@blueprint.route("/payer/new", methods=["GET", "POST"])
def enter_payer() -> ResponseReturnValue:
    """Enter a new version."""
    form = PayerForm()

    def enter() -> str:
        step.enter(db(), actor(), name=form.name.data, number=form.number.data, now=request_now())
        flash(
            "The account is entered: another person verifies it before anything is paid from it.", "success"
        )
        return url_for("finance.payer")

    return answer_form(
        form,
        "payer_account.enter",
        enter,
        title="Enter the account that we pay from",
        submit="Enter the account",
        back=(url_for("finance.payer"), "Account that we pay from"),
    )


@blueprint.post("/payer/<uuid:account_id>/verify")
def verify_payer(account_id: uuid.UUID) -> ResponseReturnValue:
    """The second person."""
    form = Form()
    if not form.validate_on_submit():
        return payer()

    def verify() -> str:
        step.verify(db(), actor(), account_id, request_now())
        flash("The account is verified: runs pay from it now.", "success")
        return url_for("finance.payer")

    return take_once(form.key, "payer_account.verify", verify)
