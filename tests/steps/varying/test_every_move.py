"""Every state × action × role: what the tables allow is done with one audit row, anything else leaves no trace."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.dispatching import NOW
from tests.varying import AT, more
from worksorders.domain.errors import DomainError, RefusedError
from worksorders.domain.lifecycle.machine import BACK
from worksorders.domain.lifecycle.machines import OFFER, ORDER, VARIATION, VISIT
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor
from worksorders.steps.offers import respond
from worksorders.steps.offers.give_back import give_back
from worksorders.steps.offers.moves import move_offer, move_visit
from worksorders.steps.ordering import approve, edit_lines, pause
from worksorders.steps.ordering.moves import move_order
from worksorders.steps.safety.suspend import suspend
from worksorders.steps.site import office, stop
from worksorders.steps.varying import decide
from worksorders.steps.varying.ask import ask
from worksorders.steps.varying.moves import move_variation
from worksorders.steps.varying.supersede import supersede
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.offers import Offer

MOVERS = {
    "order": lambda session, actor, row, action, reason: move_order(
        session, actor, row, action, reason=reason
    ),
    "visit": lambda session, actor, row, action, reason: move_visit(
        session, row, action, actor, reason=reason
    ),
    "offer": lambda session, actor, row, action, reason: move_offer(
        session, row, action, actor, reason=reason
    ),
    "variation": lambda session, actor, row, action, _: move_variation(session, actor, row, action),
}


@pytest.fixture
def rows(session, scene):
    """One row of each machine."""
    asked = ask(session, scene.worker, scene.visit.id, more(scene, "5"), AT)
    offer = session.scalars(select(Offer).where(Offer.firm_id == scene.firm.id)).one()
    session.flush()
    return {
        machine.name: row
        for machine, row in ((ORDER, scene.order), (VISIT, scene.visit), (OFFER, offer), (VARIATION, asked))
    }


def reason_of(allowed):
    return allowed.reasons.reasons[0].code if allowed and allowed.reasons else None


def audit_rows(session, since=0):
    return session.scalars(select(AuditEvent).where(AuditEvent.id > since).order_by(AuditEvent.id)).all()


def newest(session):
    return session.scalar(select(func.max(AuditEvent.id))) or 0


@pytest.mark.parametrize("machine", [ORDER, VISIT, OFFER, VARIATION], ids=lambda machine: machine.name)
def test_each_move_is_made_once_with_one_audit_row_and_no_other_leaves_a_trace(session, scene, rows, machine):
    row, mover = rows[machine.name], MOVERS[machine.name]
    made = 0
    for state, action, role in itertools.product(machine.states, machine.actions, Role):
        actor = Actor(scene.coordinator.user_id, role, "Somebody", "test")
        allowed = machine.moves.get((state, action))
        with session.no_autoflush:
            put(row, state)
            if allowed is not None and role in allowed.roles:
                mover(session, actor, row, action, reason_of(allowed))
                assert row.state == ("issued" if allowed.target == BACK else allowed.target)
                made += 1
            else:
                with pytest.raises(RefusedError):
                    mover(session, actor, row, action, reason_of(allowed))
                assert row.state == state
            written = [one for one in session.new if isinstance(one, AuditEvent)]
            assert len(written) == made
    assert made == sum(len(move.roles) for move in machine.moves.values())
    moved = [one for one in session.new if isinstance(one, AuditEvent)]
    assert all(one.from_state and one.to_state and one.action.count(".") == 1 for one in moved)


def put(row, state):
    row.state = state
    if hasattr(row, "resume_state"):
        row.resume_state = "issued" if state in ORDER.pauses else None


@dataclass
class Walk:
    """What the steps of one machine did in all its cells."""

    machine: Any
    steps: dict
    instead: dict = field(default_factory=dict)
    done: set = field(default_factory=set)

    def allowed(self, state, action):
        """The move that the step makes from the state: its own, or the one that it makes there instead."""
        found = self.machine.moves.get((state, action))
        return found or self.machine.moves.get((state, self.instead.get(action)))

    def cell(self, session, row, actor, *, state, action):
        """One cell, taken back at its end."""
        allowed = self.allowed(state, action)
        before = newest(session)
        try:
            self.steps[action](actor)
            session.flush()
        except DomainError:
            session.expire_all()
            assert (row.state, newest(session)) == (state, before), (state, action, actor.role)
            return
        assert allowed is not None, (state, action, actor.role)
        assert actor.role in allowed.roles, (state, action, actor.role)
        target = "issued" if allowed.target == BACK else allowed.target
        assert row.state == target, (state, action, actor.role)
        own = [one for one in audit_rows(session, before) if one.subject_id == self.subject(row)]
        moved = [one for one in own if (one.from_state, one.to_state) == (state, target)]
        assert len(moved) == 1, (state, action, actor.role)
        self.done.add(action)

    def subject(self, row):
        return row.order_id if self.machine is VARIATION else row.id


def everybody(session, scene):
    """An actor of each role, with limits where a role has them; the contractor is the one in the home."""
    made = {
        role: factories.actor_of(factories.make_user(session, role.value, vary_limit_cents=10**7))
        for role in (Role.ADMINISTRATOR, Role.FINANCE, Role.AUDITOR, Role.PRIVACY_OFFICER)
    }
    return {Role.COORDINATOR: scene.coordinator, Role.CONTRACTOR: scene.worker, **made}


def walk_all(session, scene, row, walk, settle, chained=frozenset()):
    """Every state and action as the usual roles, and as every role where the table names one.

    `chained` are the cells in which a step makes two moves, one after the other.
    """
    actors = everybody(session, scene)
    session.flush()
    for state, action in itertools.product(walk.machine.states, walk.steps):
        if (state, action) in chained:
            continue
        allowed = walk.allowed(state, action)
        usual = {Role.COORDINATOR, Role.CONTRACTOR}
        for role in actors if allowed else usual:
            with session.begin_nested() as point:
                settle(row, state)
                session.flush()
                session.expire_all()
                walk.cell(session, row, actors[role], state=state, action=action)
                point.rollback()
            session.expire_all()
    assert walk.done == set(walk.steps)


def test_the_steps_of_an_order_do_what_its_table_says(session, scene):
    order = scene.order
    order.urgency = "P1"
    scene.visit.state = "unplanned"
    order_id = order.id

    def settle(row, state):
        put(row, state)
        row.approved_at = None

    steps = {
        "approve": lambda actor: approve.approve(session, actor, order_id, AT),
        "override": lambda actor: approve.override(session, actor, order_id, "It cannot wait", AT),
        "revise": lambda actor: edit_lines.revise(session, actor, order_id),
        "hold": lambda actor: pause.hold(
            session, actor, order_id, reason="client_asked", review_on=AT.date().replace(year=2027), now=AT
        ),
        "resume": lambda actor: pause.resume(session, actor, order_id),
        "suspend": lambda actor: suspend(session, actor, order_id, "police_advice", AT),
        "cancel": lambda actor: pause.cancel(session, actor, order_id, reason="duplicate", now=AT),
        "supersede": lambda actor: supersede(session, actor, order_id, reason="Wrong door", now=AT),
    }
    walk_all(session, scene, order, Walk(ORDER, steps), settle, chained={("draft", "override")})


def test_the_steps_of_a_variation_do_what_its_table_says(session, scene, rows):
    variation = rows["variation"]
    variation_id = variation.id

    def settle(row, state):
        row.state = state
        if state in {"approved", "declined", "acknowledged"}:
            row.decided_at, row.decided_how = AT, "declined"
        put(scene.order, "variation_pending" if state == "asked" else "issued")

    steps = {
        "approve": lambda actor: decide.approve(session, actor, variation_id, AT),
        "decline": lambda actor: decide.decline(session, actor, variation_id, "No", AT),
        "withdraw": lambda actor: decide.withdraw(session, actor, variation_id),
        "acknowledge": lambda actor: decide.acknowledge(session, actor, variation_id, AT),
    }
    walk_all(session, scene, variation, Walk(VARIATION, steps), settle)


def test_the_steps_of_a_visit_do_what_its_table_says(session, scene):
    visit = scene.visit
    visit_id = visit.id

    def settle(row, state):
        row.state = state

    steps = {
        "give_back": lambda actor: give_back(session, actor, visit_id, "no_capacity", AT),
        "report_no_access": lambda actor: stop.stop(session, actor, visit_id, "nobody_home", AT),
        "abort": lambda actor: stop.stop(session, actor, visit_id, "wrong_material", AT),
        "return_to_planning": lambda actor: office.plan_again(session, actor, visit_id, AT),
    }
    walk = Walk(VISIT, steps, instead={"return_to_planning": "reassign"})
    walk_all(session, scene, visit, walk, settle)


def test_the_steps_of_an_offer_do_what_its_table_says(session, scene, rows):
    offer = rows["offer"]
    offer_id = offer.id
    scene.visit.state = "offered"

    def settle(row, state):
        row.state = state

    steps = {"decline": lambda actor: respond.decline(session, actor, offer_id, "no_capacity", NOW)}
    walk_all(session, scene, offer, Walk(OFFER, steps), settle)
