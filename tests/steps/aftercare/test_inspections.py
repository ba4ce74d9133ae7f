"""Inspections drawn and asked for, defects that go back to a firm, and an order that stays open until they are mended."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from PIL import Image
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from tests.steps.site.conftest import scene, set_scene
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.aftercare import defects, inspections
from worksorders.steps.aftercare.inspections import LineFound, record_inspection, request_inspection
from worksorders.steps.aftercare.settings import AFTERCARE
from worksorders.steps.jobs import Job
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.rates import prices_by_firm
from worksorders.steps.offers.respond import accept
from worksorders.steps.planning.open_visits import load_open_work
from worksorders.steps.site.accept_work import accept_work, close_order
from worksorders.steps.site.checklist import LineEntry, save_checklist
from worksorders.steps.site.leave import leave
from worksorders.steps.site.travel import arrive, set_out
from worksorders.store.tables.work.aftercare import Defect, Inspection, InspectionPhoto
from worksorders.store.tables.work.catalogue import Setting
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import WorksLine

__all__ = ["scene", "set_scene"]
AT = world.TOMORROW
LATER = AT + timedelta(hours=5)


def picture():
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "JPEG", comment=b"canary")
    return written.getvalue()


def make(session, scene, visit, line, at, state="secure"):
    """The visit from the door to the door; the worker does all of it."""
    set_out(session, scene.worker, visit.id, at - timedelta(minutes=30))
    arrive(session, scene.worker, visit.id, at)
    entry = LineEntry(line.id, line.quantity, no_photo_reason="not_necessary")
    save_checklist(session, scene.worker, visit.id, [entry], at)
    leave(session, scene.worker, visit.id, {line.opening_id: state}, now=at + timedelta(hours=1))


@pytest.fixture
def done(session, scene):
    """The order's one visit is done and nothing of it accepted yet."""
    make(session, scene, scene.visit, scene.line, AT)
    scene.coordinator = factories.actor_of(factories.make_user(session))
    return scene


def draw(session, services, visit, **figures):
    session.merge(Setting(name=AFTERCARE, value=figures))
    session.flush()
    job = Job(
        uuid.uuid4(), 1, {"visit_id": str(visit.id)}, services.sessions, services.cipher, lambda: AT,
        lambda: True,
    )  # fmt: skip
    inspections.draw(job)(session, LATER)
    return session.scalars(select(Inspection)).all()


def found(line, result="fail", **values):
    values = (
        {"note": "Cylinder turns with any key", "severity": "faulty"} | values if result == "fail" else values
    )
    return [LineFound(line.id, result, **values)]


def failed(session, done, **values):
    asked = request_inspection(session, done.coordinator, done.visit.id, LATER)
    record_inspection(session, done.coordinator, asked.id, found(done.line, **values), now=LATER)
    return session.scalars(select(Defect)).one()


def test_every_visit_of_a_share_of_a_hundred_is_drawn_and_none_of_a_share_of_none(session, services, done):
    assert draw(session, services, done.visit, locksmith_percent=0, new_firm_percent=0) == []
    (drawn,) = draw(session, services, done.visit, locksmith_percent=0, new_firm_percent=100)
    assert (drawn.why, drawn.state, drawn.asked_by) == ("sample", "due", None)
    inspections.set_rate(session, done.coordinator, done.firm.id, 0, "Trusted for years", LATER)
    assert inspections.share_of(session, done.visit) == 0


def test_an_order_waits_for_its_inspection_and_closes_when_it_has_passed(session, done):
    asked = request_inspection(session, done.coordinator, done.visit.id, LATER)
    order = accept_work(session, done.coordinator, done.order.id, {done.line.id: Decimal(2)}, LATER)
    assert order.state == "issued"
    with pytest.raises(RefusedError, match=f"Inspection {asked.code} is due"):
        close_order(session, done.coordinator, done.order.id, LATER)
    record_inspection(session, done.coordinator, asked.id, found(done.line, "pass"), now=LATER)
    assert (asked.state, order.state) == ("passed", "closed")


def test_an_opening_that_is_held_only_for_now_keeps_its_order_open_until_another_order_works_on_it(
    session, scene
):
    make(session, scene, scene.visit, scene.line, AT, "temporarily_secured")
    coordinator = factories.actor_of(factories.make_user(session))
    order = accept_work(session, coordinator, scene.order.id, {scene.line.id: Decimal(2)}, LATER)
    with pytest.raises(RefusedError, match="held only for now"):
        close_order(session, coordinator, order.id, LATER)
    lasting = world.issued_order(session, [scene.firm])
    lasting.lines[0].opening_id = scene.line.opening_id
    session.flush()
    assert close_order(session, coordinator, order.id, LATER).state == "closed"


def test_what_an_inspector_leaves_out_is_named_at_its_field(session, done):
    asked = request_inspection(session, done.coordinator, done.visit.id, LATER)
    for entries, fields in (
        ([], {"result"}),
        ([LineFound(done.line.id, "fail")], {"note", "severity"}),
        ([LineFound(done.line.id, "splendid")], {"result"}),
    ):
        with pytest.raises(FaultsError) as caught:
            record_inspection(session, done.coordinator, asked.id, entries, now=LATER)
        assert {fault.field for fault in caught.value.faults} == {f"line-{done.line.id}-{f}" for f in fields}
    assert asked.state == "due"


def test_photos_of_an_inspection_are_painted_afresh(session, done):
    failed(session, done, photos=(picture(),))
    assert b"canary" not in session.scalars(select(InspectionPhoto)).one().content


def test_a_visit_is_inspected_once_at_a_time_and_only_when_it_is_done(session, done):
    request_inspection(session, done.coordinator, done.visit.id, LATER)
    with pytest.raises(RefusedError, match="due already"):
        request_inspection(session, done.coordinator, done.visit.id, LATER)
    with pytest.raises(NotFoundError):
        request_inspection(session, done.coordinator, uuid.uuid4(), LATER)


def test_a_failed_line_returns_to_its_firm_alone_and_free(session, done):
    defect = failed(session, done)
    repair = defect.repair_line
    assert (defect.state, defect.free, repair.rate, repair.visit.state) == ("returned", True, 0, "unplanned")
    assert repair.visit.due_at == defect.due_at
    assert prices_by_firm(session, repair.visit_id) == {done.firm.id: 0}
    (planned,) = load_open_work(session, []).visits
    assert planned.only_firms == {done.firm.id}


def test_a_defect_keeps_the_order_open_until_its_repair_is_accepted(session, done):
    defect = failed(session, done)
    repair = defect.repair_line
    order = accept_work(session, done.coordinator, done.order.id, {done.line.id: Decimal(2)}, LATER)
    assert order.state == "issued"
    start_at = AT + timedelta(days=1)
    repair.visit.order = order
    plan = world.publish(session, SimpleNamespace(visits=[repair.visit]), done.firm, start_at=start_at)
    offer_published_visits(session, plan.id, LATER)
    offer = session.scalars(select(Offer).where(Offer.state == "open")).one()
    assert (offer.firm_id, offer.price_cents) == (done.firm.id, 0)
    accept(session, done.office, offer.id, LATER)
    world.confirm(session, done.cipher, repair.visit, LATER)
    make(session, done, repair.visit, repair, start_at)
    with pytest.raises(RefusedError, match="not mended yet"):
        close_order(session, done.coordinator, order.id, start_at)
    accept_work(
        session, done.coordinator, order.id, {repair.id: repair.quantity}, start_at + timedelta(hours=2)
    )
    assert (defect.state, order.state) == ("mended", "closed")


def test_a_defect_found_later_opens_a_closed_order_again(session, done):
    order = accept_work(session, done.coordinator, done.order.id, {done.line.id: Decimal(2)}, LATER)
    assert order.state == "closed"
    much_later = LATER + timedelta(days=400)
    defect = defects.report_defect(
        session,
        done.coordinator,
        done.line.id,
        severity="finish",
        what="Cover plate is loose",
        now=much_later,
    )
    assert (order.state, order.closed_at, defect.free) == ("issued", None, False)
    assert defect.repair_line.rate == done.line.rate


def test_another_firm_mends_at_its_own_rate_within_the_limit_for_changes(session, done):
    defect = defects.report_defect(
        session,
        done.coordinator,
        done.line.id,
        severity="unsafe",
        what="Lock fell out",
        to="another",
        now=LATER,
    )
    assert set(prices_by_firm(session, defect.repair_line.visit_id)) == {done.other.id}
    assert defect.due_at == LATER + timedelta(hours=24)
    poor = factories.actor_of(factories.make_user(session, vary_limit_cents=100))
    with pytest.raises(FaultsError, match="your limit for changes"):
        defects.report_defect(
            session, poor, done.line.id, severity="faulty", what="Stiff", to="another", now=LATER
        )


def test_a_defect_needs_done_work_words_and_a_severity(session, scene, done):
    with pytest.raises(FaultsError) as caught:
        defects.report_defect(session, done.coordinator, done.line.id, severity="", what=" ", now=LATER)
    assert {fault.field for fault in caught.value.faults} == {"severity", "what"}
    done.visit.state = "accepted"
    session.flush()
    with pytest.raises(RefusedError, match="Nothing of"):
        defects.report_defect(session, done.coordinator, done.line.id, severity="faulty", what="x", now=LATER)
    assert not session.scalars(select(Defect)).all()


def test_a_repair_that_came_to_nothing_can_be_taken_back_and_withdrawn(session, done):
    defect = failed(session, done)
    with pytest.raises(RefusedError, match="under way"):
        defects.take_back(session, done.coordinator, defect.id)
    session.get(WorksLine, defect.repair_line_id).removed_at = LATER
    session.flush()
    defects.take_back(session, done.coordinator, defect.id)
    with pytest.raises(FaultsError):
        defects.withdraw_defect(session, done.coordinator, defect.id, " ")
    defects.withdraw_defect(session, done.coordinator, defect.id, "Worked when looked at again")
    assert (defect.state, defect.repair_line_id) == ("withdrawn", None)
