"""The whole job in a real browser: from an approved assessment to a paid invoice, by everybody whom it takes."""

from __future__ import annotations

import io

import pypdf
import pytest
from sqlalchemy import select, text

from tests.browser.main_job import Job
from tests.browser.small_programme import Background, Clock, make_programme, make_recorded_app
from worksorders.store.tables.money.finance import Invoice

pytestmark = pytest.mark.browser
CANARIES = ("Canary Terrace", "Hinemoa", "Testperson", "5550142", "555 0142")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def answers():
    return []


@pytest.fixture
def origin(services, serve, clock, answers, monkeypatch):
    make_programme(services)
    with Background(services, clock, monkeypatch):
        yield serve(make_recorded_app(services, clock, answers))


def words_of(mimetype, body):
    """What a person could read in an answer."""
    if mimetype == "application/pdf":
        document = pypdf.PdfReader(io.BytesIO(body))
        pages = "\n".join(page.extract_text() for page in document.pages)
        return f"{pages}\n{document.metadata}"
    return body.decode(errors="replace")


def leaks(answers):
    """Answers that hold anything of the home or the person: method and path, in their order."""
    return [
        (method, path)
        for method, path, mimetype, body in answers
        if any(canary in words_of(mimetype, body) for canary in CANARIES)
    ]


def everything_stored_in_the_open(services):
    """All columns of work and trail that are not in the vault, as one text."""
    tables = ("outbox_message", "audit_event", "form_submission", "works_order", "visit", "offer", "invoice")
    with services.sessions() as session:
        return "\n".join(
            str(row) for table in tables for row in session.execute(text(f"select t::text from {table} t"))
        )


def test_one_order_from_assessment_to_payment(origin, open_context, services, clock, answers, picture):
    job = Job(origin, open_context, services, clock, picture)
    job.plan(job.agree())
    number, _ = job.accept()
    assert leaks(answers) == []
    visit, word = job.tell()
    told = ("POST", f"/tell/{visit.id}/word")
    visit, phone = job.attend(number)
    assert leaks(answers) == [told]
    job.reveal(phone)
    shown = [told, ("POST", f"/portal/visits/{visit.id}/address")]
    job.say(phone, word)
    assert leaks(answers) == shown
    job.work(visit, phone)
    job.accept_work("mere", rest="Security window stay")
    job.invoice(number)
    job.accept_work("tama")
    job.release(job.type_in(number).url)
    job.approve(2)
    drawdown = job.pay()
    with services.sessions() as session:
        paid = session.scalars(select(Invoice)).all()
    assert {invoice.state for invoice in paid} == {"paid"}
    assert all(invoice.approved_by != invoice.paid_by for invoice in paid)
    net = sum(invoice.net_cents for invoice in paid)
    assert f"${net // 100:,}.{net % 100:02}" in drawdown.locator("#main-content").inner_text()
    assert leaks(answers) == shown
    stored = everything_stored_in_the_open(services)
    assert [canary for canary in CANARIES if canary in stored] == []
