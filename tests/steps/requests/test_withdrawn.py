"""A request that is taken back ends without an answer; one from before there were timers gets its own."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from tests.steps.requests.test_requests import NOW, TODAY, ask, reminded, ring, timers, world
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.forget import due
from worksorders.steps.requests import find, flow, remind
from worksorders.steps.requests.withdraw import withdraw
from worksorders.store.tables.confidential.forgetting import PrivacyRequest
from worksorders.store.tables.trail import AuditEvent, OutboxMessage

__all__ = ["world"]
SAID = "Said so in person, with the papers of before"


@pytest.mark.parametrize("state", ["open", "proposed"])
def test_a_request_is_taken_back_until_somebody_decides_and_its_clock_stops(world, state):
    request = ask(world, "client")
    if state == "proposed":
        flow.propose(world.session, world.officer, request, "release", now=NOW)
    withdraw(world.session, world.officer, request, SAID, NOW)
    shown = find.one(world.session, world.officer, request, TODAY)
    assert (shown.row.state, shown.is_answered, shown.may_extend) == ("withdrawn", True, False)
    assert (shown.withdrawn_by, shown.row.withdrawn_at) == (world.officer.name, NOW)
    for timer in timers(world):
        ring(world, timer)
    assert reminded(world) == []
    row = world.session.scalars(select(AuditEvent).where(AuditEvent.action == "request.withdrawn")).one()
    assert (row.from_state, row.to_state, row.actor_id) == (state, "withdrawn", world.officer.user_id)
    assert SAID not in str(row.detail)
    with pytest.raises(RefusedError):
        flow.decide(world.session, world.second, request, agree=True, now=NOW)
    with pytest.raises(RefusedError):
        withdraw(world.session, world.officer, request, SAID, NOW)
    assert ask(world, "client") != request


def test_what_was_taken_back_keeps_no_case_any_more(world):
    request = ask(world, "client")
    assert due.kept_by(world.session, world.order.case_id)
    withdraw(world.session, world.officer, request, SAID, NOW)
    assert due.kept_by(world.session, world.order.case_id) is None


def test_an_officer_records_it_with_how_they_know_and_never_once_it_is_decided(world):
    request = ask(world, "client")
    with pytest.raises(NotFoundError):
        withdraw(world.session, world.second, request, SAID, NOW)
    with pytest.raises(NotFoundError):
        withdraw(world.session, world.officer, uuid.uuid4(), SAID, NOW)
    with pytest.raises(FaultsError) as error:
        withdraw(world.session, world.officer, request, " so ", NOW)
    assert [fault.field for fault in error.value.faults] == ["withdrawal_reason"]
    flow.propose(world.session, world.officer, request, "release", now=NOW)
    flow.decide(world.session, world.second, request, agree=True, now=NOW)
    with pytest.raises(RefusedError):
        withdraw(world.session, world.officer, request, SAID, NOW)


@pytest.mark.parametrize("values", [{"state": "withdrawn"}, {"withdrawn_at": NOW}])
def test_the_database_wants_all_of_a_withdrawal_or_nothing(world, values):
    row = world.session.get_one(PrivacyRequest, ask(world, "client"))
    for name, value in values.items():
        setattr(row, name, value)
    with pytest.raises(DBAPIError):
        world.session.flush()
    world.session.rollback()


def test_a_request_without_timers_gets_them_once_however_often_one_looks(world):
    open_one, over = ask(world, "client"), ask(world, "household")
    before = {one.dedupe_key for one in timers(world)}
    withdraw(world.session, world.officer, over, SAID, NOW)
    world.session.execute(delete(OutboxMessage).where(OutboxMessage.kind == remind.REMIND))
    assert [remind.schedule_missing(world.session, NOW + timedelta(hours=n)) for n in (0, 1)] == [1, 0]
    assert {one.dedupe_key for one in timers(world)} == {one for one in before if str(open_one) in one}
