"""The funding contract: years, progress, forecast, what moved the cost, small cells."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.finance.world import D
from worksorders.domain.errors import FaultsError
from worksorders.domain.finance import ledger
from worksorders.domain.finance.contract import (
    Category,
    FundingContract,
    GstBasis,
    ItemCost,
    cost_per_home,
    estimate_at_completion,
    positions,
    programme_years,
    progress,
    publish,
    split_difference,
)
from worksorders.domain.finance.ledger import At
from worksorders.domain.money import gst_cents, gst_rate_on

YEARS = programme_years(date(2026, 7, 1))


def contract(**changes):
    return replace(FundingContract("NHSS-1", 360_000_000, GstBasis.INCLUSIVE, YEARS), **changes)


def test_the_programme_shares_its_money_by_homes_to_the_cent():
    assert [year.homes_target for year in YEARS] == [237, 350, 400]
    assert sum(year.budget_cents for year in YEARS) == 360_000_000
    assert [(year.starts_on, year.ends_on) for year in YEARS] == [
        (date(2026, 7, 1), date(2027, 6, 30)),
        (date(2027, 7, 1), date(2028, 6, 30)),
        (date(2028, 7, 1), date(2029, 6, 30)),
    ]
    assert [year.budget_cents for year in YEARS] == [86_443_769, 127_659_574, 145_896_657]


def test_an_inconsistent_contract_is_refused_with_every_fault():
    year = replace(YEARS[0], ends_on=date(2026, 6, 1), categories=(Category("work", 10**9),))
    with pytest.raises(FaultsError) as refused:
        contract(total_cents=1, years=(year, replace(YEARS[1], starts_on=date(2026, 5, 1))))
    assert set(refused.value.by_field()) == {
        "total_cents",
        "years-0-ends_on",
        "years-0-categories",
        "years-1-starts_on",
    }
    with pytest.raises(FaultsError, match="no year"):
        contract(years=())


def test_amounts_are_compared_in_the_contract_s_gst_basis():
    on = date(2026, 11, 23)
    assert contract().net_cents(115, on) == 100
    assert contract().net_cents(100, on) == 86
    without = contract(gst_basis=GstBasis.EXCLUSIVE)
    assert without.net_cents(115, on) == 115


@given(st.integers(0, 10**10))
def test_a_net_cap_never_passes_the_contract(cents):
    on = date(2026, 11, 23)
    net = contract().net_cents(cents, on)
    assert net + gst_cents(net, gst_rate_on(on)) <= cents
    assert (net + 1) * 115 > cents * 100


def test_the_year_of_a_day():
    assert contract().year_of(date(2027, 6, 30)).name == "Year 1"
    assert contract().year_of(date(2027, 7, 1)).name == "Year 2"
    assert contract().year_of(date(2026, 6, 30)) is None


def test_each_year_and_category_shows_what_is_bound_and_left():
    year = replace(YEARS[0], categories=(Category("work", 50_000_000),))
    money = contract(years=(year, *YEARS[1:]))
    where = [At(key, date(2026, 11, 23), "Year 1", category="work") for key in "bcam"]
    budget = money.net_budget(year)
    entries = [
        ledger.set_budget(where[0], budget),
        ledger.commit(where[1], 90_000),
        ledger.accept(where[2], 70_000),
        ledger.match_line(where[3], 50_000, 50_000),
    ]
    first, work, second, _ = positions(money, entries)
    assert (first.name, first.category, second.name) == ("Year 1", "", "Year 2")
    assert (first.drawn_cents, first.bound_cents, first.headroom_cents) == (50_000, 90_000, budget - 90_000)
    assert first.identity.holds
    assert (work.category, work.headroom_cents) == ("work", 43_478_260 - 90_000)
    assert second.bound_cents == 0


def test_homes_adults_and_children_are_counted_by_year():
    homes = [
        (date(2026, 8, 1), 2, 3),
        (date(2027, 6, 30), 1, 0),
        (date(2027, 7, 1), 4, 4),
        (date(2020, 1, 1), 9, 9),
    ]
    first, second, third = progress(contract(), homes)
    assert (first.homes, first.adults, first.children, first.homes_target) == (2, 3, 3, 237)
    assert (second.homes, second.adults, second.children) == (1, 4, 4)
    assert (third.homes, third.share) == (0, D(0))


def test_cost_per_home_is_median_and_ninetieth_percentile():
    costs = cost_per_home([100_00 * at for at in range(1, 11)])
    assert (costs.homes, costs.low_cents, costs.median_cents, costs.p90_cents) == (10, 300_00, 550_00, 900_00)
    assert cost_per_home([]) is None
    assert cost_per_home([5]).median_cents == 5


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=30))
def test_the_spread_of_costs_is_in_order(costs):
    spread = cost_per_home(costs)
    assert min(costs) <= spread.low_cents <= spread.p90_cents <= max(costs)
    assert spread.low_cents <= spread.median_cents


def test_the_estimate_at_completion_adds_the_homes_to_come():
    costs = cost_per_home([300_000, 350_000, 400_000])
    estimate = estimate_at_completion(1000, 200, 30, homes_left=2, costs=costs, planned_cents=364_700)
    assert (estimate.bound_cents, estimate.likely_cents) == (1230, 701_230)
    assert (estimate.low_cents, estimate.high_cents) == (601_230, 801_230)
    before = estimate_at_completion(0, 0, 0, homes_left=987, costs=None, planned_cents=364_700)
    assert before.low_cents == before.likely_cents == before.high_cents == 987 * 364_700
    assert estimate_at_completion(5, 0, 0, homes_left=-3, costs=costs, planned_cents=1).likely_cents == 5


def test_a_difference_is_split_in_price_volume_mix_and_variations():
    plan = {"door": ItemCost(D(10), 100_000), "lock": ItemCost(D(10), 20_000)}
    actual = {"door": ItemCost(D(12), 132_000, D(1), 11_000), "lock": ItemCost(D(10), 20_000)}
    split = split_difference(plan, actual)
    assert split.variation_cents == 11_000
    assert split.price_cents == 11_000
    assert split.volume_cents == 6_000
    assert split.mix_cents == 4_000
    assert split.total_cents == 32_000


items = st.dictionaries(
    st.sampled_from("abcd"),
    st.builds(
        ItemCost,
        st.integers(0, 50).map(D),
        st.integers(0, 10**6),
        st.integers(0, 5).map(D),
        st.integers(0, 10**4),
    ),
)


@given(items, items)
def test_the_parts_sum_to_the_difference_exactly(plan, actual):
    expected = sum(cost.cents for cost in actual.values()) - sum(cost.cents for cost in plan.values())
    assert split_difference(plan, actual).total_cents == expected


def test_no_difference_has_no_parts():
    plan = {"door": ItemCost(D(7), 100_001)}
    assert split_difference(plan, plan).total_cents == 0
    assert split_difference(plan, plan).price_cents == 0


def test_small_cells_are_left_out_with_company_and_large_ones_stay():
    found = publish([[20, 3, 9], [15, 12, 40], [30, 8, 50]])
    assert found.cells[0][1] is None
    assert sum(cell is None for row in found.cells for cell in row) == len(found.hidden) == 4
    assert (found.total, found.column_totals) == (187, (65, 23, 99))
    untouched = publish([[20, 30], [0, 6]])
    assert (untouched.cells, untouched.hidden) == (((20, 30), (0, 6)), frozenset())
    assert publish([]).cells == ()


def test_a_small_total_is_left_out_too_and_cells_of_another_table_with_it():
    assert publish([[0, 3], [0, 2]]).total is None
    found = publish([[20, 30], [40, 50]], also=frozenset({(0, 0)}))
    assert found.cells[0][0] is None
    assert len(found.hidden) == 4


tables = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.integers(0, 9), st.integers(0, 60)), min_size=width, max_size=width),
        min_size=1,
        max_size=4,
    )
)


@given(tables, st.integers(2, 10))
def test_no_small_count_is_shown_and_no_gap_can_be_computed_from_what_is(table, least):
    whole = [[*row, sum(row)] for row in table]
    whole.append([sum(column) for column in zip(*whole, strict=True)])
    found = publish(table, least)
    shown = [
        *([*row, total] for row, total in zip(found.cells, found.row_totals, strict=True)),
        [*found.column_totals, found.total],
    ]
    for at, row in enumerate(whole):
        for to, count in enumerate(row):
            assert shown[at][to] == (None if (at, to) in found.hidden else count)
            assert (at, to) in found.hidden or not 0 < count < least
    for gap in found.hidden:
        assert any(is_another_table(whole, change, found.hidden) for change in shifts(whole, gap))


def shifts(whole, gap):
    """Changes by one around a square with the gap as a corner; totals count against what they sum."""
    for row in range(len(whole)):
        for column in range(len(whole[0])):
            if row != gap[0] and column != gap[1]:
                corners = (gap, (gap[0], column), (row, gap[1]), (row, column))
                for step in (1, -1):
                    yield {
                        (at, to): step
                        * sign
                        * (-1 if (at == len(whole) - 1) != (to == len(whole[0]) - 1) else 1)
                        for sign, (at, to) in zip((1, -1, -1, 1), corners, strict=True)
                    }


def is_another_table(whole, change, hidden):
    """Whether the changed table adds up, has no count below zero, and differs only where nothing is shown."""
    other = [
        [count + change.get((at, to), 0) for to, count in enumerate(row)] for at, row in enumerate(whole)
    ]
    adds_up = all(sum(row[:-1]) == row[-1] for row in other) and all(
        sum(column[:-1]) == column[-1] for column in zip(*other, strict=True)
    )
    return adds_up and set(change) <= hidden and min(min(row) for row in other) >= 0
