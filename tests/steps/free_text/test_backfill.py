"""A database from before spellings were hashed gets its hashes once, resumably, with every reading in the trail."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import select, text

import worksorders
from tests import factories
from tests.steps.free_text.test_guard import LEAK, VALUES
from worksorders.domain.errors import NotPermittedError
from worksorders.steps import disclose
from worksorders.steps.free_text import backfill, check
from worksorders.store.tables.trail import AuditEvent


@pytest.fixture
def cases(services, database):
    """Two cases whose hashes of spellings are gone, as in a database from before; and a keeper."""
    with services.sessions.begin() as session:
        made = [factories.make_case(session).id for _ in range(2)]
        for case_id in made:
            disclose.open_case(session, services.cipher, case_id)
            disclose.protect(session, services.cipher, case_id, case_id, VALUES)
        keeper = factories.make_user(session, "privacy_officer").sign_in_name
        clerk = factories.make_user(session, "coordinator").sign_in_name
    with database.connect("works_owner") as owner:
        owner.execute("DELETE FROM vault.look_up WHERE kind LIKE 'text:%'")
        owner.commit()
    return made, keeper, clerk


def found(services, made):
    with services.sessions() as session:
        return [bool(check.find(session, services.cipher, [one], {"note": LEAK})) for one in made]


def test_old_cases_are_learned_once_though_stopped_between(services, cases, monkeypatch):
    made, keeper, _ = cases
    with services.sessions() as session:
        actor = backfill.keeper(session, keeper)
        assert backfill.count_waiting(session) == 2
    assert found(services, made) == [False, False]
    monkeypatch.setattr(backfill, "AT_A_TIME", 1)
    stopped = backfill.learn
    calls = []

    def stop_at_the_second(session, cipher, case_id, values):
        calls.append(case_id)
        if len(calls) == 2:
            raise KeyboardInterrupt
        stopped(session, cipher, case_id, values)

    monkeypatch.setattr(backfill, "learn", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        backfill.learn_waiting(services.sessions, services.cipher, actor)
    assert sorted(found(services, made)) == [False, True]
    assert backfill.learn_waiting(services.sessions, services.cipher, actor) == 1
    assert found(services, made) == [True, True]
    assert backfill.learn_waiting(services.sessions, services.cipher, actor) == 0
    with services.sessions() as session:
        learned = session.scalars(select(AuditEvent).where(AuditEvent.action == backfill.LEARNED)).all()
        read = session.scalars(select(AuditEvent).where(AuditEvent.action == "disclosure.revealed")).all()
        assert sorted(row.subject_id for row in learned) == sorted(made)
        assert {row.reason for row in read} == {backfill.PURPOSE}
        kept = session.scalar(text("SELECT count(*) FROM vault.look_up WHERE kind = 'text:person.phone'"))
        assert kept >= 2


def test_only_a_keeper_answers_for_these_readings(services, cases):
    with services.sessions() as session, pytest.raises(NotPermittedError):
        backfill.keeper(session, cases[2])


def test_nothing_else_reads_past_the_need_to_know():
    """`seen_by_somebody=False` is for work whose values nobody sees."""
    users = set()
    for path in Path(worksorders.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and any(word.arg == "seen_by_somebody" for word in node.keywords):
                users.add(path.name)
    assert users == {"backfill.py"}
