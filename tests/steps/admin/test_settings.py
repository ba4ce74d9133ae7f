"""The operator's figures: defaults, bounds, and what reads them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pytest

from tests import factories
from worksorders.domain.errors import FaultsError
from worksorders.domain.order.deadlines import DEFAULT_RULES, Urgency
from worksorders.steps.actor import NotFoundError
from worksorders.steps.admin import urgency
from worksorders.steps.intake.service import region_has_service
from worksorders.steps.offers import settings as offers
from worksorders.steps.planning import settings as planning
from worksorders.steps.settings import figures, regions
from worksorders.store.tables.trail import AuditEvent

NOW = factories.NOW


@pytest.fixture
def admin(session):
    return factories.actor_of(factories.make_user(session, "administrator"))


@pytest.mark.parametrize("group", figures.GROUPS, ids=lambda group: group.name)
def test_every_figure_has_a_default_inside_its_bounds_and_none_is_forgotten(group):
    defaults = asdict(group.defaults())
    assert {figure.name for figure in group.figures} == set(defaults)
    for figure in group.figures:
        assert figure.least <= defaults[figure.name] <= figure.most, figure.name


def test_changed_figures_reach_their_readers(session, admin):
    figures.change(session, admin, "offers", {"p1_answer_minutes": 20, "area_dwellings": 3000}, NOW)
    figures.change(session, admin, "planning", {"town_speed_kmh": 25}, NOW)
    figures.change(session, admin, "urgency", {"p2_permanent_working_days": 4}, NOW)
    assert offers.load_settings(session).p1_answer_minutes == 20
    assert planning.load_settings(session).town_speed_kmh == 25
    rules = urgency.deadline_rules(session)
    assert rules.classes[Urgency.P2].permanent_working_days == 4
    assert rules.classes[Urgency.P3] == DEFAULT_RULES.classes[Urgency.P3]
    row = session.query(AuditEvent).filter(AuditEvent.action == "setting.changed").first()
    assert row.detail == {
        "group": "offers",
        "changes": {"p1_answer_minutes": [15, 20], "area_dwellings": [2000, 3000]},
    }


def test_without_changes_the_rules_are_the_defaults(session):
    assert urgency.deadline_rules(session) == DEFAULT_RULES


def test_every_figure_out_of_bounds_is_named_and_nothing_is_kept(session, admin):
    with pytest.raises(FaultsError) as caught:
        figures.change(
            session,
            admin,
            "offers",
            {"p1_answer_minutes": 0, "area_dwellings": 1, "p2_answer_minutes": 60},
            NOW,
        )
    assert set(caught.value.by_field()) == {"p1_answer_minutes", "area_dwellings"}
    assert figures.values_of(session)["offers"]["p2_answer_minutes"] == 120


def test_only_an_administrator_finds_the_settings(session):
    mere = factories.actor_of(factories.make_user(session, "coordinator"))
    with pytest.raises(NotFoundError):
        figures.change(session, mere, "offers", {}, NOW)


def test_a_region_has_its_days_and_intake_obeys_them(session, admin):
    today = date(2026, 11, 24)
    assert all(term.served_today and not term.is_set for term in regions.terms(session, today))
    regions.change_term(session, admin, "F1", date(2026, 12, 1), date(2027, 6, 30), now=NOW)
    found = {term.code: term for term in regions.terms(session, today)}
    assert (found["F1"].served_today, found["E7"].served_today) == (False, True)
    assert region_has_service(session, "F1", date(2027, 6, 30))
    assert not region_has_service(session, "F1", date(2027, 7, 1))
    regions.change_term(session, admin, "F1", None, None, now=NOW)
    assert not region_has_service(session, "F1", date(2027, 6, 30))


def test_a_region_ends_after_it_begins(session, admin):
    with pytest.raises(FaultsError, match="swap them"):
        regions.change_term(session, admin, "F1", date(2026, 12, 2), date(2026, 12, 1), now=NOW)
    with pytest.raises(FaultsError, match="first day"):
        regions.change_term(session, admin, "F1", None, date(2026, 12, 1), now=NOW)
    with pytest.raises(NotFoundError):
        regions.change_term(session, admin, "XX", None, None, now=NOW)
