"""The blueprint that all pages of administration share, and what their views have in common."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from flask import Blueprint, Response, abort, request

from web.answering import download
from web.edge import actor
from web.extensions import request_now
from web.filters import local_today
from web.forms.fields import YEARS
from worksorders.domain.roles import Role
from worksorders.steps.people.places import region_name

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


def chosen(name: str) -> str:
    """A filter in the address, without blanks at its ends."""
    return request.args.get(name, "").strip()[:100]


def chosen_day(name: str, faults: list[str]) -> date | None:
    """A day in the address; a text that is none adds its fault."""
    text = chosen(name)
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        faults.append(f"“{text}” is not a date: write it like 2026-11-21.")
        return None
    return found


def uuid_or_none(text: str) -> uuid.UUID | None:
    """An id out of a form or an address; nothing for an empty or broken one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def today() -> date:
    """The day in New Zealand at this request."""
    return local_today(request_now())


def is_administrator() -> bool:
    """Whether the person may change what the page shows."""
    return actor().role is Role.ADMINISTRATOR


def require(found: object) -> None:
    """The one 404 page unless there is something."""
    if not found:
        abort(404)


def csv_file(text: str, name: str) -> Response:
    """CSV as a download, with the mark by which spreadsheets know UTF-8."""
    return download("\ufeff" + text, name)


def plain_rate(value: Decimal) -> str:
    """`72.50`, or `0.1234` where the rate has more than two decimals."""
    whole, _, decimals = f"{value.normalize():f}".partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


blueprint.add_app_template_filter(region_name, "region_name")
