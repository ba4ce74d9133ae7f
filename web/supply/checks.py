"""Checks that wait for a second person, the verdict on each, and the warnings that were sent."""

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
from web.supply.blueprint import blueprint, is_administrator
from worksorders.steps.vetting import verdicts, warnings


class RefusalForm(Form):
    """Why a check does not count."""

    reason = TextField(
        "What is wrong with it?", validators=[Required("Say what is wrong with it."), Length(max=200)]
    )


@blueprint.get("/checks")
def checks() -> str:
    """What waits, the oldest first."""
    now = request_now()
    return render_template(
        "supply/checks.html",
        waiting=verdicts.waiting(db(), actor(), now),
        warnings=warnings.sent(db(), now),
        fresh_form=fresh_form,
        may_change=is_administrator(),
    )


@blueprint.post("/checks/<uuid:check_id>/verify")
def verify(check_id: uuid.UUID) -> ResponseReturnValue:
    """Say that the check holds."""
    verdicts.find(db(), actor(), check_id)

    def act() -> str:
        verdicts.verify(db(), actor(), check_id, request_now())
        flash("Verified. It counts from now on.", "success")
        return url_for("supply.checks")

    return button("check.verify", act, url_for("supply.checks"))


@blueprint.route("/checks/<uuid:check_id>/refuse", methods=["GET", "POST"])
def refuse(check_id: uuid.UUID) -> ResponseReturnValue:
    """Say that the check does not hold."""
    found = verdicts.find(db(), actor(), check_id)

    def act() -> str:
        verdicts.refuse(db(), actor(), check_id, form.reason.data, request_now())
        flash("Refused. It stays on record and does not count.", "success")
        return url_for("supply.checks")

    form = RefusalForm()
    return answer_form(
        form,
        "check.refuse",
        act,
        title="Refuse a check",
        lead=f"Number {found.number}, issued by {found.issuer}.",
        submit="Refuse it",
        kind="warning",
        back=(url_for("supply.checks"), "Checks to verify"),
    )


@blueprint.route("/checks/<uuid:check_id>/revoke", methods=["GET", "POST"])
def revoke(check_id: uuid.UUID) -> ResponseReturnValue:
    """Take a verified check out of force at once."""
    found = verdicts.find(db(), actor(), check_id)

    def act() -> str:
        verdicts.revoke(db(), actor(), check_id, form.reason.data, request_now())
        flash("It counts no longer. Accepted visits that it stops are listed on Today.", "success")
        return url_for("supply.checks")

    form = RefusalForm()
    return answer_form(
        form,
        "check.revoke",
        act,
        title="Take a check out of force",
        lead=f"Number {found.number}, issued by {found.issuer}. Nobody is sent on it from this moment.",
        submit="Take it out of force",
        kind="warning",
        back=(url_for("supply.checks"), "Checks to verify"),
    )
