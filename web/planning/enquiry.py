"""The question about a visit of a draft as the present request asks it, and the part of the board that it came from."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request

from web.edge import actor, db
from web.extensions import request_now
from web.services import services
from worksorders.steps.advice.standing import Enquiry

# What of a large board is shown: it stays while visits are moved.
SHOWN = ("week", "region", "rows", "unplaced", "day")


def kept() -> dict[str, Any]:
    """The part of the board that the address asks for, to come back to it."""
    return {name: request.args[name] for name in SHOWN if request.args.get(name)}


def enquiry(plan_id: uuid.UUID, visit_id: uuid.UUID) -> Enquiry:
    """By the person who is signed in, now."""
    return Enquiry(db(), services().sessions, services().cipher, actor(), plan_id, visit_id, request_now())
