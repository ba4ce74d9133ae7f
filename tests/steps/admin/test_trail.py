"""Reading the trail in one order, by filters, and who read a home's words."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from sqlalchemy import text

from tests import factories
from worksorders.steps import audit, disclose
from worksorders.steps.actor import NotFoundError
from worksorders.steps.admin import trail
from worksorders.steps.admin.files import safe_csv
from worksorders.steps.admin.trail import Filter

FIRM = uuid.uuid4()


@pytest.fixture
def actor(session):
    return factories.actor_of(factories.make_user(session, "coordinator", display_name="Mere"))


def write(session, actor, count, action="order.issued"):
    for _ in range(count):
        audit.record(session, actor, action, ("works_order", FIRM), reason="because")
        session.flush()


def test_pages_go_to_older_and_back_to_newer_without_a_gap_while_rows_come_in(session, actor):
    write(session, actor, 5)
    first = trail.read_trail(session, Filter(), size=2)
    write(session, actor, 2)
    second = trail.read_trail(session, Filter(), before=first.older, size=2)
    third = trail.read_trail(session, Filter(), before=second.older, size=2)
    seen = [entry.number for page in (first, second, third) for entry in page.entries]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 5
    assert third.older is None
    back = trail.read_trail(session, Filter(), after=third.newer, size=2)
    assert [e.number for e in back.entries] == [e.number for e in second.entries]
    newest = trail.read_trail(session, Filter(), after=first.entries[0].number, size=2)
    assert newest.newer is None
    assert len(newest.entries) == 2


def test_every_kind_of_action_is_offered_once_in_order(session, actor):
    assert trail.actions(session) == []
    for action in ("b.two", "a.one", "b.two", "c.three"):
        write(session, actor, 1, action=action)
    assert trail.actions(session) == ["a.one", "b.two", "c.three"]


def test_a_filter_by_action_reads_the_index_in_its_order(session, actor):
    write(session, actor, 3)
    session.execute(text("SET LOCAL enable_seqscan = off"))
    session.execute(text("SET LOCAL enable_bitmapscan = off"))
    plan = session.scalars(
        text("EXPLAIN SELECT * FROM audit_event WHERE action = 'order.issued' ORDER BY id DESC LIMIT 51")
    ).all()
    assert "ix_audit_event_action_id" in " ".join(plan)
    assert "Sort" not in " ".join(plan)


def test_filters_narrow_by_person_action_subject_and_day(session, actor):
    write(session, actor, 1)
    write(session, None, 1, action="order.closed")
    assert [e.who for e in trail.read_trail(session, Filter(actor_id=actor.user_id)).entries] == ["Mere"]
    assert [e.who for e in trail.read_trail(session, Filter(action="order.closed")).entries] == [None]
    assert len(trail.read_trail(session, Filter(subject_id=FIRM)).entries) == 2
    assert trail.read_trail(session, Filter(subject_id=uuid.uuid4())).entries == []
    assert trail.read_trail(session, Filter(to_on=date(2001, 1, 1))).entries == []
    assert len(list(trail.export(session, Filter(from_on=date(2001, 1, 1))))) == 2


def test_who_read_a_home_is_told_with_the_purpose(services):
    with services.sessions.begin() as session:
        actor = factories.actor_of(factories.make_user(session, "coordinator", display_name="Mere"))
        case = factories.make_case(session)
        disclose.open_case(session, services.cipher, case.id)
    disclose.read(
        services.sessions,
        services.cipher,
        actor,
        case_ids=[case.id],
        kinds=[disclose.HOME_ADDRESS],
        purpose="Telling the client who comes",
    )
    with services.sessions() as session:
        found, readings = trail.readings(session, case.code.lower())
        assert found.id == case.id
        assert [(r.who, r.shown, r.reason) for r in readings] == [
            ("Mere", True, "Telling the client who comes"),
            ("Mere", False, "Telling the client who comes"),
        ]
        assert readings[0].kinds == (disclose.HOME_ADDRESS,)
        with pytest.raises(NotFoundError):
            trail.readings(session, "C-9999-99999")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"])
def test_no_cell_begins_a_formula(cell):
    line = safe_csv(["a"], [[cell]]).split("\r\n", 1)[1]
    assert line.lstrip('"').startswith("'")


def test_numbers_keep_their_sign_and_commas_are_quoted():
    assert safe_csv(["a", "b"], [[-5, "x,y"]]) == 'a,b\r\n-5,"x,y"\r\n'
