"""What goes past the gate is refused by the database, and one module alone makes contacts."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from tests.steps.consents.barring import NOW
from worksorders.domain.people.interests import Channel
from worksorders.steps.consents import (
    reach,
)
from worksorders.store.tables.confidential.interests import HomeInterest

ROOT = Path(__file__).parents[3]


RAW = {
    "contact": (
        "INSERT INTO interest_contact (interest_id, order_id, channel, template, state, queued_at)"
        " VALUES (:who, :order, 'letter', 'x', 'queued', now())"
    ),
    "contact made": (
        "INSERT INTO interest_contact (interest_id, order_id, channel, template, state, queued_at, made_at)"
        " VALUES (:who, :order, 'message', 'x', 'made', now(), now())"
    ),
    "call": (
        "INSERT INTO call_task (kind, order_id, contact_id, state, raised_at, due_at)"
        " VALUES ('consent', :order, :who, 'waiting', now(), now())"
    ),
    "request": (
        "INSERT INTO consent_request (order_id, interest_id, asked_on, how, answer_due_on, recorded_at, recorded_by)"
        " VALUES (:order, :who, current_date, 'phone', current_date, now(), :by)"
    ),
    "answer": (
        "INSERT INTO consent_answer (order_id, interest_id, line_id, outcome, how, answered_on, recorded_by)"
        " VALUES (:order, :who, :line, 'granted', 'phone', current_date, :by)"
    ),
    "bar lifted by nobody": "UPDATE home_interest SET screening = 'cleared' WHERE id = :who",
    "bar lifted by one": (
        "UPDATE home_interest SET screening = 'cleared', lift_asked_by = NULL, screened_by = :by WHERE id = :who"
    ),
}


@pytest.mark.parametrize("name", RAW)
def test_the_database_itself_refuses_what_goes_past_the_gate(world, name):
    row = world.record(near="yes")
    world.session.commit()
    values = {
        "who": row.id, "order": world.order.id, "line": world.lines["locks"].id, "by": world.user.id,
    }  # fmt: skip
    with pytest.raises(DBAPIError) as raised:
        world.session.execute(text(RAW[name]), {k: v for k, v in values.items() if f":{k}" in RAW[name]})
    assert raised.value.orig.sqlstate == "WS003"


def test_the_database_refuses_a_twin_and_a_stopped_contact_that_is_woken(world):
    row = world.record()
    letter = reach.queue(
        world.session, world.actor, world.order.id, row.id, Channel.LETTER, "security_work", now=NOW
    )
    twin = world.record(name="Another Name", interest="owner")
    world.session.commit()
    world.session.execute(
        update(HomeInterest).where(HomeInterest.id == twin.id).values(screening="barred", version=9)
    )
    world.session.commit()
    assert not reach.may_be_contacted(world.session, row.id)
    with pytest.raises(DBAPIError) as raised:
        world.session.execute(
            text("UPDATE interest_contact SET state = 'made', made_at = now() WHERE id = :id"),
            {"id": letter.id},
        )
    assert raised.value.orig.sqlstate == "WS003"


def test_one_module_alone_makes_contacts_and_one_alone_opens_names_and_numbers():
    makers, openers = set(), set()
    for path in (ROOT / "worksorders").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if "InterestContact" in source:
            calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
            makers |= {path.name for call in calls if getattr(call.func, "id", "") == "InterestContact"}
        # A kind that is named with a shape of text opens nothing.
        if re.search(
            r"consents\.persons import .*\bkind\b|persons\.kind\("
            r"|\"interest\.(name|phone|mail|post)(?!\": Shape)",
            source,
        ):
            openers.add(path.name)
    assert makers == {"reach.py"}
    # The backfill hashes spellings by a command, audited, and shows nothing.
    assert openers == {"read_person.py", "backfill.py"}
