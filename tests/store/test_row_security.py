"""Behind every query stands the database's own rule of whose rows it shows, for routes that forgot to ask."""

from __future__ import annotations

import contextlib
import uuid

import pytest
from flask import Blueprint
from sqlalchemy import select, text

from tests import dispatching, factories
from tests.web.conftest import Browser, Clock
from web import create_app
from web.access import SIGNED_IN, declare
from web.edge import db
from web.services import make_services
from worksorders.steps.offers.published import offer_published_visits
from worksorders.store.scope import HOUSE, Scope, as_house, narrow
from worksorders.store.tables import Base
from worksorders.store.tables.confidential.walls import Wall
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit, WorksOrder

TABLES = sorted(table.name for table in Base.metadata.tables.values() if table.schema is None)
# Tables that show nothing of a case, a home or a firm: what everybody works with.
COMMON = {"audit_chain", "catalogue_version", "check_kind", "setting"}


@pytest.fixture(scope="module")
def world(new_database, vault_key_file):
    """Two firms with an offered order each, an officer, and a coordinator walled off from the second case."""
    with new_database() as database, contextlib.ExitStack() as closing:
        services = make_services(database.app_url, vault_key_file)
        closing.callback(services.engine.dispose)
        with services.sessions.begin() as session:
            made = []
            for _ in range(2):
                firm = dispatching.cleared_firm(session)
                office = dispatching.account(session, firm)
                order = dispatching.issued_order(session, [firm], cipher=services.cipher, visits=2)
                plan = dispatching.publish(session, order, firm)
                offer_published_visits(session, plan.id, factories.NOW)
                made.append((firm, office, order))
            officer = factories.make_user(session, "privacy_officer")
            walled = factories.make_user(session, "coordinator")
            session.add(
                Wall(
                    id=uuid.uuid4(),
                    case_id=made[1][2].case_id,
                    user_id=walled.id,
                    raised_at=factories.NOW,
                    raised_by=officer.id,
                )
            )
            session.flush()
            yield_values = {
                "services": services,
                "database": database,
                "own": made[0],
                "other": made[1],
                "walled": factories.actor_of(walled),
                "officer": factories.actor_of(officer),
            }
        yield yield_values


def counts(session):
    return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) for name in TABLES}


def seen_by(world, scope):
    with world["services"].sessions() as session:
        narrow(session, scope)
        return counts(session)


def firm_scope(world, which="own"):
    office = world[which][1]
    return Scope("firm", office.user_id, office.firm_id)


def test_every_table_has_a_policy_that_binds_its_owner_too(world):
    with world["database"].connect("postgres") as connection:
        rows = connection.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
            " (SELECT array_agg(p.polname::text ORDER BY p.polname::text) FROM pg_policy p WHERE p.polrelid = c.oid)"
            " FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            " AND c.relname <> 'alembic_version' ORDER BY c.relname"
        ).fetchall()
    assert [row[0] for row in rows] == TABLES
    assert {row[0] for row in rows if not row[1] or row[2] != ["owner", "seen"]} == set()


def test_who_does_not_say_who_it_is_sees_nothing(world):
    with world["database"].connect() as connection:
        seen = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}
    assert {name for name, count in seen.items() if count} == set()
    with world["database"].connect() as connection:
        connection.execute("SELECT set_config('works.scope', 'stranger', false)")
        assert connection.execute("SELECT count(*) FROM firm").fetchone()[0] == 0


def test_the_house_sees_all_and_staff_without_a_wall_too(world):
    house = seen_by(world, HOUSE)
    assert house["works_order"] == 2
    assert seen_by(world, Scope("staff", world["officer"].user_id)) == house


def test_a_firm_sees_its_own_rows_and_none_of_anothers(world):
    house, own = seen_by(world, HOUSE), seen_by(world, firm_scope(world))
    assert (house["offer"], own["offer"]) == (2, 1)
    assert (house["works_order"], own["works_order"]) == (2, 1)
    assert (house["worker"], own["worker"]) == (2, 1)
    with world["services"].sessions() as session:
        narrow(session, firm_scope(world))
        assert session.scalars(select(WorksOrder.id)).all() == [world["own"][2].id]
        assert {v.order_id for v in session.scalars(select(Visit))} == {world["own"][2].id}
        assert {w.firm_id for w in session.scalars(select(Worker))} == {world["own"][0].id}


def test_what_is_the_offices_own_is_shown_to_no_firm(world):
    seen = seen_by(world, firm_scope(world))
    for table in (
        "assessment",
        "eligibility_answer",
        "ledger_entry",
        "outbox_message",
        "home_interest",
        "wall",
    ):
        assert seen[table] == 0, table


def test_a_route_that_forgot_its_filter_shows_no_other_firms_rows(world):
    app = create_app(
        {"SECRET_KEY": "x" * 40, "SERVICES": world["services"], "CLOCK": Clock(), "TESTING": True}
    )
    broken = Blueprint("broken", __name__)

    @broken.get("/broken")
    def everything():
        found = [*db().scalars(select(Offer.code)), *db().scalars(select(WorksOrder.code))]
        return " ".join([*found, *db().scalars(select(CaseFile.code))])

    app.register_blueprint(broken)
    declare(app, "broken", {"everything": SIGNED_IN})
    with world["services"].sessions() as session:
        office = session.get_one(factories.AppUser, world["own"][1].user_id)
        mine = session.scalars(select(Offer.code).where(Offer.firm_id == office.firm_id)).all()
        others = session.scalars(select(Offer.code).where(Offer.firm_id != office.firm_id)).all()
        name = office.sign_in_name
        order_code = session.get_one(WorksOrder, world["other"][2].id).code
        case_code = session.get_one(CaseFile, world["other"][2].case_id).code
    browser = Browser(app)
    assert browser.sign_in(name).status_code == 303
    page = browser.get("/broken").text
    assert all(code in page for code in mine)
    assert not any(code in page for code in [*others, order_code, case_code])


def test_a_wall_hides_the_case_and_all_that_hangs_on_it_and_nothing_else(world):
    house, walled = seen_by(world, HOUSE), seen_by(world, Scope("staff", world["walled"].user_id))
    for table in ("case_file", "assessment", "works_order", "offer"):
        assert walled[table] == house[table] - 1, table
    for table in ("visit", "works_line", "offer_visit", "opening"):
        assert walled[table] == house[table] // 2, table
    assert walled["firm"] == house["firm"]
    assert walled["wall"] == 0
    with world["services"].sessions() as session:
        offers = dict(session.execute(select(Offer.order_id, Offer.id)).all())
        narrow(session, Scope("staff", world["walled"].user_id))
        assert session.get(WorksOrder, world["other"][2].id) is None
        subjects = set(session.scalars(text("SELECT subject_id FROM audit_event")))
    assert offers[world["other"][2].id] not in subjects
    assert offers[world["own"][2].id] in subjects


def test_the_house_is_lent_for_a_block_and_taken_back_even_after_an_error(world):
    with world["services"].sessions() as session:
        narrow(session, firm_scope(world))
        with as_house(session):
            assert session.scalar(text("SELECT count(*) FROM firm")) == 2
        assert session.scalar(text("SELECT count(*) FROM firm")) == 1
        with pytest.raises(LookupError), as_house(session):
            raise LookupError
        assert session.scalar(text("SELECT count(*) FROM firm")) == 1
        session.rollback()
        assert session.scalar(text("SELECT count(*) FROM firm")) == 1


def test_a_firm_cannot_write_into_anothers_rows(world):
    with world["services"].sessions() as session:
        narrow(session, firm_scope(world))
        changed = session.execute(
            text("UPDATE firm SET name = 'Taken' WHERE id = :id"), {"id": world["other"][0].id}
        )
        assert changed.rowcount == 0
