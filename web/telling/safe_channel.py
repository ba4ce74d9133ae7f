"""The safe channel of a case, set by a coordinator; what it holds is never shown here, only that it is set."""

from __future__ import annotations

import uuid
from datetime import time

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import apply_faults, render_form
from web.services import services
from web.telling.blueprint import blueprint
from web.telling.forms import SafeChannelForm
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.telling.safe_times import LABELS, MAIL
from worksorders.steps.tell.safe_way import case_of_order, safe_way_of, set_safe_way

FIELDS = {"hours": "opens"}


@blueprint.route("/orders/<uuid:order_id>/safe-channel", methods=["GET", "POST"])
def safe_channel(order_id: uuid.UUID) -> ResponseReturnValue:
    """Set how the people of this order's case may be reached."""
    case_id = case_of_order(db(), order_id)
    way = safe_way_of(db(), case_id)
    first = way.hours[0] if way.hours else (540, 1020)
    form = SafeChannelForm(channel=way.channel, opens=_clock(first[0]), closes=_clock(first[1]))
    if form.validate_on_submit():
        try:
            return take_once(form.key, "safe_channel.set", lambda: _set(order_id, case_id, form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, _named(faults, form))
    return render_form("telling/safe_channel.html", form, order_id=order_id, way=way, labels=LABELS)


def _set(order_id: uuid.UUID, case_id: uuid.UUID, form: SafeChannelForm) -> str:
    where = form.mail.data if form.channel.data == MAIL else form.number.data
    set_safe_way(
        db(),
        services().cipher,
        actor(),
        case_id,
        channel=form.channel.data or "",
        hours=f"{_minute(form.opens.data)}-{_minute(form.closes.data)}",
        where=where or "",
        verified=bool(form.verified.data),
        now=request_now(),
    )
    flash("Saved. The number or address itself is sealed.", "success")
    return url_for("telling.safe_channel", order_id=order_id)


def _named(faults: FaultsError, form: SafeChannelForm) -> list[Fault]:
    """The rule's faults at the fields of this form."""
    names = FIELDS | {"where": "mail" if form.channel.data == MAIL else "number"}
    return [Fault(names.get(fault.field, fault.field), fault.message) for fault in faults.faults]


def _minute(at: time | None) -> int:
    return at.hour * 60 + at.minute if at else 0


def _clock(minute: int) -> time:
    return time(min(minute, 24 * 60 - 1) // 60, min(minute, 24 * 60 - 1) % 60)
