"""Which catalogue counts, and what a new one changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import factories
from worksorders.domain.errors import DomainError, RefusedError
from worksorders.steps.admin import catalogue
from worksorders.steps.admin.files import BrokenFilesError
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.catalogue import CatalogueVersion

NOW = factories.NOW
TODAY = date(2026, 11, 24)


@pytest.fixture
def files():
    return catalogue.starting_files()


def changed(items_csv: str, code: str, price: str) -> str:
    lines = items_csv.splitlines()
    where = next(i for i, line in enumerate(lines) if line.startswith(code + ","))
    lines[where] = lines[where].replace("140.00", price)
    return "\n".join(lines)


def test_without_a_catalogue_the_remedy_is_named(session):
    with pytest.raises(catalogue.NoCatalogueError, match="catalogue load"):
        catalogue.current(session)


def test_the_starting_data_is_in_force_once_loaded_and_twice_is_once(session, files):
    first = catalogue.load_starting(session, None, TODAY, NOW)
    again = catalogue.load(session, None, *files, TODAY, NOW)
    assert first is again
    found = catalogue.current(session)
    assert found.number == 1
    assert len(found.items) == 79
    assert len(found.rules) == 39
    assert session.query(CatalogueVersion).count() == 1


def test_a_new_version_takes_the_place_of_the_old_which_is_kept(session, files):
    catalogue.load(session, None, *files, TODAY, NOW)
    before = catalogue.current(session)
    catalogue.load(session, None, changed(files[0], "LK01", "155.50"), files[1], TODAY, NOW)
    after = catalogue.current(session)
    assert (before.number, after.number) == (1, 2)
    assert str(after.items["LK01"].price) == "155.50"
    assert str(catalogue.version(session, 1).items["LK01"].price) == "140.00"
    actions = [row.action for row in session.query(AuditEvent).order_by(AuditEvent.id)]
    assert actions[-3:] == ["catalogue.loaded", "catalogue.retired", "catalogue.took_effect"]


def test_a_broken_file_is_refused_whole_with_every_fault_by_line_and_column(session, files):
    lines = files[0].splitlines()
    lines[1] = lines[1].replace("140.00", "cheap").replace(",60,", ",soon,")
    lines[3] = lines[3].replace("LK03", "lock-3")
    with pytest.raises(BrokenFilesError) as caught:
        catalogue.load(session, None, "\n".join(lines), files[1], TODAY, NOW)
    places = {(name, fault.line, fault.column) for name, fault in caught.value.faults}
    assert {("catalogue.csv", 2, "price_nzd_ex_gst"), ("catalogue.csv", 2, "minutes")} <= places
    assert ("catalogue.csv", 4, "code") in places
    assert session.query(CatalogueVersion).count() == 0


def test_findings_that_name_an_unknown_item_are_refused(session, files):
    with pytest.raises(BrokenFilesError, match=r"findings.csv, line 2, item: 'ZZ99'"):
        catalogue.load(session, None, files[0], files[1].replace("DR01", "ZZ99", 1), TODAY, NOW)


def test_a_later_first_day_waits_as_a_draft_until_that_day_comes(session, files):
    catalogue.load(session, None, *files, TODAY, NOW)
    later = catalogue.load(
        session, None, changed(files[0], "LK01", "150.00"), files[1], TODAY + timedelta(days=7), NOW
    )
    timer = session.query(OutboxMessage).one()
    assert catalogue.current(session).number == 1
    catalogue.take_effect(session, later.id, timer.wanted_at - timedelta(seconds=1))
    assert catalogue.current(session).number == 1
    catalogue.take_effect(session, later.id, timer.wanted_at)
    assert catalogue.current(session).number == 2


def test_a_draft_overtaken_by_a_later_version_stays_out(session, files):
    draft = catalogue.load(session, None, *files, TODAY + timedelta(days=1), NOW)
    week = NOW + timedelta(days=7)
    catalogue.load(
        session, None, changed(files[0], "LK01", "150.00"), files[1], TODAY + timedelta(days=7), week
    )
    catalogue.take_effect(session, draft.id, week)
    assert catalogue.current(session).number == 2
    assert draft.state == "retired"


def test_only_a_draft_can_be_discarded(session, files):
    actor = factories.actor_of(factories.make_user(session, "administrator"))
    catalogue.load(session, None, *files, TODAY, NOW)
    catalogue.load(
        session, actor, changed(files[0], "LK01", "150.00"), files[1], TODAY + timedelta(days=7), NOW
    )
    assert catalogue.discard(session, actor, 2).state == "retired"
    with pytest.raises(RefusedError, match="only a draft"):
        catalogue.discard(session, actor, 1)


def test_a_day_more_than_a_year_ahead_is_refused(session, files):
    with pytest.raises(DomainError, match="more than a year ahead"):
        catalogue.load(session, None, *files, TODAY + timedelta(days=400), NOW)
