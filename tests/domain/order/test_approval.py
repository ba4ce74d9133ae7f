"""Who may approve what: limits, lent limits, a second person, and the override of a P1."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.domain.order.approval import (
    Approver,
    Delegation,
    How,
    Purpose,
    approve,
    cost_warning,
    override,
    require_cost_reason,
    within_own_limit,
)
from worksorders.domain.order.deadlines import Urgency

TODAY = date(2026, 11, 24)
RAISER = Approver("r", 300_000, 50_000)
MANAGER = Approver("m", 1_000_000, 200_000)
CLERK = Approver("k", 10_000, 0)
LENT = Delegation(MANAGER, "k", date(2026, 11, 20), TODAY)
limits = st.integers(0, 10_000_000)


@given(limits, limits, limits, st.sampled_from(Purpose))
def test_an_approval_never_passes_the_limit_it_rests_on(amount, raise_limit, vary_limit, purpose):
    for approver in (Approver("r", raise_limit, vary_limit), Approver("other", raise_limit, vary_limit)):
        raiser = Approver("r", raise_limit, vary_limit)
        if amount <= approver.limit_cents(purpose):
            given_ = approve(amount, raiser=raiser, approver=approver, on=TODAY, purpose=purpose)
            assert given_.amount_cents <= given_.limit_cents
        else:
            with pytest.raises(NotPermittedError):
                approve(amount, raiser=raiser, approver=approver, on=TODAY, purpose=purpose)


def test_inside_ones_own_limit_no_second_person_is_needed():
    assert within_own_limit(300_000, RAISER)
    assert not within_own_limit(300_001, RAISER)
    assert approve(300_000, raiser=RAISER, approver=RAISER, on=TODAY).how is How.OWN_LIMIT


def test_nobody_approves_their_own_above_their_limit_even_with_a_limit_lent():
    lent_to_raiser = Delegation(MANAGER, "r", TODAY, TODAY)
    with pytest.raises(NotPermittedError, match=r"\$3,000\.01 is above your limit of \$3,000\.00"):
        approve(300_001, raiser=RAISER, approver=RAISER, on=TODAY, delegations=[lent_to_raiser])


def test_a_second_person_with_the_limit_approves():
    assert approve(900_000, raiser=RAISER, approver=MANAGER, on=TODAY).how is How.SECOND_PERSON


def test_a_limit_is_lent_between_its_dates_only():
    assert approve(900_000, raiser=RAISER, approver=CLERK, on=TODAY, delegations=[LENT]).how is How.DELEGATED
    with pytest.raises(NotPermittedError):
        approve(900_000, raiser=RAISER, approver=CLERK, on=date(2026, 11, 25), delegations=[LENT])


def test_a_limit_is_lent_up_to_its_sum_and_never_above_the_givers_own():
    part = Delegation(MANAGER, "k", TODAY, TODAY, limit_cents=400_000, delegation_id="d1")
    logged = approve(400_000, raiser=RAISER, approver=CLERK, on=TODAY, delegations=[part])
    assert (logged.how, logged.limit_cents, logged.lent) == (How.DELEGATED, 400_000, part)
    with pytest.raises(NotPermittedError, match=r"your limit of \$4,000\.00"):
        approve(400_001, raiser=RAISER, approver=CLERK, on=TODAY, delegations=[part])
    too_much = Delegation(MANAGER, "k", TODAY, TODAY, limit_cents=99_000_000)
    with pytest.raises(NotPermittedError, match=r"your limit of \$2,000\.00"):
        approve(
            200_001, raiser=RAISER, approver=CLERK, on=TODAY, purpose=Purpose.VARY, delegations=[too_much]
        )


def test_the_raisers_own_limit_cannot_be_lent_for_the_raisers_order():
    own = Delegation(MANAGER, "k", TODAY, TODAY)
    with pytest.raises(NotPermittedError):
        approve(900_000, raiser=MANAGER, approver=CLERK, on=TODAY, delegations=[own])


def test_a_p1_goes_ahead_with_a_reason_and_others_do_not():
    logged = override(9_999_999, Urgency.P1, by=CLERK, reason=" door is off ")
    assert (logged.how, logged.reason) == (How.P1_OVERRIDE, "door is off")
    with pytest.raises(FaultsError):
        override(1, Urgency.P1, by=CLERK, reason=" ")
    with pytest.raises(NotPermittedError):
        override(1, Urgency.P2, by=CLERK, reason="soon")


def test_a_home_over_its_planned_cost_needs_a_reason_but_never_stops_a_p1():
    assert cost_warning(364_700, 364_700) is None
    assert (
        cost_warning(400_000, 364_700)
        == "This home costs $4,000.00, $353.00 more than the planned $3,647.00."
    )
    require_cost_reason(400_000, 364_700, Urgency.P1, "")
    require_cost_reason(400_000, 364_700, Urgency.P3, "two entrances")
    with pytest.raises(FaultsError, match="Give the reason"):
        require_cost_reason(400_000, 364_700, Urgency.P3, " ")
