"""Which page an address asks for, and that other pages keep all else that it says."""

from __future__ import annotations

import pytest
from flask import Flask

from web.paging import here, page_address, page_number


@pytest.fixture(scope="module")
def app():
    app = Flask(__name__)
    app.add_url_rule("/visits/<code>", "visits", lambda code: code)
    return app


@pytest.mark.parametrize(
    ("query", "number"),
    [("", 1), ("page=3", 3), ("page=-1", 1), ("page=²", 1), ("page=x", 1), ("page=9999999", 1), ("page=", 1)],
)
def test_what_is_no_number_is_the_first_page(app, query, number):
    with app.test_request_context(f"/visits/V-1?{query}"):
        assert page_number() == number


def test_another_page_keeps_the_filters_and_the_pages_of_other_lists(app):
    with app.test_request_context("/visits/V-1?q=a%26b&ended=2&page=4"):
        assert page_address()(5) == "/visits/V-1?q=a%26b&ended=2&page=5"
        assert page_address("ended")(3) == "/visits/V-1?q=a%26b&ended=3&page=4#ended"
        assert here(page="", ended="") == "/visits/V-1?q=a%26b"


def test_no_name_in_the_address_changes_where_it_leads(app):
    query = "_external=1&_scheme=javascript&_anchor=x&endpoint=other&code=W-2"
    with app.test_request_context(f"/visits/V-1?{query}"):
        assert page_address()(2) == f"/visits/V-1?{query}&page=2"
