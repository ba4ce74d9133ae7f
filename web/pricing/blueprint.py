"""The blueprint of these pages, and what their views have in common."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

blueprint = Blueprint("pricing", __name__, url_prefix="/pricing")


def csv_file(text: str, name: str) -> Response:
    """A CSV as it can be brought again."""
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def value(field: Any) -> str:
    """What was typed, without blanks at its ends."""
    return str(field.data or "").strip()
