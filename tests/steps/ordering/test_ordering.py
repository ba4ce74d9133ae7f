"""An order is raised, edited, agreed to, approved within limits, and issued once with frozen rates."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import Range

from tests import factories, referrals
from tests.agreeing import agree, say
from worksorders.domain.errors import DomainError, FaultsError, NotPermittedError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.steps.ordering.approve import approve, override, send_on
from worksorders.steps.ordering.edit_lines import add_line, change_quantity, remove_line, revise
from worksorders.steps.ordering.issue import issue
from worksorders.steps.ordering.pause import cancel, hold, resume
from worksorders.steps.ordering.raise_order import raise_order
from worksorders.steps.ordering.rates import totals
from worksorders.store.tables.cases import Assessment
from worksorders.store.tables.contractors import Worker
from worksorders.store.tables.offers import Offer, OfferVisit
from worksorders.store.tables.orders import (
    ApprovalEvent,
    FrozenRate,
    Visit,
    VisitDependency,
    WorksLine,
    WorksOrder,
)
from worksorders.store.tables.planning import Booking
from worksorders.store.tables.trail import AuditEvent, OutboxMessage

NOW = factories.NOW
TODAY = local_day(NOW)


@pytest.fixture
def prepared(services):
    """A catalogue in force, a firm with rates, two coordinators."""
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        referrals.firm_with_rates(session)
        first = factories.make_user(session, "coordinator")
        second = factories.make_user(session, "coordinator", raise_limit_cents=2_000_000)
        return factories.actor_of(first), factories.actor_of(second)


@pytest.fixture
def actor(prepared):
    return prepared[0]


def raised(services, actor, **values):
    made = referrals.taken_in(services, actor, **values)
    with services.sessions.begin() as session:
        return raise_order(session, actor, made.assessment_id, NOW).id


def made_ready(services, actor, **values):
    order_id = raised(services, actor, **values)
    with services.sessions.begin() as session:
        agree(session, services.cipher, actor, order_id)
        order = send_on(session, actor, order_id, NOW)
        assert order.state == "ready"
    return order_id


def codes(order):
    return sorted(line.item_code for line in order.lines if line.removed_at is None)


def test_raising_fills_lines_from_findings_and_splits_them_into_visits(services, actor):
    order_id = raised(services, actor)
    with services.sessions() as session:
        order = session.get(WorksOrder, order_id)
        assert order.state == "draft"
        assert {
            "DR04",
            "DR01",
            "LK03",
            "LK06",
            "LK11",
            "WN01",
            "AL01",
            "AL02",
            "SV04",
            "LK01",
            "SV05",
        } <= set(codes(order))
        assert order.assessment.state == "ordered"
        interim = next(line for line in order.lines if line.item_code == "DR04")
        assert (interim.interim, interim.interim_for) == (True, "DR01")
        assert interim.visit.interim
        assert order.make_safe_due_at == NOW + timedelta(hours=24)
        visits = order.visits
        assert [visit.position for visit in visits] == list(range(1, len(visits) + 1))
        worked = [line for line in order.lines if line.kind in {"work", "check"}]
        assert all(line.visit_id for line in worked)
        sums = totals(order.lines, TODAY)
        assert sums.gross_cents == sums.net_cents + round(sums.net_cents * 0.15)


def test_the_alarm_waits_for_everything_and_the_door_for_the_laboratory(services, actor):
    order_id = raised(services, actor)
    with services.sessions() as session:
        order = session.get(WorksOrder, order_id)
        visit_of = {line.item_code: line.visit for line in order.lines if line.visit_id}
        rows = session.scalars(select(VisitDependency)).all()
        before = {(row.before_id, row.after_id): row for row in rows}
        gap = before[visit_of["SV04"].id, visit_of["DR01"].id]
        assert gap.least_gap_minutes == 4 * 24 * 60
        assert visit_of["DR01"].ready_on > visit_of["SV04"].ready_on
        assert visit_of["AL01"].position > visit_of["DR01"].position


def test_raising_twice_or_on_an_ineligible_assessment_is_refused(services, actor):
    made = referrals.taken_in(services, actor)
    with services.sessions.begin() as session:
        raise_order(session, actor, made.assessment_id, NOW)
    with services.sessions() as session, pytest.raises(RefusedError):
        raise_order(session, actor, made.assessment_id, NOW)
    home = referrals.ReferredHome("1 Other Street", referrals.TOWN, built_before_2000=False)
    person = referrals.ReferredPerson("Nobody Else", "+64275550111")
    not_eligible = referrals.taken_in(
        services,
        actor,
        home=home,
        person=person,
        answers=referrals.answers(lives_apart=False),
        advocate="Aroha",
    )
    with services.sessions() as session, pytest.raises(RefusedError):
        raise_order(session, actor, not_eligible.assessment_id, NOW)


def test_a_second_order_for_a_home_with_a_live_one_must_be_meant(services, actor):
    raised(services, actor)
    again = referrals.taken_in(services, actor)
    assert len(again.joined.live_orders) == 1
    with services.sessions() as session, pytest.raises(RefusedError, match="already has the live order"):
        raise_order(session, actor, again.assessment_id, NOW)
    with services.sessions.begin() as session:
        assert raise_order(session, actor, again.assessment_id, NOW, beside_live=True).state == "draft"


def test_editing_lines_changes_totals_and_visits(services, actor):
    order_id = raised(services, actor)
    with services.sessions.begin() as session:
        order = session.get(WorksOrder, order_id)
        before = totals(order.lines, TODAY).net_cents
        line = next(line for line in order.lines if line.item_code == "WN01")
        change_quantity(session, actor, order_id, line.id, Decimal(5))
        assert totals(order.lines, TODAY).net_cents == before + 3 * 4200
        glass = order.assessment.openings[1].id
        add_line(session, actor, order_id, opening_id=glass, item_code="gl03", quantity=Decimal(1), now=NOW)
        assert any(visit.trade == "glazier" for visit in order.visits)
        remove_line(
            session, actor, order_id, next(one.id for one in order.lines if one.item_code == "GL03"), NOW
        )
        assert not any(visit.trade == "glazier" for visit in order.visits)
    with services.sessions() as session:
        orphans = session.scalar(
            select(func.count())
            .select_from(WorksLine)
            .where(WorksLine.visit_id.not_in(select(Visit.id)), WorksLine.visit_id.is_not(None))
        )
        assert orphans == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"item_code": "ZZ99"}, "item_code"),
        ({"quantity": Decimal(-1)}, "quantity"),
        ({"quantity": Decimal("0.00001")}, "quantity"),
        ({"opening_id": factories.uuid.UUID(int=7)}, "opening_id"),
    ],
)
def test_a_bad_line_is_refused_at_its_field(services, actor, values, field):
    order_id = raised(services, actor)
    with services.sessions() as session, pytest.raises(FaultsError) as caught:
        add_line(
            session,
            actor,
            order_id,
            **({"opening_id": None, "item_code": "AL03", "quantity": Decimal(1), "now": NOW} | values),
        )
    assert list(caught.value.by_field()) == [field]


def test_without_consent_an_order_waits_for_it(services, actor):
    order_id = raised(services, actor)
    with services.sessions.begin() as session:
        assert send_on(session, actor, order_id, NOW).state == "consent_pending"
    with services.sessions() as session, pytest.raises(FaultsError, match=r"missing for: .*Rekey cylinder"):
        send_on(session, actor, order_id, NOW)


def test_consent_by_phone_counts_for_locks_only(services, actor):
    order_id = raised(services, actor)
    with services.sessions.begin() as session:
        who = agree(session, services.cipher, actor, order_id, "locks", how="phone")
    with services.sessions() as session, pytest.raises(FaultsError) as caught:
        say(session, actor, session.get(WorksOrder, order_id), who, "owner", how="phone")
    assert list(caught.value.by_field()) == ["how"]


def test_above_ones_own_limit_a_second_person_with_the_limit_approves(services, prepared):
    first, second = prepared
    with services.sessions.begin() as session:
        session.get(factories.AppUser, first.user_id).raise_limit_cents = 10_000
    order_id = raised(services, first)
    with services.sessions.begin() as session:
        agree(session, services.cipher, first, order_id)
        assert send_on(session, first, order_id, NOW).state == "approval_pending"
    with services.sessions() as session, pytest.raises(NotPermittedError, match="above your limit"):
        approve(session, first, order_id, NOW)
    with services.sessions.begin() as session:
        assert approve(session, second, order_id, NOW).state == "ready"
        event = session.scalars(select(ApprovalEvent)).one()
        assert (event.by, event.limit_cents) == (second.user_id, 2_000_000)


def test_a_home_above_its_planned_cost_needs_a_reason_but_a_p1_is_never_blocked(services, actor):
    dear = referrals.ReferredOpening(
        "ranch_slider",
        "lounge slider",
        referrals.OpeningState.SECURE,
        (("broken glass", Decimal(12)),),
    )
    order_id = raised(services, actor, openings=(dear, referrals.FRONT_DOOR))
    with services.sessions.begin() as session:
        session.get(factories.AppUser, actor.user_id).raise_limit_cents = 5_000_000
        agree(session, services.cipher, actor, order_id)
    with services.sessions() as session, pytest.raises(FaultsError) as caught:
        send_on(session, actor, order_id, NOW)
    assert list(caught.value.by_field()) == ["cost_reason"]
    with services.sessions.begin() as session:
        order = send_on(session, actor, order_id, NOW, cost_reason="The whole front is glass")
        assert (order.state, order.cost_reason) == ("ready", "The whole front is glass")


def test_a_p1_goes_past_consent_and_approval_with_a_logged_reason(services, actor):
    order_id = raised(services, actor, urgency="P1")
    with services.sessions() as session, pytest.raises(FaultsError):
        override(session, actor, order_id, " ", NOW)
    with services.sessions.begin() as session:
        override(session, actor, order_id, "Door kicked in, she is alone tonight", NOW)
        assert issue(session, actor, order_id, NOW).state == "issued"
    with services.sessions() as session:
        event = session.scalars(select(ApprovalEvent)).one()
        assert event.override_reason == "Door kicked in, she is alone tonight"
        logged = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "order.approval_overridden")
        ).one()
        assert logged.detail["missing"] == ["DR01", "LK03", "LK06", "LK11"]


def test_a_p2_cannot_be_overridden(services, actor):
    order_id = raised(services, actor)
    with services.sessions() as session, pytest.raises(NotPermittedError):
        override(session, actor, order_id, "in a hurry", NOW)


def test_issue_freezes_each_firms_rate_and_shows_the_highest(services, actor):
    with services.sessions.begin() as session:
        dearer = referrals.firm_with_rates(session, factor=Decimal("1.25"))
        referrals.firm_with_rates(session, region="E7", factor=Decimal(3))
        referrals.firm_with_rates(session, trades=("glazier",), factor=Decimal(2))
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        order = issue(session, actor, order_id, NOW)
        assert (order.state, order.issued_on) == ("issued", TODAY)
        rekey = next(line for line in order.lines if line.item_code == "LK03")
        assert rekey.rate == Decimal("87.5")
        rates = session.scalars(select(FrozenRate).where(FrozenRate.line_id == rekey.id)).all()
        assert sorted(row.rate for row in rates) == [Decimal(70), Decimal("87.5")]
        assert dearer.id in {row.firm_id for row in rates}
        sent = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "order.issued")).one()
        assert sent.payload == {"order_id": str(order_id)}


def test_a_line_without_a_rate_in_force_is_refused_naming_item_and_date(services, prepared, session):
    first, _ = prepared
    order_id = made_ready(services, first)
    with services.sessions.begin() as own:
        own.execute(text("UPDATE firm SET active = false"))
        referrals.firm_with_rates(own, without=("LK03",))
    with services.sessions() as own, pytest.raises(FaultsError) as caught:
        issue(own, first, order_id, NOW)
    assert "LK03 (Rekey cylinder) has no rate in force on 24/11/2026" in str(caught.value)
    with services.sessions() as own:
        assert own.get(WorksOrder, order_id).state == "ready"


def test_rates_that_rose_since_approval_need_a_new_approval(services, actor):
    with services.sessions.begin() as session:
        session.get(factories.AppUser, actor.user_id).raise_limit_cents = 500_000
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        referrals.firm_with_rates(session, factor=Decimal(4))
    with services.sessions() as session, pytest.raises(NotPermittedError, match="risen since approval"):
        issue(session, actor, order_id, NOW)


def test_material_is_counted_from_issue_and_deadlines_from_raising(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions() as session:
        drafted = {v.trade + str(v.interim): (v.ready_on, v.due_at) for v in session.scalars(select(Visit))}
    later = NOW + timedelta(days=3)
    with services.sessions.begin() as session:
        issue(session, actor, order_id, later)
        for visit in session.scalars(select(Visit)):
            ready_on, due_at = drafted[visit.trade + str(visit.interim)]
            assert visit.ready_on >= ready_on
            if visit.interim:
                assert visit.due_at == due_at
            else:
                assert visit.due_at >= due_at


def test_two_who_issue_at_once_issue_once(services, prepared):
    order_id = made_ready(services, prepared[0])
    barrier, outcomes = threading.Barrier(2), []

    def run(who):
        barrier.wait()
        try:
            with services.sessions.begin() as session:
                outcomes.append(issue(session, who, order_id, NOW).state)
        except DomainError as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(who,)) for who in prepared]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["RefusedError", "issued"]
    with services.sessions() as session:
        kinds = session.scalars(select(OutboxMessage.kind).where(OutboxMessage.kind == "order.issued")).all()
        assert len(kinds) == 1


def test_an_order_taken_back_can_be_edited_and_is_approved_anew(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions() as session, pytest.raises(RefusedError):
        add_line(session, actor, order_id, opening_id=None, item_code="AL03", quantity=Decimal(1), now=NOW)
    with services.sessions.begin() as session:
        assert revise(session, actor, order_id).approved_at is None
        add_line(session, actor, order_id, opening_id=None, item_code="AL03", quantity=Decimal(1), now=NOW)
        assert send_on(session, actor, order_id, NOW).state == "ready"


def test_an_order_on_hold_has_a_review_date_and_goes_back_where_it_was(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions() as session, pytest.raises(FaultsError) as caught:
        hold(session, actor, order_id, reason="tired", review_on=date(2026, 1, 1), now=NOW)
    assert set(caught.value.by_field()) == {"reason", "review_on"}
    with services.sessions.begin() as session:
        order = hold(
            session,
            actor,
            order_id,
            reason="awaiting_landlord",
            review_on=TODAY + timedelta(days=7),
            now=NOW,
        )
        assert (order.state, order.resume_state) == ("on_hold", "ready")
    with services.sessions.begin() as session:
        assert resume(session, actor, order_id).state == "ready"


@pytest.mark.parametrize(("advocate", "state"), [("", "waiting"), ("Aroha Advocate", "handed_over")])
def test_cancelling_cancels_the_visits_and_frees_the_assessment(services, actor, advocate, state):
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        issue(session, actor, order_id, NOW)
        cancel(session, actor, order_id, reason="client_moved", advocate=advocate, now=NOW)
    with services.sessions() as session:
        assert set(session.scalars(select(Visit.state))) == {"cancelled"}
        assert session.scalars(select(Assessment.state)).one() == state


def test_each_move_leaves_one_audit_row(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        issue(session, actor, order_id, NOW)
    with services.sessions() as session:
        moves = session.execute(
            select(AuditEvent.from_state, AuditEvent.to_state)
            .where(AuditEvent.subject_id == order_id, AuditEvent.to_state.is_not(None))
            .order_by(AuditEvent.id)
        ).all()
        assert [tuple(row) for row in moves] == [
            (None, "draft"),
            ("draft", "approval_pending"),
            ("approval_pending", "ready"),
            ("ready", "issued"),
        ]


def test_cancelling_takes_an_accepted_visit_from_its_firm_with_the_workers_time(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        order = issue(session, actor, order_id, NOW)
        visit, worker = order.visits[0], session.scalars(select(Worker)).first()
        offer = Offer(
            id=factories.uuid.uuid4(),
            code="F-TEST-00002",
            order_id=order_id,
            firm_id=worker.firm_id,
            state="accepted",
            urgent=False,
            price_cents=100,
            opened_at=NOW,
            expires_at=NOW,
        )
        session.add(offer)
        session.flush()
        session.add(OfferVisit(offer_id=offer.id, visit_id=visit.id))
        during = Range(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1))
        session.add(
            Booking(
                worker_id=worker.id,
                firm_id=worker.firm_id,
                visit_id=visit.id,
                during=during,
                state="confirmed",
            )
        )
        visit.state, visit.firm_id, visit.start_at = "accepted", worker.firm_id, during.lower
    with services.sessions.begin() as session:
        cancel(session, actor, order_id, reason="client_withdrew", now=NOW)
    with services.sessions() as session:
        assert session.scalars(select(Offer.state)).one() == "withdrawn"
        assert session.scalars(select(Booking.state)).one() == "released"
        assert session.scalars(select(Visit.firm_id).where(Visit.firm_id.is_not(None))).all() == []


def test_an_order_is_not_cancelled_while_a_worker_is_in_the_home(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        issue(session, actor, order_id, NOW).visits[0].state = "on_site"
    with services.sessions() as session, pytest.raises(RefusedError, match="in the home now"):
        cancel(session, actor, order_id, reason="client_withdrew", now=NOW)


def test_without_a_funding_contract_of_the_day_nothing_is_issued(services, actor):
    order_id = made_ready(services, actor)
    long_after = NOW + timedelta(days=4 * 366)
    with services.sessions() as session, pytest.raises(NotPermittedError, match="contract"):
        issue(session, actor, order_id, long_after)
