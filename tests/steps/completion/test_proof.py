"""Keys, papers, live tests and ways out: what a worker enters, what is refused, and what finance sees of it."""

from __future__ import annotations

import io
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from PIL import Image
from sqlalchemy import select

from catalogue.item import Evidence
from tests import dispatching as world
from tests.steps.site.conftest import scene, set_scene
from worksorders.domain.errors import FaultsError
from worksorders.steps.completion.entry import AlarmTest, KeyRow, LineEntry, PaperGiven
from worksorders.steps.finance.gather.orders import order_facts
from worksorders.steps.site.checklist import save_checklist
from worksorders.steps.site.leave import leave
from worksorders.steps.site.travel import arrive, set_out
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.completion import EgressCheck, KeyEntry, LinePaper, LiveTest
from worksorders.store.tables.work.offers import VisitNote

__all__ = ["scene", "set_scene"]
AT = world.TOMORROW  # 10:00 in New Zealand
COC = Evidence.CERTIFICATE_OF_COMPLIANCE
GIVEN = {"no_photo_reason": "not_necessary"}


def picture():
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "JPEG", comment=b"canary")
    return written.getvalue()


def start(session, scene):
    set_out(session, scene.worker, scene.visit.id, AT - timedelta(minutes=30))
    arrive(session, scene.worker, scene.visit.id, AT)


def tick(session, scene, **values):
    entry = LineEntry(scene.line.id, Decimal(2), **(GIVEN | values))
    save_checklist(
        session, scene.worker, scene.visit.id, [entry], AT + timedelta(minutes=30), cipher=scene.cipher
    )


def finish(session, scene, **values):
    states = {scene.line.opening_id: "secure"}
    return leave(session, scene.worker, scene.visit.id, states, now=AT + timedelta(hours=1), **values)


def fields_of(caught, scene):
    return {fault.field.replace(f"line-{scene.line.id}-", "") for fault in caught.value.faults}


def missing_for_finance(session, scene):
    return order_facts(session, [scene.order.id])[scene.order.code].lines[0].evidence_missing


def test_keys_are_a_register_of_numbers_counts_and_holders_by_role(session, set_scene):
    scene = set_scene(evidence="key register")
    start(session, scene)
    tick(session, scene, keys=(KeyRow("7", 1, "client"),))
    tick(session, scene, keys=(KeyRow("7", 2, "client"), KeyRow("8", 1, "advocate")))
    rows = session.execute(
        select(KeyEntry.key_number, KeyEntry.copies, KeyEntry.holder).order_by(KeyEntry.key_number)
    )
    assert [tuple(row) for row in rows] == [("7", 2, "client"), ("8", 1, "advocate")]
    assert finish(session, scene).state == "done"
    assert missing_for_finance(session, scene) == ()


def test_a_wrong_row_of_the_register_is_refused_at_its_field(session, set_scene):
    scene = set_scene(evidence="key register")
    start(session, scene)
    for key, field in (
        (KeyRow("", 1, "client"), "keys-0-number"),
        (KeyRow("7", 0, "client"), "keys-0-copies"),
        (KeyRow("7", None, "client"), "keys-0-copies"),
        (KeyRow("7", 51, "client"), "keys-0-copies"),
        (KeyRow("7", 1, "named"), "keys-0-holder"),
        (KeyRow("7", 1, "Mr Example"), "keys-0-holder"),
    ):
        with pytest.raises(FaultsError) as caught:
            tick(session, scene, keys=(key,))
        assert fields_of(caught, scene) == {field}


def test_a_certificate_has_number_day_and_file(session, set_scene):
    scene = set_scene(evidence="certificate of compliance")
    start(session, scene)
    tick(session, scene, papers={COC: PaperGiven("C-1")})
    with pytest.raises(FaultsError) as caught:
        finish(session, scene)
    assert fields_of(caught, scene) == {
        "certificate_of_compliance-issued_on",
        "certificate_of_compliance-file",
    }
    tick(session, scene, papers={COC: PaperGiven("C-1", date(2026, 11, 25), picture())})
    tick(session, scene, papers={COC: PaperGiven("C-2", date(2026, 11, 25))})
    assert finish(session, scene).state == "done"
    kept = session.scalars(select(LinePaper)).one()
    assert (kept.number, kept.media_type) == ("C-2", "image/jpeg")
    assert missing_for_finance(session, scene) == ()


def test_a_certificate_that_comes_later_ends_the_visit_and_holds_the_invoice(session, set_scene):
    scene = set_scene(evidence="certificate of compliance")
    start(session, scene)
    tick(session, scene, papers={COC: PaperGiven(later=True)})
    assert finish(session, scene).state == "done"
    promised = session.scalars(select(LinePaper.promised_by)).one()
    assert promised == date(2026, 12, 23)
    assert missing_for_finance(session, scene) == (
        "certificate of compliance (promised by 23 December 2026)",
    )


def test_a_paper_that_cannot_be_is_refused_at_its_field(session, set_scene):
    scene = set_scene(evidence="certificate of compliance")
    start(session, scene)
    for given, field in (
        (PaperGiven("C" * 61), "number"),
        (PaperGiven("C", date(2026, 11, 26)), "issued_on"),
        (PaperGiven("C", date(2026, 11, 25), b"<svg/>"), "file"),
        (PaperGiven("C", date(2026, 11, 25), b"%PDF-" + b"0" * 5_300_000), "file"),
    ):
        with pytest.raises(FaultsError) as caught:
            tick(session, scene, papers={COC: given})
        assert fields_of(caught, scene) == {f"certificate_of_compliance-{field}"}
    assert not session.scalars(select(LinePaper)).all()


def test_an_alarm_is_done_once_the_centre_has_heard_it(session, set_scene):
    scene = set_scene(evidence="live test reference")
    start(session, scene)
    tick(session, scene, live_test=AlarmTest(time(10, 20), "M-1", passed=False))
    with pytest.raises(FaultsError, match="failed"):
        finish(session, scene)
    tick(session, scene, live_test=AlarmTest(time(10, 25), "M-2", passed=True))
    assert finish(session, scene).state == "done"
    test = session.scalars(select(LiveTest)).one()
    assert (test.tested_at, test.reference, test.passed) == (AT + timedelta(minutes=25), "M-2", True)


def test_a_live_test_lies_within_the_visit(session, set_scene):
    scene = set_scene(evidence="live test reference")
    start(session, scene)
    for at in (time(9, 59), time(10, 31), None):
        with pytest.raises(FaultsError) as caught:
            tick(session, scene, live_test=AlarmTest(at, "M-1", passed=True))
        assert fields_of(caught, scene) == {"test-at"}


def as_exit(session, scene, kind="front_door"):
    scene.line.opening.kind = kind
    session.flush()


def test_every_way_out_is_asked_for_and_its_answer_kept_for_ever(session, scene):
    as_exit(session, scene)
    start(session, scene)
    tick(session, scene)
    opening = scene.line.opening_id
    with pytest.raises(FaultsError, match="opens from inside without a key"):
        finish(session, scene)
    with pytest.raises(FaultsError, match="opens from inside"):
        finish(session, scene, exits={opening: "perhaps"})
    finish(session, scene, exits={opening: "opens"})
    assert session.scalars(select(EgressCheck.answer)).all() == ["opens"]


def test_people_locked_in_keep_the_visit_open_until_somebody_is_told(session, scene):
    as_exit(session, scene)
    start(session, scene)
    tick(session, scene)
    exits = {scene.line.opening_id: "needs_key"}
    with pytest.raises(FaultsError, match="locked in"):
        finish(session, scene, exits=exits)
    finish(session, scene, exits=exits, escalation="Deadlock has no thumb-turn, locksmith comes at 2 pm")
    assert session.scalars(select(VisitNote.kind)).all() == ["locked_in"]


def test_the_trail_holds_counts_and_kinds_and_no_number_of_a_key_or_paper(session, set_scene):
    scene = set_scene(evidence="key register|certificate of compliance")
    start(session, scene)
    tick(
        session, scene, keys=(KeyRow("KEY-9", 3, "client"),),
        papers={COC: PaperGiven("PAPER-9", date(2026, 11, 25), picture())},
    )  # fmt: skip
    found = session.execute(
        select(AuditEvent.action, AuditEvent.detail).where(AuditEvent.subject_id == scene.line.id)
    ).all()
    assert {action for action, _ in found} == {"line.done", "keys.registered", "paper.stored"}
    assert not any(word in str(detail) for _, detail in found for word in ("KEY-9", "PAPER-9"))
