"""Administration in the browser: each page opens, each form works, and each fault stands at its field."""

from __future__ import annotations

import io
import re
import uuid

import pytest

from tests import factories, pdfs
from worksorders.steps.admin import catalogue

ACCOUNT = "01-0242-0100194-000"


@pytest.fixture
def admin(signed_in):
    return signed_in("administrator", display_name="Aroha")[0]


@pytest.fixture
def loaded(services):
    with services.sessions.begin() as session:
        catalogue.load_starting(session, None, factories.NOW.date(), factories.NOW)


@pytest.fixture
def firm(services):
    with services.sessions.begin() as session:
        return factories.make_firm(session, region="E7")


def send(browser, path, **fields):
    """Fill the form at a path and send it, following where it leads."""
    data = {"form_uuid": str(uuid.uuid4()), **fields}
    return browser.post(path, data, follow_redirects=True, content_type="multipart/form-data")


def day(text):
    return text.split("-")[::-1]


def test_a_firm_is_added_with_worker_hours_absence_and_checks(admin):
    page = send(
        admin,
        "/admin/firms/new",
        name="Kauri Locks",
        nzbn="9429000000017",
        gst_number="49-098-576",
        phone="09 123 4567",
        regions=["E7", "F1"],
    )
    assert "Kauri Locks" in page.text
    assert "Auckland and Gisborne" in page.text
    firm = page.request.path
    page = send(
        admin,
        f"{firm}/workers/new",
        first_name="Hēmi",
        last_name="Walker",
        base_town="auckland",
        trades=["locksmith"],
        max_travel_minutes="60",
    )
    assert "Record the checks next." in page.text
    worker = page.request.path
    page = send(admin, f"{worker}/hours", monday="8:00–12:00, 13:00–17:00", saturday="9:00-12:30")
    assert "8:00–12:00, 13:00–17:00" in page.text
    page = send(admin, f"{worker}/hours", monday="8:00–12:00, 11:00–17:00", tuesday="nine to five")
    assert page.status_code == 422
    assert "“nine to five” is not a stretch of hours" in page.text
    page = send(admin, f"{worker}/hours", monday="8:00–12:00, 11:00–17:00")
    assert "Two stretches of Monday overlap" in page.text
    page = send(
        admin, f"{worker}/absences/new", from_on=day("2026-12-01"), to_on=day("2026-12-03"), note="Leave"
    )
    assert "3 December 2026" in page.text
    remove = re.search(r'action="(/admin/absences/[^"]+)"', page.text).group(1)
    assert "No absences ahead" in send(admin, remove).text
    page = send(
        admin,
        f"{worker}/checks/new",
        kind="police_vetting",
        number="PV-1",
        issuer="Vetting service",
        issued_on=day("2026-06-01"),
        expires_on=day("2026-12-01"),
    )
    assert "1 December 2026" in page.text
    assert "Waits for a second person" in page.text
    document = re.search(r'href="(/admin/checks/[^"]+/document)"', page.text)
    assert document is None
    page = send(admin, f"{worker}/checks/new", kind="police_vetting", number="", issuer="")
    assert page.status_code == 422
    assert "Give the number on the document." in page.text
    assert "Stopped" in send(admin, f"{worker}/active").text
    assert "Stopped" in send(admin, f"{firm}/active", reason="no insurance").text


def test_a_check_keeps_its_document_and_refuses_anything_but_pictures_and_pdf(admin, firm):
    path = f"/admin/firms/{firm.id}/checks/new"
    fields = {"kind": "insurance", "number": "P-7", "issuer": "Insurer", "issued_on": day("2026-06-01")}
    page = send(admin, path, **fields, document=(io.BytesIO(b"<script>"), "policy.pdf"))
    assert page.status_code == 422
    assert "send a PDF, or a JPEG, PNG or WebP picture" in page.text
    assert "P-7" not in admin.get(f"/admin/firms/{firm.id}").text
    pdf = pdfs.plain("invented")
    page = send(admin, path, **fields, document=(io.BytesIO(pdf), "policy.pdf"))
    link = re.search(r'href="(/admin/checks/[^"]+/document)"', page.text)[1]
    assert "What do you need it for?" in admin.get(link).text
    answer = send(admin, link, purpose="Is the sum insured enough?")
    assert (answer.data, answer.mimetype) == (pdf, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_wrong_numbers_of_a_firm_stand_at_their_fields(admin):
    page = send(admin, "/admin/firms/new", name="X", nzbn="123", gst_number="1", regions=["E7"])
    assert page.status_code == 422
    assert "“123” is not an NZBN" in page.text
    assert "“1” is not a GST number" in page.text


def test_schedular_tax_and_its_declaration_stand_on_the_firms_page(admin, firm):
    path = f"/admin/firms/{firm.id}"
    fields = {"name": "Kauri Locks", "regions": ["E7"]}
    assert "Does not apply" in admin.get(path).text
    page = send(admin, f"{path}/change", schedular_tax="y", **fields)
    assert "Applies, no declaration (IR330C) yet" in page.text
    page = send(
        admin, f"{path}/change", schedular_tax="y", declaration_on=day("2036-12-01"), gst_number="1", **fields
    )
    assert page.status_code == 422
    assert "1 December 2036 is in the future" in page.text
    assert "“1” is not a GST number" in page.text
    page = send(admin, f"{path}/change", schedular_tax="y", declaration_on=day("2026-07-01"), **fields)
    assert "Declaration (IR330C) received 1 July 2026" in page.text


def test_a_rate_card_follows_the_one_before_and_shows_what_changed(admin, firm, loaded):
    agreement = re.search(r'href="(/admin/agreements/[^"]+)"', admin.get(f"/admin/firms/{firm.id}").text)[1]
    header = "code,unit,rate_nzd_ex_gst\n"

    def upload(text, start):
        return send(
            admin,
            f"{agreement}/rate-cards/new",
            rates=(io.BytesIO((header + text).encode()), "rates.csv"),
            valid_from=day(start),
        )

    assert "Until further notice" in upload("LK01,visit,140.00\n", "2026-07-01").text
    page = upload("LK01,visit,150.50\nLK03,each,70\n", "2026-12-01")
    assert "What changed from version 1" in page.text
    assert "150.50" in page.text
    overview = admin.get(agreement).text
    assert "30 November 2026" in overview
    page = upload("LK01,visit,1\n", "2026-08-01")
    assert page.status_code == 422
    assert "Version 1 is in force from 2026-07-01 to 2026-11-30" in page.text
    page = upload("ZZ99,visit,1\nLK01,each,cheap\n", "2027-01-01")
    assert page.status_code == 422
    assert page.text.count("rate card</th>") == 3
    page = admin.get("/admin/rate-cards/template.csv")
    assert page.text.startswith("\ufeffcode,unit,rate_nzd_ex_gst\r\nLK01,visit,140.00")


def test_a_downloaded_rate_card_can_be_uploaded_again(admin, firm, loaded):
    agreement = re.search(r'href="(/admin/agreements/[^"]+)"', admin.get(f"/admin/firms/{firm.id}").text)[1]
    template = admin.get("/admin/rate-cards/template.csv").data
    page = send(
        admin,
        f"{agreement}/rate-cards/new",
        rates=(io.BytesIO(template), "rates.csv"),
        valid_from=day("2026-12-01"),
    )
    assert "79 rates" in page.text
    again = admin.get(page.request.path + ".csv")
    assert sorted(again.data.splitlines()) == sorted(template.splitlines())


def test_agreements_begin_and_end(admin, firm):
    page = send(
        admin, f"/admin/firms/{firm.id}/agreements/new", valid_from=day("2027-01-01"), payment_days="10"
    )
    assert "start after it" in page.text
    agreement = re.search(r'href="(/admin/agreements/[^"]+)"', admin.get(f"/admin/firms/{firm.id}").text)[1]
    assert "has passed" in send(admin, f"{agreement}/end", last_on=day("2026-11-23")).text
    assert "31 December 2026" in send(admin, f"{agreement}/end", last_on=day("2026-12-31")).text
    page = send(
        admin, f"/admin/firms/{firm.id}/agreements/new", valid_from=day("2027-01-01"), payment_days="10"
    )
    assert "Give it its rates next." in page.text


def test_a_bank_account_is_verified_by_another_person(admin, firm, signed_in):
    page = send(admin, f"/admin/firms/{firm.id}/bank-accounts/new", number="01-0242-0100194-01x")
    assert page.status_code == 422
    page = send(admin, f"/admin/firms/{firm.id}/bank-accounts/new", number="01-0242-0100194-00")
    assert "Waits for a second person" in page.text
    assert "another person verifies it" in admin.get("/admin/bank-accounts").text
    finance, _ = signed_in("finance")
    verify = re.search(
        r'href="(/admin/bank-accounts/[^"]+/verify)"', finance.get("/admin/bank-accounts").text
    )[1]
    assert send(admin, verify, evidence="deposit slip seen").status_code == 403
    assert "money may go there" in send(finance, verify, evidence="deposit slip seen").text
    assert "Verified" in admin.get(f"/admin/firms/{firm.id}").text


def test_a_catalogue_is_uploaded_compared_downloaded_and_a_broken_one_refused_with_every_fault(admin, loaded):
    items, findings = catalogue.starting_files()

    def upload(items_csv, start="2026-11-24"):
        return send(
            admin,
            "/admin/catalogue/upload",
            items=(io.BytesIO(items_csv.encode()), "catalogue.csv"),
            findings=(io.BytesIO(findings.encode()), "findings.csv"),
            valid_from=day(start),
        )

    page = upload(items.replace(",140.00,", ",155.00,", 1))
    assert "Version 2 is in force." in page.text
    page = admin.get("/admin/catalogue/changes?before=1&after=2")
    assert "140.00" in page.text
    assert "155.00" in page.text
    assert "Rules: nothing changed" in page.text
    page = upload(items.replace(",140.00,", ",cheap,", 1).replace("LK03,", "lock3,", 1))
    assert page.status_code == 422
    assert "&#39;cheap&#39; is not a number" in page.text or "'cheap' is not a number" in page.text
    assert "price_nzd_ex_gst" in page.text
    page = upload(items.replace(",140.00,", ",160.00,", 1), "2026-12-01")
    assert "Version 3 is draft." in page.text
    assert "has been discarded" in send(admin, "/admin/catalogue/3/discard").text
    assert "more than a year ahead" in upload(items.replace(",140.00,", ",1,", 1), "2029-01-01").text
    download = admin.get("/admin/catalogue/2/items.csv")
    assert upload(download.text.removeprefix("\ufeff")).request.path in {
        "/admin/catalogue/2",
        "/admin/catalogue/4",
    }
    assert admin.get("/admin/catalogue/2/passwords.csv").status_code == 404
    assert admin.get("/admin/catalogue/99").status_code == 404


def test_settings_are_changed_within_their_bounds(admin):
    assert "18 hours" in admin.get("/admin/settings").text
    form = admin.get("/admin/settings/offers").text
    values = dict(re.findall(r'name="([a-z0-9_]+)"[^>]*type="text"[^>]*value="(\d+)"', form))
    assert values["address_window_hours"] == "18"
    page = send(admin, "/admin/settings/offers", **(values | {"address_window_hours": "12"}))
    assert "12 hours" in page.text
    more = values | {"address_window_hours": "18", "recent_days": "60"}
    assert send(admin, "/admin/settings/offers", **more).status_code == 422
    waits = send(admin, "/admin/settings/offers", **more, reason="Firms travel far in winter").text
    assert "18 hours, so far 12" in waits
    page = admin.get("/admin/settings")
    assert ("12 hours" in page.text, "60 days" in page.text) == (True, True)
    page = send(
        admin, "/admin/settings/offers", **(values | {"address_window_hours": "99", "recent_days": ""})
    )
    assert page.status_code == 422
    assert "must be 72 or less, not 99" in page.text
    assert "Enter a figure for “Share work fairly over”." in page.text
    assert admin.get("/admin/settings/passwords").status_code == 404


def test_a_region_gets_its_days_of_service(admin):
    page = send(admin, "/admin/settings/regions/F1", from_on=day("2026-12-01"))
    assert "Gisborne: the days of service have been changed." in page.text
    assert page.text.count("Not served") == 1
    assert admin.get("/admin/settings/regions/XX").status_code == 404


def test_cover_says_what_a_region_lacks_and_why(admin, firm):
    page = admin.get("/admin/vetting/cover?region=E7&trade=locksmith&on=2026-11-24").text
    assert "No cleared locksmith" in page
    assert "Police vetting or Ministry of Justice criminal-record check is missing" in page
    assert admin.get("/admin/vetting/cover?on=tomorrow").status_code == 422


def test_auditors_filter_page_and_export_the_trail(signed_in, admin, firm):
    send(admin, f"/admin/firms/{firm.id}/active", reason="=cmd|' /C calc'!A0")
    auditor, _ = signed_in("auditor")
    page = auditor.get("/admin/audit?action=firm.stopped").text
    assert "Aroha" in page
    assert "active → stopped" in page
    export = auditor.get("/admin/audit.csv?action=firm.stopped")
    assert export.mimetype == "text/csv"
    assert "'=cmd" in export.text
    assert auditor.get("/admin/audit?from=yesterday").status_code == 422
    assert auditor.get(f"/admin/audit?subject={uuid.uuid4()}").text.count("Nothing fits this filter") == 1


def test_who_saw_a_home_is_asked_by_its_code(signed_in, services):
    with services.sessions.begin() as session:
        case = factories.make_case(session)
    officer, _ = signed_in("privacy_officer")
    assert f"Nobody has read anything of {case.code}" in officer.get(f"/admin/readings?case={case.code}").text
    assert "There is no case with this code" in officer.get("/admin/readings?case=C-0").text


def test_a_form_sent_twice_makes_one_firm(admin):
    fields = {"name": "Twice Glass", "regions": ["E7"], "form_uuid": str(uuid.uuid4())}
    one, two = (send(admin, "/admin/firms/new", **fields) for _ in range(2))
    assert one.request.path == two.request.path
    assert admin.get("/admin/firms?q=twice").text.count("Twice Glass") == 1
