"""The end of the work in the browser: checklist with keys and papers, closing, inspection, defect, guide, reviews."""

from __future__ import annotations

import io
import re
import uuid
from datetime import timedelta

from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from tests import dispatching as world
from tests import referrals
from tests.web.portal import test_portal_visit as portal
from worksorders.steps.aftercare.monitoring import FOLLOW_ON
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.aftercare import Defect, Inspection, Monitoring, Review
from worksorders.store.tables.work.completion import KeyEntry, LinePaper
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

people = portal.people
NOBODY = uuid.UUID(int=0)


def picture():
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "JPEG")
    return written.getvalue()


def ask_for(services, evidence, **values):
    with services.sessions.begin() as session:
        line = session.scalars(select(WorksLine)).one()
        line.evidence = evidence
        for name, value in values.items():
            setattr(line, name, value)


def send(browser, at, path, *, files=None, **values):
    data = {"csrf_token": browser.token(at), "form_uuid": str(uuid.uuid4())} | values
    if files:
        data |= {name: (io.BytesIO(content), "file.jpg") for name, content in files.items()}
    return browser.client.post(path, data=data, content_type="multipart/form-data")


def line_of(people):
    return f"{people['visit']}/lines/{people['line']}"


def tick(people, files=None, **values):
    names = {f"line-{people['line']}-{name}": value for name, value in values.items()}
    shown = {f"line-{people['line']}-{name}": value for name, value in (files or {}).items()}
    return send(people["named"], people["visit"], line_of(people), files=shown, all="yes", **names)


def done(people):
    portal.arrive(people)
    assert tick(people, no_photo="not_necessary").status_code == 303
    assert portal.finish(people).status_code == 303


def only(services, table):
    with services.sessions() as session:
        return session.scalars(select(table)).one()


def test_a_line_asks_for_nothing_but_its_evidence_and_shows_how_far_the_work_is(people, services):
    ask_for(services, "photo")
    portal.arrive(people)
    page = people["named"].get(people["visit"]).text
    assert "0 of 1 line complete" in page
    for absent in ("Serial number", "Key number", "Certificate number", "Live test"):
        assert absent not in page
    answer = send(
        people["named"],
        people["visit"],
        line_of(people),
        all="yes",
        files={f"line-{people['line']}-photos": picture()},
    )
    assert answer.headers["Location"].endswith("#leave")
    page = people["named"].get(people["visit"]).text
    assert "1 of 1 line complete" in page
    assert "1 photo stored" in page


def test_finishing_names_each_missing_thing_at_its_field(people, services):
    ask_for(services, "photo|serial number|key register|certificate of compliance|live test reference")
    portal.arrive(people)
    tick(people)
    page = portal.finish(people)
    assert page.status_code == 422
    at = f'href="#line-{people["line"]}-'
    for name in ("photos", "serial", "keys-0-number", "certificate_of_compliance-number", "test-reference"):
        assert f"{at}{name}" in page.text, name


def test_keys_papers_and_test_are_kept_from_one_form(people, services, clock):
    ask_for(services, "key register|certificate of compliance|live test reference")
    portal.arrive(people)
    at = "certificate_of_compliance"
    values = {
        "keys-0-number": "17", "keys-0-copies": "2", "keys-0-holder": "client", f"{at}-number": "C-1",
        "test-at": "9:30 am", "test-reference": "M-1", "test-passed": "yes",
    }  # fmt: skip
    date_parts = {f"{at}-issued_on": ["25", "11", "2026"]}
    answer = tick(people, {f"{at}-file": picture()}, **values, **date_parts)
    assert answer.status_code == 303, re.findall(r"error-message.*?</p>", answer.text, re.DOTALL)
    key, paper = only(services, KeyEntry), only(services, LinePaper)
    assert (key.key_number, key.copies, key.holder) == ("17", 2, "client")
    assert (paper.number, paper.media_type) == ("C-1", "image/jpeg")
    assert portal.finish(people).status_code == 303
    office = people["coordinator"]
    assert "Live test" in office.get(f"/dispatch/orders/{people['order']}/work").text
    path = f"/aftercare/papers/{paper.id}"
    assert "names the home" not in office.get(path).headers.get("Content-Disposition", "")
    shown = send(office, path, path, purpose="Check the certificate")
    assert (shown.status_code, shown.mimetype, shown.headers["Cache-Control"]) == (
        200,
        "image/jpeg",
        "no-store",
    )
    assert send(office, path, path, purpose="").status_code == 422
    with services.sessions() as session:
        read = session.scalars(select(AuditEvent.reason).where(AuditEvent.action == "disclosure.revealed"))
        assert "Check the certificate" in set(read)


def test_a_promised_certificate_is_handed_in_later_by_the_same_firm_alone(people, services, clock):
    ask_for(services, "certificate of compliance")
    portal.arrive(people)
    at = "certificate_of_compliance"
    tick(people, **{f"{at}-later": "y"})
    assert portal.finish(people).status_code == 303
    paper = only(services, LinePaper)
    path = f"/portal/papers/{paper.id}"
    assert path in people["office"].get("/portal/papers").text
    assert "1 certificate to hand in" in people["office"].get("/portal/today").text
    assert people["stranger"].get(path).data == people["stranger"].get(f"/portal/papers/{NOBODY}").data
    assert "Certificate of compliance for Rekey cylinder, promised by" in closing(people)
    missing = send(people["office"], path, path, number="C-9")
    assert missing.status_code == 422
    assert "as a photo or PDF" in missing.text
    values = {"number": "C-9", "issued_on": ["25", "11", "2026"]}
    assert send(people["office"], path, path, files={"file": picture()}, **values).status_code == 303
    assert people["office"].get(path).status_code == 404
    with services.sessions() as session:
        kinds = set(session.scalars(select(OutboxMessage.kind)))
    assert "paper.handed_in" in kinds


def closing(people):
    return people["coordinator"].get(f"/aftercare/orders/{people['order']}").text


def test_keys_left_to_somebody_are_named_before_the_order_closes(people, services):
    ask_for(services, "key register")
    portal.arrive(people)
    tick(people, **{"keys-0-number": "17", "keys-0-copies": "1", "keys-0-holder": "to_be_named"})
    portal.finish(people)
    key = only(services, KeyEntry)
    path, office = f"/aftercare/keys/{key.id}", people["coordinator"]
    assert "Who holds 1 key 17" in closing(people)
    assert send(office, path, path, holder="named").status_code == 422
    assert send(office, path, path, holder="named", name="Ngaio Testholder").status_code == 303
    assert "Who holds" not in closing(people)
    assert "Testholder" not in closing(people)
    assert send(office, path, path, holder="key_safe").status_code == 303
    assert only(services, KeyEntry).holder == "key_safe"


def test_an_inspection_is_asked_for_fails_and_its_defect_is_returned(people, services):
    done(people)
    office = people["coordinator"]
    visit_id = people["visit"].rsplit("/", 1)[1]
    asked = send(office, f"/aftercare/orders/{people['order']}", f"/aftercare/visits/{visit_id}/inspect")
    path = asked.headers["Location"]
    at = f"line-{people['line']}"
    assert "is due by" in closing(people)
    assert send(office, path, path, **{f"{at}-result": "fail"}).status_code == 422
    values = {f"{at}-result": "fail", f"{at}-note": "Turns with any key", f"{at}-severity": "faulty"}
    assert send(office, path, path, files={f"{at}-photos": picture()}, **values).status_code == 303
    assert only(services, Inspection).state == "failed"
    defect = only(services, Defect)
    page = office.get(f"/aftercare/defects/{defect.id}").text
    assert "Covered: free of charge" in page
    listed = office.get("/aftercare/inspections").text
    assert defect.code in listed
    photo = re.search(r"/aftercare/photos/[0-9a-f-]+", office.get(path).text).group(0)
    assert office.get(photo).mimetype == "image/jpeg"
    back = send(office, f"/aftercare/defects/{defect.id}", f"/aftercare/defects/{defect.id}", to="take_back")
    assert back.status_code == 409


def test_a_defect_is_reported_by_hand_and_an_inspection_given_up(people, services):
    done(people)
    office, path = people["coordinator"], f"/aftercare/orders/{people['order']}/defects"
    assert send(office, path, path).status_code == 422
    values = {"line": str(people["line"]), "what": "Stiff", "severity": "finish", "to": "same"}
    assert send(office, path, path, **values).status_code == 303
    assert only(services, Defect).state == "returned"
    visit_id = people["visit"].rsplit("/", 1)[1]
    asked = send(office, "/aftercare/inspections", f"/aftercare/visits/{visit_id}/inspect").headers[
        "Location"
    ]
    assert send(office, asked, f"{asked}/withdraw", reason="").status_code == 422
    assert send(office, asked, f"{asked}/withdraw", reason="Seen by another").status_code == 303
    assert only(services, Inspection).state == "withdrawn"


def test_a_firm_gets_a_share_of_its_own(people, services):
    office = people["coordinator"]
    path = re.search(r"/aftercare/firms/[0-9a-f-]+", office.get("/aftercare/inspections").text).group(0)
    assert send(office, path, path, percent="101", reason="x").status_code == 422
    assert send(office, path, path, percent="80", reason="Two defects in a month").status_code == 303
    assert "80%, Two defects in a month" in office.get("/aftercare/inspections").text


def test_the_guide_is_a_tagged_pdf_that_says_nothing_of_whose_home_it_is(people, services):
    done(people)
    office, path = people["coordinator"], f"/aftercare/orders/{people['order']}/guide"
    assert "New keys for a lock" in office.get(path).text
    assert send(office, path, path).status_code == 422
    answer = send(office, path, path, purpose="walk_through")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
    document = PdfReader(io.BytesIO(answer.data))
    root = document.trailer["/Root"]
    text = "\n".join(page.extract_text() for page in document.pages)
    assert root["/Lang"] == "en-NZ"
    assert {"/H1", "/H2", "/H3", "/P"} <= tags_of(root["/StructTreeRoot"])
    assert [entry.title for entry in document.outline if not isinstance(entry, list)] == [
        "A guide to your home"
    ]
    assert document.metadata.title == "A guide to your home"
    assert document.metadata.author is None
    order = only(services, WorksOrder)
    for word in (order.code, world.ADDRESS, "Canary", "Service", "violence", "Rekey"):
        assert word not in text, word
        assert word not in str(document.metadata)
    for word in ("Front door", "What it does", "How to use it", "call 111"):
        assert word in text
    page = send(office, path, path, purpose="asked_for", page="yes", with_code="y", with_service="y").text
    assert order.code in page
    assert "National Home Safety Service" in page
    with services.sessions() as session:
        printed = session.execute(
            select(AuditEvent.reason, AuditEvent.detail["how"].astext).where(
                AuditEvent.action == "blueprint.printed"
            )
        ).all()
    assert {how for _, how in printed} == {"pdf", "page"}


def tags_of(element):
    """Every kind of tag in a structure tree."""
    found, waiting = set(), [element]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting.extend(one)
        elif hasattr(one, "get") and one.get("/Type") != "/MCR":
            found.add(one.get("/S"))
            waiting.append(one.get("/K", []))
    return found


def test_what_is_not_there_is_not_found(people):
    for kind in ("orders", "inspections", "defects", "keys", "papers", "reviews", "firms", "photos"):
        assert people["coordinator"].get(f"/aftercare/{kind}/{NOBODY}").status_code == 404, kind


def test_an_alarm_is_followed_by_its_months_and_the_first_order_closes(people, services, clock):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
    ask_for(services, "live test reference", item_code="AL01", measure="Alarm")
    portal.arrive(people)
    tick(people, **{"test-at": "9:30 am", "test-reference": "M-1", "test-passed": "yes"})
    portal.finish(people)
    office = people["coordinator"]
    plan = f"/safety/orders/{people['order']}/alarm-plan"
    words = {"reached": "police", "words": "Police come, then the advocate is called."}
    assert send(office, plan, plan, **words).status_code == 303
    path = f"/dispatch/orders/{people['order']}/work"
    assert send(office, path, path, **{f"accept-{people['line']}": "2"}).status_code == 303
    with services.sessions() as session:
        first = session.get(WorksOrder, people["order"])
        follow = session.scalars(select(WorksOrder).where(WorksOrder.kind == FOLLOW_ON)).one()
        months = session.get(Monitoring, follow.id)
        reviews = session.scalars(select(Review).order_by(Review.months)).all()
        assert (first.state, follow.state, follow.follows_id) == ("closed", "draft", first.id)
        assert [line.item_code for line in follow.lines] == ["AL02", "AL10"]
        assert [(one.months, one.due_on) for one in reviews] == [
            (3, months.starts_on.replace(year=2027, month=2)),
            (6, months.ends_on),
        ]
        assert {visit.ready_on for visit in follow.visits} == {months.ends_on}
    assert "Monitoring" in office.get(f"/aftercare/orders/{follow.id}").text
    assert "Reviews that come up" not in office.get("/today").text
    clock.now += timedelta(days=80)
    enter_again(office, services)
    assert "Reviews that come up: 1" in office.get("/today").text
    path = f"/aftercare/reviews/{reviews[0].id}"
    assert send(office, path, path).status_code == 422
    assert send(office, path, path, outcome="goes_on").status_code == 303
    assert send(office, path, path, outcome="goes_on").status_code == 200
    assert "Reviews that come up" not in office.get("/today").text


def enter_again(browser, services):
    """Weeks have passed and the session has ended: sign in anew."""
    with services.sessions() as session:
        name = session.scalars(select(AppUser.sign_in_name).where(AppUser.role == "coordinator")).all()
    browser.client.delete_cookie("session")
    assert browser.sign_in(name[-1]).status_code == 303
