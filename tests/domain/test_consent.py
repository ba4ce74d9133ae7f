from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.item import ConsentNeeded
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.domain.people.consent import (
    Answer,
    Basis,
    Channel,
    How,
    Interest,
    Person,
    Screening,
    Standing,
    answer_due,
    check_answer,
    concerned,
    may_hold_keys,
    record_legal_basis,
    require_contactable,
    standing,
    unsettled,
    who_to_ask,
)

TODAY = date(2026, 11, 24)
LANDLORD = Person("l", Interest.LANDLORD, Screening.CLEARED)
CLIENT = Person("c", Interest.TENANT, Screening.CLEARED, is_client=True)
ABUSER = Person("x", Interest.CO_OWNER, Screening.BARRED)
ASKED = Answer("l", ConsentNeeded.OWNER, TODAY, None)
GIVEN = replace(ASKED, granted=True, answered_on=TODAY, how=How.WRITTEN)
BASIS = record_legal_basis(Basis.OCCUPATION_ORDER, TODAY, proposed_by="a", recorded_by="b", today=TODAY)

people = st.lists(
    st.builds(
        Person, st.uuids().map(str), st.sampled_from(Interest), st.sampled_from(Screening), st.booleans()
    ),
    max_size=6,
)


@given(people, st.sampled_from(ConsentNeeded))
def test_nobody_barred_or_unscreened_is_ever_asked(persons, group):
    for person in who_to_ask(group, persons):
        assert person.screening is Screening.CLEARED
        assert not person.is_client


@given(people, st.sampled_from(Channel))
def test_no_channel_reaches_a_person_who_is_not_cleared(persons, channel):
    for person in persons:
        if person.screening is Screening.CLEARED:
            require_contactable(person, channel)
        else:
            with pytest.raises(NotPermittedError) as raised:
                require_contactable(person, channel)
            assert "barred" not in str(raised.value)


@given(people, st.sampled_from(ConsentNeeded))
def test_with_somebody_barred_nothing_goes_ahead_without_a_legal_basis(persons, group):
    barred = any(person.screening is Screening.BARRED for person in concerned(group, persons))
    if barred:
        stands = standing(group, persons, [], None, TODAY)
        assert stands in {Standing.NEEDS_SCREENING, Standing.NEEDS_LEGAL_BASIS}


def test_the_landlord_is_asked_for_locks_and_for_the_owners_measures():
    assert who_to_ask(ConsentNeeded.LOCKS, [CLIENT, LANDLORD]) == (LANDLORD,)
    assert who_to_ask(ConsentNeeded.OWNER, [CLIENT, LANDLORD]) == (LANDLORD,)
    assert who_to_ask(ConsentNeeded.NONE, [CLIENT, LANDLORD]) == ()


def test_an_owner_who_is_the_client_asks_nobody():
    owner = Person("c", Interest.OWNER, Screening.CLEARED, is_client=True)
    assert standing(ConsentNeeded.OWNER, [owner], [], None, TODAY) is Standing.NOT_NEEDED
    assert standing(ConsentNeeded.LOCKS, [owner], [], None, TODAY) is Standing.NOT_NEEDED


@pytest.mark.parametrize(
    ("answers", "today", "expected"),
    [
        ([], TODAY, Standing.TO_ASK),
        ([ASKED], TODAY, Standing.ASKED),
        ([ASKED], TODAY + timedelta(days=21), Standing.ASKED),
        ([ASKED], TODAY + timedelta(days=22), Standing.OVERDUE),
        ([ASKED, GIVEN], TODAY, Standing.GIVEN),
        ([replace(GIVEN, granted=False)], TODAY, Standing.REFUSED),
        ([replace(GIVEN, group=ConsentNeeded.LOCKS)], TODAY, Standing.TO_ASK),
    ],
)
def test_the_21_day_clock_runs_from_the_asking(answers, today, expected):
    assert standing(ConsentNeeded.OWNER, [LANDLORD], answers, None, today) is expected


def test_the_clock_ends_after_21_days():
    assert answer_due(date(2026, 12, 20)) == date(2027, 1, 10)


def test_a_barred_co_owner_is_replaced_by_the_legal_basis():
    assert standing(ConsentNeeded.OWNER, [ABUSER], [], None, TODAY) is Standing.NEEDS_LEGAL_BASIS
    assert standing(ConsentNeeded.OWNER, [ABUSER], [], BASIS, TODAY) is Standing.NOT_NEEDED
    assert standing(ConsentNeeded.OWNER, [ABUSER, LANDLORD], [], BASIS, TODAY) is Standing.TO_ASK


def test_a_person_not_screened_yet_stops_everything():
    waiting = replace(LANDLORD, screening=Screening.WAITING)
    assert standing(ConsentNeeded.LOCKS, [waiting], [], BASIS, TODAY) is Standing.NEEDS_SCREENING


def test_what_is_not_settled_is_listed_once():
    groups = [ConsentNeeded.LOCKS, ConsentNeeded.NONE, ConsentNeeded.LOCKS, ConsentNeeded.OWNER]
    assert unsettled(groups, [LANDLORD], [GIVEN], None, TODAY) == ((ConsentNeeded.LOCKS, Standing.TO_ASK),)


def test_phone_consent_counts_for_locks_only():
    check_answer(replace(GIVEN, group=ConsentNeeded.LOCKS, how=How.PHONE), TODAY)
    with pytest.raises(FaultsError, match="locks only"):
        check_answer(replace(GIVEN, how=How.PHONE), TODAY)


def test_an_incomplete_answer_is_refused_at_its_fields():
    with pytest.raises(FaultsError) as raised:
        check_answer(replace(ASKED, granted=True, asked_on=TODAY + timedelta(days=1)), TODAY)
    assert set(raised.value.by_field()) == {"asked_on", "how", "answered_on"}
    with pytest.raises(FaultsError):
        check_answer(replace(GIVEN, answered_on=TODAY - timedelta(days=1)), TODAY)


def test_the_legal_basis_is_recorded_by_a_second_person():
    with pytest.raises(FaultsError) as raised:
        record_legal_basis(
            Basis.LEGAL_ADVICE, TODAY + timedelta(days=1), proposed_by="a", recorded_by="a", today=TODAY
        )
    assert set(raised.value.by_field()) == {"dated_on", "recorded_by"}


def test_keys_are_never_registered_to_a_barred_person():
    assert may_hold_keys(CLIENT)
    assert not may_hold_keys(ABUSER)
    assert not may_hold_keys(replace(LANDLORD, screening=Screening.WAITING))
