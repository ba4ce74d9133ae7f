"""Hazards of a home: noted from a closed list by coordinators, version by version, and never changed afterwards."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests import dispatching as world
from tests import factories
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.domain.safety.hazards import HAZARDS
from worksorders.steps.actor import NotFoundError
from worksorders.steps.safety.hazards import hazards_of, note
from worksorders.store.scope import Scope, narrow
from worksorders.store.tables.confidential.walls import Wall
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.hazards import CODES, HomeHazards

NOW = world.NOW


@pytest.fixture
def order(session):
    return world.issued_order(session, [world.cleared_firm(session)])


@pytest.fixture
def coordinator(session):
    return factories.actor_of(factories.make_user(session))


def test_the_table_takes_the_codes_of_the_list_and_no_others(session, order, coordinator):
    assert tuple(code for code, _ in HAZARDS.choices()) == CODES
    for codes in (["weapon"], ["dog", "a man"], {"dog": 1}, "dog"):
        row = {"case_id": order.case_id, "version": 1, "codes": codes, "at": NOW, "by": coordinator.user_id}
        with pytest.raises(IntegrityError, match="ck_home_hazards_codes"), session.begin_nested():
            session.execute(insert(HomeHazards).values(row))


def test_what_is_noted_last_stands_and_the_same_again_is_nothing(session, order, coordinator):
    assert hazards_of(session, [order.case_id]) == {}
    assert note(session, coordinator, order.id, [], NOW) is None
    assert note(session, coordinator, order.id, ["height", "dog", "dog"], NOW).version == 1
    assert hazards_of(session, [order.case_id]) == {order.case_id: ("dog", "height")}
    assert note(session, coordinator, order.id, ["dog", "height"], NOW) is None
    assert note(session, coordinator, order.id, ["poor_light"], NOW).version == 2
    assert note(session, coordinator, order.id, [], NOW).version == 3
    assert hazards_of(session, [order.case_id]) == {}
    rows = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "hazards.noted").order_by(AuditEvent.id)
    ).all()
    assert [row.detail for row in rows] == [{"version": 1}, {"version": 2}, {"version": 3}]
    assert {(row.subject_id, row.actor_id) for row in rows} == {(order.case_id, coordinator.user_id)}


def test_a_version_is_neither_changed_nor_removed(session, order, coordinator):
    note(session, coordinator, order.id, ["dog"], NOW)
    for statement in ("UPDATE home_hazards SET version = 9", "DELETE FROM home_hazards"):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(statement))


def test_an_unknown_code_an_unknown_order_and_another_role_are_refused(session, order, coordinator):
    with pytest.raises(FaultsError) as wrong:
        note(session, coordinator, order.id, ["dog", "weapon"], NOW)
    assert [(fault.field, "“weapon”" in fault.message) for fault in wrong.value.faults] == [("hazards", True)]
    with pytest.raises(NotFoundError):
        note(session, coordinator, uuid.uuid4(), ["dog"], NOW)
    other = factories.actor_of(factories.make_user(session, "administrator"))
    with pytest.raises(NotPermittedError):
        note(session, other, order.id, ["dog"], NOW)
    assert hazards_of(session, [order.case_id]) == {}


def test_who_is_walled_off_finds_neither_the_home_nor_its_hazards(session, order, coordinator):
    note(session, coordinator, order.id, ["dog"], NOW)
    walled = factories.actor_of(factories.make_user(session))
    session.add(
        Wall(
            case_id=order.case_id,
            user_id=walled.user_id,
            raised_at=NOW,
            raised_by=factories.make_user(session, "privacy_officer").id,
        )
    )
    session.flush()
    narrow(session, Scope("staff", walled.user_id))
    assert hazards_of(session, [order.case_id]) == {}
    with pytest.raises(NotFoundError):
        note(session, walled, order.id, ["height"], NOW)


def test_the_database_shows_hazards_to_the_firm_that_goes_there_and_not_to_one_that_is_asked(
    session, set_scene, coordinator
):
    scene = set_scene()
    note(session, coordinator, scene.order.id, ["dog"], NOW)
    session.flush()
    for account, seen in ((scene.worker, True), (scene.stranger, False)):
        narrow(session, Scope("firm", account.user_id, account.firm_id))
        assert bool(hazards_of(session, [scene.order.case_id])) is seen
    narrow(session, Scope("house"))
    scene.visit.state = "offered"
    session.flush()
    narrow(session, Scope("firm", scene.worker.user_id, scene.worker.firm_id))
    assert hazards_of(session, [scene.order.case_id]) == {}
