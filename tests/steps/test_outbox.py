"""The outbox and the form that is taken once, on a real database: what is acknowledged is kept, once."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests import factories
from worksorders.steps import once, outbox
from worksorders.store.tables.trail import FormSubmission, OutboxMessage


@pytest.fixture
def write(services):
    """Write one row of work in a transaction of its own and give it back: `row = write()`."""

    def make(**values):
        with services.sessions.begin() as session:
            outbox.send(session, "test.work", {"thing_id": str(uuid.uuid4())}, **values)
            return session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at.desc())).first()

    return make


@pytest.fixture
def take(services):
    """Take what is due, as a relay does."""

    def run(**values):
        with services.sessions.begin() as session:
            return outbox.take_due(session, **values)

    return run


@pytest.fixture
def hurry(services):
    """Let every row come due now."""

    def run():
        with services.sessions.begin() as session:
            session.execute(update(OutboxMessage).values(due_at=func.clock_timestamp()))

    return run


def wait_of(services, row):
    """Seconds until a row comes due again."""
    with services.sessions() as session:
        seconds = session.scalar(
            select(func.extract("epoch", OutboxMessage.due_at - func.clock_timestamp())).where(
                OutboxMessage.id == row.id
            )
        )
    return float(seconds)


def together(*actions):
    """Run actions at the same moment in threads and give their answers back in order."""
    start, answers = threading.Barrier(len(actions)), [None] * len(actions)

    def run(place, action):
        start.wait(10)
        answers[place] = action()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def test_work_of_a_transaction_that_fails_is_never_sent(services, take):
    with services.sessions() as session:
        outbox.send(session, "test.work", {})
        session.rollback()
    assert take() == []


def test_each_try_waits_twice_as_long_up_to_five_minutes(services, write, take, hurry):
    row = write()
    waits = []
    for attempt in range(1, 9):
        hurry()
        assert [one.attempt for one in take()] == [attempt]
        waits.append(round(wait_of(services, row)))
    assert waits == [8, 16, 32, 64, 128, 256, 300, 300]


def test_a_row_that_was_just_sent_is_not_due(write, take):
    write()
    assert len(take()) == 1
    assert take() == []


def test_a_timer_is_not_sent_before_its_time(services, write, take):
    with services.sessions() as session:
        now = session.scalar(select(func.clock_timestamp()))
    write(at=now + timedelta(hours=1))
    due = write(at=now - timedelta(seconds=1))
    assert [one.id for one in take()] == [due.id]


def test_the_same_work_asked_for_twice_is_one_row(services, take):
    for _ in range(2):
        with services.sessions.begin() as session:
            outbox.send(session, "test.work", {}, dedupe_key="test.work:1")
    assert len(take()) == 1


def test_the_same_work_asked_for_at_the_same_moment_is_one_row(services, take):
    def ask():
        with services.sessions.begin() as session:
            outbox.send(session, "test.work", {}, dedupe_key="test.work:1")

    together(ask, ask)
    assert len(take()) == 1


def test_two_relays_at_once_send_each_row_once(write, take):
    rows = {write().id for _ in range(30)}
    first, second = together(take, take)
    sent = [one.id for one in first + second]
    assert len(sent) == len(set(sent)) == 30
    assert set(sent) == rows


def test_an_older_attempt_has_nothing_to_do_any_more(services, write, take, hurry):
    write()
    (stale,) = take()
    hurry()
    (newest,) = take()
    with services.sessions.begin() as session:
        assert outbox.still_mine(session, stale) is None
        assert not outbox.keep(session, stale)
        assert outbox.still_mine(session, newest) is not None
        assert outbox.keep(session, newest)


def test_long_work_that_keeps_its_row_is_not_sent_again(services, write, take, hurry):
    row = write()
    (delivery,) = take()
    hurry()
    with services.sessions.begin() as session:
        assert outbox.keep(session, delivery)
    assert take() == []
    assert round(wait_of(services, row)) == outbox.FIRST_WAIT_SECONDS


def test_finished_work_is_never_sent_again(services, write, take, hurry):
    write()
    (delivery,) = take()
    with services.sessions.begin() as session:
        outbox.finish(outbox.still_mine(session, delivery))
    hurry()
    assert take() == []
    with services.sessions() as session:
        assert outbox.still_mine(session, delivery) is None


def test_rows_that_were_put_off_come_due_when_the_queue_was_lost(services, write, take, hurry):
    later = factories.NOW.replace(year=2099)
    timer, row = write(at=later), write()
    for _ in range(4):
        hurry_row(services, row)
        take()
    assert wait_of(services, row) > 60
    with services.sessions.begin() as session:
        assert outbox.hasten(session) == 1
    assert [one.id for one in take()] == [row.id]
    assert wait_of(services, timer) > 1000


def hurry_row(services, row):
    with services.sessions.begin() as session:
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id == row.id).values(due_at=func.clock_timestamp())
        )


def test_work_that_is_kept_alive_is_not_disturbed_when_the_queue_was_lost(services, write, take):
    write()
    (delivery,) = take()
    with services.sessions.begin() as session:
        assert outbox.keep(session, delivery)
        assert outbox.hasten(session) == 0


@pytest.mark.parametrize(
    ("kind", "age", "late"),
    [("test.work", 59, 0), ("test.work", 61, 1), ("order.issued", 14, 0), ("order.issued", 16, 1)],
)
def test_the_alarm_names_what_waits_too_long_and_urgent_work_sooner(services, kind, age, late):
    with services.sessions.begin() as session:
        outbox.send(session, kind, {})
        session.execute(
            update(OutboxMessage).values(wanted_at=func.clock_timestamp() - timedelta(seconds=age))
        )
    with services.sessions() as session:
        assert len(outbox.overdue(session)) == late


def test_a_timer_ahead_raises_no_alarm(services, write):
    write(at=factories.NOW.replace(year=2099))
    with services.sessions() as session:
        assert outbox.overdue(session) == []


@pytest.fixture
def person(services):
    with services.sessions.begin() as session:
        return factories.actor_of(factories.make_user(session))


def send_form(services, form, actor, place):
    """Take a form as the edge of a request does; gives the address to which it led."""
    with services.sessions.begin() as session:
        claimed = once.claim(session, form, actor, "test")
        if claimed is None:
            return once.earlier_answer(session, form, actor)
        claimed.location = place
        outbox.send(session, "test.work", {})
        return place


def test_a_form_sent_again_leads_to_the_first_address_and_makes_nothing(services, person, take):
    form = uuid.uuid4()
    assert send_form(services, form, person, "/first") == "/first"
    assert send_form(services, form, person, "/second") == "/first"
    assert len(take()) == 1


def test_a_form_sent_twice_at_the_same_moment_makes_one_record(services, person, take):
    form = uuid.uuid4()
    answers = together(
        lambda: send_form(services, form, person, "/one"), lambda: send_form(services, form, person, "/two")
    )
    assert answers[0] == answers[1]
    assert answers[0] in ("/one", "/two")
    assert len(take()) == 1


def test_a_form_whose_action_failed_can_be_sent_again(services, person):
    form = uuid.uuid4()
    with services.sessions() as session:
        once.claim(session, form, person, "test").location = "/lost"
        session.rollback()
    assert send_form(services, form, person, "/kept") == "/kept"


def test_the_form_of_another_tells_nothing(services, person):
    form = uuid.uuid4()
    send_form(services, form, person, "/secret")
    with services.sessions.begin() as session:
        other = factories.actor_of(factories.make_user(session))
    assert send_form(services, form, other, "/mine") is None
    assert send_form(services, form, None, "/mine") is None
    with services.sessions() as session:
        assert session.scalar(select(func.count()).select_from(FormSubmission)) == 1
