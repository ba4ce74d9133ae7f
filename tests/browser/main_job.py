"""One order on its way through the browser: what each person does at their screens."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal

from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from tests import factories
from tests.browser.agreeing import agree
from tests.browser.intake import fill_in, send_in
from tests.browser.small_programme import enter
from worksorders.domain.money import gst_cents, line_cents
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

STREET, PERSON, PHONE = "2/14 Canary Terrace", "Hinemoa Testperson", "021 555 0142"


def date_into(page, name, day, month="11"):
    for part, value in (("day", day), ("month", month), ("year", "2026")):
        page.locator(f"#{name}-{part}").fill(value)


def take_in(page):
    fill_in(
        page,
        street=STREET,
        person=PERSON,
        phone=PHONE,
        door="temporarily_secured",
        findings=("keys held by others or lost", "weak lock"),
        window=True,
    )
    send_in(page)


def raise_and_send(page):
    page.get_by_role("button", name="Raise the works order").click()
    page.get_by_role("heading", name=re.compile("^Works order W-")).wait_for()
    page.get_by_role("button", name="Ask for agreement").click()
    agree(page)
    page.get_by_role("link", name=re.compile("^Order W-")).click()
    page.get_by_role("button", name="Send for approval").click()
    page.get_by_text("A second person approves this order.").wait_for()
    return page.url


def photo():
    written = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(written, "JPEG")
    return {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def dollars(cents):
    return f"{cents // 100}.{cents % 100:02}"


class Job:
    """One order on its way: who is at which screen, and what is known of it."""

    def __init__(self, origin, open_context, services, clock, picture):
        self.origin, self.open_context, self.services = origin, open_context, services
        self.clock, self.picture = clock, picture

    def enter(self, name, **options):
        return enter(self.open_context, self.origin, name, **options)

    def one(self, query):
        with self.services.sessions() as session:
            return session.scalars(query).one()

    def agree(self):
        mere, tama = self.enter("mere"), self.enter("tama")
        take_in(mere)
        address = raise_and_send(mere)
        assert mere.get_by_role("button", name="Approve the order").count() == 0
        tama.goto(address)
        tama.get_by_role("button", name="Approve the order").click()
        tama.get_by_role("button", name="Issue the order").wait_for()
        mere.goto(address)
        mere.get_by_role("button", name="Issue the order").click()
        mere.get_by_text("Its rates are frozen").wait_for()
        self.picture(mere, "job-1-issued")
        assert mere.request.get(f"{address}/order.pdf").ok
        return mere

    def plan(self, mere):
        mere.get_by_role("button", name="Plan the visits").click()
        date_into(mere, "starts_on", "25")
        mere.get_by_label("Seconds to look for a better plan").fill("3")
        mere.get_by_role("button", name="Plan", exact=True).click()
        expect(mere.get_by_text("Making the plan")).to_be_visible()
        self.picture(mere, "job-2-planning")
        mere.get_by_role("button", name="Publish").first.wait_for(timeout=60_000)
        self.picture(mere, "job-3-plan")
        mere.get_by_role("button", name="Publish").first.click()
        mere.get_by_role("dialog").get_by_role("button", name="Publish").click()
        mere.get_by_text("visits are held for their workers").or_(
            mere.get_by_text("visit is held for its worker")
        ).wait_for()
        assert self.one(select(Visit)).state in ("published", "offered")

    def accept(self):
        """The firm that the plan chose accepts on a phone; gives its number."""
        for number in (1, 2):
            page = self.enter(f"office{number}", width=390, height=844)
            page.goto("/portal/offers")
            page.wait_for_timeout(600)
            page.reload()
            if page.get_by_role("button", name="Look and answer").count():
                break
        page.get_by_role("button", name="Look and answer").click()
        self.picture(page, "job-4-offer-390")
        page.get_by_role("button", name="Accept").click()
        page.get_by_text("Your firm accepted this offer.").wait_for()
        return number, page

    def tell(self):
        """The worker may not go before the client knows; gives the code word that the coordinator told."""
        visit = self.one(select(Visit))
        mere = self.enter("mere")
        mere.goto("/today")
        mere.get_by_role("link", name="1 client is to be told who comes").click()
        mere.get_by_role("link", name="Tell the client").click()
        self.picture(mere, "job-4-tell")
        mere.get_by_label("What you need it for").fill("Telling the client who comes")
        mere.get_by_role("button", name="Show the code word").click()
        word = mere.locator("#main-content .app-figure").inner_text()
        mere.get_by_text("Shown once to").wait_for()
        self.picture(mere, "job-4-code-word")
        mere.get_by_label("Told, and the visit suits").check()
        mere.get_by_label("Through the advocate").check()
        mere.get_by_role("button", name="Record it").click()
        mere.get_by_text("Every client knows who comes").wait_for()
        return visit, word

    def say(self, page, word):
        """The named worker reads the same word on the phone."""
        page.get_by_role("button", name="Show the code word").click()
        expect(page.locator("#main-content .app-figure")).to_have_text(word)
        self.picture(page, "job-5-word-390")
        page.get_by_role("link", name="Hide it").click()

    def attend(self, number):
        visit = self.one(select(Visit))
        self.clock.now = visit.start_at - timedelta(minutes=10)
        page = self.enter(f"worker{number}", width=390, height=844)
        page.get_by_role("button", name="Start the next visit").click()
        page.get_by_role("button", name="I have arrived").wait_for()
        box = page.locator("#main-content").get_by_label("Your password", exact=True)
        box.fill("not the password")
        page.get_by_role("button", name="Show the address").click()
        page.locator(".govuk-error-summary").wait_for()
        return visit, page

    def reveal(self, page):
        page.locator("#main-content").get_by_label("Your password", exact=True).fill(factories.PASSWORD)
        page.get_by_role("button", name="Show the address").click()
        page.get_by_text(STREET).wait_for()
        page.get_by_role("link", name="Hide it").click()

    def work(self, visit, page):
        self.clock.now = visit.start_at
        page.get_by_role("button", name="I have arrived").click()
        page.get_by_role("button", name="Finish the visit").wait_for()
        self.picture(page, "job-5-on-site-390")
        lines = page.locator("details.app-step")
        for count in range(1, lines.count() + 1):
            self.finish_line(page.locator("details.app-step[open]"))
            expect(page.locator("#progress")).to_contain_text(f"{count} of ")
        self.clock.now = visit.start_at + timedelta(minutes=10)
        for secure in page.get_by_label("Secure", exact=True).all():
            secure.check()
        for opens in page.get_by_label("Yes, without a key").all():
            opens.check()
        page.get_by_role("button", name="Finish the visit").click()
        page.get_by_text("is done. The address is closed.").wait_for()

    def finish_line(self, card):
        """Give what the open line asks for, and say that all of it is done."""
        photos = card.locator('input[type="file"]')
        if photos.count():
            photos.first.set_input_files([photo()])
        if card.get_by_label("Key number").count():
            card.get_by_label("Key number").first.fill("7")
            card.get_by_label("How many keys").first.fill("3")
            card.get_by_label("Who holds them").first.select_option("client")
        card.get_by_role("button", name="All done: save").click()

    def accept_work(self, name, rest=None):
        """Accept what was done; `rest` names a measure that is left for later."""
        page = self.enter(name)
        page.goto("/dispatch/work")
        page.get_by_role("link", name=re.compile("^W-")).click()
        if rest:
            page.get_by_label(f"Accept now of {rest}").fill("0")
        page.get_by_role("button", name="Accept the work").click()
        page.get_by_text("Accepted.").wait_for()
        self.picture(page, "job-6-accepted")

    def invoice(self, number):
        page = self.enter(f"office{number}", width=390, height=844)
        page.goto("/portal/invoices")
        page.get_by_role("button", name="Invoice W-").click()
        self.picture(page, "job-7-invoice-390")
        page.get_by_role("button", name="Send the invoice").click()
        page.get_by_text("is sent.").wait_for()
        return page

    def type_in(self, number):
        """A clerk types the rest from paper, with a cent too much GST; gives the page of the invoice."""
        order, firm = (
            self.one(select(WorksOrder)),
            self.one(select(Firm).where(Firm.code == f"F-{number:03}")),
        )
        line = self.one(select(WorksLine).where(WorksLine.item_code == "WN01"))
        net = line_cents(line.quantity, line.rate)
        gst = gst_cents(net, Decimal("0.15")) + 1
        page = self.enter("sione")
        page.goto("/finance/invoices/new")
        page.get_by_label("Firm").select_option(str(firm.id))
        page.get_by_label("Invoice number").fill("PAPER-7")
        date_into(page, "issued_on", "25")
        page.get_by_label("GST number on the invoice").fill(firm.gst_number)
        for label, value in (
            ("Order code", order.code),
            ("Item code", line.item_code),
            ("Quantity", f"{line.quantity:f}"),
            ("Unit", line.unit),
            ("Rate before GST", f"{line.rate:f}"),
            ("Amount before GST", dollars(net)),
            ("Total before GST", dollars(net)),
            ("GST", dollars(gst)),
            ("Total to pay", dollars(net + gst)),
        ):
            page.get_by_label(label, exact=label in ("Quantity", "Unit", "GST")).fill(value)
        page.get_by_role("button", name="Receive and match").click()
        page.get_by_text("G06").first.wait_for()
        self.picture(page, "job-8-mismatch")
        return page

    def release(self, address):
        """Another person than the typist lets the cent pass."""
        page = self.enter("priya")
        page.goto(address)
        page.get_by_role("link", name="Release G06").click()
        page.get_by_label("Why may this be paid?").fill("One cent of rounding on paper.")
        page.get_by_role("button", name="Release G06").click()
        page.get_by_text("Released. The match is clean now.").wait_for()

    def approve(self, count):
        page = self.enter("grace")
        for _ in range(count):
            page.goto("/finance?state=matched")
            page.get_by_role("table").get_by_role("link").first.click()
            page.get_by_text("Order, done, accepted, invoiced").wait_for()
            self.picture(page, "job-9-match")
            page.get_by_role("button", name="Approve $").click()
            page.get_by_role("dialog").get_by_role("button", name="Approve").click()
            page.get_by_text("Approved $").first.wait_for()

    def pay(self):
        page = self.enter("sione")
        page.goto("/finance/payments")
        for box in page.get_by_role("checkbox").all():
            box.check()
        self.picture(page, "job-10-payments")
        page.get_by_role("button", name="Prepare the run").click()
        page.get_by_text("You prepared this run: another person approves it.").wait_for()
        other = self.enter("mika")
        other.goto(page.url)
        other.get_by_role("button", name="Approve $").click()
        other.get_by_role("link", name=".xml").first.wait_for()
        self.picture(other, "job-10-run")
        page.goto("/finance/contract")
        self.picture(page, "job-11-drawdown")
        return page
