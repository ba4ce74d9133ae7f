"""The long lists: a total order over pages, filters that agree with the export, and a constant number of queries."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from tests import factories, referrals
from tools.bench import make_many_orders
from web.embedded.engines import OWNER_ROLE
from web.services import make_services
from worksorders.domain.disclosure import policy
from worksorders.domain.errors import FaultsError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.admin import trail
from worksorders.steps.admin.find_users import find_users
from worksorders.steps.finance.find.queue import QueueFilter, find_queue
from worksorders.steps.intake.find_assessments import find_assessments
from worksorders.steps.lists import page
from worksorders.steps.lists.find import REGISTERS, register_of
from worksorders.steps.lists.register import Wanted
from worksorders.steps.ordering.find.orders import OrderFilter, find_orders
from worksorders.steps.people.firms import find_firms
from worksorders.steps.safety.find.insecure import find_insecure
from worksorders.steps.site.find import day, to_accept
from worksorders.steps.site.find.open_offers import open_offers
from worksorders.steps.site.find.refused import refused_visits
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.orders import WorksOrder

NOW = factories.NOW
OTHER_LISTS = {
    "orders by deadline": lambda session: find_orders(session, OrderFilter(state="")),
    "assessments by class": lambda session: find_assessments(session, ""),
    "queue of invoices": lambda session: find_queue(session, QueueFilter("all")),
    "audit trail": lambda session: trail.read_trail(session, trail.Filter()),
    "visits of today": lambda session: day.visits_of_today(session, NOW),
    "visits that ended early": lambda session: day.ended_early(session, NOW),
    "visits that nobody took": refused_visits,
    "homes insecure now": lambda session: find_insecure(session, NOW),
    "open offers": open_offers,
    "work to accept": to_accept.work_to_accept,
    "firms": find_firms,
    "accounts": find_users,
}


# Lists that people leaf through by numbers: a page of each, and what tells its rows apart.
NUMBERED = {
    "orders by deadline": (lambda s, n: find_orders(s, OrderFilter(state=""), n), "id"),
    "visits of today": (lambda s, n: day.visits_of_today(s, NOW, n), "id"),
    "visits that ended early": (lambda s, n: day.ended_early(s, NOW, n), "id"),
    "visits that nobody took": (refused_visits, "visit_id"),
    "open offers": (open_offers, "id"),
    "homes insecure now": (lambda s, n: find_insecure(s, NOW, page=n, size=4).homes, "assessment_id"),
}


@contextmanager
def filled(new_database, vault_key_file, orders):
    """A database with so many orders, most of them closed, made by SQL."""
    with new_database() as database:
        services = make_services(database.app_url, vault_key_file)
        with database.connect(OWNER_ROLE) as connection:
            make_many_orders.fill(connection, orders)
        yield services
        services.engine.dispose()


@pytest.fixture(scope="module")
def few(new_database, vault_key_file):
    with filled(new_database, vault_key_file, 100) as services:
        yield services


@pytest.fixture(scope="module")
def many(new_database, vault_key_file):
    with filled(new_database, vault_key_file, 400) as services:
        yield services


def queries(services, read):
    """How many statements a reading takes."""
    counted = []
    count = lambda *_: counted.append(1)
    with services.sessions() as session:
        session.connection()
        event.listen(services.engine, "before_cursor_execute", count)
        read(session)
        event.remove(services.engine, "before_cursor_execute", count)
    return len(counted)


def pages(session, register, wanted=None, size=7):
    after, found = None, []
    while True:
        one = page.read_page(session, register, wanted or Wanted(), after=after, size=size)
        assert len(one.rows) <= size
        found += one.rows
        after = one.after
        if after is None:
            return found


@pytest.mark.parametrize("name", REGISTERS)
def test_a_page_takes_one_query_and_its_count_another_however_many_rows(few, many, name):
    register = REGISTERS[name]
    for read in (page.read_page, page.count):
        assert queries(few, lambda s, r=read: r(s, register, Wanted())) == 1
        assert queries(many, lambda s, r=read: r(s, register, Wanted())) == 1


@pytest.mark.parametrize("name", OTHER_LISTS)
def test_every_other_list_takes_as_many_queries_for_many_rows_as_for_few(few, many, name):
    assert queries(few, OTHER_LISTS[name]) == queries(many, OTHER_LISTS[name])


@pytest.mark.parametrize("name", REGISTERS)
def test_pages_show_every_row_once_in_a_total_order(many, name):
    register = REGISTERS[name]
    with many.sessions() as session:
        found = [row["id"] for row in pages(session, register, size=37)]
        whole = [row["id"] for row in page.read_page(session, register, Wanted(), size=5000).rows]
        assert found == whole
        assert len(set(found)) == len(found)
        assert page.count(session, register, Wanted()) == page.Count(len(found), more=False)


@pytest.mark.parametrize("name", NUMBERED)
def test_numbered_pages_hold_every_row_once_and_the_last_stands_for_all_beyond(many, name):
    read, key = NUMBERED[name]
    with many.sessions() as session:
        first = read(session, 1)
        every = [read(session, number) for number in range(1, first.pages + 1)]
        found = [getattr(row, key) for page_ in every for row in page_.rows]
        assert len(found) == len(set(found)) == first.count
        assert read(session, 999) == every[-1]
        assert read(session, -3) == first


def test_orders_that_are_over_come_after_all_others(many):
    with many.sessions() as session:
        pages_ = [find_orders(session, OrderFilter(state=""), number) for number in range(1, 17)]
        over = [row.state in {"closed", "cancelled", "superseded"} for page_ in pages_ for row in page_.rows]
        assert over == sorted(over)
        assert {True, False} == set(over)
        due = [row.next_due_at for page_ in pages_ for row in page_.rows if row.next_due_at]
        assert due == sorted(due)


def test_a_row_that_comes_meanwhile_moves_nothing_on_later_pages(session):
    user = factories.make_user(session)
    for _ in range(5):
        referrals.bare_order(session, user)
    orders = REGISTERS["orders"]
    first = page.read_page(session, orders, Wanted(), size=2)
    late = referrals.bare_order(session, user)
    late.raised_at = NOW + timedelta(days=1)
    session.flush()
    rest = page.read_page(session, orders, Wanted(), after=first.after, size=10)
    seen = [row["id"] for row in (*first.rows, *rest.rows)]
    assert len(seen) == len(set(seen)) == 5
    assert late.id not in seen


def test_filters_narrow_a_list_by_what_they_name(many):
    with many.sessions() as session:
        orders = REGISTERS["orders"]
        chosen = Wanted(
            state="closed", urgency="P2", region="E7", from_on=date(2023, 1, 1), to_on=date(2025, 12, 31)
        )
        found = pages(session, orders, chosen)
        every = session.scalars(
            select(WorksOrder.id).where(
                WorksOrder.state == "closed", WorksOrder.urgency == "P2", WorksOrder.region_code == "E7"
            )
        ).all()
        assert found
        assert {row["id"] for row in found} <= set(every)
        assert {(row["state"], row["class"], row["region"]) for row in found} == {("closed", "P2", "E7")}
        assert all(date(2022, 12, 31) <= row["raised_at"].date() <= date(2025, 12, 31) for row in found)


def test_a_code_finds_its_order_and_a_firm_its_visits(many):
    with many.sessions() as session:
        assert [row["code"] for row in pages(session, REGISTERS["orders"], Wanted(text=" w-many-7 "))] == [
            "W-MANY-7"
        ]
        assert {row["order"] for row in pages(session, REGISTERS["visits"], Wanted(text="W-MANY-6"))} == {
            "W-MANY-6"
        }
        visit = page.read_page(session, REGISTERS["visits"], Wanted(state="done")).rows[0]
        firm = session.get(WorksOrder, visit["order_id"]).visits[0].firm_id
        found = pages(session, REGISTERS["visits"], Wanted(firm_id=firm), size=50)
        assert {row["firm"] for row in found} == {visit["firm"]}


def test_a_reader_of_some_regions_sees_no_other(many):
    with many.sessions() as session:
        for name in ("orders", "visits", "offers", "assessments", "invoices"):
            found = pages(session, REGISTERS[name], Wanted(regions=frozenset({"E7"})), size=100)
            assert found
            assert {row["region"] for row in found} == {"E7"}, name
            asked = Wanted(region="F8", regions=frozenset({"E7"}))
            assert pages(session, REGISTERS[name], asked) == []
        assert pages(session, REGISTERS["workers"], Wanted(regions=frozenset({"E7"}))) == []


@pytest.mark.parametrize("broken", ["x", "W10", "bnVsbA", "🥝", "A" * 500])
def test_a_broken_cursor_is_refused_in_words(many, broken):
    with many.sessions() as session, pytest.raises(FaultsError, match="end of a page"):
        page.read_page(session, REGISTERS["orders"], Wanted(), after=broken)


def test_an_export_has_the_rows_of_the_filter_in_their_order_and_leaves_a_trace(many):
    with many.sessions() as session:
        actor = factories.actor_of(factories.make_user(session))
        orders = register_of(actor, "orders")
        wanted = Wanted(state="issued", text="")
        written = page.export(session, actor, orders, wanted).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(written)))
        assert [row["code"] for row in rows] == [
            row["code"] for row in pages(session, orders, wanted, size=100)
        ]
        session.flush()
        kept = session.scalars(select(AuditEvent).where(AuditEvent.action == "list.exported")).one()
        assert kept.detail == {"list": "orders", "rows": len(rows), "state": "issued"}
        session.rollback()


def test_an_export_gives_no_spreadsheet_a_formula_and_keeps_no_typed_text(session):
    user = factories.make_user(session)
    order = referrals.bare_order(session, user)
    order.assessment.agency = '=HYPERLINK("http://example.org")'
    session.flush()
    actor = factories.actor_of(user)
    written = page.export(
        session, actor, REGISTERS["assessments"], Wanted(text=order.assessment.code)
    ).decode()
    assert "'=HYPERLINK" in written
    session.flush()
    kept = session.scalars(select(AuditEvent).where(AuditEvent.action == "list.exported")).one()
    assert kept.detail["text"] == "given"


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("coordinator", {"orders", "visits", "offers", "assessments", "plans", "workers", "checks"}),
        ("administrator", {"orders", "workers", "checks"}),
        ("finance", {"invoices"}),
        ("auditor", set()),
    ],
)
def test_a_list_of_another_role_does_not_exist(session, role, seen):
    actor = factories.actor_of(factories.make_user(session, role))
    for name, register in REGISTERS.items():
        if name in seen:
            assert register_of(actor, name) == register.seen_by(actor.role)
            continue
        with pytest.raises(NotFoundError):
            register_of(actor, name)
        with pytest.raises(NotFoundError):
            page.export(session, actor, register, Wanted())


def test_a_list_has_the_columns_that_the_disclosure_table_lets_the_role_see(session, monkeypatch):
    actor = factories.actor_of(factories.make_user(session, "administrator"))
    assert "permanent_due_at" in {one.name for one in register_of(actor, "orders").columns}
    monkeypatch.setattr(policy, "TABLE", {})
    left = {one.name for one in register_of(actor, "orders").columns}
    assert left == {"class", "raised_at", "issued_on", "closed_at", "lines"}
