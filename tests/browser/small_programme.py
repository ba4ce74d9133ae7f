"""A programme small enough to walk through: people, two cleared firms with rates, a contract; made by the product's steps."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import text
from stdnum.nz import bankaccount, ird

from tests import factories, referrals
from web import create_app, jobs
from worksorders.steps import outbox
from worksorders.steps.admin import agreements
from worksorders.steps.finance.payout import payer
from worksorders.steps.people import bank_accounts, checks, firms, workers
from worksorders.steps.people.checks import CheckDetails
from worksorders.steps.vetting import verdicts

TODAY = date(2026, 11, 24)
STAFF = (
    ("mere", "Mere Tauira", "coordinator", 30_000),
    ("tama", "Tama Pattern", "coordinator", 1_500_000),
    ("sione", "Sione Fable", "finance", 0),
    ("priya", "Priya Novella", "finance", 0),
    ("grace", "Grace Sketch", "finance", 0),
    ("mika", "Mika Outline", "finance", 0),
    ("aroha", "Aroha Story", "administrator", 0),
    ("daniel", "Daniel Draft", "administrator", 0),
    ("li", "Li Schema", "auditor", 0),
    ("hana", "Hana Suppose", "privacy_officer", 0),
)
FIRMS = (("Pōhutukawa Locks", "Hēmi", Decimal("0.98")), ("Kōwhai Locks", "Wiremu", Decimal("1.03")))
THIRD_FIRM = ("Rātā Doors", "Ngaire", Decimal("1.01"))
TRADES = ("locksmith", "handyperson")
RATES = {"LK01": 140, "LK03": 70, "LK06": 240, "LK11": 65, "WN01": 42, "WN02": 48, "SV05": 0, "SV06": 0}
DOOR_RATES = {"DR01": 1050, "DR04": 170, "DR08": 160}
UNITS = {"DR08": "door", "LK01": "visit", "SV05": "visit", "SV06": "visit", "WN01": "sash", "WN02": "sash"}
BASE = (Decimal("-37.6878"), Decimal("176.1651"))


SET_TIMERS = text(
    "update outbox_message set due_at = case when wanted_at <= :now then created_at else 'infinity' end "
    "where done_at is null and attempts = 0 and wanted_at <> created_at"
)


class Clock:
    """The time of the served application and of its background work, moved by the test."""

    def __init__(self):
        self.now = factories.NOW

    def __call__(self):
        return self.now


class Background:
    """Relay and workers in one thread of the test, in the application's own time.

    With `timers` what is wanted at an instant comes due when the test's clock reaches it, whatever the day is outside.
    """

    def __init__(self, services, clock, monkeypatch, *, timers=False):
        monkeypatch.setattr(jobs, "_now", clock)
        self.services, self.clock, self.timers = services, clock, timers
        self.over, self.problems = threading.Event(), []
        self.thread = threading.Thread(target=self._run, name="background")

    def _run(self):
        while not self.over.wait(0.1):
            with self.services.sessions.begin() as session:
                if self.timers:
                    session.execute(SET_TIMERS, {"now": self.clock.now})
                deliveries = outbox.take_due(session)
            for delivery in deliveries:
                try:
                    jobs.deliver(self.services, delivery)
                except Exception as error:  # noqa: BLE001 -- told to the test at its end.
                    self.problems.append(repr(error))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(30)
        assert self.problems == [], self.problems


def make_programme(services, *, firms=FIRMS, trades=TRADES, rates=RATES):
    """Staff, firms whose people may go, their rates and accounts, and the funding contract."""
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        people = {
            name: factories.actor_of(
                factories.make_user(
                    session, role, sign_in_name=name, display_name=shown, raise_limit_cents=limit
                )
            )
            for name, shown, role, limit in STAFF
        }
        paid_from = payer.enter(
            session, people["sione"], name="Home Safety", number="01-902-0068389-00", now=factories.NOW
        )
        payer.verify(session, people["grace"], paid_from.id, factories.NOW)
        for number, (name, first, factor) in enumerate(firms, start=1):
            _firm(session, people, number, name, first, factor, trades=trades, rates=rates)


def _firm(session, people, number, name, first, factor, *, trades, rates):
    """A firm of Tauranga with one cleared worker; the accounts are `office1` and `worker1`, and so on."""
    now, aroha = factories.NOW, people["aroha"]
    details = firms.FirmDetails(
        name=name, gst_number=_gst_number(number), email=f"office@firm{number}.example"
    )
    firm = firms.add_firm(session, aroha, details, {referrals.REGION}, now, code=f"F-{number:03}")
    for kind in ("insurance", "security_licence"):
        _check(session, aroha, kind, firm_id=firm.id)
    worker = workers.add_worker(
        session, aroha, firm.id,
        workers.WorkerDetails(
            first_name=first, last_name="Example", base_town="Tauranga", base_lat=BASE[0], base_lon=BASE[1],
            trades=trades, on_call=True,
        ),
        [workers.Stretch(weekday, 480, 1020) for weekday in range(6)],
    )  # fmt: skip
    for kind in ("police_vetting", "photo_identity", "induction", "security_licence"):
        _check(session, aroha, kind, worker_id=worker.id)
    agreement = agreements.add_agreement(session, aroha, firm.id, valid_from=date(2026, 7, 1))
    csv = "code,unit,rate_nzd_ex_gst\n" + "".join(
        f"{code},{UNITS.get(code, 'each')},{rate * factor:.2f}\n" for code, rate in rates.items()
    )
    agreements.add_rate_card(session, aroha, agreement.id, csv, valid_from=TODAY, now=now)
    account = bank_accounts.enter(session, aroha, firm.id, _bank_account(number), now)
    bank_accounts.verify(session, people["daniel"], account.id, "Deposit slip seen", now)
    factories.make_user(
        session, "contractor", firm.id, sign_in_name=f"office{number}", display_name=f"{name}, office"
    )
    user = factories.make_user(
        session, "contractor", firm.id, sign_in_name=f"worker{number}", display_name=f"{first} Example"
    )
    user.worker_id = worker.id


def _check(session, actor, kind, **holder):
    details = CheckDetails(
        kind=kind,
        number="1",
        issuer="Register",
        issued_on=TODAY - timedelta(days=300),
        expires_on=TODAY + timedelta(days=400),
    )
    check = checks.record(session, actor, details, now=factories.NOW, **holder)
    verdicts.verify(session, None, check.id, factories.NOW)


def _gst_number(number):
    first = 90_000_000 + number * 1_000
    return next(str(tried) for tried in range(first, first + 1_000) if ird.is_valid(str(tried)))


def _bank_account(number):
    first = 100_000 + number * 1_000
    return next(
        tried
        for tried in (f"01-0242-{digits:07}-00" for digits in range(first, first + 1_000))
        if bankaccount.is_valid(tried)
    )


def make_recorded_app(services, clock, answers):
    """The application; what it answers is kept in `answers` as (method, path, body), files of its own left out."""
    app = create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "CLOCK": clock})

    def keep(response):
        from flask import request  # noqa: PLC0415

        if request.endpoint != "static":
            response.direct_passthrough = False
            answers.append((request.method, request.path, response.mimetype, response.get_data()))
        return response

    app.after_request(keep)
    return app


def enter(open_context, origin, name, **options):
    """Sign somebody in, in a browser of their own; gives the page."""
    page = open_context(origin, **options).new_page()
    page.goto("/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out").wait_for()
    return page
