"""Values that no sink may ever hold, put into a whole installation by the product's own steps, and how they are looked for."""

from __future__ import annotations

import base64
import contextlib
import html
import re
import urllib.parse
import uuid
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from tests import dispatching, factories, referrals
from tests.browser import every_state
from tests.gateways.test_messages_out import sms_server, smtp_server
from web import jobs
from web.services import make_services
from worksorders.gateways.messages.post import Post
from worksorders.steps import disclose, outbox
from worksorders.steps.completion.keys import KEY_HOLDER, name_holder
from worksorders.steps.consents.persons import GivenPerson, kind, record_person
from worksorders.steps.intake.take_in import take_in
from worksorders.steps.offers import respond
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.privacy import glass
from worksorders.steps.safety import alarm_plan
from worksorders.store.tables.work.completion import KeyEntry
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit, WorksOrder

NOW = factories.NOW
CANARIES = {
    "name": "Quillwether Vantongeren",
    "alias": "Merrimack Oosterveldt",
    "street": "417 Zephyrwold Crescent",
    "phone": "+64215559173",
    "safe contact": "Ring the bakery xylotherm first",
    "latitude": "-37.7135794",
    "longitude": "176.2468135",
    "alarm id": "ALRM-90417-QZX",
    "alarm words": "Panic pendant hums vexilloid",
    "landlord": "Thessaloniki Brandywine",
    "landlord phone": "+64215558264",
    "landlord post": "PO Box 90417 Wexcombe",
    "landlord mail": "brandywine@quokkaland.example",
    "key holder": "Ignatius Quennevais",
}
DUE_NOW = text(
    "UPDATE outbox_message SET due_at = clock_timestamp(), wanted_at = created_at"
    " WHERE done_at IS NULL AND NOT id = ANY(:tried)"
)
POINT = f"{CANARIES['latitude']},{CANARIES['longitude']}"


def spellings(value):
    """The ways in which a value may stand in a text: plain, escaped, in an address, in base64, without its spaces."""
    encoded = base64.b64encode(value.encode()).decode().rstrip("=")
    whole = {
        value, html.escape(value), urllib.parse.quote(value), urllib.parse.quote_plus(value),
        value.encode("unicode_escape").decode(), encoded[: len(encoded) // 4 * 4],
    }  # fmt: skip
    return {one.casefold() for one in whole} | {encoded[: len(encoded) // 4 * 4]}


def squeezed(words):
    return re.sub(r"[\s\-()]+", "", words.casefold())


def hits(content):
    """Names of the canaries in the content (text or bytes), in whatever spelling."""
    words = content if isinstance(content, str) else content.decode("utf-8", "replace")
    if isinstance(content, bytes):
        words += content.decode("utf-16-le", "ignore") + content.decode("utf-16-be", "ignore")
    low, tight = words.casefold(), squeezed(words)
    return {
        name
        for name, value in CANARIES.items()
        if squeezed(value) in tight or any(one in low or one in words for one in spellings(value))
    }


def fill_canaries(services):
    """One home, from referral to a worker on the way, whose every protected value is a canary; gives the ids."""
    made = SimpleNamespace()
    with services.sessions.begin() as session:
        mere, cipher = every_state.actor(session, "mere"), services.cipher
        person = referrals.ReferredPerson(
            CANARIES["name"], CANARIES["phone"], (CANARIES["alias"],), CANARIES["safe contact"]
        )
        home = referrals.ReferredHome(CANARIES["street"], referrals.TOWN, built_before_2000=True)
        taken = take_in(session, cipher, mere, referrals.referral(home=home, person=person), NOW)
        firm = dispatching.cleared_firm(session)
        order = dispatching.issued_order(session, [firm], cipher=cipher)
        disclose.protect(session, cipher, order.case_id, order.id, sealed_of_home())
        point = {disclose.HOME_COORDINATES: POINT}
        disclose.protect(session, cipher, order.case_id, order.case_id, point)
        plan = dispatching.publish(session, order, firm, start_at=NOW + timedelta(hours=12))
        offer_published_visits(session, plan.id, NOW)
        office = dispatching.account(session, firm, sign_in_name="namedoffice")
        dispatching.account(session, firm, firm.workers[0], sign_in_name="named")
        offer = session.scalars(select(Offer).where(Offer.order_id == order.id)).one()
        respond.accept(session, office, offer.id, NOW)
        dispatching.confirm(session, cipher, order.visits[0])
        plan_row = alarm_plan.record_plan(
            session, cipher, mere, order.id, reached=["monitoring_centre"], reference=CANARIES["alarm id"],
            words=CANARIES["alarm words"], now=NOW,
        )  # fmt: skip
        given = GivenPerson(
            "landlord", "no", name=CANARIES["landlord"], phone=CANARIES["landlord phone"],
            mail=CANARIES["landlord mail"], post=CANARIES["landlord post"],
        )  # fmt: skip
        who = record_person(session, cipher, mere, order.case_id, given, NOW)
        key = session.scalars(select(KeyEntry).order_by(KeyEntry.id)).first()
        name_holder(session, cipher, mere, key.id, holder="named", name=CANARIES["key holder"], now=NOW)
        key_case = session.get_one(WorksOrder, session.get_one(Visit, key.visit_id).order_id).case_id
        made.mere, made.tama = mere, every_state.actor(session, "tama")
        made.cases = [taken.case_id, order.case_id, key_case]
        made.order_id, made.visit_id, made.assessment_id = order.id, order.visits[0].id, taken.assessment_id
        made.key_id, made.interest_id, made.alarm_id = key.id, who.id, plan_row.id
        made.kinds = [
            *disclose.KINDS, "person.other_names", "alarm.reference", "alarm.words", KEY_HOLDER,
            *(kind(what, who.id) for what in ("name", "phone", "mail", "post")),
        ]  # fmt: skip
    return made


def sealed_of_home():
    return {
        disclose.PERSON_NAME: CANARIES["name"],
        disclose.PERSON_PHONE: CANARIES["phone"],
        disclose.HOME_ADDRESS: CANARIES["street"],
        disclose.SAFE_CONTACT: CANARIES["safe contact"],
    }


def first_ids(made):
    """Ids of the canaries' own rows, which the walk over the pages asks for before all others."""
    return [str(value) for value in vars(made).values() if isinstance(value, uuid.UUID)] + [
        str(case) for case in made.cases
    ]


def run_jobs(services):
    """Do what waits in the outbox, messages over real sockets; only what would leave this machine is left waiting.

    Each row is tried twice here, whatever was tried before: filling takes rows too, more often the slower it goes.
    """
    done, failed, tries = 0, [], Counter()
    for _ in range(4):
        with services.sessions.begin() as session:
            session.execute(DUE_NOW, {"tried": [row for row, times in tries.items() if times == 2]})
            deliveries = [one for one in outbox.take_due(session, 400) if tries[one.id] < 2]
        tries.update(one.id for one in deliveries)
        for delivery in deliveries:
            with services.sessions() as session:
                message = outbox.still_mine(session, delivery)
                if message is None or message.kind == "webhook.deliver" or message.queue == outbox.PLANNING:
                    continue
            try:
                jobs.deliver(services, delivery)
                done += 1
            except Exception as error:  # noqa: BLE001 -- its words are a sink of their own.
                failed.append(error)
        if not deliveries:
            break
    return done, failed


@pytest.fixture(scope="module")
def house(new_database, vault_key_file, tmp_path_factory):
    """A whole installation with every state, the canaries in it, and servers for mail and SMS beside it."""
    with contextlib.ExitStack() as closing:
        database = closing.enter_context(new_database())
        inbox, mail = closing.enter_context(smtp_server())
        taken, sms = closing.enter_context(sms_server())
        services = make_services(database.app_url, vault_key_file, post=Post(mail=mail, sms=sms))
        closing.callback(services.engine.dispose)
        patch = closing.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(dispatching, "ADDRESS", CANARIES["street"])
        patch.setattr(jobs, "_now", lambda: NOW)
        every_state.fill(services)
        made = fill_canaries(services)
        done, failed = run_jobs(services)
        yield SimpleNamespace(
            database=database, services=services, made=made, inbox=inbox, mail=mail, texts=taken, sms=sms,
            done=done, failed=failed, glass=glass,
        )  # fmt: skip
