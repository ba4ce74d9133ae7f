"""Rows in every state that has a page of its own, for the walk over all pages."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from PIL import Image
from sqlalchemy import select

from catalogue.item import Evidence
from tests import dispatching, factories, referrals
from tests.browser.exchange import fill_exchange
from tests.browser.invoices_in import fill_invoices_in
from tests.browser.small_programme import make_programme
from tests.steps.finance import paying
from tests.steps.planning.conftest import World
from web import jobs
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.steps import disclose, outbox
from worksorders.steps.account_changes import ask as ask_account
from worksorders.steps.account_changes.kinds import Kind
from worksorders.steps.account_changes.lending import ask_loan
from worksorders.steps.account_changes.loosening import ask_figures
from worksorders.steps.account_changes.machines import ask_token
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.aftercare import inspections
from worksorders.steps.completion.entry import KeyRow, LineEntry, PaperGiven
from worksorders.steps.duty import roster
from worksorders.steps.exchange.tokens import TokenDetails
from worksorders.steps.finance import clear, own_invoice
from worksorders.steps.finance.claims.schedule import make_schedule
from worksorders.steps.finance.payout import payer, runs
from worksorders.steps.finance.receive import receive_typed
from worksorders.steps.forget import holds
from worksorders.steps.intake.take_in import take_in
from worksorders.steps.limits import delegations
from worksorders.steps.limits.delegations import Loan
from worksorders.steps.offers import respond
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.ordering import approve
from worksorders.steps.ordering.raise_order import raise_order
from worksorders.steps.own_firm import people
from worksorders.steps.own_firm import requests as own_requests
from worksorders.steps.people import check_documents, checks
from worksorders.steps.people.checks import CheckDetails
from worksorders.steps.planning.request_plan import request_plan
from worksorders.steps.privacy import glass, walls
from worksorders.steps.proposals.ask import propose
from worksorders.steps.requests import flow
from worksorders.steps.requests.flow import Given
from worksorders.steps.safety import alarm_plan, hazards
from worksorders.steps.site import leave, photos, stop, travel
from worksorders.steps.site.checklist import save_checklist
from worksorders.steps.tell import api as tell
from worksorders.steps.tell import contacts
from worksorders.steps.tell.contacts import Reached
from worksorders.steps.varying.ask import ask
from worksorders.steps.varying.wishes import Wish
from worksorders.store.tables.firms.contractors import VettingCheck
from worksorders.store.tables.firms.vetting import CheckWarning
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.books import PatternFinding
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.plans.planning import Plan
from worksorders.store.tables.work.aftercare import Review
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import WorksOrder

NOW = factories.NOW


def actor(session, name):
    return factories.actor_of(session.scalars(select(AppUser).where(AppUser.sign_in_name == name)).one())


def fill(services):
    """Rows in every state that has a page of its own."""
    make_programme(services)
    with services.sessions.begin() as session:
        mere = actor(session, "mere")
        fill_intake(session, services.cipher, mere)
        firm = paying.paid_firm(session, workers=2)
        firm.name = "Tāwhai Home Security Limited"
        office = dispatching.account(session, firm, sign_in_name="office", display_name="Tāwhai, office")
        hemi = dispatching.account(
            session, firm, firm.workers[0], sign_in_name="hemi", display_name="Hēmi Example"
        )
        check = session.scalars(select(VettingCheck).where(VettingCheck.firm_id == firm.id)).first()
        check_documents.keep(session, services.cipher, office, check.id, picture_bytes(), NOW)
        fill_field(session, services.cipher, firm, office, hemi)
        order_id = session.scalars(select(WorksOrder.id).where(WorksOrder.state == "issued")).first()
        alarm_plan.record_plan(
            session,
            services.cipher,
            mere,
            order_id,
            reached=["police"],
            reference="",
            words="Ring 111",
            now=NOW,
        )
        hazards.note(session, mere, order_id, ["dog", "height"], NOW)
        fill_telling(session, mere, order_id)
        fill_supply(session, firm, office)
        fill_finance(session, firm, office)
        fill_invoices_in(session, services.cipher)
        fill_exchange(session, services.cipher, actor(session, "aroha"), mere, firm.code)
    fill_privacy(services)
    fill_plan(services)


def fill_privacy(services):
    """A reading to sign, a wall, wishes to break glass and to recover an account."""
    with services.sessions.begin() as session:
        people = {name: actor(session, name) for name in ("mere", "tama", "aroha", "hana", "daniel")}
        case = session.scalars(select(CaseFile).order_by(CaseFile.created_at, CaseFile.id)).first()
        walls.raise_wall(session, people["hana"], case.code, people["daniel"].user_id, NOW)
        holds.place(session, people["hana"], case.code, "Proceedings of the Family Court", NOW)
        asked = Given("client", local_day(NOW), "not_confirmed", code=case.code)
        flow.receive(session, people["hana"], asked, NOW)
        glass.ask(session, people["tama"], case.code, "The client called the wrong office", NOW)
        fill_accounts(session, people)
    disclose.read(
        services.sessions,
        services.cipher,
        people["mere"],
        case_ids=[case.id],
        kinds=[disclose.PERSON_NAME],
        purpose="Call the client back",
    )


def fill_accounts(session, people):
    """One of each that waits for a second person."""
    aroha, tama, mere = people["aroha"], people["tama"].user_id, people["mere"].user_id
    new = UserDetails("Ngaio Example", Role.COORDINATOR, raise_limit_cents=150_000)
    ask_account.ask_invite(session, aroha, "ngaio", new, "Starts on Monday, met her at the office", NOW)
    ask_account.ask_role(session, aroha, tama, UserDetails("Tama", Role.FINANCE), "Moves to finance", NOW)
    ask_account.ask_access(session, aroha, Kind.PASSWORD, mere, "Forgot it, called back", NOW)
    ask_account.ask_recovery(session, aroha, tama, "Lost the phone, came in person", NOW)
    reached = Reached("tama@example.org", "")
    ask_account.ask_contact(session, people["daniel"], tama, reached, "A new address", NOW)
    days = (NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=60))
    token = TokenDetails("Refuge casework", frozenset({"orders:read"}), days[1], frozenset({"E7"}))
    ask_token(session, aroha, token, "Tells advocates of the order’s state", NOW)
    ask_figures(session, aroha, "offers", {"address_window_hours": 24}, "Firms travel far in winter", NOW)
    ask_loan(session, aroha, Loan(mere, tama, *days, 1_000, "Mere is ill"), NOW)


def fill_intake(session, cipher, mere):
    """Assessments that wait, a home that was known, one handed over, one with a draft order."""
    take_in(session, cipher, mere, referrals.referral(), NOW)
    again = referrals.ReferredPerson("Hinemoa Sample", "+64215550196", (), "")
    take_in(session, cipher, mere, referrals.referral(agency="Police family harm team", person=again), NOW)
    away = referrals.referral(
        home=referrals.ReferredHome("3 Sample Street", referrals.TOWN, built_before_2000=False),
        person=referrals.ReferredPerson("Ana Pattern", "+64215550198", (), ""),
        answers=referrals.answers(lives_apart=False),
        advocate="Advocate of the refuge",
    )
    take_in(session, cipher, mere, away, NOW)
    urgent = referrals.referral(
        home=referrals.ReferredHome("5 Sample Street", referrals.TOWN, built_before_2000=False),
        person=referrals.ReferredPerson("Kiri Specimen", "+64215550197", (), ""),
        urgency="P1",
    )
    taken = take_in(session, cipher, mere, urgent, NOW)
    order = raise_order(session, mere, taken.assessment_id, NOW)
    approve.override(session, mere, order.id, "The door cannot be closed tonight", NOW)
    first, last = NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=9)
    loan = delegations.Loan(mere.user_id, actor(session, "aroha").user_id, first, last, 1_000, "On leave")
    delegations.delegate(session, mere, loan, NOW)


def fill_field(session, cipher, firm, office, hemi):
    """An open offer, an accepted visit, one on site with a photo, one done, one left unsafe."""
    start = dispatching.NOW + timedelta(hours=1)
    for place in range(5):
        order = dispatching.issued_order(session, [firm], cipher=cipher, evidence="photo|key register")
        plan = dispatching.publish(
            session, order, firm, start_at=start + place * timedelta(hours=1, minutes=10)
        )
        offer_published_visits(session, plan.id, NOW)
        if place == 0:
            continue
        offer = session.scalars(select(Offer).where(Offer.order_id == order.id)).one()
        respond.accept(session, office, offer.id, NOW)
        if place in (2, 3):
            (visit,) = order.visits
            dispatching.confirm(session, cipher, visit)
            travel.set_out(session, hemi, visit.id, NOW)
            travel.arrive(session, hemi, visit.id, NOW)
            photos.add_photo(
                session, hemi, visit.id, picture_bytes(), NOW, key=uuid.uuid4(), line_id=visit.lines[0].id
            )
        if place == 2:
            wish = Wish(
                Decimal(6), "More locks", uuid.uuid4(), visit.lines[0].id, 1, photos=[picture_bytes()]
            )
            ask(session, hemi, visit.id, wish, NOW)
        if place == 3:
            stop.leave_unsafe(session, hemi, visit.id, NOW)
    fill_aftercare(session, cipher, firm, office, hemi, start + timedelta(hours=7))


def fill_aftercare(session, cipher, firm, office, hemi, start):
    """Work that is done with keys and a paper to come, an inspection due, one that failed, a review."""
    mere, made = actor(session, "mere"), []
    papers = (PaperGiven("C-1", NOW.date(), picture_bytes()), PaperGiven(later=True))
    for day in (0, 1):
        order = dispatching.issued_order(
            session, [firm], cipher=cipher, evidence="key register|certificate of compliance"
        )
        point = {disclose.HOME_COORDINATES: "-36.8485,174.7633"}
        disclose.protect(session, cipher, order.case_id, order.case_id, point)
        at = start + timedelta(days=day)
        plan = dispatching.publish(session, order, firm, start_at=at)
        offer_published_visits(session, plan.id, NOW)
        offer = session.scalars(select(Offer).where(Offer.order_id == order.id)).one()
        respond.accept(session, office, offer.id, NOW)
        (visit,) = order.visits
        dispatching.confirm(session, cipher, visit)
        travel.set_out(session, hemi, visit.id, at)
        travel.arrive(session, hemi, visit.id, at)
        line = visit.lines[0]
        entry = LineEntry(
            line.id,
            line.quantity,
            keys=(KeyRow("7", 2, "client"),),
            papers={Evidence.CERTIFICATE_OF_COMPLIANCE: papers[day]},
        )
        save_checklist(session, hemi, visit.id, [entry], at, cipher=cipher)
        leave.leave(session, hemi, visit.id, {line.opening_id: "secure"}, now=at)
        inspection = inspections.request_inspection(session, mere, visit.id, at)
        made.append((order, line, inspection, at))
    order, line, inspection, at = made[0]
    found = inspections.LineFound(line.id, "fail", "Turns with any key", "faulty", (picture_bytes(),))
    inspections.record_inspection(session, mere, inspection.id, [found], now=at)
    session.add(Review(id=uuid.uuid4(), order_id=order.id, months=3, due_on=NOW.date()))
    session.flush()


def picture_bytes():
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, "JPEG")
    return written.getvalue()


def fill_supply(session, firm, office):
    """A check that waits for a second person, a warning sent, requests, a proposal, an absence over a visit."""
    aroha, worker = actor(session, "aroha"), firm.workers[0]
    details = CheckDetails(
        "induction", "N-77", "Programme office", NOW.date(), NOW.date() + timedelta(days=20)
    )
    checks.record(session, aroha, details, worker_id=worker.id, now=NOW)
    kept = session.scalars(select(VettingCheck).where(VettingCheck.worker_id == worker.id)).first()
    session.add(CheckWarning(check_id=kept.id, days=30, warned_at=NOW))
    own_requests.ask_regions(session, office, ["E7", "E8"], NOW)
    own_requests.ask_trades(session, office, worker.id, ["locksmith", "glazier"], NOW)
    offer = session.scalars(select(Offer).where(Offer.state == "open", Offer.firm_id == firm.id)).first()
    propose(session, office, offer.id, offer.visits[0].visit_id, NOW + timedelta(days=2), NOW)
    people.add_absence(
        session, office, worker.id, NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=2), now=NOW
    )


def fill_telling(session, mere, order_id):
    """Somebody on duty who is called, a call that waits, and a message without a server."""
    contacts.set_contact(session, mere, mere.user_id, "mere@example.org", "+6421555012", NOW)
    roster.set_turns(
        session,
        mere,
        mere.user_id,
        region_code=None,
        rank=1,
        first_on=local_day(NOW),
        days=3,
        part="whole",
        now=NOW,
    )
    tell.alert_duty(session, "overdue", order_id, None, NOW)
    tell.raise_call_task(session, order_id, "no_access", NOW)


def fill_finance(session, firm, office):
    """Invoices that are clean, wrong, approved and paid, and work that may be invoiced."""
    sione, priya, grace = (actor(session, name) for name in ("sione", "priya", "grace"))
    for number, state in enumerate(("claimable", "exceptions", "matched", "approved", "paid")):
        order = paying.worked_order(
            session, firm, visits=2, rates=(f"{70 + 3 * number}.00", f"{45 + number}.50")
        )
        if state == "claimable":
            continue
        if state == "exceptions":
            line = paying.typed_line(order.lines[0], order.code, rate="99.00")
            receive_typed(session, sione, paying.document(firm, line, number="INV-7", gst_cents=2_301), NOW)
            continue
        made = own_invoice.submit(session, office, order.id, f"T-{number}", NOW).invoice
        if state in ("approved", "paid"):
            clear.approve(session, priya, made.id, NOW)
        if state == "paid":
            pay_by_run(session, made.id, priya, grace)
    make_schedule(
        session, priya, session.scalars(select(Invoice.id).where(Invoice.number == "INV-7")).one(), NOW
    )
    session.add(
        PatternFinding(
            code="F01", finding_key="walk", found_at=NOW, expected="at most $1,500.00 without approval",
            actual="2 orders within 7 days, $1,900.00 together", difference_cents=40_000, evidence=[order.code],
            order_ids=[order.id], state="open",
        )
    )  # fmt: skip


def pay_by_run(session, invoice_id, preparer, approver):
    """A run from an account that two people looked at."""
    account = payer.enter(session, preparer, name="Home Safety Example", number="01-902-0068389-00", now=NOW)
    payer.verify(session, approver, account.id, NOW)
    day = NOW.date() + timedelta(days=2)
    run = runs.prepare(session, preparer, [f"{invoice_id}/invoice"], pay_on=day, now=NOW)
    runs.approve(session, approver, run.id, NOW)


def _planning_work(services):
    """What waits for a planning worker: the problem, then its parts, then the joining of them."""
    with services.sessions.begin() as session:
        return [one for one in outbox.take_due(session) if one.queue == outbox.PLANNING]


def fill_plan(services):
    """A draft plan of real solving: one visit has a place, another does not."""
    world = World(services)
    world.worker()
    world.order({}, urgency="P2")
    world.order({"trade": "specialist"})
    with services.sessions.begin() as session:
        request_plan(
            session,
            world.actor,
            starts_on=NOW.date() + timedelta(days=2),
            region_codes=[],
            seconds=2,
            now=NOW,
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_now", lambda: NOW)
        while deliveries := _planning_work(services):
            done = [jobs.deliver(services, one) for one in deliveries]
            assert all(done)
    with services.sessions.begin() as session:
        result = session.scalars(select(Plan.result).where(Plan.state == "draft")).one()
        for plan in session.scalars(select(Plan).where(Plan.result.is_(None))):
            plan.result = result
