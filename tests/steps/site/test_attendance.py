"""A visit from setting out to leaving: evidence, openings, and the moves that others may not make."""

from __future__ import annotations

import io
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PIL import Image
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.completion.entry import KeyRow
from worksorders.steps.finance.gather.orders import order_facts
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.steps.site import office
from worksorders.steps.site.accept_work import work_of
from worksorders.steps.site.checklist import LineEntry, save_checklist
from worksorders.steps.site.find.visits import find_visit
from worksorders.steps.site.find.work import find_work
from worksorders.steps.site.leave import leave
from worksorders.steps.site.photos import PhotoError, add_photo, own_photo
from worksorders.steps.site.stop import stop
from worksorders.steps.site.travel import arrive, set_out
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import OpeningEvent
from worksorders.store.tables.work.offers import LineDone, Offer, Photo, VisitNote

AT = world.TOMORROW


def picture(colour="red"):
    written = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, "JPEG", comment=b"canary")
    return written.getvalue()


def start(session, scene):
    set_out(session, scene.worker, scene.visit.id, AT - timedelta(minutes=30))
    arrive(session, scene.worker, scene.visit.id, AT)


def tick(session, scene, quantity="2", **values):
    values = {"no_photo_reason": "not_necessary"} | values
    save_checklist(
        session, scene.worker, scene.visit.id, [LineEntry(scene.line.id, Decimal(quantity), **values)], AT
    )


def finish(session, scene, state="secure", **values):
    states = {scene.line.opening_id: state}
    return leave(session, scene.worker, scene.visit.id, states, now=AT + timedelta(hours=1), **values)


def test_a_visit_is_set_out_for_arrived_at_and_left(session, scene):
    start(session, scene)
    tick(session, scene)
    visit = finish(session, scene)
    assert (visit.state, visit.arrived_at, visit.left_at) == ("done", AT, AT + timedelta(hours=1))
    assert scene.line.opening.state == "secure"
    events = session.scalars(select(OpeningEvent.state).where(OpeningEvent.visit_id == visit.id))
    assert list(events) == ["secure"]
    moves = session.scalars(
        select(AuditEvent.to_state).where(AuditEvent.subject_id == visit.id, AuditEvent.to_state.is_not(None))
        .order_by(AuditEvent.id)
    )  # fmt: skip
    assert list(moves) == ["offered", "accepted", "en_route", "on_site", "done"]


@pytest.mark.parametrize("who", ["office", "stranger"])
def test_only_the_named_worker_attends(session, scene, who):
    error = NotPermittedError if who == "office" else NotFoundError
    with pytest.raises(error):
        set_out(session, getattr(scene, who), scene.visit.id, AT)


def test_a_colleague_who_is_not_named_does_not_attend(session, scene):
    colleague = world.account(session, scene.firm, scene.firm.workers[1])
    with pytest.raises(NotPermittedError, match="named for this visit"):
        set_out(session, colleague, scene.visit.id, AT)


def test_a_check_that_lapsed_since_acceptance_stops_the_worker(session, scene):
    for check in session.scalars(
        select(world.VettingCheck).where(world.VettingCheck.worker_id == scene.worker.worker_id)
    ):
        check.expires_on = date(2026, 11, 24)
    session.flush()
    with pytest.raises(NotPermittedError, match="not valid today"):
        set_out(session, scene.worker, scene.visit.id, AT)


def test_nobody_sets_out_days_ahead_or_to_a_paused_home(session, scene):
    with pytest.raises(RefusedError, match="too far ahead"):
        set_out(session, scene.worker, scene.visit.id, AT - timedelta(hours=19))
    scene.order.state = "suspended"
    session.flush()
    with pytest.raises(RefusedError, match="paused"):
        set_out(session, scene.worker, scene.visit.id, AT)


def test_more_than_was_ordered_is_refused_with_both_figures(session, scene):
    start(session, scene)
    with pytest.raises(FaultsError, match=r"3 of Rekey cylinder is not possible: 2 were ordered"):
        tick(session, scene, "3")
    assert not session.scalars(select(LineDone)).all()


def test_what_was_measured_reaches_the_match_and_empty_means_not_measured(session, scene):
    scene.line.unit = "m2"
    start(session, scene)

    def measured():
        facts = order_facts(session, [scene.order.id])[scene.order.code]
        return [line.measured_quantity for line in facts.lines]

    tick(session, scene)
    assert measured() == [None]
    tick(session, scene, measured_quantity=Decimal("1.6"))
    assert measured() == [Decimal("1.6")]
    told = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "line.done")).all()
    assert [one.get("measured") for one in told if one.get("measured")] == ["1.6"]
    with pytest.raises(FaultsError, match="more than 0"):
        tick(session, scene, measured_quantity=Decimal(0))
    tick(session, scene)
    assert measured() == [None]


def test_what_is_counted_has_no_measure_and_a_measure_alone_is_not_kept(session, scene):
    start(session, scene)
    with pytest.raises(FaultsError, match="is counted"):
        tick(session, scene, measured_quantity=Decimal(2))
    scene.line.unit = "hour"
    alone = LineEntry(scene.line.id, None, measured_quantity=Decimal(2))
    with pytest.raises(FaultsError, match="Enter what was done as well"):
        save_checklist(session, scene.worker, scene.visit.id, [alone], AT)


def test_the_checklist_may_be_corrected_while_on_site_and_never_after(session, scene):
    start(session, scene)
    tick(session, scene, "1")
    tick(session, scene, "2")
    assert session.scalars(select(LineDone.done_quantity)).one() == 2
    finish(session, scene)
    with pytest.raises(RefusedError):
        tick(session, scene, "1")


def test_leaving_lists_everything_that_is_missing_at_once(session, set_scene):
    scene = set_scene(evidence="photo|key register|certificate of compliance")
    start(session, scene)
    tick(session, scene, no_photo_reason=None)
    with pytest.raises(FaultsError) as caught:
        leave(session, scene.worker, scene.visit.id, {}, now=AT)
    words = " ".join(fault.message for fault in caught.value.faults)
    for wanted in (
        "Add a photo",
        "which keys were cut",
        "certificate of compliance",
        "how Front door is now",
    ):
        assert wanted in words


def test_nothing_entered_is_not_nothing_done(session, scene):
    start(session, scene)
    with pytest.raises(FaultsError, match="how much of “Rekey cylinder” was done"):
        finish(session, scene)
    tick(session, scene, "0", no_photo_reason=None)
    assert finish(session, scene).state == "done"


def test_an_insecure_opening_keeps_the_visit_open_until_it_is_escalated(session, scene):
    start(session, scene)
    tick(session, scene)
    with pytest.raises(FaultsError, match="An opening is insecure"):
        finish(session, scene, "insecure", escalation="  ")
    finish(session, scene, "insecure", escalation="Lock is broken, I wait in the van")
    note = session.scalars(select(VisitNote)).one()
    assert (note.kind, note.alert_acknowledged_at) == ("insecure", None)
    assert scene.line.opening.state == "insecure"


def test_charges_are_done_with_their_visit(session, scene):
    session.add(
        world.WorksLine(
            id=uuid.uuid4(), order_id=scene.order.id, position=9, item_code="LK01", measure="Call-out",
            offer_name="Lock work", kind="charge", quantity=Decimal(1), unit="visit", rate=Decimal(140), minutes=0,
            trade="locksmith", crew=1, lead_working_days=0, consent_group="none", evidence="",
            visit_id=scene.visit.id,
        )
    )  # fmt: skip
    session.flush()
    session.refresh(scene.visit)
    start(session, scene)
    tick(session, scene)
    finish(session, scene)
    assert {row.done_quantity for row in session.scalars(select(LineDone))} == {1, 2}


def test_a_photo_is_stored_once_however_often_it_is_sent(session, scene):
    start(session, scene)
    key = uuid.uuid4()
    ids = {
        add_photo(session, scene.worker, scene.visit.id, picture(), AT, key=key, line_id=scene.line.id)
        for _ in range(2)
    }
    assert len(ids) == 1
    stored = session.scalars(select(Photo)).one()
    assert b"canary" not in stored.content
    assert own_photo(session, scene.office, scene.visit.id, stored.id) == stored.content


def test_a_photo_counts_as_evidence_of_its_line(session, scene):
    start(session, scene)
    tick(session, scene, no_photo_reason=None)
    with pytest.raises(FaultsError, match="Add a photo"):
        finish(session, scene)
    add_photo(session, scene.worker, scene.visit.id, picture(), AT, key=uuid.uuid4(), line_id=scene.line.id)
    finish(session, scene)


def test_photos_of_others_lines_off_site_and_no_pictures_are_refused(session, scene):
    def send(uploaded=b"", line_id=None):
        add_photo(session, scene.worker, scene.visit.id, uploaded, AT, key=uuid.uuid4(), line_id=line_id)

    with pytest.raises(RefusedError):
        send(picture())
    start(session, scene)
    with pytest.raises(NotFoundError):
        send(picture(), uuid.uuid4())
    with pytest.raises(PhotoError):
        send(b"<svg/>")
    assert not session.scalars(select(Photo)).all()


def test_photos_are_closed_to_the_firm_once_the_visit_is_over(session, scene):
    start(session, scene)
    tick(session, scene)
    photo_id = add_photo(session, scene.worker, scene.visit.id, picture(), AT, key=uuid.uuid4())
    with pytest.raises(NotFoundError):
        own_photo(session, scene.stranger, scene.visit.id, photo_id)
    finish(session, scene)
    with pytest.raises(NotFoundError):
        own_photo(session, scene.worker, scene.visit.id, photo_id)


def test_photos_are_closed_to_the_firm_while_the_order_is_paused(session, scene):
    start(session, scene)
    photo_id = add_photo(session, scene.worker, scene.visit.id, picture(), AT, key=uuid.uuid4())
    scene.order.state = "suspended"
    session.flush()
    with pytest.raises(NotFoundError):
        own_photo(session, scene.worker, scene.visit.id, photo_id)


def plan_again_for(session, scene, firm, worker):
    """The visit ends without its work, and the firm takes it and arrives."""
    stop(session, scene.worker, scene.visit.id, "nobody_home", AT)
    office.plan_again(session, factories.actor_of(factories.make_user(session)), scene.visit.id, AT)
    start_at = AT + timedelta(hours=4)
    plan = world.publish(session, scene.order, firm, start_at=start_at)
    offer_published_visits(session, plan.id, AT)
    offer = session.scalars(select(Offer).where(Offer.state == "open")).one()
    accept(session, world.account(session, firm), offer.id, AT)
    world.confirm(session, scene.cipher, scene.visit, AT)
    set_out(session, worker, scene.visit.id, start_at - timedelta(minutes=30))
    arrive(session, worker, scene.visit.id, start_at)


def begin_work(session, scene):
    """One of two done, with its photo and who holds the keys; returns the photo's id."""
    start(session, scene)
    tick(session, scene, "1", keys=(KeyRow("7", 2, "client"),), serial_numbers="S-1")
    return add_photo(
        session, scene.worker, scene.visit.id, picture(), AT, key=uuid.uuid4(), line_id=scene.line.id
    )


def test_another_firm_sees_and_is_paid_nothing_of_what_the_first_one_did(session, set_scene):
    scene = set_scene(evidence="photo")
    photo_id = begin_work(session, scene)
    plan_again_for(session, scene, scene.other, scene.stranger)
    page = find_visit(session, scene.stranger, scene.visit.id, AT + timedelta(hours=4))
    assert (page.lines[0].done, page.lines[0].photo_ids, page.photo_ids) == (None, (), ())
    with pytest.raises(NotFoundError):
        own_photo(session, scene.stranger, scene.visit.id, photo_id)
    states = {scene.line.opening_id: "secure"}
    with pytest.raises(FaultsError, match="Enter how much"):
        leave(session, scene.stranger, scene.visit.id, states, now=AT + timedelta(hours=5))
    entry = LineEntry(scene.line.id, Decimal(1))
    save_checklist(session, scene.stranger, scene.visit.id, [entry], AT + timedelta(hours=5))
    with pytest.raises(FaultsError, match="Add a photo"):
        leave(session, scene.stranger, scene.visit.id, states, now=AT + timedelta(hours=5))
    add_photo(
        session, scene.stranger, scene.visit.id, picture("blue"), AT, key=uuid.uuid4(), line_id=scene.line.id
    )
    leave(session, scene.stranger, scene.visit.id, states, now=AT + timedelta(hours=5))
    assert [one.to_accept for one in work_of(session, scene.order)] == [1]
    facts = order_facts(session, [scene.order.id])[scene.order.code].lines[0]
    assert (facts.supplier_id, facts.done_quantity) == (str(scene.other.id), 1)
    shown = find_work(session, scene.order.id)
    assert (shown.lines[0].keys, shown.lines[0].evidence.serial_numbers) == ((), "")
    assert photo_id in shown.other_photo_ids


def test_the_same_firm_goes_on_where_it_stopped(session, set_scene):
    scene = set_scene(evidence="photo")
    photo_id = begin_work(session, scene)
    plan_again_for(session, scene, scene.firm, scene.worker)
    page = find_visit(session, scene.worker, scene.visit.id, AT + timedelta(hours=4))
    assert page.lines[0].done.done_quantity == 1
    assert page.photo_ids == (photo_id,)
