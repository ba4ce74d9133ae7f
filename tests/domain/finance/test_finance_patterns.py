"""Patterns in a batch: each fires, and stays silent next to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from worksorders.domain.finance.patterns import (
    Approval,
    Attendance,
    BilledItem,
    PhotoUse,
    RaisedOrder,
    RecordedRelease,
    SupplierShare,
    find_close_pairs,
    find_near_limit,
    find_outliers,
    find_own_releases,
    find_reused_photos,
    find_rework,
    find_splits,
    find_two_places,
)

DAY = date(2026, 11, 2)


def raised(code="WO-1", days=0, value=60_000, **changes):
    order = RaisedOrder(code, "firm-1", "coordinator-1", DAY + timedelta(days=days), value, 100_000)
    return replace(order, **changes)


def test_f01_two_orders_within_seven_days_that_pass_the_limit_together():
    (found,) = find_splits([raised(), raised("WO-2", 7)])
    assert (found.code, found.difference_cents, found.evidence) == ("F01", 20_000, ("WO-1", "WO-2"))


@pytest.mark.parametrize(
    "second",
    [raised("WO-2", 8), raised("WO-2", 7, 40_000), raised("WO-2", 1, supplier_id="firm-2"),
     raised("WO-2", 1, raised_by="coordinator-2"), raised("WO-2", 1, 100_001)],
)  # fmt: skip
def test_f01_stays_silent(second):
    assert find_splits([raised(), second]) == ()


def test_f01_tells_a_run_once_and_a_later_one_again():
    orders = [raised(f"WO-{at}", at) for at in range(3)] + [raised("WO-8", 20), raised("WO-9", 21)]
    assert [found.evidence for found in find_splits(orders)] == [("WO-0", "WO-1", "WO-2"), ("WO-8", "WO-9")]


@pytest.mark.parametrize(
    ("value", "fires"), [(94_999, False), (95_000, True), (100_000, True), (100_001, False)]
)
def test_f02_just_below_the_limit(value, fires):
    assert bool(find_near_limit([raised(value=value)])) is fires


def attendance(code, start, end, worker="W-1"):
    at = datetime(2026, 11, 23, 20, tzinfo=UTC)
    return Attendance(worker, code, at + timedelta(minutes=start), at + timedelta(minutes=end))


def test_f04_one_worker_at_two_homes():
    (found,) = find_two_places([attendance("WO-1", 0, 60), attendance("WO-2", 45, 90)])
    assert (found.code, found.actual) == ("F04", "two jobs for 15 minutes")
    for other in (attendance("WO-2", 60, 90), attendance("WO-2", 45, 90, "W-2"), attendance("WO-1", 45, 90)):
        assert find_two_places([attendance("WO-1", 0, 60), other]) == ()


def test_f04_a_long_job_overlaps_each_short_one():
    long = attendance("WO-1", 0, 300)
    short = [attendance("WO-2", 10, 20), attendance("WO-3", 30, 40)]
    assert len(find_two_places([long, *short])) == 2


def billed(code="WO-1", days=0, **changes):
    return replace(BilledItem(code, "firm-1", "p-1", "LK03", DAY + timedelta(days=days), 7000, 90), **changes)


def test_f05_rework_inside_the_warranty():
    (found,) = find_rework([billed("WO-2", 90), billed()])
    assert (found.code, found.evidence, found.difference_cents) == ("F05", ("WO-1", "WO-2"), 7000)
    for other in (
        billed("WO-2", 91),
        billed("WO-2", 5, place_key="p-2"),
        billed("WO-2", 5, item_code="LK04"),
    ):
        assert find_rework([billed(), other]) == ()


def share(name, varied, orders=10):
    return SupplierShare(name, 100_000 - varied, varied, orders)


def test_f06_a_share_of_variations_far_above_peers():
    peers = [share(f"firm-{at}", 10_000 + 100 * at) for at in range(5)]
    (found,) = find_outliers([*peers, share("firm-9", 40_000)])
    assert (found.code, found.about) == ("F06", "firm-9")
    assert find_outliers([*peers, share("firm-9", 12_000)]) == ()
    assert find_outliers([*peers[:3], share("firm-9", 90_000)]) == ()
    assert find_outliers([*peers, share("firm-9", 40_000, orders=4)]) == ()


def approvals(*counts):
    return [Approval(person, firm) for person, firm, count in counts for _ in range(count)]


def test_f08_one_approver_and_one_contractor_too_often():
    crowd = [("A", "firm-1", 2), ("B", "firm-1", 2), ("B", "firm-2", 30)]
    (found, *rest) = find_close_pairs(approvals(*crowd, ("C", "firm-3", 12), ("C", "firm-2", 3)))
    assert (found.code, found.evidence) == ("F08", ("C", "firm-3"))
    assert rest == []
    assert find_close_pairs(approvals(*crowd, ("C", "firm-3", 9), ("C", "firm-2", 3))) == ()
    assert find_close_pairs(approvals(*crowd, ("C", "firm-3", 12), ("C", "firm-2", 14))) == ()


def test_f09_one_photo_for_two_lines():
    (found,) = find_reused_photos(
        [PhotoUse("aa", "WL-1", "WO-1"), PhotoUse("aa", "WL-7", "WO-2"), PhotoUse("bb", "WL-2", "WO-1")]
    )
    assert (found.code, found.about, found.evidence) == ("F09", "aa", ("WO-1", "WO-2", "WL-1", "WL-7"))
    assert find_reused_photos([PhotoUse("aa", "WL-1", "WO-1"), PhotoUse("aa", "WL-1", "WO-1")]) == ()


def test_f10_released_by_the_enterer_or_the_approver():
    mine = RecordedRelease("M08/IL-1", "i-1", "finance-1", "finance-1", "finance-2")
    assert [one.code for one in find_own_releases([mine, replace(mine, released_by="finance-2")])] == [
        "F10",
        "F10",
    ]
    assert find_own_releases([replace(mine, released_by="finance-3")]) == ()
    assert find_own_releases([replace(mine, released_by="", entered_by="", approved_by="")]) == ()
