"""When a barrier may be opened, and which reasons for leaving alert and are paid."""

from datetime import UTC, datetime, timedelta

from worksorders.domain.lifecycle.reasons import NO_ACCESS
from worksorders.domain.order.attendance import (
    abortive_charge_due,
    may_open_barrier,
)

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def test_a_door_comes_out_only_if_the_rest_fits_the_day():
    assert may_open_barrier(NOW, 60, NOW + timedelta(minutes=60))
    assert not may_open_barrier(NOW, 61, NOW + timedelta(minutes=60))


def test_the_first_four_reasons_alert_and_the_firms_own_are_not_paid():
    codes = [code for code, _ in NO_ACCESS.choices()]
    assert [NO_ACCESS.get(code).alerts for code in codes] == [True] * 4 + [False] * 6
    assert [code for code in codes if not abortive_charge_due(code)] == ["worker_late", "access_equipment"]
