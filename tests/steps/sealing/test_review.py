"""Each reading is looked over by somebody other than its reader, on a page and in the database."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import select

from tests import factories
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.steps import disclose
from worksorders.steps.actor import NotFoundError
from worksorders.steps.sealing import review
from worksorders.store.tables.confidential.seals import ReadingReview
from worksorders.store.tables.trail import AuditEvent


@pytest.fixture
def world(services):
    """A case read twice by a coordinator and once by the officer."""
    with services.sessions.begin() as session:
        case = factories.make_case(session)
        disclose.open_case(session, services.cipher, case.id)
        disclose.protect(session, services.cipher, case.id, case.id, {disclose.PERSON_NAME: "Someone"})
        reader = factories.actor_of(factories.make_user(session, "coordinator", display_name="Mere"))
        officer = factories.actor_of(factories.make_user(session, "privacy_officer", display_name="Hana"))
    for who in (reader, reader, officer):
        disclose.read(
            services.sessions,
            services.cipher,
            who,
            case_ids=[case.id],
            kinds=[disclose.PERSON_NAME],
            purpose="Call the client",
        )
    return reader, officer


def groups(services, actor):
    with services.sessions() as session:
        return review.queue(session, actor)


def sign(services, actor, ids, finding=review.IN_ORDER, note=""):
    with services.sessions.begin() as session:
        return review.sign(session, actor, ids, finding, note, now=factories.NOW)


def test_readings_of_one_person_for_one_purpose_are_one_group_and_ones_own_are_marked(services, world):
    found = groups(services, world[1])
    assert found.waiting == found.shown == 3
    assert [(g.reader, len(g.event_ids), g.own) for g in found.groups] == [
        ("Mere", 2, False),
        ("Hana", 1, True),
    ]


def test_signing_takes_readings_off_the_list_and_leaves_a_row_each(services, world):
    group = groups(services, world[1]).groups[0]
    assert sign(services, world[1], group.event_ids) == 2
    assert groups(services, world[1]).waiting == 1
    with services.sessions() as session:
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.action == "reading.in_order")
        ).all()
    assert len(actions) == 2


def test_a_question_keeps_the_reading_on_the_list_with_its_note(services, world):
    group = groups(services, world[1]).groups[0]
    sign(services, world[1], group.event_ids[:1], review.ASKED, "Why twice?")
    found = groups(services, world[1])
    assert found.waiting == 3
    assert found.groups[0].asked == ("Hana: Why twice?",)
    sign(services, world[1], group.event_ids, review.BREACH, "No call was due.")
    assert groups(services, world[1]).waiting == 1


def test_nobody_signs_their_own_reading(services, world):
    own = groups(services, world[1]).groups[1]
    with pytest.raises(NotPermittedError):
        sign(services, world[1], own.event_ids)


def test_the_database_refuses_it_too(services, database, world):
    own = groups(services, world[1]).groups[1]
    with database.connect() as connection, pytest.raises(psycopg.Error):
        connection.execute(
            "INSERT INTO reading_review (event_id, reviewer_id, reviewed_at, finding) VALUES (%s, %s, now(), 'in_order')",
            (own.event_ids[0], world[1].user_id),
        )


def test_what_is_signed_or_no_reading_cannot_be_signed(services, world):
    group = groups(services, world[1]).groups[0]
    sign(services, world[1], group.event_ids)
    with services.sessions() as session:
        other = session.scalar(select(AuditEvent.id).where(AuditEvent.action == "disclosure.intended"))
    for ids in (group.event_ids, [other], [10**9], []):
        with pytest.raises(NotFoundError):
            sign(services, world[1], ids)


@pytest.mark.parametrize(
    ("finding", "note", "field"),
    [
        ("", "", "finding"),
        ("well", "", "finding"),
        ("asked", " ", "note"),
        ("breach", "", "note"),
        ("in_order", "x" * 501, "note"),
    ],
)
def test_a_finding_needs_its_words(services, world, finding, note, field):
    group = groups(services, world[1]).groups[0]
    with pytest.raises(FaultsError) as refused:
        sign(services, world[1], group.event_ids, finding, note)
    assert [fault.field for fault in refused.value.faults] == [field]
    with services.sessions() as session:
        assert session.scalar(select(ReadingReview.id)) is None
