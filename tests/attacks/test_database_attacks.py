"""Statements that the application's own role must not carry out, each by its name; the owner's rights would be noticed."""

from __future__ import annotations

import psycopg
import pytest

from tests import factories
from worksorders.steps import audit

REFUSED = {
    "read a sealed value": "SELECT sealed FROM vault.sealed",
    "read a case key": "SELECT * FROM vault.case_key",
    "read what was announced": "SELECT * FROM vault.intent",
    "copy the vault out": "COPY vault.sealed TO STDOUT",
    "join the vault": "SELECT c.code, s.sealed FROM case_file c JOIN vault.sealed s ON s.case_id = c.id",
    "change a sealed value": "UPDATE vault.sealed SET sealed = '\\x00'",
    "swap the cases of two values": "UPDATE vault.sealed SET case_id = gen_random_uuid()",
    "take a sealed value away": "DELETE FROM vault.sealed",
    "announce by hand": "INSERT INTO vault.intent DEFAULT VALUES",
    "empty the vault": "TRUNCATE vault.sealed",
    "drop the vault": "DROP SCHEMA vault CASCADE",
    "edit the trail": "UPDATE audit_event SET reason = 'x'",
    "shorten the trail": "DELETE FROM audit_event",
    "empty the trail": "TRUNCATE audit_event",
    "edit a seal": "UPDATE audit_seal SET number = number + 1",
    "take a seal away": "DELETE FROM audit_seal",
    "stop the trail's guard": "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "drop the trail": "DROP TABLE audit_event",
    "edit the ledger": "UPDATE ledger_entry SET amount_cents = 0",
    "shorten the ledger": "DELETE FROM ledger_entry",
    "stop row security": "ALTER TABLE works_order DISABLE ROW LEVEL SECURITY",
    "add a policy": "CREATE POLICY all_of_it ON works_order USING (true)",
    "become the owner": "SET ROLE works_owner",
    "become a superuser": "ALTER ROLE works_app SUPERUSER",
    "pass row security": "ALTER ROLE works_app BYPASSRLS",
    "pass triggers": "SET session_replication_role = replica",
    "read a file": "SELECT pg_read_file('/etc/passwd')",
    "write a file": "COPY firm TO '/tmp/firm.csv'",
    "run a program": "COPY firm FROM PROGRAM 'id'",
    "make a function for others": "CREATE FUNCTION public.now2() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "make a table": "CREATE TABLE public.mine (a int)",
    "replace the vault's function": "CREATE OR REPLACE FUNCTION vault.reveal() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "read passwords of roles": "SELECT rolpassword FROM pg_authid",
    "read others' statements": "SELECT pg_reload_conf()",
}


@pytest.fixture(scope="module")
def filled(new_database, services_at):
    """One database with an event, as both roles see it."""
    with new_database() as database:
        services = services_at(database.app_url)
        with services.sessions.begin() as session:
            user = factories.make_user(session)
            audit.record(session, factories.actor_of(user), "order.issued", ("works_order", user.id))
        services.engine.dispose()
        yield database


def faults(database, statement, role="works_app"):
    """Whether a statement goes through; whatever it did is taken back."""
    with database.connect(role) as connection:
        try:
            with connection.transaction(force_rollback=True):
                connection.execute("SELECT set_config('works.scope', 'house', true)")
                connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return []
        except psycopg.Error as error:
            return [] if "insert only" in str(error) else [f"{type(error).__name__}: {error}"]
    return ["it went through"]


@pytest.mark.parametrize("name", REFUSED)
def test_the_application_role_is_refused(filled, name):
    assert faults(filled, REFUSED[name]) == []


def test_more_rights_than_it_should_have_are_noticed(filled):
    harmless = ("SELECT", "UPDATE vault", "DELETE FROM vault", "TRUNCATE vault", "ALTER TABLE")
    tried = {name: statement for name, statement in REFUSED.items() if statement.startswith(harmless)}
    assert [name for name in tried if not faults(filled, tried[name], "postgres")] == []
    assert len(tried) >= 10
