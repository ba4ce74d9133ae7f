"""What no access, an insecure opening and leaving unsafe set off: duty, the advocate, the charge, the whole home's pause."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories, referrals
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.duty import find as find_duty
from worksorders.steps.duty.alerts import acknowledge_alert, alert_duty
from worksorders.steps.finance.gather.orders import order_facts
from worksorders.steps.finance.own_invoice import find_claimable
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.respond import accept
from worksorders.steps.planning.around import request_around
from worksorders.steps.safety import police_flag
from worksorders.steps.safety.find.lists import to_plan_again
from worksorders.steps.safety.suspend import ask_to_lift, lift, suspend, suspend_home
from worksorders.steps.settings import figures
from worksorders.steps.site import find_dispatch, notes, office
from worksorders.steps.site.accept_work import accept_work
from worksorders.steps.site.stop import add_unsafe_details, leave_unsafe, stop
from worksorders.store.tables.firms.contractors import RateLine
from worksorders.store.tables.plans.planning import Plan
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.catalogue import CatalogueVersion
from worksorders.store.tables.work.duty import DutyAlert
from worksorders.store.tables.work.offers import Offer, VisitNote
from worksorders.store.tables.work.orders import WorksLine
from worksorders.store.tables.work.telling import CallTask

AT = world.TOMORROW


def user(session, role="coordinator"):
    return factories.actor_of(factories.make_user(session, role))


def alerts(session):
    return sorted(session.scalars(select(DutyAlert.kind)))


def calls(session):
    told = select(CallTask.kind).where(CallTask.kind != "client_confirmation")
    return sorted(session.scalars(told))


def test_no_access_calls_duty_and_the_advocate_and_the_taker_of_the_note_takes_the_alert(session, scene):
    stop(session, scene.worker, scene.visit.id, "client_declined_today", AT)
    assert (alerts(session), calls(session)) == (["no_access"], ["no_access"])
    note_id = session.scalars(select(VisitNote.id)).one()
    taker = user(session)
    assert office.acknowledge(session, taker, note_id, AT) == scene.order.id
    assert session.scalars(select(DutyAlert.acknowledged_by)).one() == taker.user_id


def test_whoever_takes_the_duty_alert_takes_the_note_with_it(session, scene):
    stop(session, scene.worker, scene.visit.id, "client_declined_today", AT)
    taker = user(session)
    acknowledge_alert(session, taker, session.scalars(select(DutyAlert.id)).one(), AT)
    note = session.scalars(select(VisitNote)).one()
    assert (note.alert_acknowledged_by, note.alert_acknowledged_at) == (taker.user_id, AT)
    acknowledge_alert(session, user(session), session.scalars(select(DutyAlert.id)).one(), AT)
    office.acknowledge(session, user(session), note.id, AT)
    assert note.alert_acknowledged_by == taker.user_id


def test_another_reason_calls_nobody_but_waits_to_be_planned_again(session, scene):
    stop(session, scene.worker, scene.visit.id, "animal", AT)
    assert (alerts(session), calls(session)) == ([], [])
    assert [(row.reason, row.decided) for row in to_plan_again(session)] == [("No access: animal", False)]
    office.plan_again(session, user(session), scene.visit.id, AT)
    assert [row.decided for row in to_plan_again(session)] == [True]


@pytest.fixture
def charged(session, set_scene):
    """A scene whose firm has a rate for an abortive visit."""
    referrals.load_starting_catalogue(session)
    scene = set_scene()
    scene.order.catalogue_version_id = session.scalars(select(CatalogueVersion.id)).one()
    card = scene.firm.agreements[0].rate_cards[0]
    session.add(RateLine(rate_card_id=card.id, item_code="SV08", unit="visit", rate=Decimal(85)))
    session.flush()
    return scene


def charges(session):
    return session.scalars(select(WorksLine).where(WorksLine.item_code == "SV08")).all()


def test_the_firm_that_was_not_let_in_is_paid_one_abortive_visit_whoever_goes_next(session, charged):
    stop(session, charged.worker, charged.visit.id, "nobody_home", AT)
    (line,) = charges(session)
    assert (line.quantity, line.rate, line.because) == (1, 85, "no access: nobody home")
    coordinator = user(session)
    office.plan_again(session, coordinator, charged.visit.id, AT)
    accept_work(session, coordinator, charged.order.id, {line.id: Decimal(1)}, AT)
    facts = {one.item_code: one for one in order_facts(session, [charged.order.id])[charged.order.code].lines}
    assert (facts["SV08"].supplier_id, facts["SV08"].call_out) == (str(charged.firm.id), True)
    claims = find_claimable(session, charged.office, AT)
    assert [one.item_code for claim in claims for one in claim.lines] == ["SV08"]


def test_the_firms_own_doing_is_not_paid_and_the_operator_may_change_what_is(session, charged):
    administrator = user(session, "administrator")
    stop(session, charged.worker, charged.visit.id, "worker_late", AT)
    assert not charges(session)
    figures.change(session, administrator, "abortive", {"animal": 0}, AT)
    charged.visit.state, charged.visit.firm_id = "accepted", charged.firm.id
    world.book(session, charged.firm.workers[0], charged.visit, AT, AT + timedelta(hours=1), "confirmed")
    stop(session, charged.worker, charged.visit.id, "animal", AT)
    assert not charges(session)
    with pytest.raises(FaultsError, match="from 0 to 1"):
        figures.change(session, administrator, "abortive", {"animal": 2}, AT)


def test_leaving_unsafe_pauses_the_other_orders_of_the_home_and_more_is_told_later(session, scene):
    other = world.issued_order(session, ())
    other.case_id = scene.order.case_id
    session.flush()
    with pytest.raises(NotFoundError):
        add_unsafe_details(session, scene.worker, ["a_dog"], AT)
    leave_unsafe(session, scene.worker, scene.visit.id, AT)
    assert (scene.order.state, other.state) == ("suspended", "suspended")
    assert (alerts(session), calls(session)) == (["left_unsafe"], ["left_unsafe"])
    with pytest.raises(FaultsError):
        add_unsafe_details(session, scene.worker, ["a name"], AT)
    note = add_unsafe_details(session, scene.worker, ["i_am_hurt", "a_dog"], AT)
    assert notes.label_of(note.kind, note.reason) == "I am hurt, A dog"


def test_a_coordinator_suspends_the_whole_home_for_a_reason_of_the_list(session, scene):
    with pytest.raises(FaultsError, match="Choose why"):
        suspend(session, user(session), scene.order.id, "because", AT)
    first = user(session)
    suspend(session, first, scene.order.id, "perpetrator_near", AT)
    assert scene.order.state == "suspended"
    assert alerts(session) == ["safety"]
    ask_to_lift(session, first, scene.order.id, "Police have taken him in", AT)
    suspend_home(session, first, scene.order, "police_advice", AT)
    with pytest.raises(RefusedError, match="first of two looks"):
        lift(session, user(session), scene.order.id, AT)


def urgent(session, firms=()):
    return world.issued_order(session, firms, urgency="P1", interim=True)


def nobody(session):
    rows = session.scalars(select(VisitNote).where(VisitNote.kind == notes.NOBODY_FREE))
    return [(row.reason, row.by) for row in rows]


def test_when_nobody_can_be_asked_duty_hears_at_once_what_is_missing_and_only_once(session):
    order = urgent(session)
    for minutes in (0, 30):
        offer_urgently(session, order.id, world.NOW + timedelta(minutes=minutes))
    ((words, by),) = nobody(session)
    assert words.startswith("no locksmith serves the region. Call a firm")
    assert by is None
    assert alerts(session) == ["nobody_accepts"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        ({}, "nobody is at work or on call now"),
        ({"rates": False}, "has a rate for this work"),
        ({"trades": ("glazier",)}, "no locksmith serves"),
    ],
)
def test_what_is_missing_is_told_apart(session, make, words):
    rates = make.pop("rates", True)
    firm = world.cleared_firm(session, **make)
    order = urgent(session, [firm] if rates else ())
    offer_urgently(session, order.id, world.NOW + timedelta(hours=13))
    assert words in nobody(session)[0][0]


def test_what_the_clock_alerts_is_listed_as_it_is_counted(session):
    offer_urgently(session, urgent(session).id, world.NOW)
    (row,) = find_dispatch.find_alerts(session, world.NOW)
    assert (row.reported_by, find_dispatch.count_alerts(session)) == (None, 1)


def test_a_worker_who_left_unsafe_stands_above_what_waits_longer(session, scene):
    earlier = AT - timedelta(hours=3)
    alert_duty(session, "deadline", scene.order.id, None, earlier)
    notes.add_note(session, scene.worker, scene.visit, "no_access", "client_declined_today", now=earlier)
    leave_unsafe(session, scene.worker, scene.visit.id, AT)
    assert [row.what for row in find_dispatch.find_alerts(session, AT)] == [
        "I left, unsafe",
        "No access: client declined today",
    ]
    kinds = [row.kind.code for row in find_duty.find_alerts(session, AT)]
    assert (kinds[0], set(kinds[1:])) == ("left_unsafe", {"deadline", "no_access"})


def test_once_somebody_goes_the_alert_is_called_off(session):
    order = urgent(session)
    offer_urgently(session, order.id, world.NOW)
    firm = world.cleared_firm(session)
    line = order.visits[0].lines[0]
    session.add(
        world.FrozenRate(
            line_id=line.id, firm_id=firm.id, rate_card_id=firm.agreements[0].rate_cards[0].id, unit="each",
            rate=Decimal(70),
        )
    )  # fmt: skip
    session.flush()
    assert offer_urgently(session, order.id, world.NOW) == 1
    offer = session.scalars(select(Offer)).one()
    accept(session, world.account(session, firm), offer.id, world.NOW, arrive_in_minutes=30)
    assert session.scalars(select(VisitNote.alert_acknowledged_at)).one() == world.NOW
    assert session.scalars(select(DutyAlert.called_off_at).where(DutyAlert.kind == "nobody_accepts")).one()


def test_an_urgent_acceptance_asks_for_the_draft_to_be_solved_again_around_it(session):
    firm = world.cleared_firm(session)
    order = urgent(session, [firm])
    owner = user(session)
    draft = Plan(
        code="P-1", state="draft", created_at=world.NOW, created_by=owner.user_id, starts_on=AT.date(), days=10,
        region_codes=[world.REGION], seed=1, seconds=5, settings={},
    )  # fmt: skip
    session.add(draft)
    session.flush()
    offer_urgently(session, order.id, world.NOW)
    offer = session.scalars(select(Offer)).one()
    accept(session, world.account(session, firm), offer.id, world.NOW, arrive_in_minutes=30)
    asked = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "plan.around")).all()
    assert [row.payload for row in asked] == [{"order_id": str(order.id)}]
    made = request_around(session, order.id, world.NOW)
    assert (made.state, made.created_by, made.region_codes) == ("queued", owner.user_id, [world.REGION])
    assert request_around(session, order.id, world.NOW + timedelta(minutes=1)) is None


def test_a_flag_that_comes_up_for_review_makes_one_call_and_then_alerts(session, scene):
    coordinator, today = user(session), world.NOW.date() + timedelta(days=1)
    for number, (move, review_on) in enumerate((("asked", None), ("set", today + timedelta(days=30)))):
        police_flag.record_move(
            session, coordinator, scene.order.id, move=move, happened_on=today, review_on=review_on,
            now=world.NOW + timedelta(minutes=number),
        )  # fmt: skip
    case_id, due = scene.order.case_id, today + timedelta(days=30)
    timers = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == police_flag.REVIEW)).all()
    assert len(timers) == 2
    for day in (due - timedelta(days=7), due, due):
        police_flag.warn_of_review(session, case_id, due, day, world.NOW + (day - today))
    assert (calls(session), alerts(session)) == (["police"], ["police"])
    assert [row.order_id for row in police_flag.flags_to_review(session, world.NOW + timedelta(days=24))] == [
        scene.order.id
    ]
    assert not police_flag.flags_to_review(session, world.NOW)
