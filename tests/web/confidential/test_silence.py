"""What a contractor sees never betrays a conflict: with and without the order that it is barred from, it reads the same.

Two databases hold the same bookings and offers of the firm; one also holds an order that the firm must never learn
of. Every response that the firm's people get is identical, once tokens are masked; the clock stands in both.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from psycopg import sql
from sqlalchemy import select, text

from tests import dispatching as world
from tests import factories
from tests.web.conftest import Browser, Clock
from tests.web.portal.test_ownfirm_pages import day, week
from tests.web.test_access import address, routes
from web import access, create_app
from web.embedded.engines import APP_ROLE, OWNER_ROLE
from web.embedded.roles import close_to_others
from web.services import make_services
from worksorders.domain.roles import Role
from worksorders.steps.offers.lapse import lapse
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.steps.people.bar import bar
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import VisitDependency

NOW = world.NOW
MASKS = (
    (re.compile(r'(name="csrf_token"[^>]*value=")[^"]+'), r"\1token"),
    (re.compile(r'(name="form_uuid"[^>]*value=")[^"]+'), r"\1form"),
    (re.compile(r'(name="csrf-token" content=")[^"]+'), r"\1token"),
    (re.compile(r"I[\w-]{40,}\.[\w-]{6}\.[\w-]{20,}"), "token"),
    (re.compile(r"secret=[A-Z2-7]+|\b(?:[A-Z2-7]{4} ?){8}"), "a fresh key"),
)


def common(session, cipher):
    """The firm, its people and its own work: an open offer, an accepted visit, one that lapsed; and another firm."""
    firm, other = world.cleared_firm(session, workers=2, on_call=True), world.cleared_firm(session, workers=2)
    users = {
        "office": world.contractor(session, firm, sign_in_name="office"),
        "worker": world.contractor(session, firm, firm.workers[0], sign_in_name="worker"),
    }
    coordinator = factories.make_user(session, "coordinator", sign_in_name="coordinator")
    for number, outcome in enumerate(("open", "accepted", "lapsed")):
        order = world.issued_order(session, [firm, other], cipher=cipher)
        start_at = world.TOMORROW + timedelta(days=number)
        plan = world.publish(session, order, firm, start_at=start_at)
        offer_published_visits(session, plan.id, NOW)
        offer = session.scalars(select(Offer).where(Offer.order_id == order.id)).one()
        if outcome == "accepted":
            accept(session, factories.actor_of(users["office"]), offer.id, NOW)
        elif outcome == "lapsed":
            lapse(session, offer.id, offer.expires_at)
    session.flush()
    return SimpleNamespace(
        firm_id=firm.id, other_id=other.id, coordinator_id=coordinator.id, ids=own_ids(session, firm)
    )


def own_ids(session, firm):
    """Ids that a link on one of the firm's pages could hold, by the name of the route's argument."""
    queries = {
        "offer_id": "SELECT id FROM offer WHERE firm_id = :firm",
        "visit_id": "SELECT DISTINCT visit_id FROM booking WHERE firm_id = :firm",
        "worker_id": "SELECT id FROM worker WHERE firm_id = :firm",
        "order_id": "SELECT order_id FROM offer WHERE firm_id = :firm",
    }
    return {
        name: sorted(str(row[0]) for row in session.execute(text(query), {"firm": firm.id}))
        for name, query in queries.items()
    }


def hide(session, cipher, made):
    """An order of the region, and all that happens to it, that the firm must never learn of."""
    firm, other = (session.get(Firm, key) for key in (made.firm_id, made.other_id))
    coordinator = factories.actor_of(session.get(AppUser, made.coordinator_id))
    hidden = []
    for urgency in ("P3", "P1"):
        order = world.issued_order(
            session, [firm, other], urgency=urgency, visits=2, cipher=cipher, interim=urgency == "P1"
        )
        bar(session, coordinator, order.case_id, firm_id=firm.id, now=NOW)
        first, second = order.visits
        session.add(VisitDependency(before_id=first.id, after_id=second.id))
        if urgency == "P1":
            offer_urgently(session, order.id, NOW)
        else:
            plan = world.publish(session, order, other, start_at=world.TOMORROW + timedelta(days=5))
            offer_published_visits(session, plan.id, NOW)
        hidden += [order.id, order.case_id, first.id, second.id]
    offers = session.scalars(
        select(Offer.id).where(Offer.order_id.in_(hidden), Offer.firm_id == other.id).order_by(Offer.urgent)
    ).all()
    assert len(offers) == 3
    assert not session.scalar(
        select(Offer.id).where(Offer.firm_id == firm.id, Offer.order_id.in_(hidden)).limit(1)
    )
    return {"order_id": str(hidden[0]), "visit_id": str(hidden[2]), "offer_id": str(offers[0])}


@pytest.fixture(scope="module")
def pair(new_database, postgres, vault_key_file):
    """The firm's people signed in to both databases: `without` the hidden orders and `with_it`."""
    with contextlib.ExitStack() as closing:
        database = closing.enter_context(new_database())
        services = make_services(database.app_url, vault_key_file)
        with services.sessions.begin() as session:
            made = common(session, services.cipher)
        services.engine.dispose()
        copy = f"{database.name}_with"
        with postgres.connect() as connection:
            connection.execute(
                sql.SQL("create database {} template {} strategy file_copy owner {}").format(
                    *map(sql.Identifier, (copy, database.name, OWNER_ROLE))
                )
            )
            close_to_others(connection, copy)
        closing.callback(drop, postgres, copy)
        with_it = make_services(postgres.url(APP_ROLE, copy), vault_key_file)
        with with_it.sessions.begin() as session:
            made.hidden = hide(session, with_it.cipher, made)
        sides = []
        for each in (services, with_it):
            closing.callback(each.engine.dispose)
            app = create_app({"SECRET_KEY": "x" * 40, "SERVICES": each, "CLOCK": Clock(), "TESTING": True})
            people = {}
            for name in ("office", "worker"):
                people[name] = Browser(app)
                assert people[name].sign_in(name).status_code == 303
            sides.append(SimpleNamespace(app=app, people=people))
        yield SimpleNamespace(without=sides[0], with_it=sides[1], made=made, tokens={})


def drop(postgres, name):
    with postgres.connect() as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def masked(answer):
    """The response as the firm's people can tell it from another."""
    body = answer.get_data(as_text=True)
    for pattern, word in MASKS:
        body = pattern.sub(word, body)
    return answer.status_code, answer.headers.get("Location"), answer.headers.get("Content-Type"), body


def ask_both(pair, name, method, path, data=None):
    """The same request to both sides."""
    key = str(uuid.uuid4())
    answers = []
    for side in (pair.without, pair.with_it):
        browser = side.people[name]
        if method == "GET":
            answers.append(masked(browser.get(path)))
        else:
            asker = (id(side), name)
            if asker not in pair.tokens:
                pair.tokens[asker] = browser.token("/unlock")
            token = pair.tokens[asker]
            sent = {"csrf_token": token, "form_uuid": key, **(data or {})}
            answers.append(masked(browser.client.post(path, data=sent)))
    return answers


def contractor_routes(app):
    return [
        (rule, method)
        for rule, method in routes(app)
        if not access.rule_of(app, rule.endpoint).public
        and Role.CONTRACTOR in access.rule_of(app, rule.endpoint).roles
        and not access.rule_of(app, rule.endpoint).while_locked
    ]


def paths(pair):
    """Every page with each of the firm's own ids, and every route with the ids of what is hidden."""
    app = pair.without.app
    for rule, method in contractor_routes(app):
        names = sorted(rule.arguments)
        if not names and method == "GET":
            yield rule.endpoint, method, address(app, rule)
        own = [key for name in names for key in pair.made.ids.get(name, ())] if method == "GET" else []
        theirs = [pair.made.hidden.get(name, pair.made.hidden["order_id"]) for name in names[:1]]
        for key in [*own, *theirs]:
            yield rule.endpoint, method, address(app, rule, dict.fromkeys(names, key))


def first_difference(one, other):
    """The first line in which two masked responses differ."""
    if one[:3] != other[:3]:
        return one[:3], other[:3]
    return next(
        pair for pair in zip(one[3].splitlines(), other[3].splitlines(), strict=False) if len(set(pair)) > 1
    )


@pytest.mark.parametrize("name", ["office", "worker"])
def test_every_page_and_every_empty_form_reads_the_same_with_and_without_the_hidden_orders(pair, name):
    different, reached = [], set()
    for endpoint, method, path in paths(pair):
        without, with_it = ask_both(pair, name, method, path)
        if without != with_it:
            different.append((method, path, first_difference(without, with_it)))
        if without[0] != 404:
            reached.add(endpoint)
    assert different == []
    assert {"portal.offer", "portal.visit", "portal.workers", "ownfirm.person", "portal.invoices"} <= reached


def test_what_the_firm_does_reads_the_same_too(pair):
    offers = [
        key
        for key in pair.made.ids["offer_id"]
        if "Accept" in ask_both(pair, "office", "GET", f"/portal/offers/{key}")[0][3]
    ]
    (offer,) = offers
    visits = re.findall(
        r'href="/portal/visits/([0-9a-f-]{36})"', ask_both(pair, "office", "GET", "/portal/today")[0][3]
    )
    worker = pair.made.ids["worker_id"][0]
    page = ask_both(pair, "office", "GET", f"/portal/offers/{offer}/other-time")[0][3]
    visit = re.search(r'<option value="([0-9a-f-]{36})"', page)[1]
    done = (
        (
            f"/portal/offers/{offer}/other-time",
            {"visit": visit, "day": day("2026-12-01"), "start": "9:00 am"},
        ),
        (f"/portal/offers/{offer}/decline", {"reason": "conflict"}),
        (f"/portal/people/{worker}/absences/new", {"from_on": day("2026-11-29"), "to_on": day("2026-12-30")}),
        (f"/portal/people/{worker}/hours", week(monday="8:00-17:00")),
        (f"/portal/visits/{visits[0]}/give-back", {"reason": "no_capacity"}),
    )
    for path, data in done:
        without, with_it = ask_both(pair, "office", "POST", path, data)
        assert without == with_it, (path, first_difference(without, with_it))
        assert without[0] == 303, (path, without[3])
    for path in ("/portal/today", "/portal/offers", "/portal/firm", "/portal/people", "/portal/invoices"):
        without, with_it = ask_both(pair, "office", "GET", path)
        assert without == with_it, path


def test_the_walk_notices_a_single_word(pair):
    """The comparison is seen to fail: an offer of the hidden order, were it the firm's, would show."""
    with pair.with_it.app.extensions["services"].sessions.begin() as session:
        offer = session.scalars(
            select(Offer).where(Offer.id == uuid.UUID(pair.made.hidden["offer_id"]))
        ).first()
        session.add(
            Offer(
                code="F-PLANTED", order_id=offer.order_id, firm_id=pair.made.firm_id, state="lapsed",
                urgent=False, price_cents=1, opened_at=NOW, expires_at=NOW,
            )
        )  # fmt: skip
    without, with_it = ask_both(pair, "office", "GET", "/portal/offers")
    assert without != with_it
