"""Vetting: who records it, when it warns, and what a region lacks on a day."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from PIL import Image

from tests import factories
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.steps.people import check_documents, checks, workers
from worksorders.steps.people.checks import CheckDetails
from worksorders.steps.vetting import verdicts
from worksorders.store.tables.trail import AuditEvent

NOW = factories.NOW
TODAY = date(2026, 11, 24)
YEAR = timedelta(days=365)


@pytest.fixture
def admin(session):
    return factories.actor_of(factories.make_user(session, "administrator"))


@pytest.fixture
def firm(session):
    return factories.make_firm(session)


def give(session, actor, firm, kind, expires_on, *, to_firm=False):
    details = CheckDetails(kind, "N-1", "Issuer", TODAY - YEAR, expires_on)
    holder = {"firm_id": firm.id} if to_firm else {"worker_id": firm.workers[0].id}
    row = checks.record(session, actor, details, **holder, now=NOW)
    verdicts.verify(session, None, row.id, NOW)
    return row


def clear(session, actor, firm, until=TODAY + YEAR):
    for kind in ("police_vetting", "photo_identity", "induction", "security_licence"):
        give(session, actor, firm, kind, until)
    for kind in ("insurance", "security_licence"):
        give(session, actor, firm, kind, until, to_firm=True)


def test_a_firm_never_clears_its_own_people(session, firm):
    own = factories.actor_of(factories.make_user(session, "contractor", firm_id=firm.id))
    with pytest.raises(NotPermittedError, match="never by a firm itself"):
        give(session, own, firm, "police_vetting", None)


def test_every_fault_of_a_check_is_named(session, admin, firm):
    details = CheckDetails("astrology", " ", "", TODAY, TODAY - YEAR)
    with pytest.raises(FaultsError) as caught:
        checks.record(session, admin, details, firm_id=firm.id, now=NOW)
    assert set(caught.value.by_field()) == {"kind", "number", "issuer", "expires_on"}


@pytest.mark.parametrize(
    ("left", "within"), [(-1, 0), (0, 7), (7, 7), (8, 30), (30, 30), (31, 60), (60, 60), (61, None)]
)
def test_a_check_is_warned_of_at_60_30_and_7_days_and_once_lapsed(session, admin, firm, left, within):
    give(session, admin, firm, "police_vetting", TODAY + timedelta(days=left))
    found = checks.lapsing(session, TODAY)
    assert [warning.within_days for warning in found] == ([] if within is None else [within])


def test_a_renewed_check_and_a_stopped_worker_are_not_warned_of(session, admin, firm):
    give(session, admin, firm, "police_vetting", TODAY + timedelta(days=3))
    give(session, admin, firm, "insurance", TODAY + timedelta(days=5), to_firm=True)
    give(session, admin, firm, "police_vetting", TODAY + YEAR)
    found = checks.lapsing(session, TODAY)
    assert [(w.kind, w.worker_id, w.firm_name) for w in found] == [("insurance", None, firm.name)]
    give(session, admin, firm, "induction", TODAY + timedelta(days=2))
    assert [w.kind for w in checks.lapsing(session, TODAY)] == ["induction", "insurance"]
    workers.set_worker_active(session, admin, firm.workers[0].id, active=False)
    assert [w.kind for w in checks.lapsing(session, TODAY)] == ["insurance"]


def test_a_region_lacks_a_locksmith_until_one_is_cleared_and_present(session, admin, firm):
    def row(on):
        return checks.cover(session, on, regions=["E7"], trades=["locksmith"])[0]

    assert (row(TODAY).known, row(TODAY).cleared) == (1, 0)
    reasons = checks.lacks(session, TODAY, region="E7", trade="locksmith")[0].reasons
    assert any("Police vetting" in reason and "missing" in reason for reason in reasons)
    clear(session, admin, firm, until=TODAY + timedelta(days=10))
    assert row(TODAY).cleared == 1
    assert checks.lacks(session, TODAY, region="E7", trade="locksmith") == ()
    lapsed = TODAY + timedelta(days=11)
    assert row(lapsed).cleared == 0
    assert "lapsed" in checks.lacks(session, lapsed, region="E7", trade="locksmith")[0].reasons[0]
    workers.add_absence(session, admin, firm.workers[0].id, TODAY, TODAY)
    assert row(TODAY).cleared == 0
    assert checks.lacks(session, TODAY, region="E7", trade="locksmith")[0].reasons == ("absent on that day",)


def test_places_without_anybody_come_first(session, admin, firm):
    clear(session, admin, firm)
    found = checks.cover(session, TODAY, regions=["E7", "F1"], trades=["glazier", "locksmith"])
    assert [(row.region, row.trade, row.cleared) for row in found] == [
        ("E7", "glazier", 0),
        ("F1", "glazier", 0),
        ("F1", "locksmith", 0),
        ("E7", "locksmith", 1),
    ]


def test_a_picture_of_a_document_is_painted_afresh_and_sealed_and_a_large_file_is_refused(
    session, services, admin, firm
):
    row = give(session, admin, firm, "insurance", None, to_firm=True)
    shot = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(shot, "JPEG", comment=b"canary comment")
    cipher = services.cipher
    kept = check_documents.keep(session, cipher, admin, row.id, shot.getvalue(), NOW)
    assert kept.media_type == "image/jpeg"
    assert b"canary" in shot.getvalue()
    assert not kept.content.startswith(b"\xff\xd8")
    opened = check_documents.read(session, cipher, admin, row.id, "Compare the number").content
    session.flush()
    read = session.query(AuditEvent).filter_by(action="check.document_read", subject_id=row.id).one()
    assert (read.actor_id, read.reason) == (admin.user_id, "Compare the number")
    assert opened.startswith(b"\xff\xd8")
    assert b"canary" not in opened
    assert check_documents.documented(session, firm.id) == {row.id}
    with pytest.raises(FaultsError, match="at most 5,120 KB"):
        check_documents.keep(session, cipher, admin, row.id, b"%PDF-" + bytes(6 * 1024 * 1024), NOW)
