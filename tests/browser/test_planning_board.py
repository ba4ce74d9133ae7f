"""The week board in a real browser: visits are moved by mouse and by keyboard, and what is not saved goes back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from tests import factories
from tests.browser.test_coordinator import signed_in
from tests.steps.planning.conftest import FIRST_DAY, World
from tests.steps.planning.drafting import plan, stops, take_out
from web import create_app, jobs
from worksorders.steps.people.workforce import LOCAL
from worksorders.store.tables.firms.contractors import WorkingHours
from worksorders.store.tables.work.orders import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def board(services, serve, monkeypatch):
    """A draft with a visit each for two workers, another trade's visit, one left out and one that nobody can do."""
    monkeypatch.setattr(jobs, "_now", lambda: factories.NOW)
    with services.sessions.begin() as session:
        factories.make_user(session, "coordinator", sign_in_name="mere", display_name="Mere Aroha")
    world = World(services)
    world.worker()
    other, _ = world.worker(hours=(480, 560))
    with services.sessions.begin() as session:
        session.execute(
            delete(WorkingHours).where(
                WorkingHours.worker_id == other, WorkingHours.weekday != FIRST_DAY.weekday()
            )
        )
    world.worker(trades=("glazier",))
    long = [world.order({"minutes": 200})[0] for _ in range(2)]
    (pane,) = world.order({"trade": "glazier"})
    (left,) = world.order({})
    world.order({"trade": "specialist"})
    plan_id = plan(world, factories.NOW)
    take_out(world, plan_id, left)
    app = create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "CLOCK": lambda: factories.NOW})
    return world, serve(app), plan_id, {"long": long, "pane": pane, "left": left}


def place_of(world, plan_id, visit_id):
    stop = stops(world, plan_id)[visit_id]
    return stop.worker_id, stop.start_at.astimezone(LOCAL)


def card(page, code):
    return page.locator(".app-stop", has_text=code)


def cell(page, worker_id, day):
    return page.locator(f'td[data-worker="{worker_id}"][data-day="{day.isoformat()}"]')


def take_up(page, code, target):
    """Take a card and hold it over a cell, until the board says what would happen."""
    card(page, code).scroll_into_view_if_needed()
    grip = card(page, code).locator(".app-stop__time").bounding_box()
    page.mouse.move(grip["x"] + 10, grip["y"] + 6)
    page.mouse.down()
    page.mouse.move(grip["x"] + 40, grip["y"] + 30, steps=4)
    page.locator(".app-board__open, .app-board__shut").first.wait_for()
    box = target.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=6)
    return page.locator(".app-board__label")


def test_a_visit_is_moved_by_mouse_and_goes_back_where_it_cannot_be_saved(
    board, open_context, axe, fits, picture
):
    world, origin, plan_id, visits = board
    page = signed_in(open_context, origin, width=1280, height=1600)
    page.goto(f"/plans/{plan_id}")
    axe(page)
    fits(page)
    picture(page, "plan-board-1280")
    code = world.get(Visit, visits["pane"]).code
    glazier, before = place_of(world, plan_id, visits["pane"])
    day = FIRST_DAY + timedelta(days=2 if before.date() != FIRST_DAY + timedelta(days=2) else 1)
    label = take_up(page, code, cell(page, glazier, day))
    expect(label).to_contain_text("Possible, from")
    picture(page, "plan-drag-possible")
    page.mouse.up()
    expect(page.locator(".app-board")).to_be_visible()
    expect(cell(page, glazier, day)).to_contain_text(code)
    expect(page.get_by_text(f"{code} is now on")).to_be_visible()
    moved = place_of(world, plan_id, visits["pane"])
    assert (moved[0], moved[1].date(), moved[1].time()) == (glazier, day, before.time())
    locksmith, _ = place_of(world, plan_id, visits["long"][0])
    label = take_up(page, code, cell(page, locksmith, day))
    expect(label).to_contain_text("does not have the trade")
    page.mouse.up()
    expect(cell(page, glazier, day)).to_contain_text(code)
    expect(page.locator("[data-app-alert]")).to_contain_text("does not have the trade")
    label = take_up(page, code, cell(page, glazier, FIRST_DAY))
    page.route("**/move?*", lambda route: route.abort())
    page.mouse.up()
    expect(page.locator("[data-app-alert]")).to_contain_text("the visit is back where it was")
    expect(cell(page, glazier, day)).to_contain_text(code)
    assert place_of(world, plan_id, visits["pane"]) == moved
    page.context.watch.problems = [one for one in page.context.watch.problems if "net::ERR_FAILED" not in one]


def test_the_keyboard_moves_it_too_and_a_refused_time_names_the_rule_without_an_error_in_the_console(
    board, open_context, axe, picture
):
    world, origin, plan_id, visits = board
    page = signed_in(open_context, origin, width=1280)
    page.goto(f"/plans/{plan_id}")
    code = world.get(Visit, visits["pane"]).code
    card(page, code).get_by_role("button", name=f"Move {code}").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    start = dialog.get_by_label("Start")
    start.fill("4:30 pm")
    start.press("Enter")
    expect(dialog.get_by_text("outside the times that are safe").first).to_be_visible()
    picture(page, "plan-move-refused")
    axe(page)
    start.fill("9:35 am")
    start.press("Enter")
    expect(page.get_by_text(f"{code} is now on")).to_be_visible()
    assert place_of(world, plan_id, visits["pane"])[1].strftime("%H:%M") == "09:35"
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for path, name in (
            (f"visits/{visits['left']}/slots", "slots"),
            (f"visits/{visits['left']}/why", "why-left"),
            ("what-if?about=sick", "what-if"),
            ("slots", "slots-new"),
        ):
            page.goto(f"/plans/{plan_id}/{path}")
            for button in page.get_by_role("button", name=re.compile("^(Find times|Work it out)$")).all():
                if "new" not in name:
                    button.click()
                    page.get_by_role("heading", level=1).wait_for()
            if name == "what-if":
                page.get_by_label("Worker").select_option(index=1)
                page.get_by_role("button", name="Try it").click()
                page.get_by_role("heading", name="What would be different").wait_for()
            axe(page)
            picture(page, f"plan-{name}-{width}")
