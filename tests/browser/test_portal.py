"""A contractor's way on a phone: offer, today, visit, checklist, photo, leave; also small and dark."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from web import create_app
from worksorders.steps.offers.published import offer_published_visits
from worksorders.store.tables.work.offers import Photo
from worksorders.store.tables.work.orders import Visit

pytestmark = pytest.mark.browser


class Clock:
    """The time of the served application, moved by the test."""

    now = world.NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def served(services, serve, clock):
    """A firm with an offer for tomorrow, its worker's account `hemi`, and a coordinator `mere`."""
    with services.sessions.begin() as session:
        firm = world.cleared_firm(session, workers=2)
        firm.workers[0].first_name = "Hēmi"
        order = world.issued_order(
            session, [firm], visits=2, cipher=services.cipher, evidence="photo|key register"
        )
        order.assessment.openings[0].kind = "front_door"
        plan = world.publish(session, order, firm)
        offer_published_visits(session, plan.id, world.NOW)
        world.contractor(session, firm, firm.workers[0], sign_in_name="hemi", display_name="Hēmi Example")
        factories.make_user(session, "coordinator", sign_in_name="mere", display_name="Mere Aroha")
    return serve(create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "CLOCK": clock}))


def enter(open_context, origin, name, **options):
    page = open_context(origin, **options).new_page()
    page.goto("/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out").wait_for()
    return page


def photo():
    written = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(written, "JPEG")
    return {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


@pytest.mark.parametrize(("width", "scheme"), [(390, "light")])
def test_an_offer_becomes_a_finished_visit(
    served, open_context, services, clock, axe, fits, picture, width, scheme
):
    page = enter(open_context, served, "hemi", width=width, height=844, scheme=scheme)

    def look(name):
        axe(page)
        fits(page)
        picture(page, f"portal-{name}-{width}-{scheme}")

    page.goto("/portal/offers")
    look("offers")
    page.get_by_role("button", name="Look and answer").click()
    page.get_by_role("button", name="Accept").wait_for()
    look("offer")
    assert page.get_by_role("button", name="Accept").bounding_box()["height"] >= 44
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("Your firm accepted this offer.").wait_for()
    look("accepted")
    page.goto("/portal/firm")
    look("firm")
    with services.sessions.begin() as session:
        for visit in session.scalars(select(Visit)):
            visit.start_at -= timedelta(hours=23)
            visit.end_at -= timedelta(hours=23)
            session.flush()
            world.confirm(session, services.cipher, visit)
    page.goto("/portal/today")
    look("today")
    page.get_by_role("button", name="Start the next visit").click()
    page.get_by_role("button", name="I have arrived").wait_for()
    look("on-the-way")
    assert world.ADDRESS not in page.content()
    page.locator("#main-content").get_by_label("Your password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Show the address").click()
    page.get_by_text(world.ADDRESS).wait_for()
    look("address")
    page.get_by_role("link", name="Hide it").click()
    page.get_by_role("button", name="I have arrived").click()
    page.get_by_role("button", name="Finish the visit").wait_for()
    look("on-site")
    page.get_by_role("button", name="Finish the visit").click()
    page.get_by_text("There is a problem").wait_for()
    look("problems")
    page.goto("/portal/today")
    page.get_by_role("button", name="Open the visit").click()
    card = page.locator("details.app-step[open]")
    card.get_by_text("Not all of it was done").click()
    card.get_by_label("Done, of 2 each").fill("3")
    card.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("2 were ordered").first.wait_for()
    look("too-much")
    card.locator('input[type="file"]').set_input_files([photo()])
    card.get_by_role("button", name="All done: save").click()
    page.get_by_text("Saved.").wait_for()
    expect(page.locator("#progress")).to_have_text("0 of 1 line complete")
    page.get_by_text("1 photo stored.").wait_for()
    look("keys-missing")
    card.get_by_label("Key number").first.fill("7")
    card.get_by_label("How many keys").first.fill("2")
    card.get_by_label("Who holds them").first.select_option("client")
    card.get_by_role("button", name="All done: save").click()
    expect(page.locator("#progress")).to_have_text("1 of 1 line complete")
    look("complete")
    page.get_by_label("Secure", exact=True).check()
    page.get_by_label("Yes, without a key").check()
    page.get_by_role("button", name="Finish the visit").click()
    page.get_by_text("is done. The address is closed.").wait_for()
    look("finished")
    with services.sessions() as session:
        assert session.scalars(select(Visit.state).order_by(Visit.position)).all() == ["done", "accepted"]
        assert len(session.scalars(select(Photo)).all()) == 1


def test_left_unsafe_is_in_reach_and_takes_one_tap(served, open_context, services, axe, fits, picture):
    page = enter(open_context, served, "hemi", width=390, height=844)
    page.goto("/portal/offers")
    page.get_by_role("button", name="Look and answer").click()
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("link", name="Open visit 1").click()
    page.get_by_role("button", name="No access").click()
    page.get_by_role("link", name="Back to the visit").wait_for()
    axe(page)
    fits(page)
    picture(page, "portal-no-access-390")
    page.get_by_role("link", name="Back to the visit").click()
    button = page.get_by_role("button", name="I left, unsafe")
    box = button.bounding_box()
    assert box["height"] >= 44
    assert box["y"] + box["height"] <= 844
    button.click()
    page.get_by_role("heading", name="The coordinator is alerted").wait_for()
    picture(page, "portal-safe-390")


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark")])
def test_coordinators_follow_the_work(served, open_context, services, axe, fits, picture, width, scheme):
    worker = enter(open_context, served, "hemi", width=390, height=844)
    office = enter(open_context, served, "mere", width=width, scheme=scheme)

    def look(path, name):
        office.goto(path)
        axe(office)
        fits(office)
        picture(office, f"dispatch-{name}-{width}-{scheme}")

    look("/dispatch/offers", "offers")
    worker.goto("/portal/offers")
    worker.get_by_role("button", name="Look and answer").click()
    worker.get_by_role("button", name="Accept").click()
    worker.get_by_role("link", name="Open visit 1").click()
    worker.get_by_role("button", name="I left, unsafe").click()
    worker.get_by_role("heading", name="The coordinator is alerted").wait_for()
    look("/dispatch/visits", "visits")
    look("/dispatch/alerts", "alerts")
    office.get_by_role("button", name="I take care of it").first.click()
    office.get_by_text("No alerts wait").wait_for()
    look("/dispatch/work", "works")
    with services.sessions() as session:
        order_id = session.scalars(select(Visit.order_id)).first()
    look(f"/dispatch/orders/{order_id}/work", "work")
