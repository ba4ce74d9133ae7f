"""The question about a visit of a draft as the present request asks it."""

from __future__ import annotations

import uuid

from web.edge import actor, db
from web.extensions import request_now
from web.services import services
from worksorders.steps.advice.standing import Enquiry


def enquiry(plan_id: uuid.UUID, visit_id: uuid.UUID) -> Enquiry:
    """By the person who is signed in, now."""
    return Enquiry(db(), services().sessions, services().cipher, actor(), plan_id, visit_id, request_now())
