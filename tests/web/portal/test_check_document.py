"""The papers of a vetting check are given out for a purpose that the trail keeps, and by no address alone."""

from __future__ import annotations

from datetime import date

from tests import factories, pdfs
from worksorders.steps.people import check_documents
from worksorders.store.tables.firms.contractors import VettingCheck
from worksorders.store.tables.trail import AuditEvent

PAPERS = pdfs.plain("papers")


def test_a_document_needs_a_purpose_and_each_reading_is_in_the_trail(services, signed_in):
    browser, actor = signed_in("administrator")
    with services.sessions.begin() as session:
        firm = factories.make_firm(session)
        check = VettingCheck(worker_id=firm.workers[0].id, kind="police_vetting", number="1", issuer="Police", issued_on=date(2026, 1, 1), state="entered")  # fmt: skip
        session.add(check)
        session.flush()
        check_documents.keep(session, services.cipher, actor, check.id, PAPERS, factories.NOW)
        path, check_id = f"/admin/checks/{check.id}/document", check.id
    asked = browser.get(path)
    assert asked.status_code == 200
    assert "papers" not in asked.text
    assert browser.post(path, {"purpose": "x"}).status_code == 422
    assert browser.post(path, {"purpose": "Compare with the register"}).data == PAPERS
    with services.sessions() as session:
        reads = session.query(AuditEvent).filter_by(action="check.document_read", subject_id=check_id).all()
        assert [one.reason for one in reads] == ["Compare with the register"]
    clerk, _ = signed_in("finance")
    assert clerk.get(path).status_code == 404
