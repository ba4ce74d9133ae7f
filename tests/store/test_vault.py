"""The vault gives nothing away that was not announced, committed and asked for once by the same person."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tests import factories
from worksorders.domain.errors import NotPermittedError
from worksorders.gateways.cipher import SealError
from worksorders.steps import disclose
from worksorders.store import vault
from worksorders.store.tables.work.cases import CaseFile

ADDRESS = "7 Canary Lane, Nowhere"


@pytest.fixture
def reader(services):
    with services.sessions.begin() as session:
        return factories.actor_of(factories.make_user(session))


@pytest.fixture
def case_id(services, reader):
    with services.sessions.begin() as session:
        return make_case(session, services.cipher, reader)


def make_case(session, cipher, reader, address=ADDRESS):
    case = CaseFile(
        id=uuid.uuid4(), code=secrets.token_hex(4), region_code="E7", area_code="A1", built_before_2000=True,
        created_at=datetime.now(UTC), created_by=reader.user_id,
    )  # fmt: skip
    session.add(case)
    session.flush()
    disclose.open_case(session, cipher, case.id)
    disclose.protect(session, cipher, case.id, case.id, {disclose.HOME_ADDRESS: address})
    return case.id


def announce(session, case_id, reader):
    token = secrets.token_bytes(32)
    vault.intend(
        session, token_hash=hashlib.sha256(token).digest(), case_ids=[case_id], kinds=[disclose.HOME_ADDRESS],
        purpose="test of the vault", actor_id=reader.user_id, session_key=reader.session_key, seconds=60,
    )  # fmt: skip
    return token


def refused(session, token, reader, session_key=None):
    with pytest.raises(DBAPIError) as error:
        vault.reveal(session, token, reader.user_id, session_key or reader.session_key)
    session.rollback()
    return error.value.orig.sqlstate == "WS001"


def test_an_announced_reading_opens_the_value_and_leaves_two_audit_rows(services, case_id, reader):
    found = disclose.read(
        services.sessions, services.cipher, reader,
        case_ids=[case_id], kinds=[disclose.HOME_ADDRESS], purpose="confirm the visit",
    )  # fmt: skip
    assert found.of(case_id, disclose.HOME_ADDRESS) == ADDRESS
    with services.sessions() as session:
        actions = session.scalars(
            text("SELECT action FROM audit_event WHERE subject_id = :c ORDER BY id"), {"c": case_id}
        )
        assert list(actions) == ["disclosure.intended", "disclosure.revealed"]
    assert ADDRESS not in repr(found)


@pytest.mark.parametrize("table", ["vault.sealed", "vault.case_key", "vault.intent"])
def test_the_app_role_reads_no_table_of_the_vault(session, table):
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(f"SELECT * FROM {table}"))


def test_a_reading_announced_in_the_same_transaction_is_refused(services, case_id, reader):
    with services.sessions() as session:
        token = announce(session, case_id, reader)
        assert refused(session, token, reader)


def test_a_savepoint_does_not_pass_for_a_commit(services, case_id, reader):
    with services.sessions() as session:
        with session.begin_nested():
            token = announce(session, case_id, reader)
        assert refused(session, token, reader)


def test_a_rolled_back_announcement_opens_nothing(services, case_id, reader):
    with services.sessions() as session:
        token = announce(session, case_id, reader)
        session.rollback()
        assert refused(session, token, reader)


def test_a_token_serves_once(services, case_id, reader):
    with services.sessions.begin() as session:
        token = announce(session, case_id, reader)
    with services.sessions.begin() as session:
        assert vault.reveal(session, token, reader.user_id, reader.session_key)
    with services.sessions() as session:
        assert refused(session, token, reader)


def test_a_token_of_another_person_or_session_is_refused(services, case_id, reader):
    with services.sessions.begin() as session:
        token = announce(session, case_id, reader)
        other = factories.actor_of(factories.make_user(session))
    with services.sessions() as session:
        assert refused(session, token, other, reader.session_key)
        assert refused(session, token, reader, "another session")


def test_a_reading_without_a_purpose_is_refused(services, case_id, reader):
    with pytest.raises(DBAPIError):
        disclose.read(
            services.sessions, services.cipher, reader,
            case_ids=[case_id], kinds=[disclose.HOME_ADDRESS], purpose=" ",
        )  # fmt: skip


def test_two_sealed_values_that_change_places_do_not_open(services, database, case_id, reader):
    with services.sessions.begin() as session:
        other = make_case(session, services.cipher, reader, "9 Other Lane, Elsewhere")
    with database.connect("works_owner") as connection:
        rows = dict(connection.execute("SELECT case_id, sealed FROM vault.sealed").fetchall())
        for here, there in ((case_id, other), (other, case_id)):
            connection.execute("UPDATE vault.sealed SET sealed = %s WHERE case_id = %s", [rows[there], here])
    with pytest.raises(SealError):
        disclose.read(
            services.sessions, services.cipher, reader,
            case_ids=[case_id], kinds=[disclose.HOME_ADDRESS], purpose="confirm the visit",
        )  # fmt: skip


def test_a_refusal_does_not_say_why(services, case_id, reader, monkeypatch):
    monkeypatch.setattr(disclose, "READ_WITHIN_SECONDS", 1)
    reveal = vault.reveal

    def reveal_late(session, *arguments):
        session.execute(text("SELECT pg_sleep(1.1)"))
        return reveal(session, *arguments)

    monkeypatch.setattr(vault, "reveal", reveal_late)
    with pytest.raises(NotPermittedError, match="This reading was refused"):
        disclose.read(
            services.sessions, services.cipher, reader,
            case_ids=[case_id], kinds=[disclose.HOME_ADDRESS], purpose="confirm the visit",
        )  # fmt: skip


def test_the_same_home_is_found_by_its_keyed_hash_alone(services, case_id):
    with services.sessions.begin() as session:
        disclose.remember(session, services.cipher, case_id, "address", "7 canary lane nowhere")
        assert disclose.find(session, services.cipher, "address", ["7 canary lane nowhere"]) == {case_id}
        assert disclose.find(session, services.cipher, "address", ["8 canary lane nowhere"]) == set()


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET reason = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"]
)
def test_the_audit_trail_is_insert_only(session, statement):
    with pytest.raises(ProgrammingError, match=r"permission denied|insert only"):
        session.execute(text(statement))


def test_even_the_owner_changes_no_audit_row(database):
    with database.connect("works_owner") as connection, pytest.raises(psycopg.Error, match="insert only"):
        connection.execute("UPDATE audit_event SET reason = 'x'")
