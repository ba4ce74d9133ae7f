"""Webhooks: whom we tell of events, what became of each, and changing a secret that may be known to others."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer_form, answer_shown_once, fresh_form
from web.edge import actor, db
from web.exchange.blueprint import blueprint, shown_once
from web.exchange.forms import ReasonForm, WebhookForm
from web.extensions import request_now
from web.forms.base import Form
from web.services import services
from worksorders.steps.webhooks import keep as step
from worksorders.steps.webhooks.kinds import KINDS, PING


@blueprint.get("/webhooks")
def webhooks() -> str:
    """Everybody who is told of events."""
    return render_template("exchange/webhooks.html", rows=step.find_all(db()))


@blueprint.route("/webhooks/new", methods=["GET", "POST"])
def register_webhook() -> ResponseReturnValue:
    """Tell one more."""
    form: Any = WebhookForm()

    def make() -> tuple[str, str]:
        row, secret = step.register(db(), services().cipher, actor(), _details(form), request_now())
        return shown_once(secret, f"Signing secret of {row.name}", _address(row.id))

    return answer_shown_once(
        form,
        "webhook.register",
        make,
        title="Tell another system of events",
        submit="Register the address",
        back=(url_for("exchange.webhooks"), "All webhooks"),
        lead="It is told that something happened to a record, by its id, and nothing of what it was.",
    )


@blueprint.get("/webhooks/<uuid:webhook_id>")
def webhook(webhook_id: uuid.UUID) -> str:
    """One address with its latest deliveries."""
    return render_template(
        "exchange/webhook.html",
        found=step.find(db(), webhook_id),
        deliveries=step.deliveries(db(), webhook_id),
        kinds={**KINDS, PING: "Test"},
        fresh_form=fresh_form,
    )


@blueprint.route("/webhooks/<uuid:webhook_id>/change", methods=["GET", "POST"])
def change_webhook(webhook_id: uuid.UUID) -> ResponseReturnValue:
    """Change name, address or events."""
    found = step.find(db(), webhook_id)
    form: Any = WebhookForm(data={"name": found.name, "url": found.url, "kinds": found.kinds})

    def change() -> str:
        step.change(db(), actor(), webhook_id, _details(form))
        flash("The webhook has been changed.", "success")
        return _address(webhook_id)

    return answer_form(
        form, "webhook.change", change, title=f"Change {found.name}", submit="Save", back=_back(found)
    )


@blueprint.post("/webhooks/<uuid:webhook_id>/secret")
def rotate_webhook(webhook_id: uuid.UUID) -> ResponseReturnValue:
    """Draw a new secret; the old one counts beside it for a day."""
    found = step.find(db(), webhook_id)

    def make() -> tuple[str, str]:
        row, secret = step.rotate(db(), services().cipher, actor(), webhook_id, request_now())
        what = f"New signing secret of {row.name}; the old one counts for a day"
        return shown_once(secret, what, _address(row.id))

    title = f"Change the secret of {found.name}"
    return answer_shown_once(
        Form(), "webhook.rotate", make, title=title, submit="Change the secret", back=_back(found)
    )


@blueprint.post("/webhooks/<uuid:webhook_id>/ping")
def ping_webhook(webhook_id: uuid.UUID) -> ResponseReturnValue:
    """Send a test."""
    found = step.find(db(), webhook_id)

    def send() -> str:
        step.ping(db(), webhook_id, request_now())
        flash("A test is on its way: reload this page in a few seconds.", "success")
        return _address(webhook_id)

    return answer_form(
        Form(), "webhook.ping", send, title="Send a test", submit="Send a test", back=_back(found)
    )


@blueprint.route("/webhooks/<uuid:webhook_id>/disable", methods=["GET", "POST"])
def disable_webhook(webhook_id: uuid.UUID) -> ResponseReturnValue:
    """Tell it nothing more."""
    found = step.find(db(), webhook_id)
    form: Any = ReasonForm()

    def disable() -> str:
        step.disable(db(), actor(), found, form.reason.data, request_now())
        flash(f"{found.name} is told nothing more.", "success")
        return _address(webhook_id)

    return answer_form(
        form,
        "webhook.disable",
        disable,
        title=f"Tell {found.name} nothing more",
        submit="Disable it",
        kind="warning",
        back=_back(found),
        lead="What waits for it is given up. It can be enabled again, for what happens from then on.",
    )


@blueprint.post("/webhooks/<uuid:webhook_id>/enable")
def enable_webhook(webhook_id: uuid.UUID) -> ResponseReturnValue:
    """Tell it again."""
    found = step.find(db(), webhook_id)

    def enable() -> str:
        step.enable(db(), actor(), webhook_id)
        flash(f"{found.name} is told again what happens.", "success")
        return _address(webhook_id)

    title = f"Tell {found.name} again"
    return answer_form(Form(), "webhook.enable", enable, title=title, submit="Enable it", back=_back(found))


def _details(form: Any) -> step.WebhookDetails:
    return step.WebhookDetails(form.name.data, form.url.data, frozenset(form.kinds.data or ()))


def _address(webhook_id: uuid.UUID) -> str:
    return url_for("exchange.webhook", webhook_id=webhook_id)


def _back(found: Any) -> tuple[str, str]:
    return _address(found.id), found.name
