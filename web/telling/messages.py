"""What became of messages: how many wait and why, so that none is lost unseen."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import db, take_once
from web.forms.base import Form
from web.services import services
from web.telling.blueprint import blueprint
from worksorders.steps.tell.find import find_messages
from worksorders.steps.tell.sending import send_waiting as send_those_waiting


@blueprint.get("/messages")
def messages() -> ResponseReturnValue:
    """Counts, whether a server is set up, and the newest messages."""
    post = services().post
    return render_template(
        "telling/messages.html",
        page=find_messages(db()),
        mail=post.mail is not None,
        sms=post.sms is not None,
        sender=post.sender,
        action=Form(formdata=None),
    )


@blueprint.post("/messages/send")
def send_waiting() -> ResponseReturnValue:
    """Try again what waits for a server."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for("telling.messages"), 303)

    def move() -> str:
        flash(f"{send_those_waiting(db())} messages are sent again.", "success")
        return url_for("telling.messages")

    return take_once(form.key, "messages.send", move)
