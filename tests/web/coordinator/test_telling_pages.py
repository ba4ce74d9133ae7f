"""A coordinator tells the client who comes with a code word, makes calls, and sets the safe channel."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from tests.web.portal.test_portal_offers import enter, send
from worksorders.domain.telling.code_words import WORDS
from worksorders.steps.confirm.tell_client import CODE_WORD
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.steps.tell.api import raise_call_task
from worksorders.steps.tell.contacts import set_contact
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit
from worksorders.store.tables.work.telling import (
    CallTask,
    ClientConfirmation,
    OutgoingMessage,
    SafeChannel,
    UserContact,
)

WHY = "Telling the client who comes"


@pytest.fixture
def people(services, app, clock):
    """An accepted visit that nobody was told of, with the worker and a coordinator signed in."""
    with services.sessions.begin() as session:
        firm = world.cleared_firm(session)
        order = world.issued_order(session, [firm], cipher=services.cipher)
        plan = world.publish(session, order, firm)
        offer_published_visits(session, plan.id, world.NOW)
        accept(session, world.account(session, firm), session.scalars(select(Offer.id)).one(), world.NOW)
        visit_id, order_id = order.visits[0].id, order.id
        worker = world.contractor(session, firm, firm.workers[0])
        coordinator = factories.make_user(session)
    clock.now = world.TOMORROW - timedelta(minutes=30)
    return {
        "worker": enter(app, worker, services, clock),
        "coordinator": enter(app, coordinator, services, clock),
        "tell": f"/tell/{visit_id}",
        "visit": f"/portal/visits/{visit_id}",
        "order": order_id,
    }


def post(browser, page, path, **values):
    data = {"csrf_token": browser.token(page), "form_uuid": str(uuid.uuid4())} | values
    return browser.client.post(path, data=data)


def show_word(people):
    answer = post(people["coordinator"], people["tell"], f"{people['tell']}/word", purpose=WHY)
    assert answer.status_code == 200
    return re.search(r"The word: <strong[^>]*>([^<]+)</strong>", answer.text).group(1)


def test_a_client_is_told_and_only_then_the_worker_may_go(people, services):
    coordinator = people["coordinator"]
    assert people["tell"] in coordinator.get("/tell").text
    page = people["worker"].get(people["visit"]).text
    assert "Do not go yet" in page
    assert "I am on my way" not in page
    assert "Do not go yet" in people["worker"].get("/portal/today").text
    refused = post(people["worker"], people["visit"], f"{people['visit']}/set-out")
    assert refused.status_code == 409
    assert "has not been told yet who comes" in refused.text
    word = show_word(people)
    assert word in WORDS
    assert f">{word}<" not in coordinator.get(people["tell"]).text
    answer = post(
        coordinator, people["tell"], f"{people['tell']}/outcome", outcome="told", channel="advocate"
    )
    assert answer.status_code == 303
    assert "Every client knows who comes" in coordinator.get("/tell").text
    assert send(people["worker"], people["visit"], f"{people['visit']}/set-out").status_code == 303
    with services.sessions() as session:
        row = session.scalars(select(ClientConfirmation)).one()
        assert (row.channel, row.voided_at) == ("advocate", None)
        assert session.scalars(select(CallTask.state)).all() == ["done"]
        actions = session.scalars(select(AuditEvent.action)).all()
        assert {"confirmation.prepared", "confirmation.told", "disclosure.revealed"} <= set(actions)
        details = str(session.scalars(select(AuditEvent.detail)).all())
        assert f"'{word}'" not in details


def test_the_word_needs_a_purpose_and_told_needs_the_word_and_a_way(people):
    coordinator, path = people["coordinator"], people["tell"]
    assert post(coordinator, path, f"{path}/word", purpose="x").status_code == 422
    early = post(coordinator, path, f"{path}/outcome", outcome="told", channel="advocate")
    assert (early.status_code, "Show the code word first" in early.text) == (422, True)
    show_word(people)
    for values, message in (({}, "Choose how they were told"), ({"channel": "call"}, "Do not contact")):
        answer = post(coordinator, path, f"{path}/outcome", outcome="told", **values)
        assert answer.status_code == 422
        assert message in answer.text


def test_nobody_reached_keeps_the_visit_on_the_list_with_what_was_tried(people):
    coordinator, path = people["coordinator"], people["tell"]
    assert post(coordinator, path, f"{path}/outcome", outcome="not_reached").status_code == 303
    page = coordinator.get(path).text
    assert "Not reached, try again" in page
    assert "Not confirmed" in page
    assert path in coordinator.get("/tell").text


def test_the_safe_channel_is_set_sealed_and_lets_the_coordinator_call_in_safe_hours(people, services, clock):
    coordinator, path = people["coordinator"], f"/orders/{people['order']}/safe-channel"
    wrong = post(coordinator, path, path, channel="call", opens="9:00", closes="17:00")
    assert wrong.status_code == 422
    assert "Give the number or address that is safe" in wrong.text
    assert "Make sure first that nobody else answers" in wrong.text
    values = {
        "channel": "call",
        "number": "021 555 0123",
        "opens": "9:00",
        "closes": "9:35",
        "verified": "y",
    }
    assert post(coordinator, path, path, **values).status_code == 303
    assert "5550123" not in coordinator.get(path).text
    with services.sessions() as session:
        row = session.scalars(select(SafeChannel)).one()
        assert (row.channel, row.hours) == ("call", "540-575")
    shown = post(coordinator, people["tell"], f"{people['tell']}/word", purpose=WHY)
    assert "021 555 0123" in shown.text
    outcome = f"{people['tell']}/outcome"
    clock.now = world.TOMORROW - timedelta(minutes=20)
    late = post(coordinator, people["tell"], outcome, outcome="told", channel="call")
    assert (late.status_code, "outside the client" in late.text) == (422, True)
    clock.now = world.TOMORROW - timedelta(minutes=28)
    assert post(coordinator, people["tell"], outcome, outcome="told", channel="call").status_code == 303


def test_a_call_is_made_from_the_list_and_its_outcome_kept(people, services):
    coordinator = people["coordinator"]
    with services.sessions.begin() as session:
        task_id = raise_call_task(session, people["order"], "no_access", world.NOW)
    path = f"/calls/{task_id}"
    assert path in coordinator.get("/calls").text
    assert post(coordinator, path, path).status_code == 422
    assert post(coordinator, path, path, outcome="not_reached", again="240").status_code == 303
    assert path in coordinator.get("/calls").text
    assert post(coordinator, path, path, outcome="spoken", again="60").status_code == 303
    assert path not in coordinator.get("/calls").text
    assert "This call is over" in coordinator.get(path).text


def test_everybody_keeps_their_own_contact_and_an_administrator_asks_for_any(signed_in, services):
    worker, me = signed_in("auditor")
    bad = post(worker, "/account/contact", "/account/contact", email="no address", mobile="")
    assert (bad.status_code, "Enter a mail address" in bad.text) == (422, True)
    answer = post(
        worker, "/account/contact", "/account/contact", email="li@example.org.nz", mobile="021 555 0199"
    )
    assert answer.status_code == 303
    with services.sessions() as session:
        row = session.get(UserContact, me.user_id)
        assert (row.email, row.mobile) == ("li@example.org.nz", "+64215550199")
    admin, _ = signed_in("administrator")
    page = f"/account/contact/{me.user_id}"
    assert "li@example.org.nz" in admin.get(page).text
    assert post(admin, page, page, email="", mobile="", reason="Has left").headers["Location"] == "/accounts"
    assert "li@example.org.nz" in admin.get(page).text
    assert worker.get(page).status_code == 404
    assert admin.get(f"/account/contact/{uuid.uuid4()}").status_code == 404


def test_the_message_page_says_that_no_server_is_set_up(signed_in):
    admin, _ = signed_in("administrator")
    page = admin.get("/messages").text
    assert "No mail server is set up" in page
    assert "Nothing is lost" in page


def test_the_code_word_is_sealed_under_the_confirmation(people, services):
    word = show_word(people)
    with services.sessions() as session:
        row = session.scalars(select(ClientConfirmation)).one()
        assert f"'{word}'" not in str(row.__dict__)
        assert session.get(Visit, row.visit_id).start_at == row.start_at
    assert CODE_WORD == "visit.code_word"


def test_the_worker_reads_the_word_on_the_phone_and_asks_for_more_time(people):
    word, worker, visit = show_word(people), people["worker"], people["visit"]
    tell, coordinator = people["tell"], people["coordinator"]
    assert post(worker, visit, f"{visit}/code-word").status_code == 403
    post(coordinator, tell, f"{tell}/outcome", outcome="told", channel="advocate")
    shown = send(worker, visit, f"{visit}/code-word")
    assert (shown.status_code, f">{word}<" in shown.text) == (200, True)
    assert f">{word}<" not in worker.get(visit).text
    for move in ("set-out", "arrive"):
        assert send(worker, visit, f"{visit}/{move}").status_code == 303
    assert "Expected out by 11:00 am" in worker.get(visit).text
    assert send(worker, visit, f"{visit}/more-time").status_code == 303
    page = worker.get(visit).text
    assert "Expected out by 11:30 am" in page
    assert 'href="tel:111"' in page
    assert coordinator.get(tell).status_code == 404


def test_the_worker_is_told_once_the_visit_is_confirmed(people, services):
    show_word(people)
    with services.sessions.begin() as session:
        user = session.scalars(select(AppUser).where(AppUser.worker_id.is_not(None))).one()
        set_contact(session, factories.actor_of(user), user.id, "hemi@example.org.nz", "", world.NOW)
    path = people["tell"]
    post(people["coordinator"], path, f"{path}/outcome", outcome="told", channel="advocate")
    with services.sessions() as session:
        message = session.scalars(select(OutgoingMessage).where(OutgoingMessage.user_id == user.id)).one()
        assert (message.template, message.channel) == ("worker_update", "mail")
