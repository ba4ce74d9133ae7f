"""The blueprint of these pages, and what their views have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.answering import answer_form
from web.forms import Form

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange")


def answer_with_secret(
    form: Form, purpose: str, make: Callable[[], tuple[str, str, str]], **page: Any
) -> ResponseReturnValue:
    """Like `answer_form`, but show the secret that was made instead of redirecting; sent twice, it is not shown again.

    `make` gives the secret, what it is for, and the address to go on to.
    """
    shown: list[tuple[str, str, str]] = []

    def action() -> str:
        shown.append(make())
        return shown[0][2]

    response = answer_form(form, purpose, action, **page)
    if not shown:
        return response
    secret, what, onward = shown[0]
    return render_template("exchange/secret.html", secret=secret, what=what, onward=onward)
