"""Headers of every route of the URL map, and nothing that tells of a person in any address."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.proof.texts import templates
from tests.web.access_world import world
from tests.web.test_access import address, ask, routes
from web.public import CONTACTS

__all__ = ["world"]
WANTED = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
OFF_ORIGIN = re.compile(r"https?:|\*|unsafe-|data:(?!\s*blob:)|//")
# What the words of an address may be made of, beside random ids: short words of fixed lists, numbers, random links.
PLAIN_ARGUMENTS = {
    "key",  # A month, such as 2026-11.
    "code", "action", "digest", "filename", "kind", "name", "number", "part", "place", "token", "how", "day", "slug",
}  # fmt: skip
TELLING = ("address", "phone", "client", "street", "person_name", "lat", "lon", "alias", "q", "search")


def header_faults(answer, where):
    """What is wrong with the headers of an answer."""
    found = [
        f"{where}: {name} is {answer.headers.get(name)}"
        for name in WANTED
        if answer.headers.get(name) != WANTED[name]
    ]
    policy = answer.headers.get("Content-Security-Policy", "")
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip())
    if parts.get("default-src") != "'none'" or parts.get("frame-ancestors") != "'none'":
        found.append(f"{where}: the policy lets in more than it needs")
    if parts.get("base-uri") != "'none'" or parts.get("form-action") != "'self'":
        found.append(f"{where}: forms or addresses may lead away")
    found += [f"{where}: {name} {value}" for name, value in parts.items() if OFF_ORIGIN.search(value)]
    return found


@pytest.mark.parametrize("person", ["anonymous", "coordinator", "contractor"])
def test_every_route_and_method_answers_with_every_header(world, person):
    found, asked = [], 0
    for rule, method in routes(world.app):
        path = address(world.app, rule)
        found += header_faults(
            ask(world.guard, world.browsers[person], method, path), f"{method} {rule.rule}"
        )
        asked += 1
    assert found == []
    assert asked >= 400


def test_each_header_that_is_lost_is_noticed(world):
    answer = ask(world.guard, world.browsers["anonymous"], "GET", "/help")
    assert header_faults(answer, "") == []
    for name in (*WANTED, "Content-Security-Policy"):
        kept = answer.headers.pop(name)
        assert header_faults(answer, "") != [], name
        answer.headers[name] = kept
    policy = answer.headers["Content-Security-Policy"]
    for weaker in (
        policy.replace("default-src 'none'", "default-src 'self'"),
        policy.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        policy.replace("connect-src 'self'", "connect-src 'self' https://tiles.example"),
        policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
    ):
        answer.headers["Content-Security-Policy"] = weaker
        assert header_faults(answer, "") != [], weaker


def test_signing_out_empties_the_browser_of_all_that_is_ours(world):
    browser = world.browsers["auditor"]
    answer = browser.post("/sign-out")
    assert answer.status_code == 303
    assert {"cache", "storage"} <= set(re.findall(r'"(\w+)"', answer.headers["Clear-Site-Data"]))
    assert browser.get("/account").status_code == 303


def test_every_argument_of_an_address_is_a_random_id_a_number_or_a_word_of_a_list(world):
    telling = []
    for rule in world.app.url_map.iter_rules():
        for kind, name in re.findall(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", rule.rule):
            if kind not in {"uuid", "int"} and name not in PLAIN_ARGUMENTS:
                telling.append(rule.rule)
    assert telling == []


class Forms(HTMLParser):
    """Names of the fields of forms that are sent by GET, so that they end in an address."""

    def __init__(self):
        super().__init__()
        self.inside, self.found = False, []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = (given.get("method") or "get").lower() == "get" and "hx-post" not in given
        elif self.inside and tag in {"input", "select", "textarea"}:
            self.found.append(given.get("name") or "")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "form"


def telling_fields(text):
    parser = Forms()
    parser.feed(text)
    return [name for name in parser.found if any(word == name or f"_{word}" in name for word in TELLING)]


def test_no_form_sends_a_name_a_place_or_a_phone_in_an_address():
    assert {path: telling_fields(text) for path, text in templates() if telling_fields(text)} == {}
    planted = '<form action="/find"><input name="client_phone"></form><form method="post"><input name="phone"></form>'
    assert telling_fields(planted) == ["client_phone"]


def test_the_help_page_is_for_everybody_and_leads_out_at_once(world):
    page = world.browsers["anonymous"].get("/help").text
    for name, _, shown, dialled in CONTACTS:
        assert name in page.replace("&#39;", "’")
        assert shown in page
        assert f"tel:{dialled}" in page
    assert "tel:111" in page or "111" in page
    assert 'href="/leave"' in page
    assert "0800733843" in page  # Women's Refuge, as the sources of the programme give it.
    left = world.browsers["anonymous"].get("/leave")
    assert (left.status_code, left.headers["Clear-Site-Data"]) == (303, '"cache"')
    assert "Set-Cookie" not in left.headers
    assert "sign" not in left.headers["Location"]


def test_the_help_page_tells_how_to_hide_a_visit(world):
    page = world.browsers["anonymous"].get("/help").text.lower()
    assert "history" in page
    assert "private" in page or "incognito" in page


def test_the_quick_exit_is_on_every_page_that_the_public_reaches(world):
    for path in ("/help", "/sign-in", "/nowhere"):
        assert 'href="/leave"' in world.browsers["anonymous"].get(path).text, path
