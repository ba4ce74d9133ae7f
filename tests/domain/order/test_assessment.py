"""What an assessment must say, and every fault of one at once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.domain.lifecycle.openings import OpeningState, home_state
from worksorders.domain.order.assessment import (
    CRITERIA,
    Answer,
    AssessedOpening,
    Assessment,
    OpeningFinding,
    check_assessment,
    decide,
    hand_over,
    require_eligible,
    service_available,
)

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
KEYS = [criterion.key for criterion in CRITERIA]


def answers(**different):
    return tuple(Answer(key, different.get(key, True), "Aroha Ngata", NOW) for key in KEYS)


def opening(*findings, kind="front_door", name="o1"):
    return AssessedOpening(name, kind, "", OpeningState.SECURE, findings)


SURVEY = Assessment(answers(), (opening(OpeningFinding("weak lock")),), True)


def faults(assessment, rules):
    with pytest.raises(FaultsError) as raised:
        check_assessment(assessment, rules, NOW)
    return raised.value.by_field()


def test_the_criteria_are_the_programmes_six():
    assert [criterion.wording for criterion in CRITERIA] == [
        "has experienced repeat family violence",
        "is likely to experience it in the future",
        "is likely to suffer physical injury or death from it",
        "wishes to stay in the current home",
        "wants to end the relationship, and lives apart from the abuser",
        "the home is in a region where the service is available",
    ]


@given(st.fixed_dictionaries({key: st.sampled_from([True, False, None]) for key in KEYS}))
def test_only_six_times_yes_is_eligible(given_answers):
    decision = decide(answers(**given_answers))
    assert decision.eligible is all(given_answers.values())
    assert [criterion.key for criterion in decision.failed] == [k for k in KEYS if not given_answers[k]]
    assert bool(decision.reason) is not decision.eligible


def test_a_missing_answer_does_not_hold():
    assert [criterion.key for criterion in decide(answers()[:5]).failed] == ["region_available"]


def test_a_works_order_is_refused_without_all_six():
    require_eligible(decide(answers()))
    with pytest.raises(NotPermittedError, match="wishes to stay"):
        require_eligible(decide(answers(wishes_to_stay=False)))


def test_a_complete_survey_passes(rules):
    check_assessment(SURVEY, rules, NOW)


def test_every_fault_is_found_at_its_field(rules):
    later = replace(SURVEY.answers[0], given_at=NOW + timedelta(days=1))
    broken = Assessment(
        (
            later,
            replace(SURVEY.answers[1], holds=None),
            replace(SURVEY.answers[2], given_by=" "),
            *SURVEY.answers[3:5],
        ),
        (
            opening(OpeningFinding("dirty"), name="a"),
            opening(
                OpeningFinding("no lock"),
                OpeningFinding("broken fastener", Decimal(0)),
                kind="window",
                name="a",
            ),
            opening(kind="roof", name="c"),
        ),
        None,
    )
    assert set(faults(broken, rules)) == {
        "answers-repeat_violence",
        "answers-future_violence",
        "answers-physical_harm",
        "answers-region_available",
        "openings-0-findings-0-finding",
        "openings-1-id",
        "openings-1-findings-0-measured",
        "openings-1-findings-1-measured",
        "openings-2-kind",
    }


def test_unknown_and_repeated_criteria_and_no_openings_are_refused(rules):
    broken = Assessment((*answers(), answers()[0], Answer("rich", True, "A", NOW)), (), None)
    assert set(faults(broken, rules)) == {"answers", "answers-rich", "openings"}


@pytest.mark.parametrize("measured", [Decimal("NaN"), Decimal("Infinity"), Decimal(501), Decimal(-2)])
def test_a_measurement_must_be_a_believable_number(rules, measured):
    survey = replace(SURVEY, openings=(opening(OpeningFinding("no lock", measured), kind="window"),))
    assert list(faults(survey, rules)) == ["openings-0-findings-0-measured"]


def test_a_case_goes_back_with_advocate_and_reason():
    record = hand_over(
        decide(answers(lives_apart=False)),
        advocate="Mere Tūhoe",
        note="",
        on=date(2026, 11, 21),
        recorded_by="c1",
    )
    assert "lives apart" in record.reason
    with pytest.raises(FaultsError) as raised:
        hand_over(decide(answers()), advocate=" ", note=" ", on=date(2026, 11, 21), recorded_by="c1")
    assert set(raised.value.by_field()) == {"advocate", "note"}


def test_the_service_is_available_between_its_dates():
    start, end = date(2026, 7, 1), date(2027, 6, 30)
    assert service_available(start, end, start)
    assert service_available(start, end, end)
    assert service_available(start, None, date(2030, 1, 1))
    assert not service_available(start, end, date(2027, 7, 1))
    assert not service_available(start, None, date(2026, 6, 30))
    assert not service_available(None, None, start)


def test_a_home_is_as_secure_as_its_worst_opening():
    secure, temporary, insecure = OpeningState
    assert home_state([secure, temporary, insecure]) is insecure
    assert home_state([secure, temporary]) is temporary
    assert home_state([]) is secure
