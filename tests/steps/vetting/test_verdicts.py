"""A check counts once a second person has verified it, and each warning before it lapses is sent exactly once."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from catalogue.trade import TRADES
from tests import dispatching as world
from tests import factories, pdfs
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.domain.people.check_kinds import STARTING_KINDS, starting_register
from worksorders.steps.actor import NotFoundError
from worksorders.steps.people import check_documents, checks
from worksorders.steps.people.check_register import load_register
from worksorders.steps.people.checks import CheckDetails
from worksorders.steps.people.eligibility import eligible_workers
from worksorders.steps.vetting import kinds, verdicts, warnings
from worksorders.steps.vetting.kinds import KindDetails
from worksorders.store.tables.firms.contractors import CheckDocument, VettingCheck
from worksorders.store.tables.firms.vetting import CheckWarning
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.telling import OutgoingMessage

NOW = world.NOW
TODAY = date(2026, 11, 24)


@pytest.fixture
def admins(session):
    return [factories.actor_of(factories.make_user(session, "administrator")) for _ in range(2)]


@pytest.fixture
def firm(session):
    return world.cleared_firm(session)


def enter(session, actor, firm, kind="police_vetting", expires_on=TODAY + timedelta(days=400)):
    details = CheckDetails(kind, "N-1", "Issuer", date(2026, 1, 5), expires_on)
    return checks.record(session, actor, details, worker_id=firm.workers[0].id, now=NOW)


def cleared(session, firm, case_id):
    people = eligible_workers(session, case_id=case_id, trade="locksmith", region_code="E7", on=TODAY)
    return firm.workers[0].id in {person.worker_id for person in people}


def timers(session, check):
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == warnings.WARN))
    return {row.payload["days"]: row.wanted_at for row in rows if row.payload["check_id"] == str(check.id)}


def test_a_check_counts_only_once_another_person_has_verified_it(session, admins, firm):
    case = factories.make_case(session)
    old = session.scalars(
        select(VettingCheck).where(
            VettingCheck.worker_id == firm.workers[0].id, VettingCheck.kind == "police_vetting"
        )
    ).one()
    verdicts.revoke(session, admins[0], old.id, "Withdrawn by the police", NOW)
    new = enter(session, admins[0], firm)
    assert not cleared(session, firm, case.id)
    with pytest.raises(NotPermittedError, match="ask another"):
        verdicts.verify(session, admins[0], new.id, NOW)
    verdicts.verify(session, admins[1], new.id, NOW)
    assert cleared(session, firm, case.id)
    with pytest.raises(RefusedError, match="verified already"):
        verdicts.verify(session, admins[1], new.id, NOW)


def test_a_refused_check_never_counts_and_keeps_its_reason(session, admins, firm):
    new = enter(session, admins[0], firm)
    with pytest.raises(FaultsError):
        verdicts.refuse(session, admins[1], new.id, " ", NOW)
    verdicts.refuse(session, admins[1], new.id, "Another name on it", NOW)
    assert (new.state, new.refusal) == ("refused", "Another name on it")
    assert timers(session, new) == {}


def test_waiting_checks_say_who_entered_them_and_are_nobodys_business_outside(session, admins, firm):
    new = enter(session, admins[0], firm)
    row = next(row for row in verdicts.waiting(session, admins[0], NOW) if row.id == new.id)
    assert (row.mine, row.firm, row.entered_by) == (True, firm.name, admins[0].name)
    with pytest.raises(NotFoundError):
        verdicts.verify(session, world.account(session, firm), new.id, NOW)


def test_a_kind_that_needs_evidence_is_not_verified_without_it(session, services, admins, firm):
    details = KindDetails(
        "asbestos_course", "Asbestos course", "worker", ("carpenter",), evidence_needed=True
    )
    kinds.add(session, admins[0], details, TODAY, NOW)
    new = enter(session, admins[0], firm, "asbestos_course", None)
    with pytest.raises(FaultsError, match="document"):
        verdicts.verify(session, admins[1], new.id, NOW)
    check_documents.keep(session, services.cipher, admins[0], new.id, pdfs.plain(), NOW)
    assert verdicts.verify(session, admins[1], new.id, NOW).state == "verified"


def test_timers_wait_at_60_30_and_7_days_at_eight_in_the_morning(session, admins, firm):
    new = enter(session, admins[0], firm, expires_on=date(2027, 6, 30))
    verdicts.verify(session, admins[1], new.id, NOW)
    found = {days: at.astimezone(world.LOCAL) for days, at in timers(session, new).items()}
    assert {days: (at.date(), at.hour) for days, at in found.items()} == {
        days: (date(2027, 6, 30) - timedelta(days=days), 8) for days in (60, 30, 7)
    }


def test_of_warnings_that_have_passed_only_the_nearest_is_sent(session, admins, firm):
    new = enter(session, admins[0], firm, expires_on=TODAY + timedelta(days=20))
    verdicts.verify(session, admins[1], new.id, NOW)
    found = timers(session, new)
    assert sorted(found) == [7, 30]
    assert found[30] == NOW < found[7]


def test_a_warning_is_sent_once_to_the_firm_and_to_each_administrator(session, admins, firm):
    firm.email = "office@firm.example"
    # The world's own vetting goes: nothing renews the new check, which lapses first.
    new = enter(session, admins[0], firm, "induction", TODAY + timedelta(days=20))
    for old in session.scalars(
        select(VettingCheck).where(VettingCheck.kind == "induction", VettingCheck.id != new.id)
    ):
        old.expires_on = TODAY
    verdicts.verify(session, admins[1], new.id, NOW)
    assert [warnings.warn(session, new.id, 30, NOW) for _ in range(3)] == [True, False, False]
    sent = session.scalars(select(OutgoingMessage)).all()
    assert [row.template for row in sent if row.firm_id == firm.id] == ["firm_update"]
    assert {row.user_id for row in sent if row.user_id} == {admin.user_id for admin in admins}
    assert [row.days for row in session.scalars(select(CheckWarning))] == [30]
    assert [row.label for row in warnings.sent(session, NOW, firm_id=firm.id)] == ["Safety induction"]
    assert warnings.sent(session, NOW, firm_id=uuid.uuid4()) == []


@pytest.mark.parametrize("gone", ["renewed", "stopped", "revoked"])
def test_nobody_is_warned_of_what_no_longer_matters(session, admins, firm, gone):
    new = enter(session, admins[0], firm, "induction", TODAY + timedelta(days=20))
    verdicts.verify(session, admins[1], new.id, NOW)
    if gone != "renewed":
        for old in session.scalars(
            select(VettingCheck).where(VettingCheck.kind == "induction", VettingCheck.id != new.id)
        ):
            old.expires_on = TODAY
    if gone == "stopped":
        firm.workers[0].active = False
    if gone == "revoked":
        verdicts.revoke(session, admins[0], new.id, "Withdrawn", NOW)
    session.flush()
    assert warnings.warn(session, new.id, 30, NOW) is False
    assert session.scalars(select(CheckWarning)).all() == []


def test_documents_kept_before_sealing_are_sealed_once_and_open_as_before(session, services, admins, firm):
    new = enter(session, admins[0], firm)
    clear = b"%PDF-1.7 kept in the clear"
    session.add(
        CheckDocument(check_id=new.id, media_type="application/pdf", content=clear, sha256=b"", stored_at=NOW)
    )
    session.flush()
    assert check_documents.read(session, services.cipher, admins[0], new.id, "Look at it").content == clear
    assert check_documents.seal_kept(session, services.cipher) == 1
    session.flush()
    assert clear not in session.get(CheckDocument, new.id).content
    assert check_documents.read(session, services.cipher, admins[0], new.id, "Look at it").content == clear
    assert check_documents.seal_kept(session, services.cipher) == 0


def test_the_starting_kinds_of_the_database_are_those_of_the_rules(session):
    stored = {replace(kind, first_on=date.min, alternative="") for kind in load_register(session).kinds}
    assert stored == {replace(kind, alternative="") for kind in STARTING_KINDS}
    for trade in TRADES:
        asked = [
            {need.kinds for need in register.needs_of(trade, TODAY)}
            for register in (load_register(session), starting_register())
        ]
        assert {frozenset(kinds) for kinds in asked[0]} == {frozenset(kinds) for kinds in asked[1]}


def test_a_kind_asked_for_from_tomorrow_stops_nobody_today(session, admins, firm):
    case = factories.make_case(session)
    kinds.add(
        session, admins[0], KindDetails("first_aid", "First aid", "worker"), TODAY + timedelta(days=1), NOW
    )

    def people_on(on):
        found = eligible_workers(session, case_id=case.id, trade="locksmith", region_code="E7", on=on)
        return firm.workers[0].id in {person.worker_id for person in found}

    assert people_on(TODAY)
    assert not people_on(TODAY + timedelta(days=1))


def test_kinds_are_kept_by_administrators_alone_and_never_rewritten(session, admins):
    coordinator = factories.actor_of(factories.make_user(session, "coordinator"))
    details = KindDetails("first_aid", "First aid", "worker")
    with pytest.raises(NotFoundError):
        kinds.add(session, coordinator, details, TODAY, NOW)
    row = kinds.add(session, admins[0], details, TODAY + timedelta(days=3), NOW)
    with pytest.raises(FaultsError, match="a day later"):
        kinds.change(session, admins[0], row.id, details, TODAY + timedelta(days=3), NOW)
    kinds.change(session, admins[0], row.id, details, TODAY + timedelta(days=5), NOW)
    with pytest.raises(RefusedError):
        kinds.end(session, admins[0], row.id, TODAY + timedelta(days=9), NOW)
    row.label = "Something else"
    with pytest.raises(DBAPIError, match=r"permission denied|last day"):
        session.flush()
