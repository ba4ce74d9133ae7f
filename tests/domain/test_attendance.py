from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.item import Evidence
from worksorders.domain.errors import FaultsError
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.lifecycle.reasons import NO_ACCESS
from worksorders.domain.order.attendance import (
    WRITTEN_EVIDENCE,
    Escalation,
    KeyHeld,
    LineReport,
    OpeningReport,
    abortive_charge_due,
    check_finish,
    check_out_overdue,
    may_open_barrier,
    no_access_alerts,
)

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ONE = Decimal(1)
LINE = LineReport("l", "DR01", ONE, ONE, (Evidence.PHOTO,), photos=1)
CLOSED = OpeningReport("o", OpeningState.SECURE)


def fields(lines=(LINE,), openings=(CLOSED,), **more):
    with pytest.raises(FaultsError) as raised:
        check_finish(lines, openings, **more)
    return list(raised.value.by_field())


def test_a_visit_with_all_its_evidence_ends():
    check_finish([LINE], [CLOSED])


@given(st.lists(st.sampled_from([*OpeningState, None]), max_size=5))
def test_a_visit_never_ends_with_an_insecure_opening_unless_escalated(states):
    openings = [OpeningReport(str(i), state) for i, state in enumerate(states)]
    if all(state is not None and state is not OpeningState.INSECURE for state in states):
        check_finish([LINE], openings)
    else:
        assert fields(openings=openings)
    if None not in states:
        check_finish([LINE], openings, escalation=Escalation("duty coordinator", "glazier called"))


def test_an_escalation_that_reached_nobody_does_not_count():
    openings = [OpeningReport("o", OpeningState.INSECURE)]
    assert fields(openings=openings, escalation=Escalation(" ", "rang twice")) == ["escalation"]


def test_every_exit_opens_from_inside_without_a_key():
    assert fields(openings=[replace(CLOSED, egress_checked=False)]) == ["openings-0-egress"]


def test_no_completion_while_a_variation_is_pending():
    assert fields(variation_pending=True) == [""]


@pytest.mark.parametrize("done", [Decimal(-1), Decimal(2), Decimal("NaN")])
def test_more_than_ordered_needs_a_variation(done):
    assert fields([replace(LINE, done=done)]) == ["lines-0-done"]


def test_nothing_done_needs_a_word_and_no_evidence():
    assert fields([replace(LINE, done=Decimal(0), photos=0)]) == ["lines-0-note"]
    check_finish([replace(LINE, done=Decimal(0), photos=0, note="part missing")], [CLOSED])


def test_a_photo_or_a_reason_for_none():
    without = replace(LINE, photos=0)
    assert fields([without]) == ["lines-0-photo"]
    assert fields([replace(without, no_photo_reason="lazy")]) == ["lines-0-photo"]
    assert fields([replace(without, no_photo_reason="other")]) == ["lines-0-note"]
    check_finish([replace(without, no_photo_reason="upload_failed")], [CLOSED])


def test_keys_are_registered_with_their_holders():
    rekeyed = LineReport("l", "LK03", ONE, ONE, (Evidence.KEY_REGISTER,))
    assert fields([rekeyed]) == ["lines-0-keys"]
    assert fields([replace(rekeyed, keys=(KeyHeld("p", 0),))]) == ["lines-0-keys"]
    check_finish([replace(rekeyed, keys=(KeyHeld("p", 3),))], [CLOSED])


@pytest.mark.parametrize("kind", WRITTEN_EVIDENCE)
def test_each_certificate_or_reading_is_asked_for(kind):
    line = LineReport("l", "SR04", ONE, ONE, (kind,))
    assert fields([line]) == [f"lines-0-{kind.name.lower()}"]
    check_finish([replace(line, written={kind: "A-1"})], [CLOSED])


def test_a_door_comes_out_only_if_the_rest_fits_the_day():
    assert may_open_barrier(NOW, 60, NOW + timedelta(minutes=60))
    assert not may_open_barrier(NOW, 61, NOW + timedelta(minutes=60))


def test_a_check_out_is_overdue_half_an_hour_after_the_plan():
    assert not check_out_overdue(NOW, 60, NOW + timedelta(minutes=90))
    assert check_out_overdue(NOW, 60, NOW + timedelta(minutes=91))


def test_the_first_four_reasons_alert_and_the_firms_own_are_not_paid():
    codes = [code for code, _ in NO_ACCESS.choices()]
    assert [no_access_alerts(code) for code in codes] == [True] * 4 + [False] * 6
    assert [code for code in codes if not abortive_charge_due(code)] == ["worker_late", "access_equipment"]
