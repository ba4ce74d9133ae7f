"""Which of two names and phones counts is decided once, for a purpose; nothing is lost, and no barred number is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests import agreeing, factories, referrals
from worksorders.domain.errors import FaultsError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.intake.contact import read_contact
from worksorders.steps.intake.settle_contact import contacts_apart, settle
from worksorders.store.tables.trail import AuditEvent

NEW = "+64275550111"
WHY = "The advocate rang the office today"


@pytest.fixture
def actor(services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        return factories.actor_of(factories.make_user(session))


@pytest.fixture
def apart(services, actor):
    """A home whose second referral gave another name and phone."""
    referrals.taken_in(services, actor)
    other = replace(
        referrals.referral().person, name="Hine Other", phone=NEW, other_names=(), safe_contact="Evenings"
    )
    return referrals.taken_in(services, actor, person=other)


def decide(services, actor, made, name="keep", phone="take", purpose=WHY):
    with services.sessions.begin() as session:
        settle(
            session, services.sessions, services.cipher, actor, made.assessment_id,
            name=name, phone=phone, purpose=purpose,
        )  # fmt: skip


def contact(services, actor, made):
    return read_contact(services.sessions, services.cipher, actor, made.case_id, "Look which one counts")


def test_the_new_phone_with_its_words_changes_places_with_the_old_one(services, actor, apart):
    decide(services, actor, apart)
    found = contact(services, actor, apart)
    assert (found.name, found.phone, found.safe_contact) == ("Hinemoa Sample", NEW, "Evenings")
    assert found.referred == (("Hine Other", "+64215550199", "Text first, mornings"),)
    with services.sessions() as session:
        assert contacts_apart(session, apart.case_id) == ()
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "assessment.contact_settled")
        ).one()
        assert (event.reason, event.detail) == (WHY, {"name": "keep", "phone": "take"})
    with pytest.raises(NotFoundError):
        decide(services, actor, apart)


def test_keeping_both_opens_nothing_and_closes_the_question(services, actor, apart):
    decide(services, actor, apart, phone="keep")
    assert contact(services, actor, apart).phone == "+64215550199"
    with services.sessions() as session:
        assert contacts_apart(session, apart.case_id) == ()


def test_a_choice_is_complete_or_not_made(services, actor, apart):
    for values, field in (
        ({"name": ""}, "name"),
        ({"phone": "maybe"}, "phone"),
        ({"purpose": "x"}, "purpose"),
    ):
        with pytest.raises(FaultsError) as raised:
            decide(services, actor, apart, **values)
        assert list(raised.value.by_field()) == [field]
    with services.sessions() as session:
        assert len(contacts_apart(session, apart.case_id)) == 1


def test_the_number_of_somebody_who_must_never_be_asked_is_never_taken(services, actor, apart):
    with services.sessions.begin() as session:
        agreeing.landlord(session, services.cipher, actor, apart.case_id, near="yes", phone=NEW)
    with pytest.raises(FaultsError, match="must never be called"):
        decide(services, actor, apart)
    assert contact(services, actor, apart).phone == "+64215550199"


def test_nobody_but_a_coordinator_decides_and_no_other_assessment_is_a_question(services, actor, apart):
    with services.sessions.begin() as session:
        boss = factories.actor_of(factories.make_user(session, "administrator"))
    with pytest.raises(NotFoundError):
        decide(services, boss, apart)
    other = referrals.taken_in(
        services, actor, home=referrals.ReferredHome("1 Other Street", referrals.TOWN, built_before_2000=False),
        person=referrals.ReferredPerson("Somebody Else", None),
    )  # fmt: skip
    with pytest.raises(NotFoundError):
        decide(services, actor, other)
