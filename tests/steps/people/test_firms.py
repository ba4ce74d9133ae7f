"""Firms, workers and bank accounts: who may keep them, and what is refused."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests import factories
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.people import bank_accounts, firms, never_send, workers
from worksorders.steps.people.firms import FirmDetails, SchedularTax
from worksorders.steps.people.workers import Stretch, WorkerDetails

NOW = factories.NOW
TODAY = date(2026, 11, 24)
ACCOUNT = "01-0242-0100194-000"
KAURI = FirmDetails("Kauri Locks", nzbn="9429000000017", gst_number="49098576")
HEMI = WorkerDetails("Hēmi", "Walker", "Ōtaki", Decimal("-40.7583"), Decimal("175.15"), ("locksmith",))


@pytest.fixture
def admin(session):
    return factories.actor_of(factories.make_user(session, "administrator"))


@pytest.fixture
def firm(session, admin):
    return firms.add_firm(session, admin, KAURI, ["E7", "F1"], NOW)


@pytest.fixture
def contractor(session):
    other = factories.make_firm(session)
    return factories.actor_of(factories.make_user(session, "contractor", firm_id=other.id))


def test_numbers_of_a_firm_are_kept_in_their_written_form(session, firm):
    assert (firm.nzbn, firm.gst_number) == ("9429000000017", "49-098-576")
    assert [row.region_code for row in firm.regions] == ["E7", "F1"]


def test_every_wrong_number_is_named_at_its_field(session, admin, firm):
    wrong = FirmDetails("", nzbn="9429000000018", gst_number="49098577")
    with pytest.raises(FaultsError) as caught:
        firms.add_firm(session, admin, wrong, [], NOW)
    assert set(caught.value.by_field()) == {"name", "nzbn", "gst_number"}
    with pytest.raises(FaultsError, match="Kauri Locks has the NZBN"):
        firms.add_firm(session, admin, KAURI, [], NOW)


def test_a_declaration_is_refused_before_it_came_and_without_its_tax(session, admin, firm):
    for tax, words in (
        (SchedularTax(True, TODAY + timedelta(days=1)), "is in the future"),
        (SchedularTax(False, TODAY), "only where schedular tax applies"),
    ):
        with pytest.raises(FaultsError, match=words) as caught:
            firms.change_firm(session, admin, firm.id, dataclasses.replace(KAURI, tax=tax), ["E7"], NOW)
        assert set(caught.value.by_field()) == {"declaration_on"}
    assert (firm.schedular_tax, firm.declaration_on) == (False, None)


def test_a_contractor_does_not_say_how_its_firm_is_taxed(session, admin, firm):
    own = factories.actor_of(factories.make_user(session, "contractor", firm_id=firm.id))
    taxed = dataclasses.replace(KAURI, tax=SchedularTax(True))
    firms.change_firm(session, admin, firm.id, taxed, ["E7"], NOW)
    with pytest.raises(NotPermittedError, match="by an administrator"):
        firms.change_firm(session, own, firm.id, dataclasses.replace(KAURI, tax=SchedularTax()), ["E7"], NOW)
    firms.change_firm(session, own, firm.id, KAURI, ["E7"], NOW)
    assert firm.schedular_tax


def test_regions_are_replaced(session, admin, firm):
    firms.change_firm(session, admin, firm.id, KAURI, ["F1", "G2"], NOW)
    session.expire_all()
    assert [row.region_code for row in firm.regions] == ["F1", "G2"]
    assert firms.find_firms(session, region="E7").total == 0
    assert firms.find_firms(session, region="G2", text="kauri").rows[0].code == firm.code


def test_another_firm_does_not_exist_for_a_contractor(session, admin, firm, contractor):
    worker = workers.add_worker(session, admin, firm.id, HEMI)
    absence = workers.add_absence(session, admin, worker.id, TODAY, TODAY)
    for action in (
        lambda: firms.change_firm(session, contractor, firm.id, KAURI, [], NOW),
        lambda: workers.add_worker(session, contractor, firm.id, HEMI),
        lambda: workers.change_worker(session, contractor, worker.id, HEMI),
        lambda: workers.set_hours(session, contractor, worker.id, []),
        lambda: workers.set_on_call(session, contractor, worker.id, on_call=True),
        lambda: workers.add_absence(session, contractor, worker.id, TODAY, TODAY),
        lambda: workers.remove_absence(session, contractor, absence.id),
        lambda: bank_accounts.enter(session, contractor, firm.id, ACCOUNT, NOW),
    ):
        with pytest.raises(NotFoundError):
            action()


def test_a_contractor_keeps_its_own_workers(session, contractor):
    worker = workers.add_worker(session, contractor, contractor.firm_id, HEMI)
    workers.set_hours(session, contractor, worker.id, [Stretch(5, 540, 720), Stretch(5, 780, 900)])
    assert [(h.weekday, h.opens_minute) for h in worker.hours] == [(5, 540), (5, 780)]


def test_faults_of_a_worker_are_all_named(session, admin, firm):
    wrong = dataclasses.replace(
        HEMI, first_name="", base_lat=Decimal(12), trades=("plumber",), max_travel_minutes=0
    )
    with pytest.raises(FaultsError) as caught:
        workers.add_worker(session, admin, firm.id, wrong)
    assert set(caught.value.by_field()) == {"first_name", "base_town", "trades", "max_travel_minutes"}


def test_hours_that_overlap_or_run_backwards_are_named_by_their_day(session, admin, firm):
    worker = workers.add_worker(session, admin, firm.id, HEMI)
    with pytest.raises(FaultsError) as caught:
        workers.set_hours(
            session, admin, worker.id, [Stretch(0, 480, 720), Stretch(0, 700, 900), Stretch(2, 600, 600)]
        )
    assert set(caught.value.by_field()) == {"hours-0", "hours-2"}
    assert len(worker.hours) == 5


def test_absences_end_after_they_begin_and_old_ones_are_left_out(session, admin, firm):
    worker = workers.add_worker(session, admin, firm.id, HEMI)
    with pytest.raises(FaultsError, match="before the first"):
        workers.add_absence(session, admin, worker.id, TODAY, TODAY - timedelta(days=1))
    workers.add_absence(session, admin, worker.id, TODAY - timedelta(days=9), TODAY - timedelta(days=1))
    kept = workers.add_absence(session, admin, worker.id, TODAY, TODAY)
    assert [row.id for row in workers.absences_from(session, worker.id, TODAY)] == [kept.id]


def test_a_bank_account_is_verified_by_another_person_once(session, admin, firm):
    second = factories.actor_of(factories.make_user(session, "finance"))
    row = bank_accounts.enter(session, admin, firm.id, "01 0242 0100194 00", NOW)
    assert row.number == ACCOUNT
    assert bank_accounts.account_to_pay(session, firm.id) is None
    with pytest.raises(NotPermittedError, match="another person"):
        bank_accounts.verify(session, admin, row.id, "deposit slip seen", NOW)
    with pytest.raises(FaultsError, match="how you verified"):
        bank_accounts.verify(session, second, row.id, "ok", NOW)
    bank_accounts.verify(session, second, row.id, "deposit slip seen", NOW)
    assert bank_accounts.account_to_pay(session, firm.id).id == row.id
    with pytest.raises(RefusedError, match="already"):
        bank_accounts.verify(session, second, row.id, "deposit slip seen", NOW)


def test_an_account_that_nobody_verified_changes_nothing_and_overtakes_older_ones(session, admin, firm):
    second = factories.actor_of(factories.make_user(session, "finance"))
    first = bank_accounts.enter(session, admin, firm.id, ACCOUNT, NOW)
    bank_accounts.verify(session, second, first.id, "deposit slip seen", NOW)
    later = bank_accounts.enter(session, admin, firm.id, "01-902-0068389-00", NOW + timedelta(hours=1))
    latest = bank_accounts.enter(session, admin, firm.id, ACCOUNT, NOW + timedelta(hours=2))
    assert bank_accounts.account_to_pay(session, firm.id).id == first.id
    assert [row.account.id for row in bank_accounts.waiting(session)] == [latest.id]
    with pytest.raises(RefusedError, match="newer"):
        bank_accounts.verify(session, second, later.id, "deposit slip seen", NOW)
    with pytest.raises(FaultsError, match="not a New Zealand bank account"):
        bank_accounts.enter(session, admin, firm.id, "06-0101-0000000-00", NOW)


def test_a_contractor_may_enter_its_account_and_never_verify_one(session):
    firm = factories.make_firm(session)
    one, two = (
        factories.actor_of(factories.make_user(session, "contractor", firm_id=firm.id)) for _ in range(2)
    )
    row = bank_accounts.enter(session, one, firm.id, ACCOUNT, NOW)
    with pytest.raises(NotFoundError):
        bank_accounts.verify(session, two, row.id, "deposit slip seen", NOW)


def test_never_send_is_for_coordinators_alone(session, admin, firm):
    mere = factories.actor_of(factories.make_user(session, "coordinator"))
    case = factories.make_case(session)
    never_send.add(session, mere, case.id, firm_id=firm.id, now=NOW)
    never_send.add(session, mere, case.id, firm_id=firm.id, now=NOW)
    found = never_send.of_case(session, mere, case.id)
    assert [(row.name, row.source) for row in found] == [("Kauri Locks", "coordinator")]
    with pytest.raises(NotFoundError):
        never_send.of_case(session, admin, case.id)
    with pytest.raises(NotFoundError):
        never_send.add(session, admin, case.id, firm_id=firm.id, now=NOW)
    never_send.remove(session, mere, case.id, found[0].id)
    assert never_send.of_case(session, mere, case.id) == []
