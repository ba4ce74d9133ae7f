"""Lists ask the database equally often for one row as for twenty."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from tests import dispatching, factories
from worksorders.steps import audit
from worksorders.steps.admin import find_users, trail
from worksorders.steps.people import bank_accounts, checks, firms

NOW = factories.NOW
TODAY = NOW.date()
LISTS = {
    "users": lambda session: find_users.find_users(session, size=100),
    "firms": lambda session: firms.find_firms(session, size=100),
    "trail": lambda session: trail.read_trail(session, trail.Filter(), size=100),
    "lapsing": lambda session: checks.lapsing(session, TODAY),
    "cover": lambda session: checks.cover(session, TODAY, regions=["E7", "F1"], trades=["locksmith"]),
    "lacks": lambda session: checks.lacks(session, TODAY, region="E7", trade="glazier"),
    "accounts": bank_accounts.waiting,
}


@pytest.fixture
def count(services):
    """How many statements an action sends, in a session of its own."""

    def run(action):
        sent = []
        with services.sessions() as session:

            def note(_connection, _cursor, statement, *_):
                sent.append(statement)

            event.listen(services.engine, "before_cursor_execute", note)
            try:
                action(session)
            finally:
                event.remove(services.engine, "before_cursor_execute", note)
        return len(sent)

    return run


def fill(services, firms_wanted):
    with services.sessions.begin() as session:
        actor = factories.actor_of(factories.make_user(session, "administrator"))
        for _ in range(firms_wanted):
            firm = dispatching.cleared_firm(session, workers=2, trades=("locksmith", "glazier"))
            bank_accounts.enter(session, actor, firm.id, "01-0242-0100194-00", NOW)
            audit.record(session, actor, "firm.changed", ("firm", firm.id))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_sends_as_many_statements_for_many_rows_as_for_one(services, count, name):
    fill(services, 1)
    one = count(LISTS[name])
    fill(services, 19)
    assert count(LISTS[name]) == one <= 8
