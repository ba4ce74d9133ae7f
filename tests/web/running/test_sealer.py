"""The relay seals the trail by itself and publishes its head; the command proves it and names what was touched."""

from __future__ import annotations

import logging
import uuid

from web.relay import Sealer
from worksorders.gateways.heads import HeadFile
from worksorders.steps import audit


def add_events(services, count=3):
    with services.sessions.begin() as session:
        for _ in range(count):
            audit.record(session, None, "order.issued", ("works_order", uuid.uuid4()))


def test_the_relay_seals_and_publishes_and_the_command_proves(app, services, database, tmp_path):
    add_events(services)
    heads = HeadFile(tmp_path / "heads")
    sealer = Sealer(services, heads)
    assert sealer.work() == 3
    assert [head.number for head in heads.read()] == [3]
    add_events(services, 1)
    assert sealer.work() == 1
    assert [head.number for head in heads.read()] == [3], "a head is published twice a minute at most"
    run = app.test_cli_runner().invoke
    proved = run(args=["audit", "verify", "--heads", str(heads.path)])
    assert proved.exit_code == 0, proved.output
    assert "4 links hold, 1 published heads agree" in proved.output
    with database.connect("postgres") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE audit_event SET reason = 'other' WHERE id = (SELECT min(id) FROM audit_event)"
        )
    broken = run(args=["audit", "verify", "--heads", str(heads.path)])
    assert broken.exit_code == 1
    assert "was changed" in broken.output


def test_a_place_for_heads_that_cannot_be_written_stops_nothing_and_is_alarmed(services, tmp_path, caplog):
    add_events(services)
    (tmp_path / "heads").mkdir()
    sealer = Sealer(services, HeadFile(tmp_path / "heads"))
    with caplog.at_level(logging.WARNING, logger="relay"):
        assert sealer.work() == 3
    assert "ALARM the head of the trail is not published: IsADirectoryError" in caplog.text
    (tmp_path / "heads").rmdir()
    sealer._publish_at = 0.0
    sealer.work()
    assert [head.number for head in HeadFile(tmp_path / "heads").read()] == [3]


def test_sealing_by_hand_says_where_the_chain_ends_and_what_was_published_is_looked_at(
    app, services, tmp_path
):
    app.config["AUDIT_HEADS"] = str(tmp_path / "heads")
    add_events(services)
    sealed = app.test_cli_runner().invoke(args=["audit", "seal"])
    assert "3 events sealed; the chain ends at link 3." in sealed.output
    verified = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (verified.exit_code, "3 links hold, 1 published heads agree" in verified.output) == (0, True)


def test_a_file_that_holds_no_heads_is_refused_in_words(app, services, tmp_path):
    (tmp_path / "heads").write_text("not a head\n")
    run = app.test_cli_runner().invoke
    assert "Line 1" in run(args=["audit", "verify", "--heads", str(tmp_path / "heads")]).output
    assert "There is no file" in run(args=["audit", "verify", "--heads", str(tmp_path / "none")]).output
