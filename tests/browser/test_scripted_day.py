"""A scripted day: a home insecure at 15:40, and everything that happens until its order is closed."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pypdf
import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from tests.browser.scripted import office, phone
from tests.browser.scripted.parts import at, go, next_day
from tests.browser.small_programme import (
    DOOR_RATES,
    FIRMS,
    RATES,
    THIRD_FIRM,
    TRADES,
    Background,
    Clock,
    enter,
    make_programme,
    make_recorded_app,
)
from worksorders.domain.disclosure.offer import EXPIRY_MINUTES
from worksorders.domain.order.deadlines import Urgency
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor
from worksorders.steps.aftercare.inspections import set_rate
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit, WorksOrder

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def clock():
    made = Clock()
    made.now = at(24, 15, 40)
    return made


@pytest.fixture
def answers():
    return []


@pytest.fixture
def origin(services, serve, clock, answers, monkeypatch):
    make_programme(
        services, firms=(*FIRMS, THIRD_FIRM), trades=(*TRADES, "carpenter"), rates=RATES | DOOR_RATES
    )
    with services.sessions.begin() as session:
        # Mere decides small changes alone; which visits are drawn for inspection is chance, and here nothing is.
        session.execute(update(AppUser).where(AppUser.sign_in_name == "mere").values(vary_limit_cents=10_000))
        tama = session.scalars(select(AppUser).where(AppUser.sign_in_name == "tama")).one()
        actor = Actor(tama.id, Role.COORDINATOR, tama.display_name, "test")
        for firm_id in session.scalars(select(Firm.id)).all():
            set_rate(session, actor, firm_id, 0, "Inspected on request", clock.now)
    with Background(services, clock, monkeypatch, timers=True):
        yield serve(make_recorded_app(services, clock, answers))


class Day:
    """The order on its way: who is at which screen, and what is known of it."""

    def __init__(self, origin, open_context, services, clock, answers, picture):
        self.origin, self.open_context, self.services = origin, open_context, services
        self.clock, self.answers, self.picture = clock, answers, picture

    def enter(self, name, **options):
        return enter(self.open_context, self.origin, name, **options)

    def all(self, query):
        with self.services.sessions() as session:
            return session.scalars(query).all()

    def visits(self):
        return self.all(select(Visit).order_by(Visit.position))

    def opening(self):
        return self.all(select(Opening.state))[0]

    def order(self):
        return self.all(select(WorksOrder))[0]

    def asked(self, count=1, without=()):
        """The numbers of the firms that have an open offer, once there are so many."""
        page = self.mere
        for _ in range(100):
            codes = self.all(
                select(Firm.code).join(Offer, Offer.firm_id == Firm.id).where(Offer.state == "open")
            )
            found = sorted(int(code[-1]) for code in codes)
            if len(found) == count and not set(found) & set(without):
                return found
            page.wait_for_timeout(100)
        raise AssertionError(f"{found} have open offers")

    def morning(self, day, hour):
        """Another day: nobody is signed in any more."""
        self.clock.now = at(day, hour)
        self.mere = self.enter("mere")

    def take_in(self):
        self.mere = mere = self.enter("mere")
        office.take_in(mere)
        self.picture(mere, "day-01-taken-in")
        self.address = office.raise_order(mere)
        go(mere, "/today")
        expect(mere.get_by_text("Homes insecure now: 1")).to_be_visible()
        self.picture(mere, "day-02-insecure")
        tama = self.enter("tama")
        go(tama, self.address)
        tama.get_by_role("button", name="Approve the order").click()
        tama.get_by_role("button", name="Issue the order").click()
        tama.get_by_text("Its rates are frozen").wait_for()
        self.picture(tama, "day-03-issued")

    def board_up(self):
        """All three firms are asked at once; the third is the quickest."""
        assert self.asked(3) == [1, 2, 3]
        page = self.enter("office3", **PHONE)
        phone.open_offer(page)
        page.get_by_label("in 60 minutes").check()
        self.picture(page, "day-10-urgent-390")
        phone.accept(page)
        self.picture(page, "day-11-accepted-390")
        self.asked(0)
        (word,) = office.tell(self.mere, self.picture, "day-12-code-word")
        self.clock.now += timedelta(minutes=50)
        worker = self.enter("worker3", **PHONE)
        self.picture(worker, "day-13-worker-today-390")
        phone.set_out(worker, word, self.picture, "day-14-word-390")
        phone.arrive(worker)
        phone.do_work(worker, "Temporarily secured")
        self.picture(worker, "day-15-boarded-390")
        phone.leave(worker)
        assert self.opening() == "temporarily_secured"
        assert self.clock.now < at(24, 20)
        go(self.mere, "/today")
        expect(self.mere.get_by_text("No home is insecure now")).to_be_visible()
        go(self.mere, f"/safety/orders/{self.order().id}")
        self.picture(self.mere, "day-16-chain")

    def order_door(self):
        """The plan of the next morning: one firm declines, one says nothing, the third takes the door."""
        self.morning(25, 9)
        office.plan(self.mere, date(2026, 11, 25))
        self.picture(self.mere, "day-20-plan")
        office.publish(self.mere)
        (first,) = self.asked()
        page = self.enter(f"office{first}", **PHONE)
        phone.open_offer(page)
        self.picture(page, "day-21-offer-390")
        phone.decline(page, "No capacity")
        self.picture(page, "day-22-declined-390")
        (second,) = self.asked(without=[first])
        go(self.mere, "/dispatch/offers")
        self.picture(self.mere, "day-23-second-asked")
        self.clock.now += timedelta(minutes=EXPIRY_MINUTES[Urgency.P2] + 1)
        (third,) = self.asked(without=[first, second])
        page = self.enter(f"office{third}", **PHONE)
        phone.open_offer(page)
        phone.accept(page)
        self.picture(page, "day-24-accepted-390")
        return third

    def find_nobody(self, number):
        """The worker stands before a closed door: the visit is planned again, the deadline runs on."""
        words = office.tell(self.mere, self.picture, "day-25-code-word")
        door = self.visits()[1]
        due_at = door.due_at
        self.clock.now = door.start_at - timedelta(minutes=10)
        worker = self.enter(f"worker{number}", **PHONE)
        phone.set_out(worker, words[0], self.picture, "day-26-word-390")
        self.clock.now = door.start_at
        phone.arrive(worker)
        phone.no_access(worker, "Nobody home", self.picture)
        expect(worker.get_by_text("No visits today")).to_be_visible()
        self.picture(worker, "day-31-reported-390")
        self.mere = self.enter("mere")
        go(self.mere, "/dispatch/visits")
        expect(self.mere.get_by_role("table", name="Visits that ended without their work")).to_be_visible()
        self.picture(self.mere, "day-32-to-plan-again")
        self.mere.get_by_role("button", name="Plan again", exact=True).click()
        self.mere.get_by_text("None.").wait_for()
        again = self.visits()[1]
        assert (again.state, again.due_at) == ("unplanned", due_at)
        go(self.mere, "/calls")
        self.picture(self.mere, "day-33-advocate-to-call")

    def book(self):
        """Plan, publish, and let whoever is asked accept; gives the firm's number and the code words."""
        office.plan(self.mere, next_day(self.clock.now))
        office.publish(self.mere)
        (number,) = self.asked()
        page = self.enter(f"office{number}", **PHONE)
        phone.open_offer(page)
        phone.accept(page)
        return number, office.tell(self.mere, self.picture, "day-34-code-word")

    def go_in(self, number, visit, word, name):
        """The worker at the door in time; gives the phone."""
        self.clock.now = visit.start_at - timedelta(minutes=10)
        worker = self.enter(f"worker{number}", **PHONE)
        phone.set_out(worker, word, self.picture, f"{name}-word-390")
        self.clock.now = visit.start_at
        phone.arrive(worker)
        return worker

    def vary(self, worker):
        """A change over the limit: Mere may not approve it, Tama does."""
        phone.ask_for(worker, "DR08", "The old hinges do not carry the new leaf", self.picture)
        mere, tama = self.enter("mere"), self.enter("tama")
        office.look_at_variation(mere, self.picture, "day-42-refused-to-mere")
        expect(mere.get_by_text("You cannot approve it.")).to_be_visible()
        office.look_at_variation(tama, self.picture, "day-43-decide")
        tama.get_by_label("Note").fill("The landlord agreed in person today")
        tama.get_by_role("button", name="Approve", exact=True).click()
        tama.get_by_text("Approved.").first.wait_for()
        self.picture(tama, "day-43-approved")

    def fit_door(self, number, words):
        """The door with the change, then the lock in it, on the same day."""
        door = self.visits()[1]
        worker = self.go_in(number, door, words[0], "day-35")
        self.vary(worker)
        self.clock.now = door.start_at + timedelta(minutes=door.minutes - 20)
        go(worker, f"/portal/visits/{door.id}")
        self.picture(worker, "day-44-checklist-390")
        phone.do_work(worker, "Secure")
        phone.leave(worker)
        worker = self.go_in(number, self.visits()[2], words[1], "day-45")
        phone.do_work(worker, "Secure")
        self.picture(worker, "day-46-lock-390")
        phone.leave(worker)
        assert self.opening() == "secure"

    def print_guide(self):
        """The family's guide names the measures and neither home nor service."""
        self.mere = self.enter("mere")
        office.accept_work(self.mere, self.order().id)
        go(self.mere, f"/aftercare/orders/{self.order().id}/guide")
        self.picture(self.mere, "day-47-guide")
        printed = office.print_guide(self.mere, self.order().id, self.answers)
        words = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed)).pages)
        assert "front door" in words.lower()
        assert "viewer" not in words, "no viewer is fitted here"
        assert not any(secret in words for secret in ("Canary", "Hinemoa", self.order().code, "Refuge"))

    def mend(self):
        """The inspection fails; what is wrong goes back to the firm as a visit of its own."""
        office.fail_inspection(self.mere, self.order().id, 2, "Solid wood door leaf", self.picture)
        self.picture(self.mere, "day-52-failed")
        assert self.order().state == "issued"
        number, words = self.book()
        repair = self.visits()[-1]
        worker = self.go_in(number, repair, words[0], "day-53")
        phone.do_work(worker, "Secure")
        self.picture(worker, "day-54-mended-390")
        phone.leave(worker)
        self.mere = self.enter("mere")
        office.accept_work(self.mere, self.order().id)
        self.picture(self.mere, "day-55-accepted")


def test_a_home_insecure_at_1540_is_closed_in_the_end(
    origin, open_context, services, clock, answers, picture, fits
):
    def look(page, name):
        fits(page)
        picture(page, name)

    day = Day(origin, open_context, services, clock, answers, look)
    day.take_in()
    day.board_up()
    number = day.order_door()
    day.find_nobody(number)
    number, words = day.book()
    day.fit_door(number, words)
    day.print_guide()
    day.mend()
    go(day.mere, f"/orders/{day.order().id}")
    look(day.mere, "day-60-closed")
    assert day.order().state == "closed"
