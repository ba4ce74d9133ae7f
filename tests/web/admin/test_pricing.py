"""Pages of drafts: a catalogue written row by row, the next rates, and what either would change."""

from __future__ import annotations

import io
import re
import uuid

import pytest
from sqlalchemy import select

from tests import referrals
from worksorders.steps.admin import catalogue
from worksorders.store.tables.exchange import CatalogueDraft, RateCardDraft
from worksorders.store.tables.firms.contractors import Agreement

DAY = ["24", "11", "2026"]


def form(**more):
    return {"form_uuid": str(uuid.uuid4())} | more


@pytest.fixture
def administrator(signed_in, services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
    return signed_in("administrator")[0]


def one(services, table):
    with services.sessions() as session:
        return session.scalar(select(table.id))


def test_a_catalogue_is_drafted_compared_and_handed_in(administrator, services):
    begun = administrator.post("/pricing/drafts/new", form(name="Prices of July", base="1"))
    draft = f"/pricing/drafts/{one(services, CatalogueDraft)}"
    assert begun.headers["Location"] == draft
    assert "Prices of July" in administrator.get("/pricing/drafts").text
    page = administrator.get(f"{draft}/items/0").text
    assert 'value="LK01"' in page
    cells = dict(re.findall(r'name="([a-z_]+)" type="text" value="([^"]*)"', page))
    shown = {name: value for name, value in cells.items() if name not in {"form_uuid", "csrf_token"}}
    choices = {"kind": "charge", "consent": "none"}
    wrong = administrator.post(f"{draft}/items/0", form(**shown | choices | {"minutes": "many"}))
    assert wrong.status_code == 422
    assert "is not a whole number" in wrong.text
    assert administrator.post(f"{draft}/items/new", form(code="x", kind="work")).status_code == 422
    rules = {"opening": "window", "finding": "stays open", "item": "LK01", "quantity": "1"}
    assert administrator.post(f"{draft}/findings/new", form(**rules)).status_code == 303
    changes = administrator.get(f"{draft}/changes")
    assert "stays open" in changes.text
    assert "This page changes nothing" in changes.text
    assert administrator.get(f"{draft}/items.csv").data.startswith(b"code,measure,")
    evil = administrator.post(f"{draft}/items/0", form(**shown | choices | {"measure": "=cmd|' /C calc'!A0"}))
    assert evil.status_code == 303
    assert b",'=cmd|" in administrator.get(f"{draft}/items.csv").data
    assert administrator.post(f"{draft}/items/0", form(**shown | choices)).status_code == 303
    handed = administrator.post(f"{draft}/hand-in", form(valid_from=DAY))
    assert handed.headers["Location"] == "/admin/catalogue/2"
    with services.sessions() as session:
        assert catalogue.current(session).number == 2
    assert "Make it a version" not in administrator.get(draft).text
    assert administrator.post(f"{draft}/discard", form()).status_code == 409


def test_a_row_is_taken_out_and_what_that_breaks_is_told(administrator, services):
    administrator.post("/pricing/drafts/new", form(name="Less", base="1"))
    draft = f"/pricing/drafts/{one(services, CatalogueDraft)}"
    assert administrator.post(f"{draft}/items/2/remove", form()).status_code == 303
    page = administrator.get(draft).text
    assert "What to do" in page
    assert "What changes" not in page
    assert administrator.get(f"{draft}/changes").status_code == 409
    assert administrator.get(f"{draft}/items/9999").status_code == 404
    assert administrator.get(f"{draft}/nonsense/0").status_code == 404
    assert administrator.get(f"{draft}/nonsense.csv").status_code == 404
    assert administrator.post(f"{draft}/discard", form()).status_code == 303


def test_rates_are_drafted_changed_brought_and_handed_in(administrator, services):
    with services.sessions.begin() as session:
        firm = referrals.firm_with_rates(session)
        agreement = session.scalar(select(Agreement.id).where(Agreement.firm_id == firm.id))
    assert "Draft the next rates" in administrator.get(f"/admin/agreements/{agreement}").text
    administrator.post(f"/pricing/agreements/{agreement}/rates", form())
    draft = f"/pricing/rates/{one(services, RateCardDraft)}"
    assert administrator.post(f"{draft}/percent", form(percent="10")).status_code == 303
    page = administrator.get(draft).text
    assert "What differs from version 1" in page
    assert administrator.post(f"{draft}/write", form(rate_LK03="much")).status_code == 422
    fields = dict.fromkeys(re.findall(r'name="(rate_\w+)"', administrator.get(f"{draft}/write").text), "")
    assert administrator.post(f"{draft}/write", form(**fields | {"rate_LK03": "81.00"})).status_code == 303
    text = administrator.get(f"{draft}.csv").data
    assert text == b"code,unit,rate_nzd_ex_gst\nLK03,each,81.00\n"
    broken = administrator.post(
        f"{draft}/bring", form(rates=(io.BytesIO(b"x"), "r.csv")), content_type="multipart/form-data"
    )
    assert broken.status_code == 422
    assert "is missing" in broken.text
    brought = administrator.post(
        f"{draft}/bring", form(rates=(io.BytesIO(text), "r.csv")), content_type="multipart/form-data"
    )
    assert brought.status_code == 303
    assert administrator.post(f"{draft}/hand-in", form(valid_from=["1", "1", "2020"])).status_code == 422
    handed = administrator.post(f"{draft}/hand-in", form(valid_from=["1", "12", "2026"]))
    assert "/admin/rate-cards/" in handed.headers["Location"]


def test_a_download_comes_back_as_the_same_version_although_it_is_safe_for_spreadsheets(
    administrator, services
):
    with services.sessions.begin() as session:
        items, findings = catalogue.starting_files()
        changed = items.replace("Rekey", "=Rekey", 1)
        catalogue.load(
            session,
            None,
            changed,
            findings,
            catalogue.local_day(referrals.factories.NOW),
            referrals.factories.NOW,
        )
    files = [administrator.get(f"/admin/catalogue/2/{name}.csv").data for name in ("items", "findings")]
    assert b"'=Rekey" in files[0]
    sent = form(
        items=(io.BytesIO(files[0]), "i.csv"), findings=(io.BytesIO(files[1]), "f.csv"), valid_from=DAY
    )
    administrator.post("/admin/catalogue/upload", sent, content_type="multipart/form-data")
    with services.sessions() as session:
        second, third = catalogue.version(session, 2), catalogue.version(session, 3)
        assert dict(second.items) == dict(third.items)
        assert second.rules == third.rules
