"""A database with people of every kind and another firm's rows, for the walk over every route."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import inspect, select, text

from tests import dispatching, factories
from tests.varying import waiting
from tests.web.conftest import Browser, Clock
from web import create_app
from web.services import make_services
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import USER_ROLES, Role
from worksorders.steps.limits import delegations
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.own_firm import requests as own_requests
from worksorders.steps.people import bank_accounts, workers
from worksorders.steps.proposals.ask import propose
from worksorders.store.tables.identity.people import AppUser, UserSession
from worksorders.store.tables.work.offers import Offer

REACHED = "the view was reached"


@pytest.fixture(scope="module")
def world(new_database, vault_key_file):
    """One database with an account of every kind, and a firm whose rows are no business of the contractor's."""
    with new_database() as database, contextlib.ExitStack() as closing:
        services = make_services(database.app_url, vault_key_file)
        closing.callback(services.engine.dispose)
        made = create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "CLOCK": Clock(), "TESTING": True})
        with services.sessions.begin() as session:
            own_firm = factories.make_firm(session)
            users = {
                role.value: factories.make_user(
                    session, role.value, own_firm.id if role is Role.CONTRACTOR else None
                )
                for role in USER_ROLES
            }
            users["disabled"] = factories.make_user(session, "administrator")
            users["locked"] = factories.make_user(session, "administrator")
            users["invited"] = factories.make_user(
                session, "administrator", password_expires_at=factories.NOW + timedelta(days=3)
            )
            own = {own_firm.id, *(worker.id for worker in own_firm.workers), *(u.id for u in users.values())}
            fill_with_another_firm(session, services.cipher)
        browsers = {"anonymous": Browser(made)}
        for name, user in users.items():
            browsers[name] = Browser(made)
            assert browsers[name].sign_in(user.sign_in_name).status_code == 303
        with services.sessions.begin() as session:
            session.get(AppUser, users["disabled"].id).disabled_at = factories.NOW
            idle = session.query(UserSession).filter_by(user_id=users["locked"].id).one()
            idle.last_seen_at = factories.NOW - timedelta(hours=1)
        with services.sessions() as session:
            foreign = foreign_keys(session, own)
        yield SimpleNamespace(
            app=made, browsers=browsers, users=users, services=services, foreign=foreign, guard=guard_of(made)
        )


def fill_with_another_firm(session, cipher):
    firm = dispatching.cleared_firm(session)
    office = dispatching.account(session, firm)
    worker = firm.workers[0]
    workers.add_absence(session, None, worker.id, factories.NOW.date(), factories.NOW.date())
    bank_accounts.enter(session, office, firm.id, "01-0242-0100194-00", factories.NOW)
    order = dispatching.issued_order(session, [firm], cipher=cipher, visits=2)
    plan = dispatching.publish(session, order, firm)
    offer_published_visits(session, plan.id, factories.NOW)
    waiting(session, order.visits[0], office)
    lender, borrower = factories.make_user(session), factories.make_user(session)
    today = local_day(factories.NOW)
    loan = delegations.Loan(lender.id, borrower.id, today, today, 100, "On leave")
    delegations.delegate(session, factories.actor_of(lender), loan, factories.NOW)
    own_requests.ask_regions(session, office, ["E7", "E8"], factories.NOW)
    offer = session.scalars(select(Offer).where(Offer.firm_id == firm.id)).one()
    later = factories.NOW + timedelta(days=2)
    propose(session, office, offer.id, order.visits[0].id, later, factories.NOW)


def foreign_keys(session, own):
    """Every id by table, and every code, in the database that is not the contractor's own."""
    ids, codes, kept = {}, set(), {str(key) for key in own}
    for table in inspect(session.connection()).get_table_names(schema="public"):
        columns = {column["name"] for column in inspect(session.connection()).get_columns(table)}
        if "id" in columns and table not in {"audit_event", "user_session"}:
            found = {str(row[0]) for row in session.execute(text(f"SELECT id FROM {table}"))} - kept
            ids |= {table: sorted(found)} if found else {}
        if "code" in columns:
            codes |= {str(row[0]) for row in session.execute(text(f"SELECT code FROM {table}"))}
    own_codes = {
        code
        for (code,) in session.execute(text("SELECT code FROM firm WHERE id = ANY(:own)"), {"own": list(own)})
    }
    return SimpleNamespace(ids=ids, codes=sorted(codes - own_codes))


def guard_of(app):
    """The same application with every view replaced by one word."""
    bare = create_app(
        {
            "SECRET_KEY": app.config["SECRET_KEY"],
            "SERVICES": app.config["SERVICES"],
            "CLOCK": app.config["CLOCK"],
            "TESTING": True,
            "WTF_CSRF_CHECK_DEFAULT": False,
        }
    )
    for endpoint in bare.view_functions:
        bare.view_functions[endpoint] = lambda **_: REACHED
    return bare
