"""The blueprint of these pages, and what their views have in common."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

blueprint = Blueprint("pricing", __name__, url_prefix="/pricing")


def value(field: Any) -> str:
    """What was typed, without blanks at its ends."""
    return str(field.data or "").strip()
