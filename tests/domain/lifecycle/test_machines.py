"""Every state, action and role of every machine: allowed as the table says, refused otherwise."""

import itertools
from decimal import Decimal

import pytest

from worksorders.domain.errors import RefusedError
from worksorders.domain.lifecycle.describe import document, markdown_table, mermaid
from worksorders.domain.lifecycle.machine import BACK, allow, build, move, possible, remembered
from worksorders.domain.lifecycle.machines import MACHINES, OFFER, ORDER, PLAN, VISIT
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.lifecycle.reasons import ABORT, ALL_LISTS, CANCEL, DECLINE, HOLD, NO_ACCESS
from worksorders.domain.lifecycle.shown import LineFact, VisitFact, shown_state
from worksorders.domain.roles import Role

CELLS = [
    pytest.param(machine, state, action, id=f"{machine.name}-{state}-{action}")
    for machine in MACHINES
    for state, action in itertools.product(machine.states, machine.actions)
]


@pytest.mark.parametrize(("machine", "state", "action"), CELLS)
def test_each_state_action_and_role_is_allowed_by_the_table_or_refused(machine, state, action):
    allowed = machine.moves.get((state, action))
    for role in Role:
        reason = allowed.reasons.reasons[0].code if allowed and allowed.reasons else None
        back_to = machine.initial
        if allowed is not None and role in allowed.roles:
            target = move(machine, state, action, role, reason=reason, back_to=back_to)
            assert target == (back_to if allowed.target == BACK else allowed.target)
            assert action in possible(machine, state, role)
        else:
            with pytest.raises(RefusedError) as raised:
                move(machine, state, action, role, reason=reason, back_to=back_to)
            assert (raised.value.state, raised.value.action) == (state, action)
            assert raised.value.possible == possible(machine, state, role)
            assert action not in possible(machine, state, role)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_state_can_be_reached_from_the_first(machine):
    reached, grown = {machine.initial}, True
    while grown:
        further = {one.target for one in machine.moves.values() if one.state in reached} - {BACK}
        grown = not further <= reached
        reached |= further
    assert reached == set(machine.states)


def test_auditors_and_finance_move_nothing():
    for machine in MACHINES:
        for one in machine.moves.values():
            assert not one.roles & {Role.AUDITOR, Role.FINANCE}


def test_the_states_are_those_of_the_programme():
    assert set(ORDER.states) == {
        "draft", "consent_pending", "approval_pending", "ready", "issued", "closed",
        "on_hold", "suspended", "variation_pending", "cancelled", "superseded",
    }  # fmt: skip
    assert set(OFFER.states) == {"open", "accepted", "declined", "lapsed", "withdrawn"}
    assert ORDER.final == ("cancelled", "superseded")
    assert VISIT.final == ("done", "cancelled")
    assert not OFFER.is_open("lapsed")
    assert PLAN.is_open("draft")


def test_no_completion_while_a_variation_is_pending():
    with pytest.raises(RefusedError, match="“close” is not possible for an order that is variation pending"):
        move(ORDER, "variation_pending", "close", Role.COORDINATOR)


def test_a_refusal_names_what_is_possible():
    with pytest.raises(RefusedError, match="possible here: accept, release"):
        move(VISIT, "offered", "finish", Role.CONTRACTOR)
    with pytest.raises(RefusedError, match="A contractor may not “issue” an order that is ready"):
        move(ORDER, "ready", "issue", Role.CONTRACTOR)


@pytest.mark.parametrize("reason", [None, "", "bored"])
def test_a_reason_outside_the_list_is_refused_with_the_list(reason):
    with pytest.raises(RefusedError, match="No capacity, Outside area"):
        move(OFFER, "open", "decline", Role.CONTRACTOR, reason=reason)


def test_a_pause_goes_back_to_where_it_came_from():
    held = move(ORDER, "issued", "hold", Role.COORDINATOR, reason="awaiting_landlord")
    back_to = remembered(ORDER, "issued", held, None)
    suspended = move(ORDER, held, "suspend", Role.CONTRACTOR, reason="worker_left_unsafe")
    back_to = remembered(ORDER, held, suspended, back_to)
    assert back_to == "issued"
    assert move(ORDER, suspended, "lift", Role.COORDINATOR, back_to=back_to) == "issued"
    assert remembered(ORDER, suspended, "issued", back_to) is None


@pytest.mark.parametrize("back_to", [None, "on_hold", "cancelled", "nowhere"])
def test_a_pause_without_a_state_to_go_back_to_stays(back_to):
    with pytest.raises(RefusedError, match="no state to go back to"):
        move(ORDER, "on_hold", "resume", Role.COORDINATOR, back_to=back_to)


def test_a_table_with_a_fault_cannot_be_built():
    role = (Role.COORDINATOR,)
    with pytest.raises(ValueError, match="unknown state"):
        build("x", ("a",), [allow("go", ["a"], "b", role)])
    with pytest.raises(ValueError, match="twice"):
        build("x", ("a", "b"), [allow("go", ["a", "a"], "b", role)])


def test_the_reason_lists_are_the_programmes():
    assert [reason.label for reason in DECLINE.reasons] == [
        "No capacity", "Outside area", "Licence not held", "Conflict", "Parts lead time", "Rate", "Safety",
    ]  # fmt: skip
    assert [reason.alerts for reason in NO_ACCESS.reasons] == [True] * 4 + [False] * 6
    assert len(CANCEL.reasons) == 8
    assert HOLD.label("awaiting_landlord") == "Awaiting landlord"
    assert ABORT.get("left_unsafe").alerts
    for one in ALL_LISTS:
        assert len({code for code, _ in one.choices()}) == len(one.reasons)
    with pytest.raises(KeyError, match="not one of no_capacity"):
        DECLINE.get("bored")


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_the_drawing_shows_every_move(machine):
    drawing, table = mermaid(machine), markdown_table(machine)
    for one in machine.moves.values():
        if one.target != BACK:
            assert f"{one.state} --> {one.target}" in drawing
    assert table.count("\n") == len(machine.moves) + 2
    assert f"## {machine.name.capitalize()}" in document(MACHINES)


ONE = Decimal(1)


@pytest.mark.parametrize(
    ("state", "visits", "lines", "openings", "shown"),
    [
        ("consent_pending", [], [], [], "consent pending"),
        ("cancelled", [VisitFact("done")], [], [], "cancelled"),
        ("issued", [], [], [], "to be planned"),
        ("issued", [VisitFact("unplanned"), VisitFact("published")], [], [], "to be planned"),
        ("issued", [VisitFact("unplanned"), VisitFact("offered")], [], [], "offered"),
        ("issued", [VisitFact("unplanned"), VisitFact("accepted")], [], [], "part scheduled"),
        ("issued", [VisitFact("accepted"), VisitFact("cancelled")], [], [], "scheduled"),
        ("variation_pending", [VisitFact("on_site")], [], [], "in progress"),
        ("issued", [VisitFact("done"), VisitFact("accepted")], [], [], "in progress"),
        ("issued", [VisitFact("done", True), VisitFact("accepted")], [], [OpeningState.TEMPORARILY_SECURED], "made safe"),
        ("issued", [VisitFact("done", True), VisitFact("accepted")], [], [OpeningState.INSECURE], "in progress"),
        ("issued", [VisitFact("accepted", True), VisitFact("done")], [], [], "in progress"),
        ("issued", [VisitFact("done")], [LineFact(ONE, ONE)], [], "works complete"),
        ("issued", [VisitFact("done")], [LineFact(ONE, ONE, ONE)], [], "accepted"),
        ("issued", [VisitFact("done")], [LineFact(ONE, ONE, ONE, ONE)], [], "invoiced"),
        ("issued", [VisitFact("done")], [LineFact(ONE, ONE, ONE, ONE), LineFact(ONE, ONE)], [], "works complete"),
        ("issued", [VisitFact("cancelled")], [], [], "to be planned"),
    ],
)  # fmt: skip
def test_the_shown_state_follows_from_visits_and_lines(state, visits, lines, openings, shown):
    assert shown_state(state, visits, lines, openings) == shown
