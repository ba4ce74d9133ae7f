"""Commands for operators, run as an operator runs them."""

from __future__ import annotations

import json
import os
import socket

from tests import factories
from tests.gateways.ubl import invoice
from tests.steps.finance import paying
from web.commands.unset import UNDER_FLASK, bare_app, command_environment
from web.embedded.installation import POSTGRES_SOCKET, Installation, take_lock
from worksorders.gateways.einvoice import read
from worksorders.store.tables.identity.people import AppUser


def test_a_broken_invoice_file_is_a_line_with_its_faults_and_the_next_one_is_still_read(app, tmp_path):
    broken, empty = tmp_path / "broken.xml", tmp_path / "empty.xml"
    broken.write_text("<Invoice")
    empty.write_bytes(b"")
    answer = app.test_cli_runner().invoke(args=["einvoice", "read", str(broken), str(empty)])
    lines = [json.loads(line) for line in answer.output.splitlines()]
    assert answer.exit_code == 0
    assert [line["file"] for line in lines] == ["broken.xml", "empty.xml"]
    assert all(line["faults"] for line in lines)


def test_one_file_is_one_line_whatever_its_name_and_number_hold(app, tmp_path):
    odd = tmp_path / "bad\udcff.xml"
    odd.write_bytes(invoice(number="INV\u2028\u0085 Ngā 1"))
    answer = app.test_cli_runner().invoke(args=["einvoice", "read", str(odd)])
    (line,) = answer.output.splitlines()
    assert json.loads(line)["number"] == "INV Ngā 1"
    assert "Ngā" in line


def test_without_any_setting_files_are_read_and_other_commands_say_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr("web.commands.unset.ROOT", tmp_path)
    right = tmp_path / "right.xml"
    right.write_bytes(invoice())
    runner = bare_app().test_cli_runner()
    assert json.loads(runner.invoke(args=["einvoice", "read", str(right)]).output)["payable"] == "805.00"
    for words in (["einvoice", "write", "W-1"], ["audit", "verify", "--heads", "x"]):
        answer = runner.invoke(args=words)
        assert answer.exit_code == 1
        assert "DATABASE_URL, REDIS_URL, SECRET_KEY, VAULT_KEY_FILE are not set" in answer.stderr


def test_settings_that_are_given_count_alone_and_only_a_command_may_go_without():
    for given in ({}, {UNDER_FLASK: "true", "REDIS_URL": "redis://host/0"}):
        assert command_environment(given) is given


def test_without_settings_a_command_works_with_the_installation_of_this_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("web.commands.unset.ROOT", tmp_path)
    given = {UNDER_FLASK: "true"}
    assert command_environment(given) is None
    installation = Installation.open(tmp_path / "instance", given)
    with socket.socket(socket.AF_UNIX) as database:
        database.bind(str(installation.run_dir / POSTGRES_SOCKET))
        database.listen()
        assert command_environment(given) == installation.environment()
        os.close(take_lock(installation.folder, "process 1, http://localhost:8123"))
        found = command_environment(given)
        assert found == installation.environment() | {"PUBLIC_URL": "http://localhost:8123"}
        assert found["AUDIT_HEADS"] == str(tmp_path / "instance" / "audit-heads")
        assert command_environment(given | {"PORT": "8124"})["PORT"] == "8124"
        assert "PUBLIC_URL" not in command_environment(given | {"PORT": "8124"})


def test_commands_of_an_installation_that_stands_still_say_how_to_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr("web.commands.unset.ROOT", tmp_path)
    Installation.open(tmp_path / "instance", {})
    assert command_environment({UNDER_FLASK: "true"}) is None
    answer = bare_app().test_cli_runner().invoke(args=["audit", "verify"])
    assert answer.exit_code == 1
    assert (
        "stands still: start it with 'make run', or put '.venv/bin/python -m web.embedded alone"
        in answer.stderr
    )


def test_a_path_that_cannot_be_read_is_told_and_the_others_are_read_all_the_same(app, tmp_path):
    right = tmp_path / "right.xml"
    right.write_bytes(invoice())
    answer = app.test_cli_runner().invoke(
        args=["einvoice", "read", str(tmp_path / "none.xml"), str(tmp_path), str(right)]
    )
    assert answer.exit_code == 1
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [len(line["faults"]) for line in lines] == [1, 1, 0]
    assert "none.xml cannot be read: no such file or directory. Check the path." in answer.stderr


def test_a_self_billed_invoice_is_printed_for_an_order_or_a_clear_word_why_not(app, services):
    runner = app.test_cli_runner()
    own = runner.invoke(args=["einvoice", "own", "Home Safety", "9429033591476", "35901981"])
    assert own.exit_code == 0
    with services.sessions.begin() as session:
        firm = paying.paid_firm(session)
        firm.nzbn = "9429039501974"
        code = paying.worked_order(session, firm).code
    printed = runner.invoke(args=["einvoice", "write", code])
    assert read(printed.stdout.encode()).faults == ()
    assert "not made yet" in printed.stderr
    nothing = runner.invoke(args=["einvoice", "write", "W-NOBODY"])
    assert nothing.exit_code == 1
    assert "neither an order nor a self-billed invoice" in nothing.stderr


def test_the_demo_is_refused_beside_real_accounts_and_names_nobody(app, services):
    with services.sessions.begin() as session:
        factories.make_user(session, is_demo=False)
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["demo", "load"])
    assert refused.exit_code == 1
    assert "empty database only" in refused.output
    assert runner.invoke(args=["demo", "people"]).output == ""
    with services.sessions() as session:
        assert session.query(AppUser).count() == 1
