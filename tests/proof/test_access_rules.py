"""Who may use each route, held against a list written apart from the tables: no row can be lost, widened or narrowed unseen."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from pathlib import Path

import pytest

import web
from web import PACKAGES, access, create_app
from web.access import Rule
from worksorders.domain.roles import USER_ROLES, Role

LETTERS = {
    "C": Role.COORDINATOR, "X": Role.CONTRACTOR, "F": Role.FINANCE, "A": Role.ADMINISTRATOR, "U": Role.AUDITOR,
    "P": Role.PRIVACY_OFFICER,
}  # fmt: skip
WRITTEN = Path(__file__).with_name("access_rules.txt")
# The most that the pages of an audience may ever allow, new ones too: who uses what is said in the programme.
CEILINGS = {
    "admin": "ACFPU", "aftercare": "C", "api": "", "auth": "ACFPUX", "changes": "AC", "consents": "C",
    "coordinator": "AC", "dispatch": "C", "duty": "AC", "exchange": "AC", "finance": "FU", "lists": "ACFU",
    "office": "A", "ownfirm": "X", "planning": "C", "portal": "X", "pricing": "A", "privacy": "ACPU",
    "public": "", "safety": "C", "search": "C", "settling": "C", "static": "", "supply": "AC", "telling": "ACFPUX",
}  # fmt: skip
# Audiences that are newer than this list may let in anybody of the office, never a contractor beside them.
OFFICE = "ACFPU"
PUBLIC = {
    "api.openapi", "auth.code", "auth.demo_link", "auth.passkey_options", "auth.passkey_sign_in", "auth.sign_in",
    "calendars.file", "public.healthz", "public.help_page", "public.leave", "static", "watch.metrics", "watch.readyz",
}  # fmt: skip


def worded(rule: Rule) -> str:
    """A rule as a line of the list writes it."""
    who = "public" if rule.public else rule.scope or "".join(k for k, r in LETTERS.items() if r in rule.roles)
    flags = ("+locked" if rule.while_locked else "") + ("+enrolling" if rule.while_enrolling else "")
    return (who or "nobody") + flags


def written() -> dict[str, str]:
    lines = WRITTEN.read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def faults(rules, wanted):
    """What is wrong with a table of rules: rows lost or changed, and new ones that let in too many."""
    found = [f"{name} lost its rule" for name in wanted if name not in rules]
    for name, rule in rules.items():
        if name in wanted:
            if worded(rule) != wanted[name]:
                found.append(f"{name}: {worded(rule)} instead of {wanted[name]}")
        elif not within(name, rule):
            found.append(f"{name} is new and lets in {worded(rule)}")
    return found


def within(name, rule):
    """Whether a rule that nobody has written down yet stays below what its audience may ever allow."""
    audience = name.split(".")[0]
    if rule.public:
        return name in PUBLIC or audience == "public"
    if rule.scope:
        return audience == "api" and not rule.roles
    most = {LETTERS[letter] for letter in CEILINGS.get(audience, OFFICE)}
    alone = rule.roles == {Role.CONTRACTOR} and audience not in CEILINGS
    return bool(rule.roles) and (rule.roles <= most or alone)


@pytest.fixture(scope="module")
def rules():
    return dict(create_app({"SECRET_KEY": "x" * 40}).extensions["access"])


def test_every_route_lets_in_exactly_whom_the_list_says(rules):
    assert faults(rules, written()) == []
    assert len(written()) >= 300


def changed(name, rule):
    """Every rule with one thing of it changed."""
    yield None
    yield replace(rule, public=not rule.public)
    yield replace(rule, scope="" if rule.scope else "orders:read")
    for role in USER_ROLES:
        yield replace(rule, roles=rule.roles ^ {role})
    if not rule.public:
        yield replace(rule, while_locked=not rule.while_locked)
        yield replace(rule, while_enrolling=not rule.while_enrolling)


def test_each_row_that_is_lost_or_changed_is_noticed(rules):
    wanted, unnoticed, tried = written(), [], 0
    for name, rule in rules.items():
        if name not in wanted:
            continue
        for other in changed(name, rule):
            tried += 1
            if other is not None and worded(other) == worded(rule):
                continue
            if not faults({} if other is None else {name: other}, {name: wanted[name]}):
                unnoticed.append((name, other))
    assert unnoticed == []
    assert tried >= 3_000


def test_each_row_of_each_policy_that_is_deleted_stops_its_route(rules):
    """The row in the package's own table is what counts: without it the route has no rule, so nobody gets in."""
    deleted = 0
    for package in PACKAGES:
        module = importlib.import_module(package)
        blueprint = getattr(module, "blueprint", None)
        for row in getattr(module, "POLICY", {}):
            left = {key: rule for key, rule in module.POLICY.items() if key != row}
            table = {f"{blueprint.name}.{key}": rule for key, rule in left.items()}
            lost = f"{blueprint.name}.{row}"
            assert lost not in table
            assert f"{lost} lost its rule" in faults(table, {lost: worded(rules[lost])})
            deleted += 1
    assert deleted == len(rules) - 1  # `static` is declared by the guard itself.


def test_every_package_with_a_policy_is_registered():
    with_policy = {
        f"web.{one.name}"
        for one in pkgutil.iter_modules(web.__path__)
        if one.ispkg and (Path(web.__path__[0]) / one.name / "policy.py").exists()
    }
    assert with_policy <= set(PACKAGES)


def test_only_known_routes_are_open_to_everybody(rules):
    assert {name for name, rule in rules.items() if rule.public and not name.startswith("public.")} <= PUBLIC


def test_a_new_route_that_lets_in_too_many_is_noticed():
    for name, rule in (
        ("portal.planted", access.allow(Role.CONTRACTOR, Role.COORDINATOR)),
        ("coordinator.planted", access.allow(Role.CONTRACTOR)),
        ("planted.page", access.allow(Role.CONTRACTOR, Role.COORDINATOR)),
        ("planted.page", access.PUBLIC),
        ("planted.page", Rule(scope="orders:read")),
        ("finance.planted", Rule()),
    ):
        assert faults({name: rule}, {}) != [], (name, rule)
    assert faults({"finance.planted": access.allow(Role.FINANCE)}, {}) == []
