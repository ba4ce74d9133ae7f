"""Each row of the disclosure table shows on pages: what it takes from a role is on none of that role's pages any more."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from types import MappingProxyType

import pytest

from tests import factories, varying
from tests.web.conftest import Browser, Clock
from web import create_app, disclosing
from web.services import make_services
from worksorders.domain.disclosure import policy
from worksorders.domain.disclosure.policy import Field, Purpose
from worksorders.domain.order.assessment import CRITERIA
from worksorders.domain.roles import Role
from worksorders.steps import disclose
from worksorders.steps.actor import NotFoundError
from worksorders.steps.free_text.learn import SHAPES
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import EligibilityAnswer, Opening, OpeningFinding

C, A, F, U, P, X = (
    Role.COORDINATOR, Role.ADMINISTRATOR, Role.FINANCE, Role.AUDITOR, Role.PRIVACY_OFFICER, Role.CONTRACTOR,
)  # fmt: skip
ORDER, LIST, ASSESSMENT, VISIT = (
    "/orders/{order}",
    "/lists/orders",
    "/assessments/{assessment}",
    "/portal/visits/{visit}",
)
# A field, whose page, and words of the page that are the field; "" stands for the page itself.
SHOWN = [
    (Field.CODE, C, ORDER, "{code}"), (Field.CODE, C, LIST, "{code}"), (Field.CODE, A, LIST, "{code}"),
    (Field.CODE, A, ORDER, "{code}"), (Field.CODE, F, "/finance", ""), (Field.CODE, X, VISIT, ""),
    (Field.CODE, U, "/finance/patterns", ""), (Field.CODE, P, "/privacy/requests", ""),
    (Field.REGION, C, ORDER, ">Region<"), (Field.REGION, A, ORDER, ">Region<"), (Field.REGION, C, ASSESSMENT, ">Region<"),
    (Field.REGION, C, LIST, 'data-label="Region"'), (Field.REGION, A, LIST, 'data-label="Region"'),
    (Field.STATE, C, LIST, 'data-label="State"'), (Field.STATE, A, LIST, 'data-label="State"'), (Field.STATE, C, ORDER, ""),
    (Field.DEADLINES, C, ORDER, "app-clocks"), (Field.DEADLINES, A, ORDER, "app-clocks"),
    (Field.DEADLINES, C, "/lists/visits", 'data-label="Due"'), (Field.DEADLINES, A, LIST, 'data-label="Permanent by"'),
    (Field.AREA, C, ORDER, ">Area<"), (Field.AREA, C, ASSESSMENT, ">Area<"), (Field.AREA, X, "/portal/today", ""),
    (Field.OFFER_NAMES, X, "/portal/offers", ""), (Field.FIRM_PRICE, X, "/portal/offers", ""),
    (Field.FIRM_PRICE, C, "/lists/offers", 'data-label="Price"'), (Field.VISIT_WINDOW, X, "/portal/today", ""),
    (Field.VISIT_WINDOW, C, ORDER, "Safe times for a visit"), (Field.VISIT_WINDOW, C, ORDER, "Visits of the order"),
    (Field.VISIT_WINDOW, C, "/lists/visits", 'data-label="Starts"'),
    (Field.AMOUNTS, C, ORDER, "Total with GST"), (Field.AMOUNTS, A, ORDER, "Total with GST"),
    (Field.AMOUNTS, F, "/finance/contract", ""), (Field.AMOUNTS, U, "/finance/contract", ""),
    (Field.ITEM_CODES, C, ORDER, "LK03"), (Field.ITEM_CODES, A, ORDER, "LK03"), (Field.ITEM_CODES, X, VISIT + "/changes", ""),
    (Field.MEASURES, C, ORDER, "Rekey cylinder</"), (Field.MEASURES, A, ORDER, "LK03 Rekey"), (Field.MEASURES, X, VISIT, "Rekey cylinder"),
    (Field.OPENING_LABELS, C, ORDER, "Front door"), (Field.OPENING_LABELS, X, VISIT, "Rekey cylinder, Front door"),
    (Field.SECURE_STATE, C, ORDER, 'aria-label="Openings now"'), (Field.SECURE_STATE, C, "/today/insecure", ""),
    (Field.FINDINGS, C, ASSESSMENT, "no keys"), (Field.CONSENT, C, ORDER, 'id="consents"'),
    (Field.CONSENT, C, ORDER + "/agreements", ""), (Field.LEGAL_BASIS, C, ORDER + "/agreements", ""),
    (Field.NEVER_SEND, C, ORDER + "/never-send", ""), (Field.PHOTOS, C, "/dispatch/orders/{order}/work", ""),
    (Field.HAZARDS, C, ORDER, ">Hazards for workers<"), (Field.HAZARDS, C, "/safety/orders/{order}/hazards", ""),
    (Field.HAZARDS, X, VISIT, 'id="hazards"'),
    (Field.HISTORY, C, ORDER, "Order raised"), (Field.HISTORY, C, ASSESSMENT, ">History<"),
    (Field.AUDIT_TRAIL, U, "/admin/audit", ""), (Field.AUDIT_TRAIL, P, "/admin/audit", ""),
    (Field.AUDIT_TRAIL, U, "/privacy/readings", ""), (Field.AUDIT_TRAIL, P, "/privacy/readings", ""),
]  # fmt: skip


class House:
    """An order with a worker on site, and somebody of each role signed in."""

    def __init__(self, services):
        self.services, self.kept = services, {}
        app = create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "CLOCK": Clock(), "TESTING": True})
        with services.sessions.begin() as session:
            made = varying.on_site(session, services.cipher)
            order, (line, *_) = made.order, made.order.lines
            opening = session.get_one(Opening, line.opening_id)
            session.add_all(
                EligibilityAnswer(
                    assessment_id=order.assessment_id, criterion=one.key, answer=True, given_by="Refuge", given_on=factories.NOW.date(),
                )
                for one in CRITERIA
            )  # fmt: skip
            opening.findings.append(OpeningFinding(finding="no keys"))
            session.add(
                AuditEvent(
                    at=factories.NOW, action="order.raised", subject_table="works_order", subject_id=order.id
                )
            )
            self.names = {
                "order": order.id, "code": order.code, "assessment": order.assessment_id, "visit": made.visit.id, "line": line.id,
            }  # fmt: skip
            self.case_id = order.case_id
            users = {role: factories.make_user(session, role.value) for role in (C, A, F, U, P)}
            users[X] = session.get_one(AppUser, made.worker.user_id)
            signs = {role: user.sign_in_name for role, user in users.items()}
            self.actors = {role: factories.actor_of(user) for role, user in users.items()}
        self.browsers = {role: Browser(app) for role in signs}
        for role, name in signs.items():
            assert self.browsers[role].sign_in(name).status_code == 303

    def shows(self, role, path, words, *, as_before=False):
        """Whether the page has the words; `as_before` asks for a page once, for it does not change."""
        if not as_before or (role, path) not in self.kept:
            answer = self.browsers[role].get(path.format(**self.names))
            assert answer.status_code in (200, 404), (path, answer.status_code)
            shown = answer.text if answer.status_code == 200 else None
            if not as_before:
                return shown is not None and words.format(**self.names) in shown
            self.kept[role, path] = shown
        shown = self.kept[role, path]
        return shown is not None and words.format(**self.names) in shown


@pytest.fixture(scope="module")
def house(new_database, vault_key_file):
    with new_database() as database, contextlib.ExitStack() as closing:
        services = make_services(database.app_url, vault_key_file)
        closing.callback(services.engine.dispose)
        yield House(services)


def changed(field, **values):
    """The table with one row changed, or without it where nothing is given."""
    table = {key: row for key, row in policy.TABLE.items() if key is not field}
    return table | {field: replace(policy.TABLE[field], **values)} if values else table


@pytest.mark.parametrize(("field", "role", "path", "words"), SHOWN)
def test_what_a_row_takes_from_a_role_is_gone_from_its_page(house, monkeypatch, field, role, path, words):
    assert house.shows(role, path, words, as_before=True)
    row = policy.TABLE[field]
    values = {"contractor": None} if role is X else {"office": row.office - {role}}
    monkeypatch.setattr(policy, "TABLE", changed(field, **values))
    assert not house.shows(role, path, words)


def test_every_field_that_is_shown_without_a_purpose_is_looked_for_and_each_of_its_roles_has_a_page():
    wanted = {
        (field, role)
        for field, row in policy.TABLE.items()
        for role in ({*row.office} | ({X} if row.contractor and not row.with_purpose else set()))
        - {Role.SYSTEM}
    }
    # These roles see the fields only beside what is looked for here.
    beside = {(Field.REGION, one) for one in (F, U, P)} | {(Field.STATE, one) for one in (F, U, P)}
    beside |= {
        (Field.OFFER_NAMES, C),
        (Field.FIRM_PRICE, F),
        (Field.ITEM_CODES, F),
        (Field.SECURE_STATE, X),
        (Field.PHOTOS, X),
    }
    assert wanted - beside <= {(field, role) for field, role, *_ in SHOWN}


def test_a_row_that_is_gone_shows_to_nobody(house, monkeypatch):
    for field, role, path, words in (
        (Field.AREA, C, ORDER, ">Area<"),
        (Field.CODE, A, ORDER, "{code}"),
        (Field.MEASURES, X, VISIT, "Rekey cylinder"),
    ):
        monkeypatch.setattr(policy, "TABLE", changed(field))
        assert not house.shows(role, path, words)
        monkeypatch.undo()


def test_a_field_given_to_a_role_appears_on_its_page(house, monkeypatch):
    for field, words in (
        (Field.AREA, ">Area<"),
        (Field.HISTORY, "Order raised"),
        (Field.CONSENT, 'id="consents"'),
    ):
        assert not house.shows(A, ORDER, words)
        needed = {
            name: replace(row, office=row.office | {A})
            for name, row in policy.TABLE.items()
            if name in {field, Field.OPENING_LABELS}
        }
        monkeypatch.setattr(policy, "TABLE", dict(policy.TABLE) | needed)
        assert house.shows(A, ORDER, words)
        monkeypatch.undo()


def test_an_administrator_reads_no_opening_on_an_order(house):
    answer = house.browsers[A].get(ORDER.format(**house.names)).text
    assert "LK03" in answer
    assert "Front door" not in answer
    assert "app-chain" not in answer


# One kind of each field, whatever else is sealed of it.
KINDS = {disclose.field_of(kind): kind for kind in SHAPES}
SEALED = [
    (KINDS[field], role, purpose)
    for field in KINDS
    for role, purposes in policy.TABLE[field].with_purpose.items()
    for purpose in sorted(purposes)
    if role not in (X, Role.SYSTEM)
]


@pytest.mark.parametrize(("kind", "role", "purpose"), SEALED)
def test_what_a_row_takes_from_a_purpose_leaves_the_vault_no_more(house, monkeypatch, kind, role, purpose):
    def read():
        return disclose.read(
            house.services.sessions, house.services.cipher, house.actors[role],
            case_ids=[house.case_id], kinds=[kind], purpose="To see what is opened", under=purpose,
        )  # fmt: skip

    read()
    field = disclose.field_of(kind)
    row = policy.TABLE[field]
    less = MappingProxyType(dict(row.with_purpose) | {role: row.with_purpose[role] - {purpose}})
    for table in (changed(field, with_purpose=less), changed(field)):
        monkeypatch.setattr(policy, "TABLE", table)
        with pytest.raises(NotFoundError):
            read()


def test_nobody_else_opens_anything_of_the_vault(house):
    for kind in KINDS.values():
        for role, actor in house.actors.items():
            for purpose in (None, *Purpose):
                if purpose is Purpose.SCHEDULE or policy.may_open(disclose.field_of(kind), role, purpose):
                    continue
                with pytest.raises(NotFoundError):
                    disclose.read(
                        house.services.sessions, house.services.cipher, actor,
                        case_ids=[house.case_id], kinds=[kind], purpose="To see what is opened", under=purpose,
                    )  # fmt: skip


def test_each_page_that_holds_fields_exists_and_each_package_of_orders_says_what_it_holds(house):
    app = house.browsers[C].client.application
    endpoints = set(app.view_functions)
    packages = {one.partition(".")[0] for one in endpoints}
    assert {one for one in disclosing.HOLDS if one not in endpoints | packages} == set()
    without = packages - {one.partition(".")[0] for one in disclosing.HOLDS}
    # Accounts, prices, hours and settings hold no order; lists and the API name the field of each column.
    assert without <= {
        "auth",
        "public",
        "static",
        "watch",
        "office",
        "exchange",
        "pricing",
        "lists",
        "api",
        "healthz",
    }


def test_the_api_leaves_out_what_the_table_takes(house, monkeypatch):
    from worksorders.domain.disclosure.policy import shown_to  # noqa: PLC0415
    from worksorders.steps.exchange.read import order_parts  # noqa: PLC0415

    with house.services.sessions() as session:
        whole = order_parts(session, house.names["order"], shown_to(C))
        monkeypatch.setattr(policy, "TABLE", changed(Field.MEASURES))
        less = order_parts(session, house.names["order"], shown_to(C))
    assert "measure" in whole["lines"][0]
    assert "measure" not in less["lines"][0]
    assert re.fullmatch(r"LK\d\d", less["lines"][0]["item_code"])
