"""Consent measure by measure: asked, answered, refused, taken further, and what an order waits for."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import agreeing, factories
from tests.steps.consents.conftest import make_order
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.steps.actor import NotFoundError
from worksorders.steps.consents import answers, basis, clock, persons, screening, standing
from worksorders.steps.consents.due import answers_due
from worksorders.steps.consents.find import find_agreements
from worksorders.steps.jobs import Job
from worksorders.steps.ordering.approve import send_on
from worksorders.store.tables.confidential.interests import ConsentAnswer
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.telling import CallTask

NOW = factories.NOW
TODAY = local_day(NOW)


def stands(world, today=TODAY):
    return {
        one.line.consent_group: str(one.standing)
        for one in standing.line_standings(world.session, world.order, today)
    }


def say(world, who, *groups, **values):
    return agreeing.say(world.session, world.actor, world.order, who, *groups, **values)


def ask(world, who, group, asked_on=TODAY, how="letter"):
    return answers.ask(
        world.session, world.actor, world.order.id, interest_id=who.id, line_ids=[world.lines[group].id],
        how=how, asked_on=asked_on, now=NOW,
    )  # fmt: skip


def test_an_order_goes_on_only_once_every_measure_is_agreed_to(world):
    assert stands(world) == {"locks": "needs_persons", "owner": "needs_persons"}
    who = world.record()
    assert send_on(world.session, world.actor, world.order.id, NOW).state == "consent_pending"
    say(world, who, "locks", how="phone")
    assert stands(world) == {"locks": "given", "owner": "to_ask"}
    with pytest.raises(FaultsError, match="missing for: Solid door"):
        send_on(world.session, world.actor, world.order.id, NOW)
    say(world, who, "owner", conditions="Keep the old door", reinstatement=True)
    assert send_on(world.session, world.actor, world.order.id, NOW).state == "ready"
    kept = world.session.scalars(select(ConsentAnswer).where(ConsentAnswer.reinstatement)).one()
    assert (kept.conditions, kept.line_id) == ("Keep the old door", world.lines["owner"].id)


def test_a_line_added_later_needs_an_agreement_of_its_own(world):
    who = world.record()
    say(world, who)
    assert set(stands(world).values()) == {"given"}
    world.lines["locks"].removed_at = NOW
    world.session.flush()
    assert stands(world) == {"owner": "given"}


def test_every_owner_is_asked_and_one_refusal_is_enough_to_stop(world):
    first = world.record(interest="owner", name="First Owner", phone="")
    second = world.record(interest="co_owner", name="Second Owner", phone="")
    say(world, first)
    assert stands(world)["owner"] == "to_ask"
    say(world, second, "owner", outcome="refused", reason="Wants another colour")
    assert stands(world)["owner"] == "refused"


def test_a_refusal_is_taken_further_and_overruled_by_a_tenancy_order_that_two_people_recorded(world):
    who = world.record()
    say(world, who, "owner", outcome="refused", reason="No reason given")
    say(world, who, "owner", outcome="disputed", reason="Unreasonable: she pays for it herself")
    assert stands(world)["owner"] == "disputed"
    row = basis.propose(
        world.session, world.actor, world.case_id, basis="tenancy_order", dated_on=TODAY, now=NOW
    )
    assert stands(world)["owner"] == "disputed"
    with pytest.raises(NotPermittedError, match="second person"):
        basis.confirm(world.session, world.actor, row.id, NOW)
    basis.confirm(world.session, world.other, row.id, NOW)
    assert stands(world)["owner"] == "legal_basis"
    basis.withdraw(world.session, world.actor, row.id, NOW)
    assert stands(world)["owner"] == "disputed"
    with pytest.raises(NotPermittedError, match="already"):
        basis.confirm(world.session, world.other, row.id, NOW)


def test_a_barred_owner_is_replaced_by_a_confirmed_basis_and_the_order_goes_on(world):
    world.record(near="yes", interest="owner")
    assert set(stands(world).values()) == {"needs_legal_basis"}
    row = basis.propose(
        world.session, world.actor, world.case_id, basis="occupation_order", dated_on=TODAY, now=NOW
    )
    basis.confirm(world.session, world.other, row.id, NOW)
    assert set(stands(world).values()) == {"legal_basis"}
    assert send_on(world.session, world.actor, world.order.id, NOW).state == "ready"


@pytest.mark.parametrize(
    ("values", "field"), [({"basis": "hearsay"}, "basis"), ({"dated_on": None}, "dated_on")]
)
def test_a_basis_without_a_kind_or_date_is_refused(world, values, field):
    given = {"basis": "legal_advice", "dated_on": TODAY} | values
    with pytest.raises(FaultsError) as raised:
        basis.propose(world.session, world.actor, world.case_id, now=NOW, **given)
    assert list(raised.value.by_field()) == [field]


def test_only_somebody_with_a_say_is_listened_to(world):
    world.record()
    bank = world.record(interest="mortgagee", name="A Bank", phone="")
    with pytest.raises(FaultsError, match="no say in locks"):
        say(world, bank)


def test_lines_and_people_of_another_home_are_not_found(world):
    who = world.record()
    other = make_order(world.session, world.cipher, world.user)
    stranger = agreeing.landlord(
        world.session, world.cipher, world.actor, other.case_id, name="Else", phone="", post=""
    )
    with pytest.raises(NotFoundError):
        say(world, stranger)
    with pytest.raises(FaultsError, match="not on this order"):
        answers.ask(
            world.session, world.actor, world.order.id, interest_id=who.id, line_ids=[uuid.uuid4()],
            how="phone", asked_on=TODAY, now=NOW,
        )  # fmt: skip


def test_finance_and_administrators_find_nothing(world):
    who = world.record()
    for role in ("finance", "administrator", "auditor"):
        outsider = factories.actor_of(factories.make_user(world.session, role))
        with pytest.raises(NotFoundError):
            find_agreements(world.session, outsider, world.order.id, NOW)
        with pytest.raises(NotFoundError):
            screening.bar(world.session, world.cipher, outsider, who.id, NOW)


def test_the_client_is_recorded_once_and_asks_herself_nothing(world):
    world.record(is_client=True, interest="owner", name="", phone="", post="")
    assert set(stands(world).values()) == {"not_needed"}
    with pytest.raises(FaultsError, match="already"):
        world.record(is_client=True, interest="tenant", name="", phone="", post="")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"near": ""}, "near"),
        ({"interest": "neighbour"}, "interest"),
        ({"mail": "not an address"}, "mail"),
        ({"post": "x" * 301}, "post"),
    ],
)
def test_a_person_is_recorded_whole_or_not_at_all(world, values, field):
    with pytest.raises(FaultsError) as raised:
        world.record(**values)
    assert list(raised.value.by_field()) == [field]


def test_a_barred_person_stays_listed(world):
    with pytest.raises(NotPermittedError, match="stays listed"):
        persons.end_person(world.session, world.actor, world.record(near="yes").id, NOW)


def timers(world, request):
    rows = world.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.kind.in_((clock.SOON, clock.OVERDUE)))
        .order_by(OutboxMessage.wanted_at)
    ).all()
    return [row for row in rows if row.payload["request_id"] == str(request.id)]


def ring(world, message, now):
    job = Job(message.id, 1, message.payload, world.sessions, world.cipher, lambda: now, lambda: True)
    with world.sessions.begin() as session:
        ring_of = {clock.SOON: clock.warn, clock.OVERDUE: clock.tell_overdue}[message.kind]
        ring_of(job)(session, now)


def test_the_landlord_is_called_at_day_15_and_after_day_21_and_never_twice(world):
    request = ask(world, world.record(), "owner")
    first, last = timers(world, request)
    assert local_day(first.wanted_at) == TODAY + timedelta(days=15)
    assert local_day(last.wanted_at) == TODAY + timedelta(days=22)
    world.session.commit()
    for message in (first, first, last):
        ring(world, message, message.wanted_at)
    with world.sessions() as session:
        assert [task.kind for task in session.scalars(select(CallTask))] == ["landlord_reminder"] * 2
        seen = session.scalars(
            select(AuditEvent.action).where(AuditEvent.action.startswith("consent.answer_"))
        )
        assert sorted(seen) == ["consent.answer_overdue", "consent.answer_soon", "consent.answer_soon"]
    assert stands(world, TODAY + timedelta(days=22))["owner"] == "overdue"


def test_nobody_is_called_once_the_answer_is_there_or_the_order_is_over(world):
    who = world.record()
    answered, over = ask(world, who, "owner"), ask(world, who, "locks")
    say(world, who, "owner")
    (first, _), (other, _) = timers(world, answered), timers(world, over)
    world.order.state = "cancelled"
    world.session.commit()
    ring(world, first, first.wanted_at)
    ring(world, other, other.wanted_at)
    with world.sessions() as session:
        assert session.scalars(select(CallTask)).all() == []


def test_open_requests_are_listed_with_the_day_that_the_law_gives(world):
    who = world.record()
    ask(world, who, "owner", TODAY - timedelta(days=16))
    (row,) = answers_due(world.session, TODAY)
    assert (row.who, row.due_on, row.is_soon, row.is_overdue) == (
        "1. Private landlord", TODAY + timedelta(days=5), True, False,
    )  # fmt: skip
    (row,) = answers_due(world.session, TODAY + timedelta(days=6))
    assert row.is_overdue
    say(world, who, "owner")
    assert answers_due(world.session, TODAY) == ()


def test_an_asking_in_the_future_or_without_a_way_is_refused(world):
    who = world.record()
    with pytest.raises(FaultsError) as raised:
        ask(world, who, "owner", TODAY + timedelta(days=1), how="")
    assert set(raised.value.by_field()) == {"how", "asked_on"}


def test_the_trail_and_the_outbox_hold_no_name_or_number(world):
    who = world.record(mail="pat@example.nz")
    ask(world, who, "owner")
    say(world, who, conditions="None at all")
    rows = [str(event.detail) + str(event.reason) for event in world.session.scalars(select(AuditEvent))]
    rows += [str(message.payload) for message in world.session.scalars(select(OutboxMessage))]
    told = " ".join(rows)
    for canary in ("Lettingham", "5550444", "pat@example.nz", "PO Box"):
        assert canary not in told
    assert start_of_day(TODAY) < NOW
