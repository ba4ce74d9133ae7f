"""Makes and ends the feed, and gives a calendar its file: codes and times, and one 404 for everything else."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import button, download, fresh_form
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form
from web.services import services
from worksorders.steps.calendars import feed as step

blueprint = Blueprint("calendars", __name__)


@blueprint.get("/portal/calendar")
def feed() -> ResponseReturnValue:
    """Whether there is a feed, and the buttons that make and end it."""
    return _page()


@blueprint.post("/portal/calendar/make")
def make() -> ResponseReturnValue:
    """Make a feed and show its address, once; the one before ends."""
    form, made = Form(), []
    if not form.validate_on_submit():
        return _page(422)

    def act() -> str:
        made.append(step.make_feed(db(), actor(), request_now()))
        return url_for("calendars.feed")

    answer = take_once(form.key, "calendar.make", act)
    if not made:
        return answer
    return _page(address=url_for("calendars.file", token=made[0], _external=True))


@blueprint.post("/portal/calendar/end")
def end() -> ResponseReturnValue:
    """End the feed at once."""

    def act() -> str:
        step.end_feed(db(), actor(), request_now())
        flash(
            "The calendar’s address counts no more. What a calendar holds already goes when it asks again.",
            "success",
        )
        return url_for("calendars.feed")

    return button("calendar.end", act, url_for("calendars.feed"))


@blueprint.get("/calendar/<token>.ics")
def file(token: str) -> ResponseReturnValue:
    """The calendar file of a secret address."""
    with services().sessions() as session:
        text = step.read_feed(session, token, request_now())
    return download(text, "visits.ics", "text/calendar")


def _page(status: int = 200, address: str = "") -> ResponseReturnValue:
    present = step.present_feed(db(), actor(), request_now())
    page = render_template(
        "calendars/feed.html",
        present=present,
        address=address,
        is_worker=actor().worker_id is not None,
        fresh_form=fresh_form,
        days=step.LASTS.days,
    )
    return page, status
