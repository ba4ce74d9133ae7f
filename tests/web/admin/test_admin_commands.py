"""The catalogue from the command line."""

from __future__ import annotations

import pytest

from worksorders.steps.admin import catalogue


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["catalogue", *words])


def test_the_starting_data_is_loaded_once_however_often_it_is_asked_for(run, services):
    for _ in range(2):
        answer = run("load")
        assert (answer.exit_code, answer.output) == (0, "Catalogue version 1 is in force.\n")
    with services.sessions() as session:
        assert catalogue.current(session).number == 1


def test_an_operators_own_files_wait_for_their_day(run, tmp_path):
    items, findings = catalogue.starting_files()
    run("load")
    (tmp_path / "items.csv").write_text(items.replace(",140.00,", ",141.00,", 1), encoding="utf-8")
    (tmp_path / "findings.csv").write_text(findings, encoding="utf-8")
    files = ("--items", str(tmp_path / "items.csv"), "--findings", str(tmp_path / "findings.csv"))
    assert run("load", *files, "--from", "2026-12-24").output == "Catalogue version 2 is draft.\n"
    assert run("load", *files).output == "Catalogue version 3 is in force.\n"


def test_a_broken_file_is_refused_with_its_faults(run, tmp_path, services):
    (tmp_path / "items.csv").write_text("code,measure\nLK01,Lock\n", encoding="utf-8")
    answer = run("load", "--items", str(tmp_path / "items.csv"))
    assert answer.exit_code == 1
    assert "the column 'price_nzd_ex_gst' is missing" in answer.output
    with services.sessions() as session, pytest.raises(catalogue.NoCatalogueError):
        catalogue.current(session)
