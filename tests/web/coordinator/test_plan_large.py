"""A plan of hundreds of visits is a page that can be read: some workers at a time, a region's alone, and back there after a move."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from tests import factories
from tests.steps.planning.conftest import FIRST_DAY, World
from worksorders.steps.planning.part_of_board import ROWS, UNPLACED
from worksorders.steps.planning.when import wall
from worksorders.store.tables.plans.planning import Plan, PlanStop, PlanUnassigned
from worksorders.store.tables.work.orders import Visit

RESULT = {
    "visits": 60, "unassigned": 24, "late": 0, "exposed_days": 0, "travel_minutes": 90, "seconds": 1.0, "seed": 1,
    "parts": 2, "levels": [["unassigned P1", 0, 0], ["cost", 5000, 4000]], "curve": [[0.1, 9000, 0, 1]],
}  # fmt: skip


@pytest.fixture
def large(services, signed_in):
    """A draft of more workers and visits without a place than a page shows, the last few workers in another region."""
    world = World(services)
    workers = [*(world.worker()[0] for _ in range(ROWS + 4)), world.worker(region="E8")[0]]
    visits = world.order(*({} for _ in range(ROWS + 5 + UNPLACED + 4)))
    (south,) = world.order({})
    with services.sessions.begin() as session:
        plan = Plan(
            id=uuid.uuid4(), code="P-LARGE", state="draft", created_at=factories.NOW, created_by=world.user.id,
            starts_on=FIRST_DAY, days=14, region_codes=[], seed=1, seconds=2, settings={}, result=RESULT,
        )  # fmt: skip
        session.add(plan)
        session.flush()
        order = session.get_one(Visit, south).order
        order.region_code = order.area_code = "E8"
        for worker, visit in zip(workers, [*visits[: ROWS + 4], south], strict=True):
            session.get_one(Visit, visit).state = "planned"
            start_at = wall(FIRST_DAY, 600)
            session.add(
                PlanStop(
                    plan_id=plan.id,
                    visit_id=visit,
                    worker_id=worker,
                    start_at=start_at,
                    end_at=start_at + timedelta(hours=1),
                )
            )
        for visit in visits[ROWS + 4 :]:
            session.add(PlanUnassigned(plan_id=plan.id, visit_id=visit, reason="no_shift", detail={}))
    browser, _ = signed_in()
    return browser, f"/plans/{plan.id}", south


def counts(page):
    return len(re.findall('class="app-board__firm"', page)), len(re.findall(">What would help<", page))


def test_a_large_plan_shows_some_workers_and_visits_at_a_time_and_says_how_many_there_are(large):
    browser, path, _ = large
    first = browser.get(path).text
    assert counts(first) == (ROWS, UNPLACED)
    assert f"{ROWS + 5} workers in all" in first
    assert f"Visits without a place: {UNPLACED + 5}" in first
    assert counts(browser.get(f"{path}?rows=2&unplaced=2").text) == (5, 5)
    assert counts(browser.get(f"{path}?rows=99&unplaced=x").text) == (5, UNPLACED)


def test_a_region_shows_its_own_workers_and_visits_and_an_unknown_one_all(large):
    browser, path, south = large
    page = browser.get(f"{path}?region=E8").text
    assert counts(page) == (1, 0)
    assert str(south) in page
    assert "1 placed, 0 without a place" in page
    assert "Every open visit of this region has a place." in page
    assert counts(browser.get(f"{path}?region=nowhere").text) == (ROWS, UNPLACED)


def test_what_was_shown_is_shown_again_after_a_move_and_a_pin(large):
    browser, path, south = large
    page = browser.get(f"{path}?region=E8&week=2").text
    assert f"/visits/{south}/move?region=E8" in browser.get(f"{path}?region=E8").text
    assert "week=1" in page
    pinned = browser.post(f"{path}/visits/{south}/pin?region=E8&rows=1", {"pin": "yes"}, page=path)
    assert (pinned.status_code, pinned.location) == (303, f"{path}?region=E8&rows=1")


def test_the_forms_carry_what_was_seen_and_the_second_of_two_people_is_told(large):
    browser, path, south = large
    page = browser.get(f"{path}?region=E8").text
    (seen,) = re.findall(r'data-seen="([^"]+)"', page)
    (draft,) = re.findall(r'name="seen" value="([0-9a-f]{16})"', page)
    worker = seen.partition("@")[0]
    place = {"worker": worker, "on": FIRST_DAY.isoformat(), "start": "1:20 pm", "seen": seen}
    address = f"{path}/visits/{south}/move?from={worker}"
    assert browser.post(address, {"form_uuid": str(uuid.uuid4())} | place, page=path).status_code == 303
    late = browser.post(address, {"form_uuid": str(uuid.uuid4())} | place | {"start": "2 pm"}, page=path)
    assert late.status_code == 422
    assert "Meanwhile somebody moved" in late.text
    assert "at 1:20 pm now" in late.text
    (now_seen,) = re.findall(r'name="seen"[^>]*value="([^"]+)"', late.text)
    assert now_seen not in {seen, ""}
    publish = {"form_uuid": str(uuid.uuid4()), "seen": draft}
    refused = browser.post(f"{path}/publish", publish, page=path)
    assert (refused.status_code, "since you opened it" in refused.text) == (409, True)
    pinned = browser.post(f"{path}/visits/{south}/pin", {"pin": "no", "seen": seen}, page=path)
    assert (pinned.status_code, "Meanwhile somebody moved" in pinned.text) == (409, True)
