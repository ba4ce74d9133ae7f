"""Commands for operators, run as an operator runs them."""

from __future__ import annotations

import json

from tests import factories
from worksorders.store.tables.people import AppUser


def test_a_broken_invoice_file_is_a_line_with_its_faults_and_the_next_one_is_still_read(app, tmp_path):
    broken, empty = tmp_path / "broken.xml", tmp_path / "empty.xml"
    broken.write_text("<Invoice")
    empty.write_bytes(b"")
    answer = app.test_cli_runner().invoke(args=["einvoice", "read", str(broken), str(empty)])
    lines = [json.loads(line) for line in answer.output.splitlines()]
    assert answer.exit_code == 0
    assert [line["file"] for line in lines] == ["broken.xml", "empty.xml"]
    assert all(line["faults"] for line in lines)


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
