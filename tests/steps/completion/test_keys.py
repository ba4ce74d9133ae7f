"""Who holds keys: by role, a person of the home, or a sealed name; never a person who must never be asked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tests import agreeing, factories
from tests import dispatching as world
from tests.steps.site.conftest import scene, set_scene
from worksorders.domain.errors import FaultsError
from worksorders.steps import disclose
from worksorders.steps.completion.entry import KeyRow, LineEntry
from worksorders.steps.completion.keys import KEY_HOLDER, name_holder, people_of
from worksorders.steps.consents import screening
from worksorders.steps.site.checklist import save_checklist
from worksorders.steps.site.travel import arrive, set_out
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.completion import KeyEntry

__all__ = ["scene", "set_scene"]
AT = world.TOMORROW


@pytest.fixture
def left(session, set_scene):
    """Two keys that the worker left to somebody whom the coordinator names."""
    scene = set_scene(evidence="key register")
    set_out(session, scene.worker, scene.visit.id, AT - timedelta(minutes=30))
    arrive(session, scene.worker, scene.visit.id, AT)
    entry = LineEntry(scene.line.id, Decimal(2), keys=(KeyRow("7", 2, "to_be_named"),))
    save_checklist(session, scene.worker, scene.visit.id, [entry], AT)
    scene.key = session.scalars(select(KeyEntry)).one()
    scene.coordinator = factories.actor_of(factories.make_user(session))
    return scene


def give(session, left, **values):
    return name_holder(session, left.cipher, left.coordinator, left.key.id, now=AT, **values)


def test_a_name_is_sealed_and_the_trail_says_only_that_there_is_one(session, services, left):
    give(session, left, holder="named", name="Ngaio Testholder")
    session.commit()
    case_id = left.order.case_id
    found = disclose.read(
        services.sessions, services.cipher, left.coordinator, case_ids=[case_id], kinds=[KEY_HOLDER],
        purpose="Ask for the keys back",
    )  # fmt: skip
    assert found.of(case_id, KEY_HOLDER) == "Ngaio Testholder"
    trail = session.scalars(select(AuditEvent).where(AuditEvent.action == "keys.holder_named")).one()
    assert (trail.from_state, trail.to_state, "Testholder" in str(trail.detail)) == (
        "to_be_named",
        "named",
        False,
    )


def test_a_cleared_person_of_the_home_may_hold_keys_until_barred(session, left):
    who = agreeing.landlord(session, left.cipher, left.coordinator, left.order.case_id)
    assert people_of(session, left.key.id) == [(who.id, "landlord")]
    assert give(session, left, holder="named", interest_id=who.id).interest_id == who.id
    give(session, left, holder="client")
    screening.bar(session, left.cipher, left.coordinator, who.id, AT)
    assert people_of(session, left.key.id) == []
    for values in ({"interest_id": who.id}, {"name": agreeing.LANDLORD.name}, {"name": "lettingham, PAT"}):
        with pytest.raises(FaultsError, match="Keys are not registered to this person"):
            give(session, left, holder="named", **values)
    assert left.key.holder == "client"


def test_the_database_refuses_a_barred_holder_by_itself(session, left):
    who = agreeing.landlord(session, left.cipher, left.coordinator, left.order.case_id)
    screening.bar(session, left.cipher, left.coordinator, who.id, AT)
    left.key.holder, left.key.interest_id = "named", who.id
    left.key.named_at, left.key.named_by = AT, left.coordinator.user_id
    with pytest.raises(DBAPIError, match="not to be reached"):
        session.flush()


def test_a_holder_is_chosen_and_named(session, left):
    for values in (
        {},
        {"holder": "to_be_named"},
        {"holder": "named"},
        {"holder": "named", "name": "x" * 121},
    ):
        with pytest.raises(FaultsError):
            give(session, left, **values)
