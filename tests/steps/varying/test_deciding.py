"""Deciding what no rule decided: limits, lent limits, versions, pauses, and what follows in plan, money and states."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DBAPIError

from tests import dispatching as world
from tests import factories
from tests.varying import AT, at_minute, events, more, new
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.domain.finance.ledger import Account, budget_identity
from worksorders.steps.actor import NotFoundError
from worksorders.steps.finance.gather.orders import order_facts
from worksorders.steps.limits.delegations import Loan, delegate, revoke
from worksorders.steps.ordering.moves import move_order
from worksorders.steps.site.accept_work import close_order
from worksorders.steps.site.leave import leave
from worksorders.steps.varying.ask import ask
from worksorders.steps.varying.decide import acknowledge, approve, decline, refusal, withdraw
from worksorders.store.tables.money.finance import LedgerEntry
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.offers import LineDone, VisitNote
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.variations import Variation


@pytest.fixture
def waiting(session, scene):
    """Three more cylinders than ordered: $210 above the limit of the rule."""
    return ask(session, scene.worker, scene.visit.id, more(scene, "5"), AT)


def person(session, role="coordinator", **values):
    return factories.actor_of(factories.make_user(session, role, **values))


def test_a_person_within_the_limit_approves_and_the_order_goes_on(session, scene, waiting):
    approve(session, scene.coordinator, waiting.id, AT)
    assert (waiting.state, waiting.decided_how, waiting.limit_cents) == ("approved", "second_person", 50_000)
    assert (scene.line.quantity, scene.line.revision, scene.visit.minutes) == (5, 2, 120)
    assert scene.order.state == "issued"
    assert events(session, scene.order)[-2:] == ["variation.approved", "order.variations_decided"]


def test_with_another_one_waiting_the_order_still_waits(session, scene, waiting):
    other = ask(session, scene.worker, scene.visit.id, new(scene, "LK09"), AT)
    approve(session, scene.coordinator, waiting.id, AT)
    assert (other.state, scene.order.state) == ("asked", "variation_pending")
    decline(session, scene.coordinator, other.id, "Not this year", AT)
    assert scene.order.state == "issued"


def test_above_ones_vary_limit_somebody_else_is_needed(session, scene, waiting):
    clerk = person(session, vary_limit_cents=20_999, raise_limit_cents=9_000_000)
    with pytest.raises(NotPermittedError, match=r"\$210\.00 is above your limit of \$209\.99"):
        approve(session, clerk, waiting.id, AT)
    assert "above your limit" in refusal(session, clerk, waiting, AT)
    assert (waiting.state, scene.line.quantity) == ("asked", 2)
    approve(session, person(session, "administrator", vary_limit_cents=21_000), waiting.id, AT)


def test_increases_before_it_count_against_the_limit(session, scene):
    ask(session, scene.worker, scene.visit.id, more(scene, "3"), AT)
    second = ask(session, scene.worker, scene.visit.id, more(scene, "5"), AT)
    with pytest.raises(NotPermittedError, match=r"\$210\.00 is above"):
        approve(session, person(session, vary_limit_cents=20_000), second.id, AT)


def test_nobody_decides_what_they_asked_for(session, scene, waiting):
    with pytest.raises(DBAPIError, match="two_people"), session.begin_nested():
        session.execute(
            update(Variation).values(
                decided_by=scene.worker.user_id, decided_at=AT, state="approved", decided_how="own_limit"
            )
        )
    for actor in (scene.worker, person(session, "finance"), person(session, "auditor")):
        with pytest.raises(RefusedError):
            approve(session, actor, waiting.id, AT)
        with pytest.raises(RefusedError):
            decline(session, actor, waiting.id, "no", AT)


def test_lent_limits_are_used_between_their_days_and_the_trail_names_both(session, scene, waiting):
    giver, taker = person(session, vary_limit_cents=40_000), person(session, vary_limit_cents=0)
    today = AT.date() + timedelta(days=1)
    lent = delegate(session, giver, Loan(giver.user_id, taker.user_id, today, today, 30_000, "On leave"), AT)
    with pytest.raises(NotPermittedError):
        approve(session, taker, waiting.id, AT + timedelta(days=1))
    approve(session, taker, waiting.id, AT)
    assert (waiting.decided_how, waiting.delegation_id, waiting.limit_cents) == ("delegated", lent.id, 30_000)
    session.flush()
    row = session.scalars(select(AuditEvent).where(AuditEvent.action == "variation.approved")).one()
    assert (row.actor_id, row.detail["lent_by"]) == (taker.user_id, str(giver.user_id))


def test_limits_that_were_taken_back_count_no_more(session, scene, waiting):
    giver, taker = person(session, vary_limit_cents=40_000), person(session, vary_limit_cents=0)
    today = AT.date() + timedelta(days=1)
    lent = delegate(session, giver, Loan(giver.user_id, taker.user_id, today, today, 30_000, "On leave"), AT)
    revoke(session, giver, lent.id, AT)
    with pytest.raises(NotPermittedError):
        approve(session, taker, waiting.id, AT)


def test_of_two_asked_on_one_version_the_second_cannot_be_approved(session, scene, waiting):
    other = ask(session, scene.worker, scene.visit.id, more(scene, "9"), AT)
    approve(session, scene.coordinator, waiting.id, AT)
    with pytest.raises(RefusedError, match=r"it is now 5 \(version 2, this was asked on version 1\)"):
        approve(session, person(session, vary_limit_cents=10**7), other.id, AT)
    assert "it is now 5" in refusal(session, scene.coordinator, other, AT)
    assert scene.line.quantity == 5


def test_what_was_done_meanwhile_is_not_taken_away(session, scene):
    asked = ask(session, scene.worker, scene.visit.id, more(scene, "1"), AT)
    session.add(
        LineDone(
            line_id=scene.line.id, visit_id=scene.visit.id, firm_id=scene.firm.id, done_quantity=Decimal(2),
            done_at=AT, done_by=scene.worker.user_id,
        )
    )  # fmt: skip
    session.flush()
    with pytest.raises(RefusedError, match="2 is done already"):
        approve(session, scene.coordinator, asked.id, AT)


def test_declining_needs_a_reason_that_the_firm_reads_and_takes_note_of(session, scene, waiting):
    with pytest.raises(FaultsError, match="the firm reads it"):
        decline(session, scene.coordinator, waiting.id, " ", AT)
    decline(session, scene.coordinator, waiting.id, "One key fits all doors", AT)
    assert (waiting.state, waiting.decision_note, scene.line.quantity) == (
        "declined",
        "One key fits all doors",
        2,
    )
    acknowledge(session, scene.worker, waiting.id, AT)
    assert (waiting.state, waiting.acknowledged_by) == ("acknowledged", scene.worker.user_id)
    with pytest.raises(RefusedError):
        acknowledge(session, scene.worker, waiting.id, AT)


def test_the_firm_takes_its_own_request_back_and_nobody_elses(session, scene, waiting):
    with pytest.raises(NotFoundError):
        withdraw(session, scene.stranger, waiting.id)
    withdraw(session, scene.worker, waiting.id)
    assert (waiting.state, scene.order.state) == ("withdrawn", "issued")


def test_a_home_then_above_its_planned_cost_needs_a_reason_and_a_p1_does_not(session, scene):
    boss = person(session, vary_limit_cents=10**7)
    dear = ask(session, scene.worker, scene.visit.id, more(scene, "60"), AT)
    with pytest.raises(FaultsError, match="more than the planned"):
        approve(session, boss, dear.id, AT)
    scene.order.urgency = "P1"
    approve(session, boss, dear.id, AT)


def test_a_reason_lets_a_dear_home_pass(session, scene):
    dear = ask(session, scene.worker, scene.visit.id, more(scene, "60"), AT)
    approve(session, person(session, vary_limit_cents=10**7), dear.id, AT, note="Two entrances")
    assert dear.decision_note == "Two entrances"


def test_while_the_order_is_paused_it_can_only_be_declined_and_goes_on_after_that(session, scene, waiting):
    move_order(session, scene.coordinator, scene.order, "hold", reason="awaiting_landlord")
    with pytest.raises(RefusedError, match="on hold"):
        approve(session, scene.coordinator, waiting.id, AT)
    decline(session, scene.coordinator, waiting.id, "The landlord says no", AT)
    move_order(session, scene.coordinator, scene.order, "resume")
    assert scene.order.state == "issued"


def test_neither_visit_nor_order_is_completed_while_one_waits(session, scene, waiting):
    with pytest.raises(RefusedError, match="variation waits"):
        leave(session, scene.worker, scene.visit.id, {}, now=AT)
    scene.visit.state = "done"
    session.flush()
    with pytest.raises(RefusedError):
        close_order(session, scene.coordinator, scene.order.id, AT)


def test_where_the_next_visit_is_too_close_the_booking_grows_up_to_it_and_the_office_is_alerted(
    session, scene, waiting
):
    worker = scene.firm.workers[0]
    soon = scene.visit.end_at + timedelta(minutes=30)
    other = world.issued_order(session, [scene.firm])
    world.book(session, worker, other.visits[0], soon, soon + timedelta(hours=1), "confirmed")
    approve(session, scene.coordinator, waiting.id, AT)
    assert waiting.booking_fits is False
    booking = session.scalars(
        select(Booking).where(Booking.visit_id == scene.visit.id, Booking.state == "confirmed")
    ).one()
    assert booking.during == Range(scene.visit.start_at, soon)
    note = session.scalars(select(VisitNote)).one()
    assert (note.kind, note.visit_id) == ("overrun", scene.visit.id)
    assert "plan that one again" in note.reason


def test_an_end_after_the_hours_or_the_safe_times_is_told(session, scene):
    scene.order.safe_windows = "540-720"
    long = ask(session, scene.worker, scene.visit.id, more(scene, "21"), AT)
    approve(session, person(session, vary_limit_cents=10**7), long.id, AT)
    note = session.scalars(select(VisitNote.reason)).one()
    assert "hours" in note
    assert "safe" in note
    assert scene.visit.end_at == at_minute(10 * 60 + 60 + 19 * 20)


def test_the_match_sees_ordered_and_approved_variations(session, scene, waiting):
    approve(session, scene.coordinator, waiting.id, AT)
    ask(session, scene.worker, scene.visit.id, new(scene), AT)
    session.flush()
    facts = order_facts(session, [scene.order.id])[scene.order.code]
    line, added = facts.lines
    assert (line.ordered_quantity, line.varied_quantity, line.contracted_quantity) == (2, 3, 5)
    assert line.delegated_quantity == 5
    assert (added.by_variation, added.ordered_quantity, added.contracted_quantity) == (True, 0, 1)
    assert facts.cap_cents == 5 * 7_000 + 12_000


def test_the_budget_identity_holds_through_variations(session, scene, waiting):
    def identity():
        session.flush()
        rows = session.execute(
            select(LedgerEntry.account, func.sum(LedgerEntry.amount_cents)).group_by(LedgerEntry.account)
        )
        return budget_identity({Account(account): int(cents) for account, cents in rows})

    before = identity()
    approve(session, scene.coordinator, waiting.id, AT)
    after = identity()
    assert before.holds
    assert after.holds
    assert after.committed_cents - before.committed_cents == 21_000
    sums = session.scalars(select(func.sum(LedgerEntry.amount_cents)).group_by(LedgerEntry.event_key)).all()
    assert set(map(int, sums)) == {0}


def test_what_was_asked_and_decided_never_changes(session, scene, waiting):
    with pytest.raises(DBAPIError, match="never changes"), session.begin_nested():
        session.execute(update(Variation).values(quantity=50))
    approve(session, scene.coordinator, waiting.id, AT)
    session.flush()
    with pytest.raises(DBAPIError, match="decided once"), session.begin_nested():
        session.execute(update(Variation).values(limit_cents=1))


def test_two_people_who_decide_at_the_same_moment_decide_once(session, services, committed_scene):
    scene = committed_scene[1]
    with services.sessions.begin() as own:
        line = own.merge(scene.line, load=True)
        wish = more(scene, "5", seen_revision=line.revision)
        asked_id = ask(own, scene.worker, scene.visit.id, wish, AT).id
        before = line.revision
    barrier, results = threading.Barrier(2), []

    def decide_it(approving):
        with services.sessions() as own:
            barrier.wait()
            try:
                if approving:
                    approve(own, scene.coordinator, asked_id, AT)
                else:
                    decline(own, scene.coordinator, asked_id, "No", AT)
                own.commit()
                results.append("done")
            except RefusedError:
                results.append("refused")

    threads = [threading.Thread(target=decide_it, args=(one,)) for one in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "refused"]
    after = session.get(Variation, asked_id)
    grown = 1 if after.state == "approved" else 0
    assert after.line.revision == before + grown
    assert session.get(WorksOrder, scene.order.id).state == "issued"
