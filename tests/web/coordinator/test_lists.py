"""The pages of the lists: filters in the address, the next page, and the file that the same filter gives."""

from __future__ import annotations

import base64
import csv
import io
import re
import uuid

import pytest

from tests import factories, referrals


@pytest.fixture
def orders(services):
    with services.sessions.begin() as session:
        user = factories.make_user(session)
        return [referrals.bare_order(session, user).code for _ in range(3)]


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_page_and_its_file_show_what_the_filter_asks_for(signed_in, orders):
    browser, _ = signed_in()
    page = browser.get("/lists/orders?state=draft&region=E8&from=2026-11-01")
    assert page.status_code == 200
    assert all(code in page.text for code in orders)
    action = re.search(r'action="(/lists/orders/export[^"]*)"', page.text).group(1).replace("&amp;", "&")
    given = browser.post(action)
    assert given.mimetype == "text/csv"
    assert 'filename="orders-2026-11-24.csv"' in given.headers["Content-Disposition"]
    assert {row["code"] for row in rows_of(given)} == set(orders)
    assert "Nothing fits" in browser.get("/lists/orders?state=closed").text
    assert rows_of(browser.post("/lists/orders/export?state=closed")) == []


def test_what_cannot_be_read_is_told_with_the_remedy(signed_in, orders):
    browser, _ = signed_in()
    page = browser.get("/lists/orders?from=yesterday&firm=me&after=nowhere")
    assert page.status_code == 422
    assert "“yesterday” is not a date" in page.text
    assert "“me” is not a firm" in page.text
    assert "not the end of a page" in page.text
    assert browser.post("/lists/orders/export?to=2026-13-01").status_code == 422


@pytest.mark.parametrize("name", ["orders", "workers"])
@pytest.mark.parametrize(
    "made_up",
    ["[" * 2_900, '["a\\u0000b", "{}"]', '["\\ud800", "{}"]', '{{"a": 1, "b": 2}}', "[1e999, 1]", "7"],
)
def test_what_somebody_made_up_as_the_end_of_a_page_is_told_as_such(signed_in, orders, name, made_up):
    browser, _ = signed_in("administrator")
    after = base64.urlsafe_b64encode(made_up.format(uuid.uuid4()).encode()).decode()
    page = browser.get(f"/lists/{name}?after={after}")
    assert page.status_code == 422
    assert "not the end of a page" in page.text


def test_an_export_is_in_the_trail_and_comes_by_post_alone(signed_in, orders, services):
    browser, actor = signed_in()
    assert browser.get("/lists/orders/export").status_code == 405
    browser.post("/lists/orders/export")
    auditor, _ = signed_in("auditor")
    trail = auditor.get("/admin/audit?action=list.exported").text
    assert actor.name in trail


def test_a_role_sees_its_own_lists_alone(signed_in, orders):
    finance, _ = signed_in("finance")
    assert finance.get("/lists", follow_redirects=True).request.path == "/lists/invoices"
    assert finance.get("/lists/orders").status_code == 404
    assert finance.post("/lists/orders/export").status_code == 404
    auditor, _ = signed_in("auditor")
    assert auditor.get("/lists").status_code == 404
