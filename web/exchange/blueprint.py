"""The blueprint of these pages, and the page that shows what was made once."""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange")


def shown_once(secret: str, what: str, onward: str) -> tuple[str, str]:
    """The address to go on to, and the page that shows the secret."""
    return onward, render_template("exchange/secret.html", secret=secret, what=what, onward=onward)
