"""A worker asks on site: what the rule approves, what waits for a person, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DBAPIError

from tests import agreeing
from tests import dispatching as world
from tests.varying import AT, events, more, new, picture
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.consents.standing import unsettled
from worksorders.steps.duty.inside import check_in
from worksorders.steps.finance.ledger import uncommitted_cents
from worksorders.steps.ordering.moves import move_order
from worksorders.steps.site.leave import leave
from worksorders.steps.varying.adding import addable_items
from worksorders.steps.varying.ask import ask
from worksorders.store.tables.firms.contractors import RateCard, RateLine
from worksorders.store.tables.money.finance import LedgerEntry
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.offers import Photo, VisitNote
from worksorders.store.tables.work.orders import FrozenRate
from worksorders.store.tables.work.variations import LineRevision, Variation, VariationPhoto


def committed(session, order):
    total = session.scalar(
        select(func.sum(LedgerEntry.amount_cents)).where(
            LedgerEntry.order_id == order.id, LedgerEntry.account == "committed"
        )
    )
    return int(total)


def fields(raised):
    return {fault.field for fault in raised.value.faults}


def test_a_change_inside_the_limit_is_approved_by_rule_in_plan_and_commitment_at_once(session, scene):
    assert committed(session, scene.order) == 14_000
    asked = ask(session, scene.worker, scene.visit.id, more(scene), AT)
    assert (asked.state, asked.decided_how, asked.decided_by) == ("approved", "approved_by_rule", None)
    assert (asked.difference_cents, asked.extra_minutes, asked.booking_fits) == (7_000, 20, True)
    assert (scene.line.quantity, scene.line.original_quantity, scene.line.revision) == (3, 2, 2)
    assert (scene.visit.minutes, scene.order.state) == (80, "issued")
    booking = session.scalars(select(Booking).where(Booking.visit_id == scene.visit.id)).all()
    assert [one.during.upper for one in booking if one.state == "confirmed"] == [scene.visit.end_at]
    assert committed(session, scene.order) == 21_000
    assert events(session, scene.order, "variation") == ["variation.asked", "variation.approved"]


def test_who_does_more_is_expected_out_later_by_as_much(session, scene):
    row = check_in(session, scene.visit, AT)
    before = row.expected_out_at
    asked = ask(session, scene.worker, scene.visit.id, more(scene), AT)
    assert asked.extra_minutes > 0
    assert row.expected_out_at == before + timedelta(minutes=asked.extra_minutes)


def test_each_version_of_a_line_is_kept(session, scene):
    scene.line.opening.state = "secure"
    ask(session, scene.worker, scene.visit.id, more(scene), AT)
    ask(session, scene.worker, scene.visit.id, more(scene, "1"), AT)
    rows = session.scalars(select(LineRevision).order_by(LineRevision.revision)).all()
    assert [(row.revision, row.quantity) for row in rows] == [(2, 3), (3, 1)]
    assert scene.line.original_quantity == 2
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(update(LineRevision).values(quantity=9))


def test_above_the_limit_the_order_waits_for_a_person_and_nothing_changes(session, scene):
    asked = ask(session, scene.worker, scene.visit.id, more(scene, "5"), AT)
    assert (asked.state, scene.order.state) == ("asked", "variation_pending")
    assert (scene.line.quantity, scene.visit.minutes, committed(session, scene.order)) == (2, 60, 14_000)
    assert events(session, scene.order)[-2:] == ["variation.asked", "order.variation_asked"]


def test_a_visit_does_not_end_while_its_variation_waits(session, scene):
    ask(session, scene.worker, scene.visit.id, more(scene, "5"), AT)
    with pytest.raises(RefusedError, match="before it is decided"):
        leave(session, scene.worker, scene.visit.id, {}, now=AT)


def test_splitting_an_increase_does_not_pass_the_limit_of_the_order(session, scene):
    for quantity in ("3", "4"):
        assert ask(session, scene.worker, scene.visit.id, more(scene, quantity), AT).state == "approved"
    assert ask(session, scene.worker, scene.visit.id, more(scene, "5"), AT).state == "asked"


def test_the_second_of_two_at_once_is_told_and_sees_the_newer_state(session, scene):
    both_saw = scene.line.revision
    ask(session, scene.worker, scene.visit.id, more(scene, "3"), AT)
    with pytest.raises(
        FaultsError, match=r"it is now 3 \(version 2, this was asked on version 1\)"
    ) as raised:
        ask(session, scene.worker, scene.visit.id, more(scene, "1", seen_revision=both_saw), AT)
    assert fields(raised) == {"quantity"}
    assert scene.line.quantity == 3


def test_every_fault_of_a_wish_is_listed_at_once(session, scene):
    with pytest.raises(FaultsError) as raised:
        ask(session, scene.worker, scene.visit.id, more(scene, "2", reason=" ", photos=[]), AT)
    assert fields(raised) == {"quantity", "reason", "photos"}
    with pytest.raises(FaultsError) as raised:
        ask(session, scene.worker, scene.visit.id, new(scene, "GL02", opening_id=scene.order.id), AT)
    assert fields(raised) == {"item_code", "opening_id"}
    assert session.scalar(select(func.count()).select_from(Variation)) == 0


def test_an_added_item_costs_what_the_firms_card_said_on_the_day_of_issue(session, scene):
    agreement = scene.firm.agreements[0]
    old = agreement.rate_cards[0]
    session.execute(
        update(RateCard)
        .where(RateCard.id == old.id)
        .values(valid=Range(date(2026, 1, 1), date(2026, 11, 25)))
    )
    newer = RateCard(agreement_id=agreement.id, version=2, valid=Range(date(2026, 11, 25), None, bounds="[)"))
    session.add(newer)
    session.flush()
    session.add(RateLine(rate_card_id=newer.id, item_code="LK06", unit="each", rate=Decimal(999)))
    session.flush()
    asked = ask(session, scene.worker, scene.visit.id, new(scene), AT)
    added = asked.line
    assert (asked.rate, asked.difference_cents, added.rate, added.rate_card_id) == (120, 12_000, 120, old.id)
    assert (added.original_quantity, added.quantity, added.visit_id) == (0, 1, scene.visit.id)
    frozen = session.scalars(select(FrozenRate.rate).where(FrozenRate.line_id == added.id)).all()
    assert sorted(frozen) == [120, 130]
    assert committed(session, scene.order) == 26_000


def test_the_list_to_add_from_holds_what_those_present_can_do_now(session, scene):
    found = addable_items(session, scene.visit, scene.firm.id)
    assert set(found) == {"LK03", "LK06", "LK09"}
    assert all(one.item.lead_working_days == 0 for one in found.values())


def test_an_added_item_waits_for_a_person_though_its_landlord_agreed_to_another(session, services, scene):
    agreeing.agree(session, services.cipher, scene.coordinator, scene.order.id)
    assert unsettled(session, scene.order, AT.date()) == ()
    assert ask(session, scene.worker, scene.visit.id, new(scene), AT).state == "asked"


def test_a_measure_is_not_taken_from_an_insecure_opening_by_rule(session, scene):
    assert ask(session, scene.worker, scene.visit.id, more(scene, "0"), AT).state == "asked"


def test_a_line_is_taken_off_with_what_it_would_have_cost(session, scene):
    scene.line.opening.state = "secure"
    asked = ask(session, scene.worker, scene.visit.id, more(scene, "0"), AT)
    assert (asked.change, asked.state, asked.difference_cents) == ("remove", "approved", -14_000)
    assert scene.line.removed_at == AT
    assert (committed(session, scene.order), scene.visit.minutes) == (0, 20)


def test_what_cannot_wait_is_approved_at_once_without_a_photo_and_alerts(session, scene):
    asked = ask(session, scene.worker, scene.visit.id, more(scene, "9", photos=[], urgent=True), AT)
    assert (asked.state, asked.urgent, scene.line.quantity) == ("approved", True, 9)
    assert session.scalars(select(VisitNote.kind)).all() == ["urgent_change"]


def test_even_what_cannot_wait_has_its_limit(session, scene):
    assert ask(session, scene.worker, scene.visit.id, more(scene, "30", urgent=True), AT).state == "asked"


def test_the_quick_path_is_closed_where_the_home_is_secure_and_the_order_no_p1(session, scene):
    scene.line.opening.state = "temporarily_secured"
    with pytest.raises(FaultsError) as raised:
        ask(session, scene.worker, scene.visit.id, more(scene, urgent=True), AT)
    assert fields(raised) == {"urgent"}


def test_without_money_in_the_year_a_person_is_asked(session, scene):
    year = session.scalars(select(LedgerEntry.contract_year_id).where(LedgerEntry.order_id == scene.order.id))
    year_id = year.first()
    left = uncommitted_cents(session, year_id)
    for account, cents in (("uncommitted", -left), ("committed", left)):
        session.add(
            LedgerEntry(
                event_key="other", event="committed", account=account, amount_cents=cents,
                contract_year_id=year_id, at=AT,
            )
        )  # fmt: skip
    session.flush()
    assert ask(session, scene.worker, scene.visit.id, more(scene), AT).state == "asked"


def test_photos_are_painted_afresh_and_kept_with_the_request(session, scene):
    asked = ask(session, scene.worker, scene.visit.id, more(scene, photos=[picture(), picture()]), AT)
    shown = select(VariationPhoto.photo_id).where(VariationPhoto.variation_id == asked.id)
    assert session.scalar(select(func.count()).select_from(Photo).where(Photo.id.in_(shown))) == 2


@pytest.mark.parametrize("pause", ["hold", "suspend"])
def test_while_the_order_is_paused_nothing_is_asked(session, scene, pause):
    reason = {"hold": "awaiting_landlord", "suspend": "police_advice"}[pause]
    move_order(session, scene.coordinator, scene.order, pause, reason=reason)
    session.flush()
    with pytest.raises(RefusedError, match="paused"):
        ask(session, scene.worker, scene.visit.id, more(scene), AT)


def test_only_the_named_worker_asks_and_only_on_site(session, scene):
    for actor, error in ((scene.stranger, NotFoundError), (scene.office, NotPermittedError)):
        with pytest.raises(error):
            ask(session, actor, scene.visit.id, more(scene), AT)
    scene.visit.state = "accepted"
    session.flush()
    with pytest.raises(RefusedError, match="arrive first"):
        ask(session, scene.worker, scene.visit.id, more(scene), AT)


def test_a_firm_that_must_never_learn_of_the_case_finds_nothing(session, scene):
    session.add(
        NeverSend(
            case_id=scene.order.case_id, firm_id=scene.firm.id, source="coordinator",
            created_at=world.NOW, created_by=scene.coordinator.user_id,
        )
    )  # fmt: skip
    session.flush()
    with pytest.raises(NotFoundError):
        ask(session, scene.worker, scene.visit.id, more(scene), AT)
