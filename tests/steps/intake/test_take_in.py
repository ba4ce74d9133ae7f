"""An assessment comes in, is judged, recognised or handed over, and leaves nothing protected outside the vault."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from tests import factories, referrals
from worksorders.domain.disclosure.policy import Purpose
from worksorders.domain.errors import FaultsError
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.steps import disclose
from worksorders.steps.free_text import tell
from worksorders.steps.intake.contact import read_contact
from worksorders.steps.intake.find_assessments import find_assessment
from worksorders.steps.intake.give_back import give_back
from worksorders.steps.intake.referral import ReferredOpening
from worksorders.steps.intake.take_in import OF_EVERYBODY, take_in
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment, CaseFile, Handover, Opening
from worksorders.store.tables.work.catalogue import Setting


@pytest.fixture
def actor(services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        return factories.actor_of(factories.make_user(session, "coordinator"))


def count(services, table):
    with services.sessions() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_an_eligible_assessment_waits_for_an_order(services, actor):
    made = referrals.taken_in(services, actor)
    assert made.decision.eligible
    assert made.joined is None
    with services.sessions() as session:
        row = session.get(Assessment, made.assessment_id)
        assert (row.state, row.safe_windows, len(row.answers)) == ("waiting", "540-720,780-930", 6)
        assert [opening.state for opening in row.openings] == ["insecure", "secure", "secure"]
        assert row.case.region_code == referrals.REGION


def test_what_identifies_home_and_person_is_in_no_table_outside_the_vault(services, actor, database):
    referrals.taken_in(services, actor)
    with services.sessions() as session:
        tables = session.scalars(
            text(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            )
        ).all()
        for table in tables:
            dump = str(session.execute(text(f'SELECT to_jsonb(t)::text FROM "{table}" t')).all())
            for word in ("Hinemoa", "Example Road", "5550199", "Text first"):
                assert word not in dump, (table, word)


def test_a_reading_needs_a_purpose_and_shows_what_was_put_in(services, actor):
    made = referrals.taken_in(services, actor)
    with pytest.raises(FaultsError):
        read_contact(services.sessions, services.cipher, actor, made.case_id, "  x ")
    found = read_contact(services.sessions, services.cipher, actor, made.case_id, "Agree the day with her")
    assert found.name == "Hinemoa Sample"
    assert found.address == "Flat 2, 14 Example Road, Tauranga"
    with services.sessions() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "disclosure.revealed")).one()
        assert (event.subject_id, event.reason) == (made.case_id, "Agree the day with her")


@pytest.mark.parametrize(
    "criterion", ["repeat_violence", "wishes_to_stay", "lives_apart", "region_available"]
)
def test_one_answer_of_no_hands_the_case_to_an_advocate(services, actor, criterion):
    made = referrals.taken_in(
        services, actor, answers=referrals.answers(**{criterion: False}), advocate="Aroha Advocate"
    )
    assert not made.decision.eligible
    with services.sessions() as session:
        row = session.scalars(select(Handover)).one()
        assert row.advocate == "Aroha Advocate"
        assert row.reason.startswith("does not hold")
        assert session.get(Assessment, made.assessment_id).state == "handed_over"


def test_without_an_advocate_an_ineligible_case_is_not_taken(services, actor):
    with pytest.raises(FaultsError) as raised:
        referrals.taken_in(services, actor, answers=referrals.answers(lives_apart=False))
    assert list(raised.value.by_field()) == ["advocate"]
    assert count(services, CaseFile) == 0


def test_a_region_in_which_the_service_has_not_begun_counts_as_not_available(services, actor):
    with services.sessions.begin() as session:
        value = {referrals.REGION: {"from": "2027-02-01", "until": None}}
        session.add(Setting(name="service_regions", value=value))
    made = referrals.taken_in(services, actor, advocate="Aroha Advocate")
    assert not made.decision.eligible
    assert "no service in Bay of Plenty on 24/11/2026" in made.decision.reason


def test_every_fault_is_told_at_its_field_and_nothing_is_kept(services, actor):
    opening = ReferredOpening("window", " ", None, (("no lock", None), ("glued", None)))
    with pytest.raises(FaultsError) as raised:
        referrals.taken_in(
            services,
            actor,
            agency=" ",
            adults=None,
            assessed_on=referrals.ASSESSED_ON + timedelta(days=300),
            safe_windows=((540, 720), (700, 800)),
            home=replace(referrals.referral().home, street="", town="atlantis"),
            openings=(opening,),
            answers=referrals.answers()[:5],
        )
    assert {
        "agency",
        "adults",
        "assessed_on",
        "safe_windows",
        "home-street",
        "home-town",
        "openings-0-label",
        "openings-0-state",
        "openings-0-findings-0-measured",
        "openings-0-findings-1-finding",
        "answers-region_available",
    } <= set(raised.value.by_field())
    assert (count(services, CaseFile), count(services, Opening)) == (0, 0)


def test_the_same_home_spelt_otherwise_joins_its_case(services, actor):
    first = referrals.taken_in(services, actor)
    home = replace(referrals.referral().home, street="2/14 EXAMPLE RD")
    second = referrals.taken_in(services, actor, home=home, agency="Another agency")
    assert second.case_id == first.case_id
    assert second.joined.case_code == first.case_code
    assert not second.contact_differs
    assert count(services, CaseFile) == 1
    with services.sessions() as session:
        assert session.get(Assessment, first.assessment_id).state == "superseded"


def test_a_known_home_under_another_name_and_phone_keeps_both_contacts_apart(services, actor):
    first = referrals.taken_in(services, actor)
    other = replace(referrals.referral().person, name="Somebody Else", phone="+64275550111", other_names=())
    second = referrals.taken_in(services, actor, person=other)
    assert second.contact_differs
    found = read_contact(services.sessions, services.cipher, actor, first.case_id, "Find out who lives there")
    assert (found.name, found.phone) == ("Hinemoa Sample", "+64215550199")
    assert found.referred == (("Somebody Else", "+64275550111", other.safe_contact),)


def test_another_phone_of_the_same_person_never_replaces_the_one_held_however_often_it_comes(services, actor):
    first = referrals.taken_in(services, actor)
    known = referrals.referral().person
    for turn in range(2):
        other = replace(known, phone="+64275550111", safe_contact="Call at any time")
        later = referrals.taken_in(services, actor, person=other)
        assert later.contact_differs is (turn == 0)
    found = read_contact(services.sessions, services.cipher, actor, first.case_id, "Find out which is safe")
    assert (found.phone, found.safe_contact) == (known.phone, known.safe_contact)
    assert {(phone, words) for _, phone, words in found.referred} == {("+64275550111", "Call at any time")}
    with services.sessions() as session:
        assert find_assessment(session, later.assessment_id).contact_apart


def test_a_known_phone_at_another_address_is_asked_about_first(services, actor):
    first = referrals.taken_in(services, actor)
    home = replace(referrals.referral().home, street="9 Sample Street")
    with pytest.raises(FaultsError) as raised:
        referrals.taken_in(services, actor, home=home)
    assert list(raised.value.by_field()) == ["same_home"]
    assert first.case_code in str(raised.value)
    same = referrals.taken_in(services, actor, home=home, same_home=True)
    assert same.case_id == first.case_id
    other = replace(home, street="11 Sample Street")
    moved = referrals.taken_in(services, actor, home=other, same_home=False)
    assert moved.case_id != first.case_id
    assert {one.case_code for one in moved.others} == {first.case_code}


def test_each_question_about_a_known_person_is_on_record_and_after_a_few_asked_of_everybody(services, actor):
    known = referrals.taken_in(services, actor)
    other = replace(referrals.referral().person, phone="+64275550199")

    def asked(**values):
        with services.sessions() as session:
            session.info[tell.TYPIST] = actor
            with pytest.raises(FaultsError) as raised:
                take_in(session, services.cipher, actor, referrals.referral(**values), factories.NOW)
        return str(raised.value)

    home = replace(referrals.referral().home, street="9 Sample Street")
    for _ in range(tell.MOST):
        assert known.case_code in asked(home=home)
    with services.sessions() as session:
        noted = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == tell.KNOWN)
        assert session.scalar(noted.where(AuditEvent.subject_id == known.case_id)) == tell.MOST
    assert asked(home=home) == asked(home=home, person=other) == OF_EVERYBODY


def test_a_shared_name_alone_joins_nothing(services, actor):
    first = referrals.taken_in(services, actor)
    second = referrals.taken_in(
        services,
        actor,
        home=replace(referrals.referral().home, street="9 Sample Street"),
        person=replace(referrals.referral().person, phone="+64275550111"),
    )
    assert second.case_id != first.case_id
    assert [one.by for one in second.others] == [frozenset({"name"})]


def test_two_agencies_at_the_same_moment_make_one_case(services, actor):
    made, barrier = [], threading.Barrier(2)

    def refer(agency):
        barrier.wait()
        made.append(referrals.taken_in(services, actor, agency=agency))

    threads = [threading.Thread(target=refer, args=(name,)) for name in ("One agency", "Another agency")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({one.case_id for one in made}) == 1
    assert count(services, CaseFile) == 1
    with services.sessions() as session:
        states = session.scalars(select(Assessment.state)).all()
    assert sorted(states) == ["superseded", "waiting"]


def test_an_eligible_case_is_given_back_only_with_a_reason(services, actor):
    made = referrals.taken_in(services, actor)
    with services.sessions() as session, pytest.raises(FaultsError) as raised:
        give_back(session, actor, made.assessment_id, advocate="Aroha Advocate", note="", now=factories.NOW)
    assert list(raised.value.by_field()) == ["note"]
    with services.sessions.begin() as session:
        give_back(
            session,
            actor,
            made.assessment_id,
            advocate="Aroha Advocate",
            note="moved in with her sister",
            now=factories.NOW,
        )
    with services.sessions() as session:
        assert session.get(Assessment, made.assessment_id).state == "handed_over"


def test_the_opening_states_tonight_are_its_first_events(services, actor):
    made = referrals.taken_in(services, actor)
    with services.sessions() as session:
        found = session.execute(text("SELECT state, visit_id FROM opening_event ORDER BY state")).all()
        assert [row.state for row in found] == [
            OpeningState.INSECURE,
            OpeningState.SECURE,
            OpeningState.SECURE,
        ]
        assert session.get(Assessment, made.assessment_id).openings[0].state_at == factories.NOW


def test_a_coordinate_given_exactly_is_what_the_vault_holds(services, actor):
    home = replace(referrals.referral().home, latitude=Decimal("-37.7001"), longitude=Decimal("176.1501"))
    made = referrals.taken_in(services, actor, home=home)
    kinds = [disclose.HOME_COORDINATES]
    found = disclose.read(
        services.sessions, services.cipher, actor, case_ids=[made.case_id], kinds=kinds, purpose="plan", under=Purpose.SCHEDULE,
    )  # fmt: skip
    assert found.of(made.case_id, disclose.HOME_COORDINATES) == "-37.7001,176.1501"


def test_a_step_keeps_nothing_by_itself(services, actor):
    with services.sessions() as session:
        take_in(session, services.cipher, actor, referrals.referral(), factories.NOW)
    assert count(services, CaseFile) == 0


def test_a_second_agencys_no_leaves_the_approved_assessment_waiting(services, actor):
    first = referrals.taken_in(services, actor)
    second = referrals.taken_in(
        services, actor, answers=referrals.answers(lives_apart=False), advocate="Aroha Advocate"
    )
    assert second.case_id == first.case_id
    with services.sessions() as session:
        assert session.get(Assessment, first.assessment_id).state == "waiting"
        assert session.get(Assessment, second.assessment_id).state == "handed_over"
