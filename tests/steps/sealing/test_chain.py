"""Whatever is done to the trail behind our back, the walk names the first broken row."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from sqlalchemy import text

from tests import factories
from worksorders.gateways.heads import HeadFile
from worksorders.steps import audit
from worksorders.steps.sealing.seal import head, seal_waiting
from worksorders.steps.sealing.verify import verify


@pytest.fixture
def trail(services):
    """Six sealed events; gives their numbers."""
    with services.sessions.begin() as session:
        for number in range(6):
            audit.record(session, None, "order.issued", ("works_order", uuid.uuid4()), detail={"n": number})
            session.flush()
    with services.sessions.begin() as session:
        assert seal_waiting(session) == 6
    with services.sessions() as session:
        return [row[0] for row in session.execute(text("SELECT event_id FROM audit_seal ORDER BY number"))]


def published(services, tmp_path):
    file = HeadFile(tmp_path / "heads")
    with services.sessions() as session:
        file.publish(head(session, factories.NOW))
    return file.read()


def verdict(services, heads=()):
    with services.sessions() as session:
        return verify(session, heads)


def tamper(database, *statements):
    """Change what only somebody with all rights over the database could change."""
    with database.connect("postgres") as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


def test_an_untouched_chain_holds_and_agrees_with_its_head(services, trail, tmp_path):
    found = verdict(services, published(services, tmp_path))
    assert found.holds
    assert (found.links, found.heads, found.waiting) == (6, 1, 0)


def test_the_chain_goes_on_where_it_stopped_and_nothing_is_sealed_twice(services, trail):
    with services.sessions.begin() as session:
        assert seal_waiting(session) == 0
        audit.record(session, None, "order.closed", ("works_order", uuid.uuid4()))
    with services.sessions.begin() as session:
        assert seal_waiting(session) == 1
    assert verdict(services).links == 7


def test_an_edited_event_is_named(services, database, trail):
    tamper(database, f"UPDATE audit_event SET reason = 'nothing happened' WHERE id = {trail[2]}")
    assert f"Event {trail[2]} (order.issued)" in verdict(services).broken


def test_a_removed_event_is_named(services, database, trail):
    tamper(database, f"DELETE FROM audit_event WHERE id = {trail[3]}")
    assert f"Event {trail[3]} was removed" in verdict(services).broken


def test_an_event_removed_with_its_link_is_named(services, database, trail):
    tamper(
        database,
        f"DELETE FROM audit_seal WHERE event_id = {trail[3]}",
        f"DELETE FROM audit_event WHERE id = {trail[3]}",
    )
    assert verdict(services).broken == "Link 4 of the chain is missing."


def test_links_moved_together_over_a_gap_do_not_fit(services, database, trail):
    tamper(
        database,
        f"DELETE FROM audit_seal WHERE event_id = {trail[3]}",
        f"DELETE FROM audit_event WHERE id = {trail[3]}",
        "UPDATE audit_seal SET number = number - 1 WHERE number = 5",
        "UPDATE audit_seal SET number = number - 1 WHERE number = 6",
    )
    assert f"Event {trail[4]}" in verdict(services).broken


def test_a_cut_tail_is_seen_by_the_head_outside_alone(services, database, trail, tmp_path):
    heads = published(services, tmp_path)
    tamper(
        database,
        "DELETE FROM audit_seal WHERE number > 4",
        f"DELETE FROM audit_event WHERE id >= {trail[4]}",
    )
    assert verdict(services).holds
    assert (
        verdict(services, heads).broken
        == "The tail was cut off: link 6 was published, and the chain ends at 4."
    )


def test_a_chain_written_anew_does_not_agree_with_its_head(services, database, trail, tmp_path):
    heads = published(services, tmp_path)
    tamper(
        database,
        f"UPDATE audit_event SET reason = 'nothing happened' WHERE id = {trail[2]}",
        "DELETE FROM audit_seal",
        "INSERT INTO audit_pending SELECT id FROM audit_event",
    )
    with services.sessions.begin() as session:
        seal_waiting(session)
    assert verdict(services).holds
    assert "written anew: its head 6" in verdict(services, heads).broken


def test_another_chain_in_place_of_the_old_one_is_seen(services, database, trail, tmp_path):
    heads = published(services, tmp_path)
    tamper(
        database,
        "DELETE FROM audit_seal",
        "DELETE FROM audit_event",
        "UPDATE audit_chain SET chain_id = gen_random_uuid()",
    )
    assert "another chain" in verdict(services, heads).broken


def test_an_event_kept_from_the_sealer_is_seen(services, database, trail):
    tamper(
        database,
        "INSERT INTO audit_event (at, action, subject_table, subject_id, detail)"
        " VALUES (now() - interval '2 minutes', 'order.issued', 'works_order', gen_random_uuid(), '{}')",
        "DELETE FROM audit_pending",
    )
    assert "waits for its seal" in verdict(services).broken


def test_two_sealers_at_once_make_one_chain(services, trail):
    with services.sessions.begin() as session:
        audit.record(session, None, "order.closed", ("works_order", uuid.uuid4()))
    with services.sessions.begin() as first:
        assert seal_waiting(first) == 1
        with services.sessions.begin() as second:
            assert seal_waiting(second) == 0
    assert verdict(services).holds


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_seal SET number = 99 WHERE number = 1",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
        "INSERT INTO audit_chain DEFAULT VALUES",
        "UPDATE audit_chain SET chain_id = gen_random_uuid()",
        "INSERT INTO audit_pending VALUES (1)",
    ],
)
def test_the_product_itself_may_not_change_the_chain(database, trail, statement):
    with database.connect() as connection, pytest.raises(psycopg.Error):
        connection.execute(statement)
