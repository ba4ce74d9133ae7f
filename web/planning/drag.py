"""What the board's script asks when a visit is taken up with the mouse: where it may be put down, and why not elsewhere."""

from __future__ import annotations

import uuid

from flask import jsonify
from flask.typing import ResponseReturnValue

from web.filters import nz_time
from web.planning.blueprint import blueprint
from web.planning.enquiry import enquiry
from worksorders.steps.advice.standing import load_draft
from worksorders.steps.advice.targets import targets
from worksorders.steps.planning.when import wall

PURPOSE = "move a visit on the board"
BARS = {
    "trade": "does not have the trade",
    "region": "does not serve the region",
    "reach": "is too far away",
    "exclusion": "may not be sent to this home",
    "vetting": "has no valid checks on any day of it",
    "window": "is not at work at the safe times",
    "precedence": "has no time that fits the visits before and after it",
    "same_day": "has no time on the day that its other visits are on",
    "crew": "has nobody to make up the crew with",
    "busy": "is busy with other visits",
}


@blueprint.post("/<uuid:plan_id>/visits/<uuid:visit_id>/targets")
def drop_targets(plan_id: uuid.UUID, visit_id: uuid.UUID) -> ResponseReturnValue:
    """Worker, day and start of each place on the board, and a word for each worker who has none; nothing changes."""
    found = targets(load_draft(enquiry(plan_id, visit_id), PURPOSE, pinned=False))
    return jsonify(
        open=[
            {
                "worker": str(one.worker_id),
                "day": one.on.isoformat(),
                "start": f"{one.minute // 60:02}:{one.minute % 60:02}",
                "words": nz_time(wall(one.on, one.minute)),
            }
            for one in found.open
        ],
        barred={str(key): BARS.get(rule, "has no place for it") for key, rule in found.barred.items()},
    )
