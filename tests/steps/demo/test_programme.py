"""The demo programme is what the product promises to show, and it is made by the product's own steps."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from web.services import make_services
from worksorders.steps.demo import find_people, programme
from worksorders.store.tables.firms.contractors import Firm, RateCard, Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.finance import Invoice, InvoiceException, LedgerEntry
from worksorders.store.tables.plans.planning import PlanUnassigned
from worksorders.store.tables.work.cases import Assessment
from worksorders.store.tables.work.orders import Visit, WorksOrder

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(new_database, vault_key_file):
    """One demo programme for all tests of this file: its services and how long it took."""
    with new_database() as database:
        services = make_services(database.app_url, vault_key_file)
        began = time.process_time()
        programme.load(services.sessions, services.cipher, 1, NOW)
        yield services, time.process_time() - began
        services.engine.dispose()


def count(made, table, *conditions):
    with made[0].sessions() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions))


def states(made, column):
    with made[0].sessions() as session:
        return dict(session.execute(select(column, func.count()).group_by(column)).all())


@pytest.mark.slow
def test_it_has_the_promised_firms_people_and_rate_cards(made):
    assert count(made, Firm) == 40
    assert 55 <= count(made, Worker) <= 65
    assert count(made, RateCard) == 80
    roles = states(made, AppUser.role)
    assert (roles["coordinator"], roles["finance"], roles["administrator"]) == (2, 3, 2)
    assert count(made, AppUser, AppUser.is_demo.is_(False)) == 0


@pytest.mark.slow
def test_orders_are_in_many_states_and_assessments_wait(made):
    orders = states(made, WorksOrder.state)
    assert 55 <= sum(orders.values()) <= 65
    assert {"draft", "consent_pending", "ready", "issued", "closed", "on_hold", "cancelled"} <= set(orders)
    assert states(made, Assessment.state)["waiting"] >= 31
    assert states(made, Assessment.state)["handed_over"] >= 4
    assert {"done", "accepted", "unplanned"} <= set(states(made, Visit.state))


@pytest.mark.slow
def test_visits_without_a_place_have_several_different_reasons(made):
    """Usually four or more; how many depends on how far two seconds of planning came on a busy machine."""
    assert len(states(made, PlanUnassigned.reason)) >= 3


@pytest.mark.slow
def test_some_invoices_are_clean_and_some_wrong_and_the_books_balance(made):
    invoices = states(made, Invoice.state)
    assert {"paid", "exceptions"} <= set(invoices)
    assert count(made, InvoiceException, InvoiceException.state == "open") >= 3
    with made[0].sessions() as session:
        assert session.scalar(select(func.sum(LedgerEntry.amount_cents))) == 0


@pytest.mark.slow
def test_no_invented_name_or_street_lies_outside_the_vault(made):
    with made[0].sessions() as session:
        tables = session.scalars(
            text(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
        ).all()
        for table in tables:
            found = session.scalar(
                text(
                    f"SELECT count(*) FROM {table} t WHERE t::text ~ 'Example Road|Sample Street|Madeup Lane|Pretend Place'"
                )
            )
            assert found == 0, table


@pytest.mark.slow
def test_it_is_made_within_a_minute_and_a_half_of_one_processor_however_busy_the_machine(made):
    assert made[1] < 90


@pytest.mark.slow
def test_it_refuses_a_database_with_accounts(made):
    services = made[0]
    with pytest.raises(programme.NotEmptyError):
        programme.load(services.sessions, services.cipher, 1, NOW)


@pytest.mark.slow
def test_the_sign_ins_that_are_printed_exist(made):
    with made[0].sessions() as session:
        people = find_people.demo_people(session)
    assert {"mere", "tama", "sione"} <= {name for name, _, _ in people}
    assert any(role == "contractor" for _, _, role in people)
