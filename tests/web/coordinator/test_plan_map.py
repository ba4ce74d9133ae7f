"""The page of a plan draws areas by their middles, and tells the same in a table; it knows no home."""

from __future__ import annotations

import math
import re
import uuid
from datetime import timedelta
from itertools import combinations

from tests import factories
from tests.steps.planning.conftest import FIRST_DAY, World
from tests.web.conftest import Browser
from worksorders.gateways import places
from worksorders.steps.planning import area_map, board
from worksorders.steps.planning.area_map import (
    LEAST_WIDTH,
    NORTH,
    SCALE,
    SQUEEZE,
    WEST,
    Dot,
    apart,
    day_map,
    land,
)
from worksorders.steps.planning.when import wall
from worksorders.store.tables.plans.planning import Plan, PlanStop
from worksorders.store.tables.work.orders import Visit

RESULT = {
    "visits": 3, "unassigned": 0, "late": 0, "exposed_days": 0, "travel_minutes": 90, "seconds": 1.0, "seed": 1,
    "parts": 2, "estimated": 1, "levels": [["unassigned P1", 0, 0], ["cost", 5000, 4000]],
    "curve": [[0.1, 9000, 0, 1], [0.9, 5000, 4000, 0]],
}  # fmt: skip


def drafted(services):
    """A draft in which one worker goes through two areas and back, kept without solving anything."""
    world = World(services)
    worker, _ = world.worker()
    areas = [area.code for area in places.areas().values() if area.region_code == "E7"]
    visits = [world.order({})[0] for _ in range(3)]
    with services.sessions.begin() as session:
        plan = Plan(
            id=uuid.uuid4(), code="P-MAP", state="draft", created_at=factories.NOW, created_by=world.user.id,
            starts_on=FIRST_DAY, days=7, region_codes=[], seed=1, seconds=2, settings={}, result=RESULT,
        )  # fmt: skip
        session.add(plan)
        session.flush()
        for visit, area, hour in zip(visits, (areas[0], areas[-1], areas[0]), (9, 11, 14), strict=True):
            row = session.get(Visit, visit)
            row.order.area_code, row.state = area, "planned"
            row.due_at = wall(FIRST_DAY, 60 * (hour + 1)) - timedelta(days=hour == 11)
            start_at = wall(FIRST_DAY, 60 * hour)
            session.add(
                PlanStop(
                    plan_id=plan.id, visit_id=visit, worker_id=worker, start_at=start_at,
                    end_at=start_at + timedelta(hours=1), place_estimated=hour == 9,
                )
            )  # fmt: skip
        return world, plan.id, [areas[0], areas[-1]]


def test_the_map_joins_middles_of_areas_and_the_page_tells_the_same_in_words(services, app):
    _, plan_id, areas = drafted(services)
    with services.sessions() as session:
        shown = board.load_board(session, session.get(Plan, plan_id))
        name = factories.make_user(session).sign_in_name
        session.commit()
    assert shown.overdue == 1
    drawn = day_map(shown, FIRST_DAY)
    assert sorted(dot.visits for dot in drawn.dots) == [1, 2]
    (line,) = drawn.lines
    assert len(line.areas) == 3
    assert line.areas[0] == line.areas[2]
    for dot in drawn.dots:
        back = NORTH - dot.y / SCALE, WEST + dot.x / SCALE / SQUEEZE
        near = (places.areas()[code] for code in areas)
        assert min(abs(back[0] - one.latitude) + abs(back[1] - one.longitude) for one in near) < 0.01
    left, top, width, height = drawn.frame
    assert min(width, height) >= LEAST_WIDTH
    assert all(left < dot.x < left + width and top < dot.y < top + height for dot in drawn.dots)
    assert day_map(shown, FIRST_DAY + timedelta(days=1)) is None
    assert len(land()) == 16
    browser = Browser(app)
    browser.sign_in(name)
    page = browser.get(f"/plans/{plan_id}").text
    for code in areas:
        assert places.area_name(code) in page
    assert page.count('class="app-map__dot"') == 2
    assert "Stats NZ, LINZ, CC BY 4.0" in page
    assert "<dt>Overdue before its first day</dt><dd>1</dd>" in page
    assert "place estimated" in page
    assert "planned from the middle of the area" in page
    assert "$10.00 (20.0 %)" in page
    assert 'class="app-chart__line app-chart__line--2"' in page
    assert not re.search(r"-36\.90|174\.76", page)
    empty = browser.get(f"/plans/{plan_id}?day={FIRST_DAY + timedelta(days=1)}").text
    assert "Nobody goes anywhere on this day." in empty
    assert browser.get(f"/plans/{plan_id}?day=nonsense&week=99").status_code == 200


def test_a_day_of_too_many_areas_is_drawn_by_region_and_one_of_few_by_area(services, monkeypatch):
    _, plan_id, _ = drafted(services)
    with services.sessions() as session:
        shown = board.load_board(session, session.get(Plan, plan_id))
    assert not day_map(shown, FIRST_DAY).by_region
    monkeypatch.setattr(area_map, "MOST_AREAS", 1)
    found = day_map(shown, FIRST_DAY)
    assert found.by_region
    assert [(dot.name, dot.visits) for dot in found.dots] == [(places.region("E7").name, 3)]
    assert found.lines == ()


def test_no_number_of_the_map_hides_another_one():
    spots = [(0, 0)] * 6 + [(1, 0), (2, 3), (90, 90)]
    dots = tuple(Dot(at, "", "", x, y, 1, ()) for at, (x, y) in enumerate(spots, start=1))
    moved = apart(dots, 6.3)
    assert [dot.number for dot in moved] == list(range(1, 10))
    assert all(math.dist((a.x, a.y), (b.x, b.y)) > 6 for a, b in combinations(moved, 2))
    assert (moved[-1].x, moved[-1].y) == (90, 90)
