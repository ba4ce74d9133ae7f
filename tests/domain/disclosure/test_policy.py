"""Who may see which field of an order, when and for which purpose."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from worksorders.domain.disclosure import policy
from worksorders.domain.disclosure.policy import (
    TABLE,
    Field,
    Moment,
    Purpose,
    Refusal,
    Relation,
    Viewer,
    markdown_table,
    may_open,
    shown_to,
    verdict,
    visible_fields,
)
from worksorders.domain.lifecycle.machines import ORDER, VISIT
from worksorders.domain.roles import Role

START = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
PROTECTED = {Field.ADDRESS, Field.CLIENT_NAME, Field.CLIENT_PHONE, Field.COORDINATES}
HOME = PROTECTED | {Field.HAZARDS, Field.CODE_WORD}
NAMED = Viewer(Role.CONTRACTOR, Relation.NAMED)
NEVER_FOR_FINANCE = PROTECTED | {
    Field.AREA,
    Field.MEASURES,
    Field.OPENING_LABELS,
    Field.FINDINGS,
    Field.HAZARDS,
    Field.PHOTOS,
    Field.CONSENT,
    Field.NEVER_SEND,
}


def at(hours, order="issued", visit="accepted"):
    return Moment(order, visit, START, START + timedelta(hours=hours))


def attend(viewer, moment, field=Field.ADDRESS):
    return verdict(field, viewer, moment, Purpose.ATTEND_VISIT)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("field", Field)
def test_no_role_sees_a_protected_field_without_a_purpose_in_any_state(field, role):
    for order, visit, relation, hours in itertools.product(
        ORDER.states, VISIT.states, Relation, (-48, -1, 1)
    ):
        viewer = Viewer(role, relation)
        seen = verdict(field, viewer, at(hours, order, visit))
        assert not (seen.allowed and field in PROTECTED)
        assert (seen.refusal is None) is seen.allowed


@pytest.mark.parametrize("field", sorted(HOME))
@pytest.mark.parametrize("relation", Relation)
def test_a_contractor_sees_the_home_only_as_named_worker_between_acceptance_and_end(field, relation):
    for order, visit, hours in itertools.product(ORDER.states, VISIT.states, (-19, -18, 2)):
        seen = attend(Viewer(Role.CONTRACTOR, relation), at(hours, order, visit), field).allowed
        on_site = visit in {"en_route", "on_site"}
        allowed = (
            field not in {Field.CLIENT_PHONE, Field.COORDINATES}
            and relation is Relation.NAMED
            and order in {"issued", "variation_pending"}
            and (on_site or (visit == "accepted" and hours >= -18))
        )
        assert seen is allowed


@pytest.mark.parametrize("hours", [-18, 0, 5])
def test_a_lapsed_check_closes_the_address(hours):
    assert attend(NAMED, at(hours)).allowed
    lapsed = Viewer(Role.CONTRACTOR, Relation.NAMED, checks_valid_today=False)
    assert attend(lapsed, at(hours)).refusal is Refusal.CHECK_LAPSED


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [
        (at(-19), Refusal.TOO_EARLY),
        (Moment("issued", "accepted", None, START), Refusal.TOO_EARLY),
        (at(0, visit="done"), Refusal.OVER),
        (at(0, visit="unplanned"), Refusal.OVER),
        (at(0, order="suspended"), Refusal.OVER),
        (at(0, order="cancelled"), Refusal.OVER),
    ],
)
def test_access_begins_in_its_window_and_ends_with_the_visit(moment, refusal):
    assert attend(NAMED, moment).refusal is refusal


@pytest.mark.parametrize("visit", VISIT.states)
def test_a_page_shows_exactly_the_fields_that_need_no_purpose(visit):
    for role, relation in itertools.product(Role, Relation):
        viewer, moment = Viewer(role, relation), at(0, visit=visit)
        assert visible_fields(viewer, moment) == {f for f in Field if verdict(f, viewer, moment).allowed}


def test_a_wall_hides_every_field_from_everybody():
    for role, relation, field, purpose in itertools.product(Role, Relation, Field, (None, *Purpose)):
        seen = verdict(field, Viewer(role, relation, walled=True), at(0), purpose)
        assert seen.refusal is Refusal.WALLED


def test_another_firm_sees_nothing_at_all():
    for field, visit in itertools.product(Field, VISIT.states):
        assert attend(Viewer(Role.CONTRACTOR), at(0, visit=visit), field).refusal is Refusal.NOT_YOURS


def test_an_open_offer_shows_the_neutral_fields_and_no_more():
    viewer = Viewer(Role.CONTRACTOR, Relation.OFFERED)
    neutral = {Field.CODE, Field.AREA, Field.OFFER_NAMES, Field.VISIT_WINDOW, Field.FIRM_PRICE}
    assert visible_fields(viewer, at(-30, visit="offered")) == neutral
    assert visible_fields(viewer, at(-30, visit="accepted")) == set()
    assert visible_fields(viewer, at(-30, order="on_hold", visit="offered")) == set()


def test_after_the_visit_a_firm_keeps_what_its_invoice_needs():
    seen = visible_fields(Viewer(Role.CONTRACTOR, Relation.FIRM), at(5, visit="done"))
    assert {Field.CODE, Field.ITEM_CODES, Field.MEASURES, Field.FIRM_PRICE} <= seen
    assert not seen & (HOME | {Field.PHOTOS, Field.OPENING_LABELS})


def test_finance_never_sees_place_person_or_story():
    for field, purpose in itertools.product(NEVER_FOR_FINANCE, (None, *Purpose)):
        assert not verdict(field, Viewer(Role.FINANCE), at(0), purpose).allowed
    assert {Field.CODE, Field.REGION, Field.AMOUNTS} <= visible_fields(Viewer(Role.FINANCE), at(0))


def test_nobody_but_coordinators_learns_of_a_never_send_relation():
    for role, relation, purpose in itertools.product(Role, Relation, (None, *Purpose)):
        if role not in {Role.COORDINATOR, Role.SYSTEM}:
            assert not verdict(Field.NEVER_SEND, Viewer(role, relation), at(0), purpose).allowed


@pytest.mark.parametrize(
    ("role", "field", "purpose", "allowed"),
    [
        (Role.COORDINATOR, Field.ADDRESS, Purpose.VERIFY_HOME, True),
        (Role.COORDINATOR, Field.ADDRESS, Purpose.ATTEND_VISIT, False),
        (Role.SYSTEM, Field.COORDINATES, Purpose.SCHEDULE, True),
        (Role.SYSTEM, Field.ADDRESS, Purpose.SCHEDULE, False),
        (Role.PRIVACY_OFFICER, Field.CLIENT_NAME, Purpose.PRIVACY_REQUEST, True),
        (Role.ADMINISTRATOR, Field.ADDRESS, Purpose.EMERGENCY, False),
        (Role.COORDINATOR, Field.CODE_WORD, Purpose.CONTACT_CLIENT, True),
        (Role.CONTRACTOR, Field.CLIENT_PHONE, Purpose.ATTEND_VISIT, False),
    ],
)
def test_a_purpose_opens_only_what_it_is_for(role, field, purpose, allowed):
    seen = verdict(field, Viewer(role, Relation.NAMED), at(0), purpose)
    assert seen.allowed is allowed
    assert seen.logged or not allowed


@pytest.mark.parametrize("role", Role)
def test_what_a_page_may_hold_and_what_may_be_opened_follow_the_same_rows(role):
    for field, rule in TABLE.items():
        held = rule.contractor is not None if role is Role.CONTRACTOR else role in rule.office
        assert (field in shown_to(role)) == held
        opened = {purpose for purpose in Purpose if may_open(field, role, purpose)}
        assert opened == rule.with_purpose.get(role, frozenset())
        assert may_open(field, role, None) is bool(opened)


def test_a_field_without_a_row_is_shown_to_nobody_and_opened_by_nobody(monkeypatch):
    monkeypatch.setattr(policy, "TABLE", {})
    assert shown_to(Role.COORDINATOR) == frozenset()
    assert not may_open(Field.ADDRESS, Role.COORDINATOR, None)
    assert not verdict(Field.CODE, Viewer(Role.COORDINATOR), at(0)).allowed


def test_every_field_has_its_row_and_is_documented():
    assert set(TABLE) == set(Field)
    assert markdown_table().count("\n") == len(Field) + 2


def test_the_reasons_of_a_refusal_are_called_as_the_documents_call_them():
    assert {str(one) for one in Refusal} == {
        "not_yours", "walled", "not_for_role", "too_early", "over", "check_lapsed", "purpose_needed",
    }  # fmt: skip


def test_a_wider_window_of_the_operator_shows_hazards_sooner_on_a_page():
    start = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    moment = Moment("issued", "accepted", start, start - timedelta(hours=20))
    viewer = Viewer(Role.CONTRACTOR, Relation.NAMED)
    assert Field.HAZARDS not in visible_fields(viewer, moment)
    assert Field.HAZARDS in visible_fields(viewer, moment, timedelta(hours=24))
