"""Who needs to know reads; for anybody else a second person breaks the glass, and a wall is never broken."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tests import factories
from worksorders.domain.disclosure.policy import Purpose
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.steps import disclose
from worksorders.steps.actor import NotFoundError
from worksorders.steps.privacy import glass, walls
from worksorders.steps.privacy.need_to_know import GlassNeededError
from worksorders.store.tables.confidential.interests import CoordinatorRegion
from worksorders.store.tables.confidential.walls import BreakGlass
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.duty import DutyTurn
from worksorders.store.tables.work.telling import OutgoingMessage


def now():
    return datetime.now(UTC)


@pytest.fixture
def world(services):
    """A case in a region that Mere looks after; Tama is a coordinator elsewhere, Hana the privacy officer."""
    with services.sessions.begin() as session:
        case = factories.make_case(session, region="E7")
        disclose.open_case(session, services.cipher, case.id)
        disclose.protect(session, services.cipher, case.id, case.id, {disclose.PERSON_NAME: "Someone"})
        made = {
            name: factories.make_user(session, "coordinator", display_name=name) for name in ("Mere", "Tama")
        }
        made["Hana"] = factories.make_user(session, "privacy_officer", display_name="Hana")
        made["Aroha"] = factories.make_user(session, "administrator", display_name="Aroha")
        session.add(
            CoordinatorRegion(
                user_id=made["Mere"].id, region_code="E7", assigned_at=now(), assigned_by=made["Aroha"].id
            )
        )
    return case, {name: factories.actor_of(user) for name, user in made.items()}


def read(services, actor, case, kind=disclose.PERSON_NAME, under=None):
    return disclose.read(
        services.sessions, services.cipher, actor, case_ids=[case.id], kinds=[kind], purpose="Call the client", under=under,
    )  # fmt: skip


def asked(services, actor, case, at=None):
    with services.sessions.begin() as session:
        glass.ask(session, actor, case.code.lower(), "Mere is ill and the client called", at or now())
        return session.scalars(select(BreakGlass.id).order_by(BreakGlass.asked_at.desc())).first()


def decided(services, actor, wish_id, *, grant=True, at=None):
    with services.sessions.begin() as session:
        glass.decide(session, actor, wish_id, grant=grant, now=at or now())


def test_who_looks_after_the_region_reads_and_a_coordinator_elsewhere_does_not(services, world):
    case, people = world
    assert read(services, people["Mere"], case).of(case.id, disclose.PERSON_NAME) == "Someone"
    with pytest.raises(GlassNeededError, match="Break glass"):
        read(services, people["Tama"], case)
    with services.sessions() as session:
        tried = session.scalars(
            select(AuditEvent.id).where(
                AuditEvent.actor_id == people["Tama"].user_id, AuditEvent.action == "disclosure.intended"
            )
        ).all()
    assert tried == []


def test_a_turn_of_duty_opens_a_case_unless_one_put_oneself_on_duty(services, world):
    case, people = world
    for by, opens in (("Tama", False), ("Mere", True)):
        with services.sessions.begin() as session:
            session.add(
                DutyTurn(
                    user_id=people["Tama"].user_id, region_code=None, rank=1, starts_at=now() - timedelta(hours=1),
                    ends_at=now() + timedelta(hours=1), set_at=now(), set_by=people[by].user_id,
                )
            )  # fmt: skip
        if opens:
            assert read(services, people["Tama"], case)
        else:
            with pytest.raises(GlassNeededError):
                read(services, people["Tama"], case)


def test_a_region_that_nobody_looks_after_is_open_to_every_coordinator(services, world):
    case, people = world
    with services.sessions.begin() as session:
        session.query(CoordinatorRegion).delete()
    assert read(services, people["Tama"], case)


def test_points_on_the_map_for_planning_need_no_glass(services, world):
    case, people = world
    assert read(services, people["Tama"], case, disclose.HOME_COORDINATES, Purpose.SCHEDULE) == {}
    with pytest.raises(NotFoundError):
        read(services, people["Tama"], case, disclose.HOME_COORDINATES)


def test_broken_glass_opens_one_case_to_one_person_for_half_an_hour_and_officers_are_told(services, world):
    case, people = world
    wish = asked(services, people["Tama"], case)
    with pytest.raises(GlassNeededError):
        read(services, people["Tama"], case)
    decided(services, people["Mere"], wish)
    assert read(services, people["Tama"], case)
    with services.sessions() as session:
        row = session.get_one(BreakGlass, wish)
        assert row.expires_at - row.decided_at == timedelta(minutes=30)
        told = session.scalars(
            select(OutgoingMessage.user_id).where(OutgoingMessage.user_id == people["Hana"].user_id)
        ).all()
        assert told
        other = factories.make_user(session, "coordinator")
        assert not glass.find(session, factories.actor_of(other), now())


def test_it_closes_by_itself(services, world):
    case, people = world
    before = now() - timedelta(minutes=31)
    decided(services, people["Mere"], asked(services, people["Tama"], case, before), at=before)
    with pytest.raises(GlassNeededError):
        read(services, people["Tama"], case)


def test_nobody_opens_it_for_themselves_twice_or_late(services, world):
    case, people = world
    wish = asked(services, people["Tama"], case)
    with pytest.raises(NotPermittedError):
        decided(services, people["Tama"], wish)
    decided(services, people["Mere"], wish, grant=False)
    with pytest.raises(NotFoundError):
        decided(services, people["Mere"], wish)
    with pytest.raises(GlassNeededError):
        read(services, people["Tama"], case)
    late = asked(services, people["Tama"], case)
    with pytest.raises(NotFoundError):
        decided(services, people["Mere"], late, at=now() + timedelta(hours=5))


def test_the_database_wants_a_second_person_and_half_an_hour_at_most(services, world):
    case, people = world
    for decider, minutes in (("Tama", 30), ("Mere", 31)):
        with services.sessions() as session:
            row = session.get_one(BreakGlass, asked(services, people["Tama"], case))
            row.decided_by, row.decided_at, row.granted = people[decider].user_id, now(), True
            row.expires_at = row.decided_at + timedelta(minutes=minutes)
            with pytest.raises(DBAPIError):
                session.flush()


@pytest.mark.parametrize(
    ("code", "reason", "field"), [("C-NONE", "a good reason", "code"), ("", "short", "reason")]
)
def test_a_wish_names_its_case_and_its_reason(services, world, code, reason, field):
    case, people = world
    with services.sessions() as session, pytest.raises(FaultsError) as refused:
        glass.ask(session, people["Tama"], code or case.code, reason, now())
    assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.parametrize("name", ["Aroha", "Hana"])
def test_only_coordinators_ask(services, world, name):
    case, people = world
    with services.sessions() as session, pytest.raises(NotFoundError):
        glass.ask(session, people[name], case.code, "a good reason", now())


def test_no_glass_breaks_a_wall(services, world):
    case, people = world
    wish = asked(services, people["Tama"], case)
    decided(services, people["Mere"], wish)
    with services.sessions.begin() as session:
        walls.raise_wall(session, people["Hana"], case.code, people["Tama"].user_id, now())
        walls.raise_wall(session, people["Hana"], case.code, people["Mere"].user_id, now())
    for name in ("Tama", "Mere"):
        with pytest.raises(NotFoundError):
            read(services, people[name], case)
        with pytest.raises(NotFoundError):
            read(services, people[name], case, disclose.PERSON_PHONE)


def test_a_wall_is_lifted_by_another_officer_than_the_one_it_stands_before(services, world):
    case, people = world
    with services.sessions.begin() as session:
        second = factories.actor_of(factories.make_user(session, "privacy_officer"))
        walls.raise_wall(session, second, case.code, people["Hana"].user_id, now())
        wall = walls.standing(session, second)[0]
        assert walls.standing(session, people["Hana"]) == []
        with pytest.raises(NotFoundError):
            walls.lift_wall(session, people["Hana"], wall.id, now())
        walls.lift_wall(session, second, wall.id, now())
        assert walls.standing(session, second) == []
        with pytest.raises(NotFoundError):
            walls.lift_wall(session, second, wall.id, now())


def test_a_wall_needs_a_case_and_somebody_else_of_the_staff(services, world):
    case, people = world
    with services.sessions.begin() as session:
        office = factories.make_user(session, "contractor", factories.make_firm(session).id)
        for code, user_id, field in (
            ("C-NONE", people["Tama"].user_id, "code"),
            (case.code, people["Hana"].user_id, "user"),
            (case.code, office.id, "user"),
            (case.code, uuid.uuid4(), "user"),
        ):
            with pytest.raises(FaultsError) as refused:
                walls.raise_wall(session, people["Hana"], code, user_id, now())
            assert [fault.field for fault in refused.value.faults] == [field]
        walls.raise_wall(session, people["Hana"], case.code, people["Tama"].user_id, now())
        with pytest.raises(FaultsError, match="already"):
            walls.raise_wall(session, people["Hana"], case.code, people["Tama"].user_id, now())
        with pytest.raises(NotFoundError):
            walls.raise_wall(session, people["Mere"], case.code, people["Tama"].user_id, now())
