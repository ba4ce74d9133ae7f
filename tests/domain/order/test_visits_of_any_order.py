"""Whatever an order holds, its visits can be done one after the other, and the split depends on nothing but its input."""

from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.item import Kind
from tests.domain.order.splitting import visit_with, waits_for
from worksorders.domain.order.deadlines import Urgency
from worksorders.domain.order.grouping import has_circle
from worksorders.domain.order.sequence import dependencies
from worksorders.domain.order.visits import DAY_MINUTES, split_into_visits

OPENINGS = ["front_door", "back_door", "window", "w2", "ranch_slider", "inside", "person", "home"]


@st.composite
def orders(draw, items, make):
    chosen = draw(
        st.lists(
            st.tuples(st.sampled_from(sorted(items)), st.sampled_from(OPENINGS), st.integers(1, 4)),
            min_size=1,
            max_size=18,
            unique_by=lambda row: row[:2],
        )
    )
    lines = [make(code, opening, quantity=quantity) for code, opening, quantity in chosen]
    insecure = draw(st.sets(st.sampled_from(OPENINGS)))
    for permanent in list(lines):
        interim = items[permanent.item_code].interim_item
        if interim and permanent.opening_id in insecure:
            lines.append(
                make(
                    interim,
                    permanent.opening_id,
                    interim_for=permanent.item_code,
                    name=f"i{len(lines)}",
                )
            )
    return draw(st.permutations(lines)), insecure, draw(st.sampled_from(list(Urgency)))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_order_splits_into_visits_that_can_be_done(items, line, raising, data):
    lines, insecure, urgency = data.draw(orders(items, line))
    order = raising(urgency)
    visits = split_into_visits(lines, insecure, order)
    by_id = {one.id: one for one in lines}
    position = {visit.key: index for index, visit in enumerate(visits)}

    placed = [line_id for visit in visits for line_id in visit.line_ids]
    assert sorted(placed) == sorted(one.id for one in lines if one.kind in {Kind.WORK, Kind.CHECK})

    assert not has_circle({(after.visit, visit.key) for visit in visits for after in visit.after})
    for visit in visits:
        members = [by_id[line_id] for line_id in visit.line_ids]
        assert visit.crew == max(one.crew for one in members)
        assert visit.minutes >= sum(one.total_minutes for one in members)
        assert order.place.local_date(visit.due_at) >= visit.ready_on
        assert visit.minutes <= DAY_MINUTES or len(members) == 1
        for after in visit.after:
            assert position[after.visit] < position[visit.key]
            assert visits[position[after.visit]].ready_on <= visit.ready_on
        for one in members:
            single = {next(iter(trades)) for trades in one.trade.alternatives if len(trades) == 1}
            assert one.trade.is_any or visit.trade == one.trade or str(visit.trade) in single
        for partner in visit.same_day_with:
            assert visit.key in visits[position[partner]].same_day_with

    make_safe = frozenset(i for visit in visits if visit.make_safe for i in visit.line_ids)
    for pair in dependencies([one for one in lines if one.takes_a_visit], make_safe):
        first, then = visit_with(visits, pair.first), visit_with(visits, pair.then)
        assert first is then or waits_for(visits, pair.then, pair.first)
        assert not (pair.own_visit and first is then)


def test_the_split_does_not_depend_on_anything_but_its_input(line, raising):
    lines = [line("DR01", "front_door"), line("LK06", "front_door"), line("WN02", "window")]
    assert split_into_visits(lines, (), raising()) == split_into_visits(lines, (), raising())
