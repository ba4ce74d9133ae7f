"""Who must agree to a measure, by when, what stands in for somebody who is never asked, and who that is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.item import ConsentNeeded
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.domain.people.consent import (
    Answer,
    Asked,
    Basis,
    How,
    LegalBasis,
    Outcome,
    Standing,
    answer_due,
    check_answer,
    check_basis,
    concerned,
    standing,
    who_to_ask,
)
from worksorders.domain.people.interests import (
    Channel,
    Hit,
    Interest,
    Near,
    Person,
    Screening,
    may_hold_keys,
    require_contactable,
    screen,
)
from worksorders.domain.people.neutral_words import betraying

TODAY = date(2026, 11, 24)
LINE = "line"
LANDLORD = Person("l", Interest.LANDLORD, Screening.CLEARED)
CLIENT = Person("c", Interest.TENANT, Screening.CLEARED, is_client=True)
OWNER = Person("o", Interest.OWNER, Screening.CLEARED, is_client=True)
ABUSER = Person("x", Interest.CO_OWNER, Screening.BARRED)
ASKED = Asked("l", LINE, TODAY)
GIVEN = Answer("l", LINE, Outcome.GRANTED, TODAY, How.LETTER)
BASIS = LegalBasis(Basis.OCCUPATION_ORDER, TODAY, "a", "b")

people = st.lists(
    st.builds(
        Person, st.uuids().map(str), st.sampled_from(Interest), st.sampled_from(Screening), st.booleans()
    ),
    max_size=6,
)


def stands(group, persons, *, asked=(), answers=(), bases=(), today=TODAY):
    return standing(group, LINE, persons, asked=asked, answers=answers, bases=bases, today=today)


@given(people, st.sampled_from(ConsentNeeded))
def test_nobody_barred_or_unscreened_is_ever_asked(persons, group):
    for person in who_to_ask(group, persons):
        assert person.screening is Screening.CLEARED
        assert not person.is_client


@given(people, st.sampled_from(Channel))
def test_no_channel_reaches_a_person_who_is_not_cleared(persons, channel):
    for person in persons:
        if person.screening is Screening.CLEARED and not person.is_client:
            require_contactable(person, channel)
        else:
            with pytest.raises(NotPermittedError) as raised:
                require_contactable(person, channel)
            assert "barred" not in str(raised.value)


@given(people, st.sampled_from(ConsentNeeded))
def test_with_somebody_barred_nothing_is_settled_without_a_legal_basis(persons, group):
    if any(person.screening is Screening.BARRED for person in concerned(group, persons)):
        assert not stands(group, persons).is_settled


@given(people, st.sampled_from([ConsentNeeded.LOCKS, ConsentNeeded.OWNER]))
def test_without_an_owner_or_landlord_recorded_nothing_is_settled(persons, group):
    tenants = [p for p in persons if p.interest in {Interest.TENANT, Interest.MORTGAGEE}]
    assert stands(group, tenants) is Standing.NEEDS_PERSONS


@given(st.sampled_from(Near), st.sets(st.sampled_from(Hit)))
def test_the_conflict_check_clears_nobody_whom_anything_speaks_against(near, hits):
    outcome = screen(near, hits)
    assert (outcome is Screening.CLEARED) == (near is Near.NO and not hits)
    if near is Near.YES or hits & {Hit.BARRED_HERE, Hit.NEVER_SENT}:
        assert outcome is Screening.BARRED


def test_the_landlord_is_asked_for_locks_and_for_the_owners_measures():
    assert who_to_ask(ConsentNeeded.LOCKS, [CLIENT, LANDLORD]) == (LANDLORD,)
    assert who_to_ask(ConsentNeeded.OWNER, [CLIENT, LANDLORD]) == (LANDLORD,)
    assert who_to_ask(ConsentNeeded.NONE, [CLIENT, LANDLORD]) == ()


def test_where_nobody_lets_the_home_its_owners_agree_to_locks_too():
    parent = Person("p", Interest.OWNER, Screening.CLEARED)
    assert who_to_ask(ConsentNeeded.LOCKS, [CLIENT, parent]) == (parent,)


def test_an_owner_who_is_the_client_asks_nobody():
    assert stands(ConsentNeeded.OWNER, [OWNER]) is Standing.NOT_NEEDED
    assert stands(ConsentNeeded.LOCKS, [OWNER]) is Standing.NOT_NEEDED


@pytest.mark.parametrize(
    ("asked", "answers", "today", "expected"),
    [
        ([], [], TODAY, Standing.TO_ASK),
        ([ASKED], [], TODAY, Standing.ASKED),
        ([ASKED], [], TODAY + timedelta(days=21), Standing.ASKED),
        ([ASKED], [], TODAY + timedelta(days=22), Standing.OVERDUE),
        ([ASKED], [GIVEN], TODAY, Standing.GIVEN),
        ([], [replace(GIVEN, outcome=Outcome.REFUSED)], TODAY, Standing.REFUSED),
        ([], [GIVEN, replace(GIVEN, outcome=Outcome.REFUSED)], TODAY, Standing.REFUSED),
        ([], [replace(GIVEN, outcome=Outcome.DISPUTED)], TODAY, Standing.DISPUTED),
        ([], [replace(GIVEN, line_id="other")], TODAY, Standing.TO_ASK),
    ],
)
def test_each_measure_has_its_own_21_day_clock_and_answer(asked, answers, today, expected):
    assert stands(ConsentNeeded.OWNER, [LANDLORD], asked=asked, answers=answers, today=today) is expected


def test_the_clock_ends_after_21_days():
    assert answer_due(date(2026, 12, 20)) == date(2027, 1, 10)


def test_a_barred_co_owner_is_replaced_by_the_legal_basis_while_it_is_in_force():
    assert stands(ConsentNeeded.OWNER, [ABUSER]) is Standing.NEEDS_LEGAL_BASIS
    assert stands(ConsentNeeded.OWNER, [ABUSER], bases=[BASIS]) is Standing.LEGAL_BASIS
    assert stands(ConsentNeeded.OWNER, [ABUSER, LANDLORD], bases=[BASIS]) is Standing.TO_ASK
    over = replace(BASIS, dated_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=1))
    assert stands(ConsentNeeded.OWNER, [ABUSER], bases=[over]) is Standing.NEEDS_LEGAL_BASIS


def test_locking_out_a_barred_co_tenant_needs_a_legal_basis():
    tenant = replace(ABUSER, interest=Interest.TENANT)
    assert stands(ConsentNeeded.LOCKS, [CLIENT, tenant, LANDLORD]) is Standing.NEEDS_LEGAL_BASIS
    assert stands(ConsentNeeded.OWNER, [CLIENT, tenant, LANDLORD]) is Standing.TO_ASK


def test_a_later_tenancy_order_overrules_a_refusal():
    refused = replace(GIVEN, outcome=Outcome.REFUSED)
    order = LegalBasis(Basis.TENANCY_ORDER, TODAY, "a", "b")
    assert stands(ConsentNeeded.OWNER, [LANDLORD], answers=[refused], bases=[order]) is Standing.LEGAL_BASIS
    before = replace(order, dated_on=TODAY - timedelta(days=1))
    assert stands(ConsentNeeded.OWNER, [LANDLORD], answers=[refused], bases=[before]) is Standing.REFUSED
    assert stands(ConsentNeeded.OWNER, [LANDLORD], answers=[refused], bases=[BASIS]) is Standing.REFUSED


def test_a_person_not_screened_yet_stops_everything():
    waiting = replace(LANDLORD, screening=Screening.WAITING)
    assert stands(ConsentNeeded.LOCKS, [waiting], bases=[BASIS]) is Standing.NEEDS_SCREENING


def check(groups=(ConsentNeeded.LOCKS,), outcome=Outcome.GRANTED, how=How.PHONE, **values):
    given_ = {"asked_on": TODAY, "answered_on": TODAY, "reason": "", "today": TODAY} | values
    check_answer(groups, outcome, how, **given_)


def test_phone_consent_counts_for_locks_only_but_a_refusal_by_phone_for_all():
    check()
    with pytest.raises(FaultsError, match="locks only"):
        check([ConsentNeeded.LOCKS, ConsentNeeded.OWNER])
    check([ConsentNeeded.OWNER], Outcome.REFUSED, reason="Wants a quote first")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"groups": ()}, "lines"),
        ({"answered_on": None}, "answered_on"),
        ({"answered_on": TODAY + timedelta(days=1)}, "answered_on"),
        ({"answered_on": TODAY - timedelta(days=1)}, "answered_on"),
        ({"outcome": Outcome.REFUSED}, "reason"),
        ({"outcome": Outcome.DISPUTED, "reason": " "}, "reason"),
    ],
)
def test_an_incomplete_answer_is_refused_at_its_field(values, field):
    with pytest.raises(FaultsError) as raised:
        check(**values)
    assert list(raised.value.by_field()) == [field]


@pytest.mark.parametrize(
    ("dated_on", "ends_on", "field"),
    [
        (None, None, "dated_on"),
        (TODAY + timedelta(days=1), None, "dated_on"),
        (TODAY, TODAY - timedelta(days=1), "ends_on"),
        (TODAY - timedelta(days=5), TODAY - timedelta(days=1), "ends_on"),
    ],
)
def test_a_legal_basis_has_a_true_date_and_is_not_over(dated_on, ends_on, field):
    with pytest.raises(FaultsError) as raised:
        check_basis(dated_on, ends_on, TODAY)
    assert list(raised.value.by_field()) == [field]


def test_keys_are_never_registered_to_a_barred_person():
    assert may_hold_keys(CLIENT)
    assert not may_hold_keys(ABUSER)
    assert not may_hold_keys(replace(LANDLORD, screening=Screening.WAITING))


def test_words_that_tell_a_story_are_found_and_security_work_is_not_one():
    assert betraying("Security work: lock work, door work, glazing") == ()
    assert betraying("Home  SAFETY for a victim of family violence") == (
        "family", "safe", "victim", "violen", "home safety",
    )  # fmt: skip
