"""The navigation stays short for everybody, leads to every page that it names, and marks where one is."""

from __future__ import annotations

import re

import pytest

from web.navigation import GROUPS


def links(page, label):
    row = re.search(rf'<nav[^>]*aria-label="{label}".*?</nav>', page, re.DOTALL)
    return re.findall(r'href="([^"]+)"', row[0]) if row else []


@pytest.mark.parametrize("role", ["coordinator", "administrator", "finance", "auditor", "privacy_officer"])
def test_at_most_eight_entries_stand_on_top_and_all_others_under_them(app, signed_in, role):
    browser, _ = signed_in(role)
    main = links(browser.get("/", follow_redirects=True).text, "Main")
    assert 2 <= len(main) <= 8
    reached = set(main)
    for address in main:
        page = browser.get(address, follow_redirects=True)
        assert page.status_code == 200, address
        for name in GROUPS:
            reached |= set(links(page.text, name))
    own = {
        item.endpoint
        for item in app.extensions["navigation"]
        if (not item.roles or role in item.roles) and item.endpoint in app.view_functions
    }
    with app.test_request_context():
        assert {app.url_for(endpoint) for endpoint in own} == reached


def test_the_page_and_its_group_are_marked(signed_in):
    browser, _ = signed_in("coordinator")
    page = browser.get("/orders").text
    marked = re.findall(r'href="([^"]+)"[^>]*aria-current="(page|true)"', page)
    assert ("/orders", "page") in marked
    main = re.search(r'<nav[^>]*aria-label="Main".*?</nav>', page, re.DOTALL)[0]
    assert re.search(r'aria-current="true"', main)


def test_every_grouped_entry_exists(app):
    declared = {item.endpoint for item in app.extensions["navigation"]}
    assert {endpoint for endpoints in GROUPS.values() for endpoint in endpoints} <= declared


def test_a_page_whose_address_lies_elsewhere_is_marked_under_its_entry(signed_in):
    browser, _ = signed_in("finance")
    for path, entry in (
        ("/finance/retention", "/finance/payments"),
        ("/finance/invoices/upload", "/finance"),
    ):
        main = re.search(r'<nav[^>]*aria-label="Main".*?</nav>', browser.get(path).text, re.DOTALL)[0]
        assert re.findall(r'href="([^"]+)"[^>]*aria-current="true"', main) == [entry]
