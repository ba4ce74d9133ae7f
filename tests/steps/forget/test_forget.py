"""What is due is destroyed once, with all that was derived from it; a hold or a request keeps it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from psycopg import DatabaseError
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests import factories, referrals
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.gateways.retention import rules
from worksorders.steps import disclose, jobs
from worksorders.steps.forget import destroy, due, holds, nightly
from worksorders.steps.safety import hazards
from worksorders.store import vault
from worksorders.store.tables.confidential.forgetting import Forgotten
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.offers import Photo

NOW = factories.NOW
CANARY = "Hinemoa Canarybird"
RULES = {rule.field: rule for rule in rules()}


@pytest.fixture
def world(services):
    with services.sessions() as session:
        user, officer, second = (factories.make_user(session, role) for role in ("coordinator", "privacy_officer", "administrator"))  # fmt: skip
        order = referrals.bare_order(session, user)
        order.assessment.state = "ordered"
        disclose.open_case(session, services.cipher, order.case_id)
        values = {disclose.PERSON_NAME: CANARY, disclose.HOME_ADDRESS: "12 Kōwhai Street, Ōtaki", "line.paper": "JVBERi0"}  # fmt: skip
        disclose.protect(session, services.cipher, order.case_id, order.case_id, values)
        disclose.remember(session, services.cipher, order.case_id, disclose.PERSON_NAME, "canarybird hinemoa")
        order.state, order.closed_at = "closed", NOW
        session.flush()
        yield SimpleNamespace(
            session=session, order=order, case_id=order.case_id, cipher=services.cipher,
            officer=factories.actor_of(officer), second=factories.actor_of(second), services=services,
        )  # fmt: skip


def kept(session, case_id):
    """What the database still holds of a case: sealed rows are counted by the owner's own function alone."""
    hashes = session.scalar(text("SELECT count(*) FROM vault.look_up WHERE case_id = :c"), {"c": case_id})
    key = session.scalar(text("SELECT count(*) FROM vault.wrapped_key(:c)"), {"c": case_id})
    return hashes, key


def fields(session, days):
    today = local_day(NOW) + timedelta(days=days)
    return {one.due.rule.field for one in due.find(session, today, ahead=timedelta(0))}


def test_nothing_is_due_while_an_order_lives(world):
    world.order.state, world.order.closed_at = "issued", None
    world.session.flush()
    assert fields(world.session, 4000) == set()
    with pytest.raises(RefusedError):
        destroy.erase_case(world.session, None, world.case_id, NOW)


def test_fields_come_due_one_after_another(world):
    assert fields(world.session, 0) == set()
    assert fields(world.session, 1) == {"code_word"}
    assert fields(world.session, 366) == {"code_word", "alarm", "contact", "interests"}
    assert "everything" in fields(world.session, 2922)


def test_the_night_destroys_what_is_due_once_and_leaves_the_rest(world):
    later = NOW + timedelta(days=366)
    assert destroy.forget_due(world.session, later) == 4
    assert destroy.forget_due(world.session, later) == 0
    read = reveal(world)
    assert read == {disclose.HOME_ADDRESS, "line.paper"}
    assert not vault.find_cases(world.session, disclose.PERSON_NAME, [world.cipher.look_up(disclose.PERSON_NAME, "canarybird hinemoa")])  # fmt: skip
    spellings = select(text("kind")).select_from(text("vault.look_up")).distinct()
    assert set(world.session.scalars(spellings)) == {"text:home.address"}
    done = world.session.scalars(select(AuditEvent).where(AuditEvent.action == "case.forgotten")).all()
    assert len(done) == 4


def reveal(world):
    world.session.commit()
    found = disclose.read(
        world.services.sessions, world.cipher, world.officer, case_ids=[world.case_id],
        kinds=[disclose.PERSON_NAME, disclose.HOME_ADDRESS, "line.paper"], purpose="what is left of it",
    )  # fmt: skip
    return {kind for _, _, kind in found}


def test_the_end_destroys_key_values_hashes_and_pictures(world):
    visit = world.order.visits[0]
    firm = factories.make_firm(world.session)
    photo = Photo(
        id=uuid.uuid4(), visit_id=visit.id, firm_id=firm.id, idempotency_key=uuid.uuid4(), sha256=b"1" * 32,
        content=b"picture", width=1, height=1, taken_by=world.officer.user_id,
    )  # fmt: skip
    world.session.add(photo)
    world.session.flush()
    assert destroy.erase_case(world.session, world.second, world.case_id, NOW)
    assert not destroy.erase_case(world.session, world.second, world.case_id, NOW)
    assert kept(world.session, world.case_id) == (0, 0)
    world.session.refresh(photo)
    assert (photo.content, photo.erased_at) == (b"", NOW)
    assert reveal(world) == set()
    assert fields(world.session, 4000) == set()


def test_a_dump_holds_nothing_of_a_forgotten_case(world, database):
    world.session.commit()
    sealed = "SELECT count(*) FROM vault.sealed"
    with database.connect("works_owner") as owner:
        before = owner.execute(sealed).fetchone()[0]
    destroy.erase_case(world.session, None, world.case_id, NOW)
    world.session.commit()
    with database.connect("works_owner") as owner:
        tables = owner.execute(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables"
            " WHERE table_schema IN ('public', 'vault') AND table_type = 'BASE TABLE'"
        ).fetchall()
        dump = "\n".join(str(owner.execute(f"SELECT t::text FROM {name} t").fetchall()) for (name,) in tables)
        assert before == 3
        assert owner.execute(sealed).fetchone()[0] == 0
    assert "Canarybird" not in dump
    assert world.cipher.look_up(disclose.PERSON_NAME, "canarybird hinemoa").hex() not in dump


def test_a_hold_keeps_everything_until_another_person_lifts_it(world):
    hold = holds.place(world.session, world.officer, world.order.code, "Proceedings in the Family Court", NOW)
    later = NOW + timedelta(days=3000)
    assert destroy.forget_due(world.session, later) == 0
    with pytest.raises(RefusedError, match="legal hold"):
        destroy.erase_case(world.session, world.second, world.case_id, NOW)
    with pytest.raises(DBAPIError), world.session.begin_nested():
        vault.forget_case(world.session, world.case_id)
    with pytest.raises(NotPermittedError):
        holds.lift(world.session, world.officer, hold, NOW)
    with pytest.raises(FaultsError):
        holds.place(world.session, world.second, world.order.code, "Again", NOW)
    holds.lift(world.session, world.second, hold, NOW)
    assert destroy.forget_due(world.session, later) > 5


@pytest.mark.parametrize("field", ["contact", "home", "everything"])
def test_what_is_dangerous_about_a_home_is_forgotten_with_its_address(world, database, field):
    coordinator = factories.actor_of(factories.make_user(world.session))
    for codes in (["dog"], ["dog", "height"]):
        hazards.note(world.session, coordinator, world.order.id, codes, NOW)
    world.session.commit()
    hold = holds.place(world.session, world.officer, world.order.code, "Proceedings in the Family Court", NOW)
    with pytest.raises(DBAPIError), world.session.begin_nested():
        vault.forget_hazards(world.session, world.case_id)
    holds.lift(world.session, world.second, hold, NOW)
    destroy.forget_field(world.session, None, world.case_id, RULES[field], NOW.date(), NOW)
    world.session.commit()
    with database.connect("works_owner") as owner:
        left = owner.execute("SELECT count(*) FROM home_hazards").fetchone()[0]
        assert left == (2 if field == "contact" else 0)
        trail = owner.execute("SELECT string_agg(detail::text, '') FROM audit_event").fetchone()[0]
        assert "dog" not in trail
        if left:
            with pytest.raises(DatabaseError, match="forgotten with their home"):
                owner.execute("DELETE FROM home_hazards")


def test_a_case_that_was_never_ordered_goes_as_a_whole(world):
    case = factories.make_case(world.session)
    disclose.open_case(world.session, world.cipher, case.id)
    assessment = world.order.assessment
    copied = {c.key: getattr(assessment, c.key) for c in assessment.__mapper__.column_attrs if c.key not in {"id", "code", "case_id", "state"}}  # fmt: skip
    world.session.add(
        type(assessment)(id=uuid.uuid4(), code="A-9", case_id=case.id, state="handed_over", **copied)
    )
    world.session.flush()
    found = [
        one for one in due.find(world.session, local_day(NOW) + timedelta(days=400)) if one.case_id == case.id
    ]
    assert [one.due.rule.field for one in found] == ["not_served"]
    assert destroy.forget_field(world.session, None, case.id, RULES["not_served"], found[0].due.on, NOW)
    assert kept(world.session, case.id) == (0, 0)


def test_the_job_of_a_night_is_asked_for_once_and_takes_what_is_due(world):
    for _ in range(2):
        nightly.ask_for_night(world.session, local_day(NOW))
    rows = world.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == nightly.NIGHTLY)).all()
    assert len(rows) == 1
    job = SimpleNamespace(message_id=rows[0].id)
    jobs.handler_of(nightly.NIGHTLY)(job)(world.session, NOW + timedelta(days=4000))
    assert world.session.scalar(select(Forgotten).where(Forgotten.field == "everything")) is not None
    assert world.session.scalar(select(OutboxMessage).where(OutboxMessage.kind == nightly.MORE)) is not None
