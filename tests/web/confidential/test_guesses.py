"""A refusal of protected words confirms a guess: who gets one, how often, and what is left of it in the trail."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from tests import dispatching, factories
from tests.web.conftest import Browser
from worksorders.steps.free_text import tell
from worksorders.steps.intake.keep import fresh_code
from worksorders.steps.offers.published import offer_published_visits
from worksorders.store.tables.firms.contractors import Absence
from worksorders.store.tables.trail import AuditEvent

GUESS = "Canary Name"
WORDS = "repeats something protected"


@pytest.fixture
def offered(services, app):
    """A firm with an open offer of an order whose client it may not know; gives the firm's browser, order and user."""
    with services.sessions.begin() as session:
        firm = dispatching.cleared_firm(session)
        office = dispatching.contractor(session, firm)
        order = dispatching.issued_order(session, [firm], cipher=services.cipher)
        order.code = fresh_code("W")
        plan = dispatching.publish(session, order, firm)
        offer_published_visits(session, plan.id, factories.NOW)
        worker_id = firm.workers[0].id
    browser = Browser(app)
    assert browser.sign_in(office.sign_in_name).status_code == 303
    return browser, order, factories.actor_of(office), worker_id


def told(services):
    with services.sessions() as session:
        asked = select(AuditEvent.action, AuditEvent.actor_id, AuditEvent.subject_id).where(
            AuditEvent.action.in_((tell.REFUSED, tell.TAKEN_OUT))
        )
        return [tuple(row) for row in session.execute(asked)]


def test_nobody_guesses_before_signing_in(offered, app):
    _, order, _, _ = offered
    page = Browser(app).sign_in(f"{order.code} {GUESS}")
    assert page.status_code == 422
    assert WORDS not in page.text


def test_a_firm_does_not_learn_from_a_note_whose_home_an_offer_is_for(offered, services):
    browser, order, _, worker_id = offered
    answers = []
    for number, name in enumerate((GUESS, "Somebody Else"), start=1):
        day = [str(number), "3", "2027"]
        form = {"from_on": day, "to_on": day, "note": f"{order.code} {name}", "form_uuid": str(uuid.uuid4())}
        answers.append(browser.post(f"/portal/people/{worker_id}/absences/new", form, page="/portal/people"))
    assert [answer.status_code for answer in answers] == [303, 303]
    with services.sessions() as session:
        assert len(session.scalars(select(Absence)).all()) == 2


def test_what_a_firm_writes_of_a_home_that_it_was_not_shown_is_taken_out_without_a_word(offered, services):
    _, order, office, _ = offered
    kept = []
    for name in (GUESS, "Somebody Else"):
        with services.sessions.begin() as session:
            session.info[tell.TYPIST] = office
            row = session.get_one(type(order), order.id)
            row.cost_reason = f"{name} asked for it"
            session.flush()
            kept.append(row.cost_reason)
    assert kept == ["[removed] asked for it", "Somebody Else asked for it"]
    assert told(services) == [(tell.TAKEN_OUT, office.user_id, order.case_id)]


def test_who_was_shown_the_home_is_told(offered, services):
    _, order, office, _ = offered
    with services.sessions.begin() as session:
        assert tell.may_be_told(session, office, {order.case_id}) == set()
        session.add(AuditEvent(actor_id=office.user_id, action=tell.SHOWN, subject_table="case_file",
                               subject_id=order.case_id, detail={}))  # fmt: skip
        session.flush()
        assert tell.may_be_told(session, office, {order.case_id}) == {order.case_id}


def test_staff_guess_a_few_times_each_time_on_record_and_then_no_more(offered, services, signed_in):
    _, order, _, _ = offered
    browser, clerk = signed_in("coordinator")
    with services.sessions.begin() as session:
        other = dispatching.issued_order(session)
        other.code = fresh_code("W")

    def tries(name):
        form = {"code": order.code, "reason": f"{name} rang, not {other.code}", "form_uuid": "none"}
        return browser.post("/privacy/glass", form).text

    assert WORDS not in tries("Somebody Else")
    for _ in range(tell.MOST):
        assert WORDS in tries(GUESS)
    assert told(services) == [(tell.REFUSED, clerk.user_id, order.case_id)] * tell.MOST
    wrong, right = tries("Somebody Else"), tries(GUESS)
    assert WORDS not in right
    assert "these tries are reviewed" in wrong
    assert "these tries are reviewed" in right


def test_a_text_of_a_megabyte_is_refused_before_it_is_compared(signed_in):
    browser, _ = signed_in("coordinator")
    answer = browser.post("/privacy/glass", {"code": "W-1", "reason": "a b " * 100_000, "form_uuid": "none"})
    assert "at most 10,000 characters" in answer.text
