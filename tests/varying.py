"""A worker on site at an issued order whose money is committed, for tests of variations."""

from __future__ import annotations

import io
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from PIL import Image
from sqlalchemy import select

from tests import agreeing, factories
from tests import dispatching as world
from tests.referrals import load_starting_catalogue
from web.services import make_services
from worksorders.domain.local_time import start_of_day
from worksorders.steps.actor import Actor
from worksorders.steps.admin.catalogue import current
from worksorders.steps.finance import ledger
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.steps.varying.wishes import Wish
from worksorders.store.tables.firms.contractors import RateLine
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.variations import Variation

AT = world.TOMORROW
CODES = {"LK03": "70", "LK06": "120", "LK09": "200"}


@dataclass
class OnSite:
    """What tests of variations act on: `worker` is in the home, `office` is the same firm's, `other` another firm."""

    firm: Any
    other: Any
    order: Any
    visit: Any
    line: Any
    worker: Actor
    office: Actor
    stranger: Actor
    coordinator: Actor


def on_site(session, cipher, *, visits=1, workers=2, **values) -> OnSite:
    """A locksmith on site since AT, in a home of the client's own; the firm is paid $70 a rekeyed cylinder, the other $80."""
    load_starting_catalogue(session)
    firm, other = world.cleared_firm(session, workers=workers), world.cleared_firm(session)
    for place, one in enumerate((firm, other)):
        card = one.agreements[0].rate_cards[0]
        session.add_all(
            RateLine(rate_card_id=card.id, item_code=code, unit="each", rate=Decimal(rate) + 10 * place)
            for code, rate in CODES.items()
        )
    order = world.issued_order(
        session, [firm, other], cipher=cipher, rates=("70.00", "80.00"), visits=visits, **values
    )
    order.catalogue_version_id = current(session).version_id
    coordinator = factories.actor_of(factories.make_user(session, vary_limit_cents=50_000))
    agreeing.own_home(session, cipher, coordinator, order.case_id)
    ledger.commit_order(session, coordinator, order, world.NOW)
    plan = world.publish(session, order, firm)
    offer_published_visits(session, plan.id, world.NOW)
    offer = session.scalars(select(Offer).where(Offer.firm_id == firm.id)).one()
    office = world.account(session, firm)
    accept(session, office, offer.id, world.NOW)
    visit = order.visits[0]
    visit.state, visit.arrived_at = "on_site", visit.start_at
    session.flush()
    worker = world.account(session, firm, firm.workers[0])
    stranger = world.account(session, other, other.workers[0])
    return OnSite(firm, other, order, visit, visit.lines[0], worker, office, stranger, coordinator)


@contextmanager
def committed_on_site(new_database, key_file):
    """Services on a database of its own and the scene that was committed there, for all tests of a file."""
    with new_database() as database:
        services = make_services(database.app_url, key_file)
        with services.sessions.begin() as session:
            scene = on_site(session, services.cipher)
        yield services, scene
        services.engine.dispose()


def picture() -> bytes:
    """A small photo."""
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "JPEG")
    return written.getvalue()


def more(scene, quantity="3", **values) -> Wish:
    """A wish for another quantity of the scene's line, with a photo."""
    made = {
        "quantity": Decimal(quantity),
        "reason": "A third cylinder in the laundry door",
        "key": uuid.uuid4(),
        "line_id": scene.line.id,
        "seen_revision": scene.line.revision,
        "photos": [picture()],
    }
    return Wish(**(made | values))


def new(scene, code="LK06", quantity="1", **values) -> Wish:
    """A wish for a new item at the front door."""
    made = {
        "quantity": Decimal(quantity),
        "reason": "The frame is split",
        "key": uuid.uuid4(),
        "item_code": code,
        "opening_id": scene.line.opening_id,
        "photos": [picture()],
    }
    return Wish(**(made | values))


def events(session, order, prefix="") -> list[str]:
    """The actions of the order's audit rows, in their order."""
    session.flush()
    rows = session.scalars(
        select(AuditEvent.action).where(AuditEvent.subject_id == order.id).order_by(AuditEvent.id)
    )
    return [action for action in rows if action.startswith(prefix)]


def at_minute(minute):
    """A minute of the visit's local day as an instant."""
    return start_of_day(AT.date() + timedelta(days=1)) + timedelta(minutes=minute)


def waiting(session, visit, actor) -> Variation:
    """A variation of a visit's first line that waits, put down without the rules: for pages that only look at it."""
    line = visit.lines[0]
    row = Variation(
        id=uuid.uuid4(), order_id=visit.order_id, visit_id=visit.id, firm_id=actor.firm_id, change="change",
        line_id=line.id, item_code=line.item_code, offer_name=line.offer_name, unit=line.unit, seen_revision=1,
        before_quantity=line.quantity, quantity=line.quantity + 1, rate=line.rate, difference_cents=7_000,
        extra_minutes=20, reason="Another lock", state="asked", asked_at=world.NOW, asked_by=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
