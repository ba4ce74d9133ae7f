"""Hazards go from the coordinators' page to the named worker near the visit, and to nobody else at any time."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select, update

from tests import dispatching as world
from tests.web.portal.test_portal_visit import people  # noqa: F401
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.orders import Visit

HEADING, DOG = "Hazards at this home", "A dog"
CONFIRMED = select(Booking).where(Booking.state == "confirmed")


def sent(browser, path, **values):
    return browser.post(path, {"form_uuid": str(uuid.uuid4()), **values})


def test_the_named_worker_reads_what_a_coordinator_noted_near_the_visit_and_nobody_else_does(people, clock):  # noqa: F811
    desk, path = people["coordinator"], f"/safety/orders/{people['order']}/hazards"
    assert HEADING in people["named"].get(people["visit"]).text
    assert sent(desk, path, hazards=["dog", "no_mobile"]).status_code == 303
    shown = people["named"].get(people["visit"]).text
    assert all(words in shown for words in (HEADING, DOG, "No mobile coverage"))
    for other in ("office", "stranger"):
        answer = people[other].get(people["visit"]).text
        assert HEADING not in answer
        assert DOG not in answer
    for other in ("named", "office"):
        assert people[other].get(path).status_code in (403, 404)
    for elsewhere in ("/portal/today", "/portal/offers"):
        assert DOG not in people["named"].get(elsewhere).text
    now = clock.now
    clock.now = world.TOMORROW - timedelta(hours=19)
    early = people["named"].get(people["visit"]).text
    assert DOG not in early
    assert HEADING not in early
    clock.now = now
    assert DOG in people["named"].get(people["visit"]).text
    assert sent(desk, path).status_code == 303
    assert "None noted" in people["named"].get(people["visit"]).text


def test_who_was_named_reads_them_no_more_once_stopped_replaced_or_done(people, services):  # noqa: F811
    path = f"/safety/orders/{people['order']}/hazards"
    assert sent(people["coordinator"], path, hazards=["dog"]).status_code == 303
    assert DOG in people["named"].get(people["visit"]).text
    with services.sessions.begin() as session:
        session.execute(update(Worker).values(active=False))
    assert DOG not in people["named"].get(people["visit"]).text
    with services.sessions.begin() as session:
        session.execute(update(Worker).values(active=True))
        booked = session.scalars(CONFIRMED).one()
        named = session.get_one(Worker, booked.worker_id)
        other = select(Worker.id).where(Worker.firm_id == named.firm_id, Worker.id != named.id)
        booked.worker_id = session.scalars(other).one()
    replaced = people["named"].get(people["visit"]).text
    assert DOG not in replaced
    assert HEADING not in replaced
    with services.sessions.begin() as session:
        session.scalars(CONFIRMED).one().worker_id = named.id
    assert DOG in people["named"].get(people["visit"]).text
    with services.sessions.begin() as session:
        session.execute(update(Visit).values(state="done"))
    over = people["named"].get(people["visit"]).text
    assert DOG not in over
    assert HEADING not in over
