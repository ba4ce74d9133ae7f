"""The safety of a home on the coordinators' pages: suspension and its two looks, flag, alarm plan, hazards, make-safe visit."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories, referrals
from tests.web.conftest import Browser, Clock
from tests.web.coordinator import intake_pages as pages
from web import create_app
from web.services import make_services
from worksorders.steps.site import notes
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder
from worksorders.store.tables.work.safety import AlarmPlan, PoliceFlagEvent

WORDS = "Ring the neighbour Canary Kanuka, then 111"


class Desk:
    """Two coordinators and one issued order of a home whose door is insecure."""

    def __init__(self, services, app, order_id, first, second):
        self.services, self.app, self.order_id, self.first, self.second = (
            services,
            app,
            order_id,
            first,
            second,
        )
        self.path = f"/safety/orders/{order_id}"

    def send(self, browser, path, **values):
        return browser.post(f"{self.path}{path}", {"form_uuid": str(uuid.uuid4()), **values})

    def ask(self, query):
        with self.services.sessions() as session:
            return session.scalars(query).all()

    def state(self):
        return self.ask(select(WorksOrder.state).where(WorksOrder.id == self.order_id))


@pytest.fixture(scope="module")
def desk(new_database, vault_key_file):
    with new_database() as database:
        services = make_services(database.app_url, vault_key_file)
        app = create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "CLOCK": Clock(), "TESTING": True})
        with services.sessions.begin() as session:
            referrals.load_starting_catalogue(session)
            firm = world.cleared_firm(session, trades=referrals.ALL_TRADES, region=referrals.REGION)
            card = firm.agreements[0].rate_cards[0]
            items = referrals.load_catalogue(referrals.catalogue.starting_files()[0])
            session.add_all(
                referrals.RateLine(rate_card_id=card.id, item_code=code, unit=item.unit, rate=item.price)
                for code, item in items.items()
            )
            names = [factories.make_user(session).sign_in_name for _ in range(2)]
        first, second = Browser(app), Browser(app)
        for browser, name in zip((first, second), names, strict=True):
            assert browser.sign_in(name).status_code == 303
        order_id = pages.issued(first, pages.take_in(first))
        with services.sessions.begin() as session:
            order = session.get(WorksOrder, uuid.UUID(order_id))
            session.add(
                WorksLine(
                    order_id=order.id, position=90, item_code="AL02", measure="Alarm monitoring",
                    offer_name="Electronic equipment", kind="subscription", quantity=6, unit="month", rate=38,
                    minutes=0, trade="monitoring provider", crew=1, lead_working_days=0, consent_group="none",
                    evidence="",
                )
            )  # fmt: skip
        yield Desk(services, app, order.id, first, second)
        services.engine.dispose()


def test_the_page_shows_the_chain_with_its_two_deadlines(desk):
    page = desk.first.get(desk.path).text
    for words in ("Make safe", "Permanent work", "Ply over glazed panel", "Insecure now", "of daylight left"):
        assert words in page
    assert "has no plan yet" in page


def test_a_suspension_is_lifted_by_two_people_with_a_reason(desk):
    assert desk.send(desk.first, "/suspend").status_code == 422
    assert desk.send(desk.first, "/suspend", reason="police_advice").status_code == 303
    assert desk.state() == ["suspended"]
    assert "Police advice" in desk.first.get(desk.path).text
    assert desk.send(desk.second, "/lift").status_code == 409
    assert desk.send(desk.first, "/ask-to-lift", reason="ok").status_code == 422
    assert desk.send(desk.first, "/ask-to-lift", reason="Police say that he was taken in").status_code == 303
    assert desk.send(desk.first, "/lift").status_code == 403
    page = desk.second.get(desk.path).text
    assert "Police say that he was taken in" in page
    assert "Second look" in page
    assert desk.send(desk.second, "/lift").status_code == 303
    assert desk.state() == ["issued"]


def test_the_police_flag_is_asked_for_set_and_shown_with_its_review(desk):
    day = {"happened_on": ["24", "11", "2026"]}
    assert desk.send(desk.first, "/police-flag", move="removed", **day).status_code == 422
    assert desk.send(desk.first, "/police-flag", move="asked", **day).status_code == 303
    late = desk.send(desk.first, "/police-flag", move="set", **day)
    assert (late.status_code, "looked at again" in late.text) == (422, True)
    given = {"review_on": ["30", "11", "2026"], **day}
    desk.app.config["CLOCK"].now += timedelta(minutes=1)
    assert desk.send(desk.first, "/police-flag", move="set", **given).status_code == 303
    assert "30 November 2026" in desk.first.get(desk.path).text
    assert [row.move for row in desk.ask(select(PoliceFlagEvent).order_by(PoliceFlagEvent.at))] == [
        "asked",
        "set",
    ]


def test_an_order_with_an_alarm_closes_only_with_a_plan_whose_words_are_sealed(desk):
    wrong = desk.send(desk.first, "/alarm-plan", reached=["neighbour"], words="")
    assert wrong.status_code == 422
    for words in ("Choose the monitoring centre or police", "Say who does what"):
        assert words in wrong.text
    for _ in range(2):
        given = {"reached": ["monitoring_centre", "neighbour"], "reference": "MC-778", "words": WORDS}
        assert desk.send(desk.first, "/alarm-plan", **given).status_code == 303
    page = desk.first.get(desk.path).text
    assert "Monitoring centre, then a neighbour" in page
    assert "Version 2" in page
    assert "Canary" not in page
    assert [plan.version for plan in desk.ask(select(AlarmPlan).order_by(AlarmPlan.version))] == [1, 2]
    (plan, *_) = desk.ask(select(AlarmPlan).order_by(AlarmPlan.version))
    address = f"/safety/alarm-plans/{plan.id}"
    assert WORDS not in desk.second.get(address).text
    assert desk.second.post(address, {"purpose": " "}).status_code == 422
    shown = desk.second.post(address, {"purpose": "The alarm went off"}).text
    assert WORDS in shown
    assert "MC-778" in shown
    assert desk.second.get(f"/safety/alarm-plans/{uuid.uuid4()}").status_code == 404
    told = desk.ask(select(AuditEvent).where(AuditEvent.action == "disclosure.revealed"))
    assert "The alarm went off" in {row.reason for row in told}
    assert "Canary" not in " ".join(str(row.detail) for row in desk.ask(select(AuditEvent)))


def test_a_make_safe_visit_is_made_from_here_and_offered_at_once(desk):
    (opening,) = desk.ask(select(world.Opening).where(world.Opening.state == "insecure"))
    page = desk.first.get(f"{desk.path}/make-safe").text
    assert "The order becomes a P1" in page
    assert desk.send(desk.first, "/make-safe", opening=str(opening.id), item="DR01").status_code == 422
    assert desk.send(desk.first, "/make-safe", opening=str(opening.id), item="DR04").status_code == 303
    visit = desk.ask(select(Visit).order_by(Visit.position.desc()))[0]
    assert (visit.interim, visit.state) == (True, "offered")
    offers = desk.ask(select(Offer).where(Offer.urgent))
    assert offers
    assert "is offered to" in desk.first.get(desk.path).text


def test_an_escalated_home_stands_first_and_taking_it_leads_to_its_safety_page(desk):
    pages.take_in(desk.first, urgency="P1", home__street="9 Other Street", person__phone="027 555 0112")
    with desk.services.sessions.begin() as session:
        visit = session.scalars(select(Visit).where(Visit.order_id == desk.order_id)).first()
        worker = factories.actor_of(factories.make_user(session))
        note = notes.add_note(session, worker, visit, notes.INSECURE, "The frame is split", now=factories.NOW)
        note_id = note.id
    page = desk.first.get("/today").text
    first = page[page.index("Homes insecure now") :]
    assert first.index(f"/safety/orders/{desk.order_id}") < first.index("Raise the order")
    for words in ("Escalated", "The frame is split", f"/safety/alerts/{note_id}/take"):
        assert words in first
    taken = desk.first.post(f"/safety/alerts/{note_id}/take", {"form_uuid": str(uuid.uuid4())})
    assert taken.headers["Location"] == desk.path
    assert "Escalated" not in desk.first.get("/today").text
    assert (
        desk.first.post(f"/safety/alerts/{uuid.uuid4()}/take", {"form_uuid": str(uuid.uuid4())}).status_code
        == 404
    )


def test_others_find_nothing_here(desk):
    for path in ("", "/suspend", "/make-safe", "/alarm-plan", "/police-flag", "/ask-to-lift"):
        assert desk.first.get(f"/safety/orders/{uuid.uuid4()}{path}").status_code == 404
    assert desk.first.get(f"/safety/visits/{uuid.uuid4()}/allow").status_code == 404


def test_hazards_for_workers_are_chosen_from_the_list_and_stand_on_the_order(desk):
    order = f"/orders/{desk.order_id}"
    assert "None noted" in desk.first.get(order).text
    wrong = desk.send(desk.first, "/hazards", hazards=["dog", "weapon"])
    assert (wrong.status_code, "Choose one of those shown" in wrong.text) == (422, True)
    assert desk.send(desk.first, "/hazards", hazards=["no_mobile", "dog"]).status_code == 303
    shown = desk.second.get(order).text
    assert "A dog; No mobile coverage" in shown
    assert "Hazards for workers noted" in shown
    assert desk.second.get(f"{desk.path}/hazards").text.count(" checked") == 2
    assert desk.send(desk.second, "/hazards").status_code == 303
    assert "None noted" in desk.first.get(order).text
