"""Tokens: which systems may call, what for and until when; a new one is shown once."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form, fresh_form
from web.edge import actor, db
from web.exchange.blueprint import blueprint
from web.exchange.forms import TokenForm
from web.extensions import request_now
from web.forms.base import Form
from worksorders.steps.account_changes.machines import ask_token
from worksorders.steps.exchange import tokens as step
from worksorders.steps.exchange.scopes import SCOPES


@blueprint.get("/tokens")
def tokens() -> str:
    """Every token and how far it counts."""
    now = request_now()
    rows = [(row, step.state_of(row, now)) for row in step.find_all(db())]
    return render_template("exchange/tokens.html", rows=rows, scopes=SCOPES, fresh_form=fresh_form)


@blueprint.route("/tokens/new", methods=["GET", "POST"])
def make_token() -> ResponseReturnValue:
    """Ask for a token."""
    form: Any = TokenForm()

    def send() -> str:
        details = step.TokenDetails(
            name=form.name.data,
            scopes=frozenset(form.scopes.data or ()),
            last_on=form.last_on.data,
            regions=frozenset(form.regions.data or ()),
            calls_a_minute=form.calls_a_minute.data,
        )
        ask_token(db(), actor(), details, form.reason.data or "", request_now())
        flash("A second person has to confirm it now, and is shown the token.", "success")
        return url_for("auth.waiting")

    return answer_form(
        form,
        "token.make",
        send,
        title="Ask for a token",
        submit="Ask for the token",
        back=_back(),
        lead="Another system sends it with each call. Give it no more than it needs. It counts once a second person has confirmed it.",
    )


@blueprint.post("/tokens/<uuid:token_id>/revoke")
def revoke_token(token_id: uuid.UUID) -> ResponseReturnValue:
    """End a token at once."""
    found = step.find(db(), token_id)

    def revoke() -> str:
        step.revoke(db(), actor(), token_id, request_now())
        flash(f"The token of {found.name} counts no more.", "success")
        return url_for("exchange.tokens")

    title = f"Revoke the token of {found.name}"
    return answer_form(
        Form(), "token.revoke", revoke, title=title, submit="Revoke it", kind="warning", back=_back()
    )


def _back() -> tuple[str, str]:
    return url_for("exchange.tokens"), "All tokens"
