"""Nothing that anybody writes about an order is kept while it repeats something protected of its case."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from sqlalchemy import String, text
from sqlalchemy.dialects.postgresql import JSONB

from tests import factories, referrals
from worksorders.domain.errors import FaultsError
from worksorders.steps import audit, disclose
from worksorders.steps.free_text import check
from worksorders.steps.free_text.columns import CODES, COMPUTED, OTHERS_WORDS, looked_over
from worksorders.steps.free_text.paths import ALIASES, cases_of, hangs_on_a_case, named_by
from worksorders.store.tables import Base
from worksorders.store.tables.confidential.seals import ReadingReview
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment, EligibilityAnswer, Opening
from worksorders.store.tables.work.safety import Suspension

LEAK = "Rekeyed for Hinemoa at 12 kowhai st"
VALUES = {
    disclose.PERSON_NAME: "Hinemoa Canary",
    disclose.PERSON_PHONE: "+64215550199",
    disclose.HOME_ADDRESS: "12 Kōwhai Street, Ōtaki",
}


@pytest.fixture
def world(services):
    with services.sessions() as session:
        user = factories.make_user(session)
        order = referrals.bare_order(session, user)
        disclose.open_case(session, services.cipher, order.case_id)
        disclose.protect(session, services.cipher, order.case_id, order.case_id, VALUES)
        yield SimpleNamespace(session=session, order=order, user=user, cipher=services.cipher)


def refused(world, row):
    world.session.add(row)
    with pytest.raises(FaultsError) as error:
        world.session.flush()
    world.session.expunge(row)
    assert "Hinemoa" not in str(error.value)
    assert "kowhai" not in str(error.value).lower()
    return {fault.field for fault in error.value.faults}


def suspension(world, reason):
    return Suspension(
        id=uuid.uuid4(), case_id=world.order.case_id, order_id=world.order.id, reason=reason,
        suspended_at=factories.NOW, suspended_by=world.user.id,
    )  # fmt: skip


def test_a_row_that_names_its_case_order_or_a_loaded_parent_is_refused(world):
    assert refused(world, suspension(world, LEAK)) == {"reason"}
    assessment = world.session.get_one(Assessment, world.order.assessment_id)
    opening = Opening(position=9, kind="window", label="the window of 021 555 0199", state="secure", state_at=factories.NOW)  # fmt: skip
    opening.assessment = assessment
    assert refused(world, opening) == {"label"}
    answer = EligibilityAnswer(assessment_id=assessment.id, criterion="x", answer=True, given_by="Hinemoa", given_on=factories.NOW.date())  # fmt: skip
    assert refused(world, answer) == {"given_by"}


def test_a_change_of_a_row_is_refused_and_words_without_a_value_are_kept(world):
    world.order.cost_reason = "The ranch slider is wider than the standard one"
    world.session.flush()
    world.order.cost_reason = LEAK
    with pytest.raises(FaultsError):
        world.session.flush()


def test_a_reason_in_the_trail_is_looked_over_too(world):
    actor = factories.actor_of(world.user)
    audit.record(world.session, actor, "order.held", ("works_order", world.order.id), reason="Ask Hinemoa")
    with pytest.raises(FaultsError):
        world.session.flush()


def test_a_note_on_a_reading_is_compared_with_the_case_that_was_read(world):
    event = AuditEvent(
        actor_id=world.user.id, action="disclosure.revealed", subject_table="case_file",
        subject_id=world.order.case_id, detail={},
    )  # fmt: skip
    world.session.add(event)
    world.session.flush()
    row = ReadingReview(
        id=uuid.uuid4(), event_id=event.id, reviewer_id=world.user.id, reviewed_at=factories.NOW, finding="asked",
        note="Why was hinemoa called?",
    )  # fmt: skip
    assert refused(world, row) == {"note"}


def test_another_cases_value_is_not_known_here(world):
    other = factories.make_case(world.session)
    disclose.open_case(world.session, world.cipher, other.id)
    assert check.find(world.session, world.cipher, [other.id], {"note": LEAK}) == {}
    assert set(check.find(world.session, world.cipher, [other.id, world.order.case_id], {"note": LEAK})) == {
        "note"
    }


def test_the_hashes_of_a_value_say_nothing_of_the_same_value_elsewhere(world):
    other = factories.make_case(world.session)
    disclose.open_case(world.session, world.cipher, other.id)
    disclose.protect(world.session, world.cipher, other.id, other.id, VALUES)
    shared = world.session.scalar(
        text("SELECT count(*) FROM vault.look_up a JOIN vault.look_up b USING (kind, digest)"
             " WHERE a.case_id <> b.case_id AND kind LIKE 'text:%'")
    )  # fmt: skip
    kept = world.session.scalar(text("SELECT count(*) FROM vault.look_up WHERE kind LIKE 'text:%'"))
    assert (shared, kept > 20) == (0, True)


def test_a_documents_text_comes_back_without_the_value_and_names_its_field(world):
    texts = {"line 1 description": LEAK, "line 2 description": "Lock work"}
    screened = check.screen(world.session, world.cipher, [world.order.case_id], texts)
    assert screened.hits == ("line 1 description",)
    assert screened.texts["line 1 description"] == "Rekeyed for [removed] at [removed]"
    assert screened.texts["line 2 description"] == "Lock work"


def test_a_purpose_that_repeats_the_value_is_refused_before_anything_is_read(services, world):
    actor, case_id = factories.actor_of(world.user), world.order.case_id
    world.session.commit()
    with pytest.raises(FaultsError) as error:
        disclose.read(
            services.sessions, services.cipher, actor, case_ids=[case_id], kinds=[disclose.PERSON_NAME],
            purpose="To ring Hinemoa",
        )  # fmt: skip
    assert error.value.faults[0].field == "purpose"
    read = world.session.query(AuditEvent).filter_by(subject_id=case_id, action="disclosure.intended").count()
    assert read == 0


# Text about people, firms and money that belongs to no home: what these rows say is not about a case.
ELSEWHERE = frozenset(
    {"absence", "account_change", "accounting_period", "approval_delegation", "firm_request", "inspection_rate",
     "pattern_finding", "pay_run", "payment_return"}
)  # fmt: skip


def test_every_text_column_is_looked_over_or_stands_in_a_list_of_those_that_nobody_writes():
    watched = unknown = 0
    for table in Base.metadata.sorted_tables:
        texts = [column.name for column in table.columns if isinstance(column.type, String | JSONB)]
        if hangs_on_a_case(table):
            watched += len(looked_over(table))
        elif table.schema is None and {"reason", "note", "text", "words", "message"} & set(texts):
            unknown += table.name not in ELSEWHERE | {"audit_event", "reading_review", "vetting_check"}
    assert unknown == 0, (
        "a table with free text does not lead to a case: add its way, or say why it needs none"
    )
    assert watched >= 30


def test_the_lists_name_only_columns_that_exist():
    known = {
        f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns
    }
    assert known >= COMPUTED | OTHERS_WORDS
    assert {name.partition(".")[2] for name in known} >= CODES


def test_free_words_are_never_in_the_list_of_codes():
    words = {"reason", "note", "what", "words", "description", "label", "conditions", "text", "purpose"}
    assert not words & CODES
    computed = {name for name in COMPUTED if name.partition(".")[2] in words}
    assert computed == {"abortive_charge.reason", "plan_unassigned.reason", "visit_note.reason"}


@pytest.mark.parametrize(
    "name", ["order_id", "visit_id", "offer_id", "invoice_id", "variation_id", *sorted(ALIASES)]
)
def test_the_names_in_addresses_lead_to_a_case(world, name):
    table = named_by(name)
    assert table is not None
    assert hangs_on_a_case(table)
    assert cases_of(world.session, table, [uuid.uuid4()]) == set()


def test_an_order_and_its_assessment_lead_to_their_case(world):
    case = {world.order.case_id}
    assert cases_of(world.session, named_by("order_id"), [world.order.id]) == case
    assert cases_of(world.session, named_by("assessment_id"), [world.order.assessment_id]) == case
