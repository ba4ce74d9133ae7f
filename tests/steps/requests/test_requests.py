"""Each who asks gets what is about them and no word of anybody else; the abuser learns not even that a home is known."""

from __future__ import annotations

import io
import uuid
import zipfile
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from tests import agreeing, factories, referrals
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.domain.privacy.requests import ENOUGH, EXTENSION_GROUNDS, GROUNDS, Identity, Subject, due_on
from worksorders.steps import disclose
from worksorders.steps.actor import NotFoundError
from worksorders.steps.forget import destroy
from worksorders.steps.jobs import Job
from worksorders.steps.requests import export, extend, find, flow, remind
from worksorders.steps.requests.flow import Given
from worksorders.store.tables.confidential.interests import HomeInterest
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.telling import OutgoingMessage

NOW = factories.NOW
TODAY = date(2026, 11, 24)
CLIENT = ("Hinemoa Canarybird", "+64215550199", "12 Canarystreet Road", "-40.7581", "canary first")
LANDLORD = ("Bert Landlordcanary", "+6445550111")
WORKER = ("Wirihana", "Workercanary")


@pytest.fixture
def world(services):
    with services.sessions() as session:
        user, officer, second = (factories.make_user(session, role) for role in ("coordinator", "privacy_officer", "administrator"))  # fmt: skip
        order = referrals.bare_order(session, user)
        disclose.open_case(session, services.cipher, order.case_id)
        name, phone, street, point, safe = CLIENT
        disclose.protect(
            session, services.cipher, order.case_id, order.case_id,
            {
                disclose.PERSON_NAME: name, disclose.PERSON_PHONE: phone, disclose.HOME_ADDRESS: f"{street}, Ōtaki",
                disclose.HOME_COORDINATES: f"{point},175.1", disclose.SAFE_CONTACT: safe,
            },
        )  # fmt: skip
        actor = factories.actor_of(user)
        person = agreeing.landlord(
            session,
            services.cipher,
            actor,
            order.case_id,
            name=LANDLORD[0],
            phone=LANDLORD[1],
            post="PO Box 9\nLevin",
        )
        firm = factories.make_firm(session)
        worker = session.scalars(select(Worker).where(Worker.firm_id == firm.id)).first()
        worker.first_name, worker.last_name = WORKER
        session.commit()
        yield SimpleNamespace(
            session=session, services=services, order=order, person=person, worker=worker, user=user,
            officer=factories.actor_of(officer), second=factories.actor_of(second),
        )  # fmt: skip


def ask(world, subject, identity=None, **values):
    found = next(iter(sorted(ENOUGH[Subject(subject)])))
    received = values.pop("received_on", TODAY)
    given = Given(subject, received, identity or found, **({"code": world.order.code} | values))
    return flow.receive(world.session, world.officer, given, NOW).id


def released(world, subject, **values):
    request = ask(world, subject, **values)
    flow.propose(world.session, world.officer, request, "release", now=NOW)
    flow.decide(world.session, world.second, request, agree=True, now=NOW)
    world.session.commit()
    return opened(world, request)


def opened(world, request):
    name, content = export.make(
        world.session, world.services.sessions, world.services.cipher, world.officer, request, NOW
    )
    assert name.endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["held.html", "held.json"]
        return "\n".join(archive.read(one).decode() for one in archive.namelist())


def canaries(text):
    """Whose canary stands in a text; also inside the words that HTML or JSON escape."""
    whose = {"client": CLIENT, "landlord": LANDLORD, "worker": WORKER}
    return {who for who, values in whose.items() if any(value in text for value in values)}


def test_each_gets_their_own_and_nothing_of_anybody_else(world):
    text = released(world, "client")
    assert canaries(text) == {"client"}
    assert all(value in text for value in CLIENT)
    assert canaries(released(world, "interest", person=world.person.position)) == {"landlord"}
    assert canaries(released(world, "worker", who=world.worker.id)) == {"worker"}
    assert (
        canaries(released(world, "household"))
        == canaries(released(world, "user", who=world.user.id))
        == set()
    )


@pytest.mark.parametrize("subject", ["household", "interest", "worker", "user"])
def test_what_others_get_names_no_case_order_or_place(world, subject):
    who = {"worker": world.worker.id, "user": world.user.id}.get(subject)
    text = released(world, subject, who=who, person=world.person.position)
    order, case = world.order, world.order.case
    for told in (order.code, case.code, str(order.id), str(case.id), "Ōtaki", case.area_code + '"', "Rekey"):
        assert told not in text


def bar(world):
    row = world.session.get(HomeInterest, world.person.id, populate_existing=True)
    row.screening = "barred"
    world.session.flush()


def test_the_abuser_gets_neither_a_release_nor_a_ground_that_tells_that_a_home_is_known(world):
    request = ask(world, "interest", person=world.person.position)
    bar(world)
    with pytest.raises(FaultsError):
        flow.propose(world.session, world.officer, request, "release", now=NOW)
    for ground in GROUNDS:
        if ground != "s47":
            with pytest.raises(FaultsError):
                flow.propose(
                    world.session, world.officer, request, "refuse", ground=ground, reason="It would tell him", now=NOW
                )  # fmt: skip
    flow.propose(
        world.session, world.officer, request, "refuse", ground="s47", reason="It would tell him", now=NOW
    )
    assert find.one(world.session, world.officer, request, TODAY).silent


@pytest.mark.parametrize("when", ["proposed", "released"])
def test_who_is_barred_after_the_proposal_or_even_the_release_gets_nothing(world, when):
    request = ask(world, "interest", person=world.person.position)
    flow.propose(world.session, world.officer, request, "release", now=NOW)
    if when == "proposed":
        bar(world)
        with pytest.raises(FaultsError):
            flow.decide(world.session, world.second, request, agree=True, now=NOW)
        return
    flow.decide(world.session, world.second, request, agree=True, now=NOW)
    bar(world)
    world.session.commit()
    with pytest.raises(NotPermittedError):
        opened(world, request)


@pytest.mark.parametrize("identity", ["not_confirmed", "document"])
def test_who_poses_as_the_client_with_her_papers_gets_nothing(world, identity):
    request = ask(world, "client", identity=identity)
    with pytest.raises(FaultsError) as error:
        flow.propose(world.session, world.officer, request, "release", now=NOW)
    assert error.value.faults[0].field == "identity"
    flow.confirm_identity(
        world.session, world.officer, request, Identity.SAFE_CHANNEL, "Rang on the safe number"
    )
    flow.propose(world.session, world.officer, request, "release", now=NOW)


def test_two_people_answer_and_nothing_leaves_before(world):
    request = ask(world, "client")
    with pytest.raises(NotPermittedError):
        opened(world, request)
    flow.propose(world.session, world.officer, request, "release", now=NOW)
    with pytest.raises(NotPermittedError):
        flow.decide(world.session, world.officer, request, agree=True, now=NOW)
    flow.decide(world.session, world.second, request, agree=False, now=NOW)
    assert find.one(world.session, world.officer, request, TODAY).row.state == "open"
    with pytest.raises(RefusedError):
        flow.decide(world.session, world.second, request, agree=True, now=NOW)
    moves = world.session.scalars(
        select(AuditEvent.action).where(AuditEvent.subject_id == request).order_by(AuditEvent.id)
    ).all()
    assert moves == ["request.received", "request.proposed", "request.sent_back"]


def test_only_officers_receive_and_only_they_and_administrators_see(world):
    stranger = factories.actor_of(world.user)
    with pytest.raises(NotFoundError):
        flow.receive(world.session, stranger, Given("client", TODAY, "in_person", code=world.order.code), NOW)
    with pytest.raises(NotFoundError):
        find.listed(world.session, stranger, TODAY)
    with pytest.raises(NotFoundError):
        find.one(world.session, world.officer, uuid.uuid4(), TODAY)
    request = ask(world, "client")
    assert [one.row.id for one in find.listed(world.session, world.second, TODAY)] == [request]
    with pytest.raises(NotFoundError):
        export.make(world.session, None, None, world.second, request, NOW)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"subject": "dog"}, "subject"), ({"received_on": date(2030, 1, 1)}, "received_on"), ({"code": "W-0"}, "code"),
        ({"subject": "interest", "person": 99}, "person"), ({"subject": "worker"}, "who"), ({"identity": "?"}, "identity"),
    ],
)  # fmt: skip
def test_wrong_input_is_told_at_its_field(world, values, field):
    given = {
        "subject": "client",
        "received_on": TODAY,
        "identity": "in_person",
        "code": world.order.code,
    } | values
    with pytest.raises(FaultsError) as error:
        flow.receive(world.session, world.officer, Given(**given), NOW)
    assert [fault.field for fault in error.value.faults] == [field]


def test_an_open_request_keeps_the_case_from_being_destroyed(world):
    ask(world, "client")
    world.order.state = "closed"
    world.order.assessment.state = "ordered"
    world.session.flush()
    with pytest.raises(RefusedError, match="asked for"):
        destroy.erase_case(world.session, None, world.order.case_id, NOW)


def test_the_clock_is_twenty_working_days_without_the_summer_break():
    assert due_on(date(2026, 11, 2)) == date(2026, 11, 30)
    assert due_on(date(2026, 12, 18)) == date(2027, 2, 9)


WHY = "Two agencies must be asked first"
UNTIL = date(2027, 1, 29)


def put_off(world, request, until=UNTIL, now=NOW, ground="s48_consultation", reason=WHY):
    extend.extend(world.session, world.officer, request, until, ground=ground, reason=reason, now=now)


def test_the_last_day_is_put_off_once_with_its_ground_while_there_is_time(world):
    request = ask(world, "client")
    first = find.one(world.session, world.officer, request, TODAY).row.due_on
    put_off(world, request)
    shown = find.one(world.session, world.officer, request, TODAY)
    assert (shown.row.due_on, shown.row.extended_from, shown.row.state) == (UNTIL, first, "open")
    assert not shown.may_extend
    with pytest.raises(RefusedError, match="once"):
        put_off(world, request, date(2027, 2, 26))
    found = world.session.scalars(
        select(AuditEvent).where(AuditEvent.subject_id == request, AuditEvent.action == "request.extended")
    ).one()
    assert found.detail["extension"] == "s48_consultation"
    assert WHY not in str(found.detail)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"until": None}, "until_on"), ({"until": TODAY}, "until_on"), ({"until": date(2028, 1, 31)}, "until_on"),
        ({"now": NOW + timedelta(days=60)}, "until_on"), ({"ground": "s47"}, "extension_ground"),
        ({"reason": "late"}, "extension_reason"),
    ],
)  # fmt: skip
def test_an_extension_without_time_ground_or_measure_is_refused_at_its_field(world, values, field):
    request = ask(world, "client")
    with pytest.raises(FaultsError) as error:
        put_off(world, request, **values)
    assert [fault.field for fault in error.value.faults] == [field]


def test_nobody_barred_learns_by_an_extension_that_there_is_something_to_look_through(world):
    request = ask(world, "interest", person=world.person.position)
    bar(world)
    for ground in EXTENSION_GROUNDS:
        with pytest.raises(FaultsError) as error:
            put_off(world, request, ground=ground)
        assert [fault.field for fault in error.value.faults] == ["extension_ground"]
    assert not find.one(world.session, world.officer, request, TODAY).may_extend


def test_only_officers_extend_and_only_what_waits(world):
    request = ask(world, "client")
    with pytest.raises(NotFoundError):
        extend.extend(world.session, world.second, request, UNTIL, ground="s48_quantity", reason=WHY, now=NOW)
    flow.propose(world.session, world.officer, request, "release", now=NOW)
    put_off(world, request)
    assert find.one(world.session, world.officer, request, TODAY).row.state == "proposed"
    other = ask(world, "client")
    flow.propose(world.session, world.officer, other, "release", now=NOW)
    flow.decide(world.session, world.second, other, agree=True, now=NOW)
    with pytest.raises(RefusedError):
        put_off(world, other)


def timers(world):
    return world.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == remind.REMIND).order_by(OutboxMessage.wanted_at)
    ).all()


def ring(world, timer):
    job = Job(
        timer.id, 1, timer.payload, world.services.sessions, world.services.cipher, lambda: NOW, lambda: True
    )
    remind.remind_in_time(job)(world.session, timer.wanted_at)
    world.session.flush()


def reminded(world):
    """To whom messages went, by role."""
    users = select(AppUser.role).join(OutgoingMessage, OutgoingMessage.user_id == AppUser.id)
    return sorted(world.session.scalars(users.order_by(AppUser.role)).all())


def test_officers_are_reminded_before_the_last_day_and_administrators_of_a_proposal(world):
    request = ask(world, "client")
    first, last = timers(world)
    assert [local_day(one.wanted_at) for one in (first, last)] == [date(2026, 12, 15), date(2026, 12, 21)]
    assert set(first.payload) == {"privacy_request_id", "day"}
    ring(world, first)
    assert reminded(world) == ["privacy_officer"]
    flow.propose(world.session, world.officer, request, "release", now=NOW)
    ring(world, last)
    assert "administrator" in reminded(world)
    assert (
        world.session.scalar(
            select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "request.reminded")
        )
        == 2
    )


def test_nobody_is_reminded_of_a_day_that_was_put_off_or_of_what_was_answered(world):
    request = ask(world, "client")
    put_off(world, request)
    old, new = timers(world)[:2], timers(world)[2:]
    assert len(new) == 2
    ring(world, old[0])
    assert reminded(world) == []
    flow.propose(world.session, world.officer, request, "release", now=NOW)
    flow.decide(world.session, world.second, request, agree=True, now=NOW)
    ring(world, new[0])
    assert reminded(world) == []


def test_of_a_request_that_is_recorded_late_one_reminder_goes_out_at_once(world):
    ask(world, "client", received_on=date(2026, 10, 27))
    assert [one.wanted_at for one in timers(world)] == [NOW]


def test_a_request_is_late_from_the_day_after_its_last_day_on_though_that_is_a_saturday(world):
    request = ask(world, "client", received_on=date(2026, 10, 30))
    due = find.one(world.session, world.officer, request, TODAY).row.due_on
    assert due.strftime("%A") == "Friday"
    left = [
        find.one(world.session, world.officer, request, due + timedelta(days=n)).days_left
        for n in (-1, 0, 1, 3)
    ]
    assert left == [1, 0, -1, -1]
