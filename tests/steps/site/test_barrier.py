"""No door or window is taken out unless all that closes it again fits the same day; a coordinator's word is logged."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories, referrals
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.steps.safety import barrier
from worksorders.steps.site.checklist import LineEntry, save_checklist
from worksorders.steps.site.travel import arrive
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.catalogue import CatalogueVersion
from worksorders.store.tables.work.orders import VisitDependency

AT = world.TOMORROW


@pytest.fixture
def door(session, set_scene):
    """A visit that takes a door out, and the one that closes it again two hours later, both accepted."""
    referrals.load_starting_catalogue(session)
    scene = set_scene(visits=2)
    scene.order.catalogue_version_id = session.scalars(select(CatalogueVersion.id)).one()
    scene.line.item_code, scene.line.measure = "DR01", "Solid wood door leaf"
    first, second = scene.order.visits
    session.add(VisitDependency(before_id=first.id, after_id=second.id, same_day=True))
    session.flush()
    return scene


def standing(session, scene, now=AT):
    return barrier.standing(session, scene.visit, now)


def tick(session, scene, now=AT):
    entry = LineEntry(scene.line.id, Decimal(1), no_photo_reason="not_necessary")
    save_checklist(session, scene.worker, scene.visit.id, [entry], now)


def coordinator(session):
    return factories.actor_of(factories.make_user(session))


def test_work_that_fits_the_day_begins_with_arrival_and_nobody_notices(session, door):
    arrive(session, door.worker, door.visit.id, AT)
    assert standing(session, door) == barrier.Standing(("Solid wood door leaf",), begun=True)
    tick(session, door)


def test_a_visit_that_takes_nothing_out_is_not_guarded(session, scene):
    arrive(session, scene.worker, scene.visit.id, AT)
    assert not standing(session, scene).stops


@pytest.mark.parametrize(
    ("change", "words"), [("unplanned", "not accepted by anybody"), ("tomorrow", "is not today")]
)
def test_a_door_whose_closing_is_not_arranged_for_today_stays_where_it_is(session, door, change, words):
    second = door.order.visits[1]
    if change == "unplanned":
        second.state, second.start_at, second.end_at = "unplanned", None, None
    else:
        second.start_at, second.end_at = AT + timedelta(days=1), AT + timedelta(days=1, hours=1)
    session.flush()
    assert arrive(session, door.worker, door.visit.id, AT).state == "on_site"
    with pytest.raises(FaultsError, match="Start the work first"):
        tick(session, door)
    with pytest.raises(RefusedError, match=words):
        barrier.begin_work(session, door.worker, door.visit.id, AT)


def test_a_worker_who_comes_too_late_in_the_day_does_not_begin(session, door):
    late = AT + timedelta(hours=6, minutes=30)
    arrive(session, door.worker, door.visit.id, late)
    assert "needs 1 h 0 min more" in standing(session, door, late).against[0]


def test_a_coordinator_lets_it_begin_with_a_reason_on_its_day_alone_and_it_is_logged(session, door):
    door.order.visits[1].state = "unplanned"
    session.flush()
    actor = coordinator(session)
    arrive(session, door.worker, door.visit.id, AT)
    with pytest.raises(FaultsError, match="who closes the opening today"):
        barrier.allow(session, actor, door.visit.id, "yes", AT)
    with pytest.raises(RefusedError, match="on the day of its visit alone"):
        barrier.allow(session, actor, door.visit.id, "The locksmith comes at four", AT + timedelta(days=1))
    barrier.allow(session, actor, door.visit.id, "The locksmith comes at four", AT)
    barrier.begin_work(session, door.worker, door.visit.id, AT + timedelta(minutes=5))
    tick(session, door, AT + timedelta(minutes=6))
    row = session.scalars(select(AuditEvent).where(AuditEvent.action == "visit.barrier_allowed")).one()
    assert (row.actor_id, row.reason) == (actor.user_id, "The locksmith comes at four")


def test_where_nothing_stands_in_the_way_nothing_is_overridden(session, door):
    with pytest.raises(RefusedError, match="Nothing keeps"):
        barrier.allow(session, coordinator(session), door.visit.id, "The locksmith comes at four", AT)
