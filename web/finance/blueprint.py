"""The blueprint that finance's pages hang on, and what they share."""

from __future__ import annotations

from flask import Blueprint, request

blueprint = Blueprint("finance", __name__, url_prefix="/finance")

STATE_WORDS = {
    "received": ("Received", "neutral"),
    "matched": ("Matched", "good"),
    "exceptions": ("Exceptions", "warn"),
    "approved": ("Approved", "info"),
    "paid": ("Paid", "good"),
    "rejected": ("Rejected", "neutral"),
    "held": ("On hold", "danger"),
    "disputed": ("Disputed", "danger"),
}
SOURCE_WORDS = {"portal": "Portal", "typed": "Typed in", "ubl": "E-invoice", "self_billed": "Self-billed"}


def chosen(name: str) -> str:
    """A filter in the address, without blanks at its ends."""
    return request.args.get(name, "").strip()[:100]
