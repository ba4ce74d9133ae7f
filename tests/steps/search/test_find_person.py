"""A person is found by the whole name or number alone, for a purpose, within limits, and never across a wall."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories
from tests.steps.consents.conftest import CLIENT_PHONE, make_order, world
from worksorders.domain.errors import FaultsError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.consents.writing import letters
from worksorders.steps.search import find_person
from worksorders.store.scope import Scope, narrow
from worksorders.store.tables.confidential.walls import Wall
from worksorders.store.tables.trail import AuditEvent

__all__ = ["world"]
NOW = factories.NOW
PURPOSE = "The agency asks how far the work is"


def search(world, term, by="name", purpose=PURPOSE, actor=None):
    return find_person.search(
        world.session, world.cipher, actor or world.actor, by=by, term=term, purpose=purpose
    )


def test_the_whole_name_is_found_in_any_spelling(world):
    for term in ("Hinemoa Canary", "CANARY, hinemoa", "Ms Hīnemoa  Cānary", "Hinemoa Rangi Canary"):
        (found,) = search(world, term)
        assert (found.case_id, found.known_as, found.never_ask) == (world.case_id, ("The client",), False)
        assert [code for _, code, _ in found.orders] == [world.order.code]


def test_a_part_of_a_name_finds_nothing(world):
    for term in ("Hinemoa", "Canary", "Hinemo Canary", "Hinemoa C", "Hinemoa Canary Rangi"):
        assert search(world, term) == ()
    with pytest.raises(FaultsError):
        search(world, "%")


def test_a_phone_is_found_in_any_spelling(world):
    for term in ("021 555 0199", "(021) 555-0199", "+64 21 555 0199", "0064215550199"):
        assert [one.case_id for one in search(world, term, "phone")] == [world.case_id]
    assert search(world, "021 555 019", "phone") == ()


def test_people_with_an_interest_are_found_too_and_a_bar_is_seen_at_once(world):
    world.record(near="yes")
    (found,) = search(world, "Pat Lettingham")
    assert (found.known_as, found.never_ask) == (("1. Private landlord",), True)


def test_a_letter_leads_to_its_order_for_whoever_answers_it(world):
    who = world.record()
    world.session.commit()
    row = letters.make_letter(
        world.session, world.sessions, world.cipher, world.actor, world.order.id, interest_id=who.id,
        line_ids=[world.lines["owner"].id], purpose="Ask the landlord", now=NOW,
    )  # fmt: skip
    (found,) = search(world, row.code.lower(), "letter")
    assert found.orders[0][1] == world.order.code


def test_each_search_leaves_a_row_without_what_was_typed(world):
    search(world, "Hinemoa Canary")
    search(world, "Nobody Atall")
    rows = world.session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("search."))).all()
    assert [(row.action, row.detail.get("found")) for row in rows] == [
        ("search.made", 1), ("search.found", None), ("search.made", 0),
    ]  # fmt: skip
    assert {row.reason for row in rows} == {PURPOSE}
    assert "Canary" not in str([(row.detail, row.reason) for row in rows])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"term": "Hinemoa Canary", "purpose": "Is Canary safe tonight"}, "purpose"),
        ({"term": CLIENT_PHONE, "by": "phone", "purpose": "Called from 021 555 0199"}, "purpose"),
        ({"term": "Hinemoa Canary", "purpose": "why"}, "purpose"),
        ({"term": "12", "by": "phone"}, "term"),
        ({"term": "W-1", "by": "letter"}, "term"),
        ({"term": "Hinemoa Canary", "by": "address"}, "by"),
    ],
)
def test_what_cannot_be_searched_for_is_refused_at_its_field(world, values, field):
    with pytest.raises(FaultsError) as raised:
        search(world, **values)
    assert list(raised.value.by_field()) == [field]


def test_too_many_searches_within_an_hour_are_refused_for_that_person_alone(world, monkeypatch):
    monkeypatch.setattr(find_person, "MOST", 2)
    for _ in range(2):
        search(world, "Nobody Atall")
    with pytest.raises(FaultsError, match="within an hour"):
        search(world, "Hinemoa Canary")
    assert len(search(world, "Hinemoa Canary", actor=world.other)) == 1


def test_nobody_but_a_coordinator_searches(world):
    for role in ("administrator", "finance", "auditor", "privacy_officer"):
        with pytest.raises(NotFoundError):
            search(
                world, "Hinemoa Canary", actor=factories.actor_of(factories.make_user(world.session, role))
            )


def test_a_walled_case_is_not_found_and_the_other_one_is(world):
    second = make_order(world.session, world.cipher, world.user)
    world.session.add(
        Wall(case_id=world.case_id, user_id=world.actor.user_id, raised_at=NOW, raised_by=world.other.user_id)
    )
    world.session.commit()
    narrow(world.session, Scope("staff", world.actor.user_id))
    assert [one.case_id for one in search(world, "Hinemoa Canary")] == [second.case_id]
    assert [one.case_id for one in search(world, CLIENT_PHONE, "phone")] == [second.case_id]
