"""A visit accepted by a firm, with its named worker's account and the case's address in the vault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from tests import dispatching as world
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.store.tables.work.offers import Offer


@dataclass
class Scene:
    """What the tests of attendance act on."""

    firm: Any
    other: Any
    order: Any
    visit: Any
    line: Any
    worker: Any
    office: Any
    stranger: Any
    cipher: Any


@pytest.fixture
def set_scene(session, services):
    """Make a scene: `set_scene(evidence="photo")`; further values go to the order."""

    def make(**values):
        firm, other = world.cleared_firm(session, workers=2), world.cleared_firm(session)
        order = world.issued_order(session, [firm, other], cipher=services.cipher, **values)
        plan = world.publish(session, order, firm)
        offer_published_visits(session, plan.id, world.NOW)
        offer = session.scalars(select(Offer).where(Offer.firm_id == firm.id)).one()
        office = world.account(session, firm)
        accept(session, office, offer.id, world.NOW)
        for each in order.visits:
            world.confirm(session, services.cipher, each)
        worker = world.account(session, firm, firm.workers[0])
        stranger = world.account(session, other, other.workers[0])
        visit = order.visits[0]
        return Scene(firm, other, order, visit, visit.lines[0], worker, office, stranger, services.cipher)

    return make


@pytest.fixture
def scene(set_scene):
    return set_scene()
