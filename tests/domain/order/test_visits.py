"""Which lines share a visit, in which order visits come, and by when each is due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from catalogue.trade import parse_trade
from tests.domain.order.splitting import lines_of, visit_with, waits_for
from worksorders.domain.order.deadlines import Urgency, permanent_due
from worksorders.domain.order.lines import line_of
from worksorders.domain.order.visits import split_into_visits


def test_rekeying_comes_first(line, raising):
    visits = split_into_visits([line("RS04", "ranch_slider"), line("LK03", "front_door")], (), raising())
    assert waits_for(visits, "RS04@ranch_slider", "LK03@front_door")
    assert visits[0].line_ids == ("LK03@front_door",)


def test_lock_work_that_waits_for_nothing_shares_the_rekeying_visit(line, raising):
    visits = split_into_visits([line("LK03", "front_door"), line("RS03", "ranch_slider")], (), raising())
    assert lines_of(visits) == [{"LK03@front_door", "RS03@ranch_slider"}]
    assert visits[0].minutes == 20 + 20 + 15


def test_rekeying_does_not_wait_for_a_cylinder_that_is_on_order(line, raising):
    visits = split_into_visits([line("LK05", "front_door"), line("LK03", "back_door")], (), raising())
    assert lines_of(visits) == [{"LK03@back_door"}, {"LK05@front_door"}]
    assert visits[0].ready_on == date(2026, 11, 23)


def test_a_visit_is_not_ready_before_the_visit_it_waits_for(line, raising):
    lines = [line("SR02", "inside"), line("SR03", "inside"), line("SR01", "inside")]
    visits = split_into_visits(lines, (), raising())
    assert visit_with(visits, "SR02@inside").ready_on == visit_with(visits, "SR03@inside").ready_on
    assert visit_with(visits, "SR01@inside").ready_on == date(2026, 12, 3)


def test_the_laboratorys_time_is_kept_where_another_visit_lies_between(line, raising, items):
    between = line_of(
        "between",
        replace(items["DR05"], after=("SV04",), lead_working_days=0),
        opening_id="d",
        opening_kind="front_door",
        quantity=Decimal(1),
    )
    door = line_of(
        "door",
        replace(items["DR01"], after=("SV04", "DR05")),
        opening_id="d",
        opening_kind="front_door",
        quantity=Decimal(1),
    )
    visits = split_into_visits([line("SV04", "home"), between, door], (), raising())
    assert ("V1", 4) in [(after.visit, after.gap_working_days) for after in visit_with(visits, "door").after]


def test_the_lock_comes_after_its_door_on_the_same_day(line, raising):
    visits = split_into_visits([line("LK06", "front_door"), line("DR01", "front_door")], (), raising())
    assert waits_for(visits, "LK06@front_door", "DR01@front_door")
    door, lock = visit_with(visits, "DR01@front_door"), visit_with(visits, "LK06@front_door")
    assert door.same_day_with == (lock.key,)
    assert lock.same_day_with == (door.key,)
    assert door.opens_barrier
    assert door.ready_on == lock.ready_on == date(2026, 11, 26)


def test_a_lock_at_another_door_waits_for_nothing(line, raising):
    visits = split_into_visits([line("LK06", "back_door"), line("DR01", "front_door")], (), raising())
    assert visit_with(visits, "LK06@back_door").after == ()


def test_a_door_waits_until_the_locks_that_close_it_are_there(line, raising, items):
    slow = line_of(
        "lock",
        replace(items["LK06"], lead_working_days=7),
        opening_id="d",
        opening_kind="front_door",
        quantity=Decimal(1),
    )
    visits = split_into_visits([slow, line("DR01", "d", kind="front_door")], (), raising())
    assert visit_with(visits, "DR01@d").ready_on == visit_with(visits, "lock").ready_on


def test_the_asbestos_sample_and_its_laboratory_come_before_the_door(line, raising):
    visits = split_into_visits([line("DR01", "front_door"), line("SV04", "home")], (), raising())
    door = visit_with(visits, "DR01@front_door")
    assert [(after.visit, after.gap_working_days) for after in door.after] == [("V1", 4)]
    assert visits[0].line_ids == ("SV04@home",)
    assert visits[0].ready_on == date(2026, 11, 23)
    assert door.ready_on == date(2026, 11, 27)


def test_painting_is_a_later_visit_than_the_door(line, raising, items):
    paint = line_of(
        "paint",
        replace(items["DR12"], trade=parse_trade("carpenter")),
        opening_id="d",
        opening_kind="front_door",
        quantity=Decimal(1),
    )
    visits = split_into_visits([line("DR01", "d", kind="front_door"), paint], (), raising())
    assert waits_for(visits, "paint", "DR01@d")


def test_rehanging_comes_before_the_safe_room(line, raising):
    visits = split_into_visits([line("SR01", "inside"), line("SR02", "i2", kind="inside")], (), raising())
    assert waits_for(visits, "SR01@inside", "SR02@i2")
    assert str(visit_with(visits, "SR01@inside").trade) == "carpenter+locksmith"


def test_the_alarm_is_last_with_the_client_and_the_walk_through(line, raising):
    lines = [
        line("SV05", "home"),
        line("AL01", "person"),
        line("DR12", "front_door"),
        line("DR01", "front_door"),
        line("WN02", "window"),
    ]
    visits = split_into_visits(lines, (), raising())
    alarm = visit_with(visits, "AL01@person")
    assert alarm is visits[-1]
    assert alarm.client_present
    assert set(alarm.line_ids) == {"AL01@person", "SV05@home"}
    for other in ("DR12@front_door", "DR01@front_door", "WN02@window"):
        assert waits_for(visits, "AL01@person", other)


def test_a_single_trip_holds_its_own_walk_through(line, raising):
    visits = split_into_visits([line("LK03", "front_door"), line("SV05", "home")], (), raising())
    assert lines_of(visits) == [{"LK03@front_door", "SV05@home"}]


def test_an_interim_measure_is_its_own_visit_with_its_own_deadline(line, raising):
    lines = [
        line("GL01", "window", interim_for="GL04"),
        line("GL04", "window"),
        line("LK03", "front_door"),
    ]
    order = raising(Urgency.P1, datetime(2026, 11, 22, 20, 0, tzinfo=UTC))
    visits = split_into_visits(lines, ["window"], order)
    interim, permanent = visit_with(visits, "GL01@window"), visit_with(visits, "GL04@window")
    assert interim.make_safe
    assert interim.after == ()
    assert interim.due_at == order.raised_at + timedelta(hours=4)
    assert str(interim.trade) == "glazier|carpenter"
    assert waits_for(visits, "GL04@window", "GL01@window")
    assert permanent.due_at > interim.due_at


def test_one_carpenter_makes_the_whole_home_safe_tonight(line, raising):
    lines = [
        line("GL01", "window", interim_for="GL04"),
        line("DR04", "front_door", interim_for="DR01"),
        line("GL04", "window"),
        line("DR01", "front_door"),
    ]
    visits = split_into_visits(lines, ["window", "front_door"], raising(Urgency.P1))
    assert lines_of([visit for visit in visits if visit.make_safe]) == [{"GL01@window", "DR04@front_door"}]


def test_work_that_secures_an_insecure_door_at_once_has_the_make_safe_deadline(line, raising):
    visits = split_into_visits([line("LK03", "front_door")], ["front_door"], raising(Urgency.P2))
    assert visits[0].make_safe
    assert visits[0].due_at == raising().raised_at + timedelta(hours=24)


def test_a_standard_order_with_an_open_window_is_made_safe_the_same_day(line, raising):
    visits = split_into_visits(
        [line("GL01", "window", interim_for="GL04"), line("GL04", "window")], ["window"], raising()
    )
    assert raising().place.local(visit_with(visits, "GL01@window").due_at).date() == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("code", "urgency"), [("LK03", "P1"), ("LK05", "P2"), ("LK99", "P3"), ("DR03", "P4")]
)
def test_a_lead_time_past_the_class_takes_the_next_class_that_leaves_it_time(
    line, raising, items, code, urgency
):
    item = replace(items["LK05"], lead_working_days=8) if code == "LK99" else items[code]
    only = line_of("l", item, opening_id="d", opening_kind="front_door", quantity=Decimal(1))
    (visit,) = split_into_visits([only], (), raising(Urgency.P1))
    assert visit.urgency == urgency
    assert visit.due_at == permanent_due(Urgency(urgency), raising().raised_at, raising().place)


def test_made_to_order_work_does_not_hold_up_the_rest_of_its_trade(line, raising):
    visits = split_into_visits(
        [line("GL02", "w1", kind="window"), line("GL04", "w2", kind="window")], (), raising(Urgency.P2)
    )
    assert lines_of(visits) == [{"GL02@w1"}, {"GL04@w2"}]


def test_two_workers_come_for_a_two_worker_item(line, raising):
    (visit,) = split_into_visits([line("DR02", "front_door"), line("LK14", "front_door")], (), raising())
    assert visit.crew == 2
    assert visit.minutes == 360 + 25 + 15


def test_two_doors_whose_day_would_be_too_long_are_two_visits(line, raising):
    lines = [
        line(code, door, kind="front_door") for door in ("d1", "d2") for code in ("DR01", "LK06", "LK11")
    ]
    visits = split_into_visits(lines, (), raising())
    assert visit_with(visits, "DR01@d1") is not visit_with(visits, "DR01@d2")


def test_either_trade_goes_with_the_trade_that_comes_anyway(line, raising):
    with_lock = split_into_visits([line("WN02", "window"), line("LK03", "front_door")], (), raising())
    alone = split_into_visits([line("WN02", "window")], (), raising())
    assert lines_of(with_lock) == [{"LK03@front_door", "WN02@window"}]
    assert str(alone[0].trade) == "handyperson|locksmith"


def test_each_locksmith_visit_takes_one_call_out(line, raising):
    lines = [
        line("LK03", "front_door"),
        line("DR01", "back_door"),
        line("LK06", "back_door"),
        line("LK01", name="c1"),
        line("LK01", name="c2"),
        line("LK01", name="c3"),
    ]
    visits = split_into_visits(lines, (), raising())
    assert [visit.charge_line_ids for visit in visits if str(visit.trade) == "locksmith"] == [
        ("c1",),
        ("c2",),
    ]


def test_subscriptions_need_no_visit(line, raising):
    assert split_into_visits([line("AL02", "person")], (), raising()) == ()
