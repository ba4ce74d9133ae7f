"""A home's address is found while it is typed, with and without scripts, and an address that is not listed stays possible."""

from __future__ import annotations

import logging
import re

import pytest
from sqlalchemy import select, text

from tests import factories, referrals
from tests.web.coordinator.intake_pages import take_in_form
from worksorders.domain.disclosure.policy import Purpose
from worksorders.gateways.addresses.geocode import Geocoder
from worksorders.steps import disclose
from worksorders.steps.actor import Actor
from worksorders.steps.addresses.load import load
from worksorders.store.tables.work.cases import CaseFile

PAGE = "/assessments/new"
FIND = "/assessments/addresses"
LIST = """address_id,full_address_number,full_road_name,address_number,suburb_locality,town_city,gd2000_xcoord,gd2000_ycoord
1,12A,Kōwhai Street,12,,Whangārei,174.3239,-35.7317
2,12,Kōwhai Street,12,,Whangārei,174.3240,-35.7318
"""
VALUE = "12A Kōwhai Street|whangarei|-35.731700|174.323900"


@pytest.fixture
def listed(services, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    with services.sessions.begin() as session:
        load(session, path, factories.NOW)


@pytest.fixture
def coordinator(signed_in, services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
    return signed_in("coordinator")


def value_of(page, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page).group(1)


def point_of(services, actor: Actor):
    with services.sessions() as session:
        case = session.scalars(select(CaseFile)).one()

    def read(kind, under):
        found = disclose.read(
            services.sessions, services.cipher, actor,
            case_ids=[case.id], kinds=[kind], purpose="see that it is kept", under=under,
        )  # fmt: skip
        return found.of(case.id, kind)

    return (
        case.point_estimated,
        read(disclose.HOME_ADDRESS, Purpose.VERIFY_HOME),
        read(disclose.HOME_COORDINATES, Purpose.SCHEDULE),
    )


def test_what_is_typed_is_answered_by_post_alone_and_stands_in_no_log_or_trail(
    coordinator, listed, services, caplog
):
    browser, _ = coordinator
    with services.sessions() as session:
        before = session.scalar(text("SELECT count(*) FROM audit_event"))
    with caplog.at_level(logging.DEBUG):
        answer = browser.post(FIND, {"typed": "12a kowhai st whangarei"}, page=PAGE)
    assert answer.headers["Cache-Control"] == "no-store"
    assert VALUE in answer.text
    assert 'role="option"' in answer.text
    assert answer.text.count("<li") == 1
    assert "kowhai" not in caplog.text.lower()
    assert browser.get(f"{FIND}?typed=12a+kowhai").status_code == 405
    with services.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_event")) == before


def test_nobody_else_may_search(signed_in, listed):
    for role in ("finance", "auditor"):
        browser, _ = signed_in(role)
        assert browser.post(FIND, {"typed": "kowhai street"}).status_code == 404


def test_without_scripts_a_button_finds_and_another_fills_in(coordinator, listed, services):
    browser, actor = coordinator
    typed = take_in_form() | {"home-street": "12a kowhai st", "home-town": "", "find": "yes"}
    page = browser.post(PAGE, typed, page=PAGE).text
    assert "Use 12A Kōwhai Street, Whangārei (Northland)" in page
    assert "There is a problem" not in page
    page = browser.post(PAGE, take_in_form() | {"use": VALUE}, page=PAGE).text
    assert value_of(page, "home-street") == "12A Kōwhai Street"
    assert value_of(page, "home-latitude") == "-35.731700"
    assert re.search(r'value="whangarei"[^>]*selected', page)
    filled = {
        "home-street": "12A Kōwhai Street",
        "home-town": "whangarei",
        "home-latitude": "-35.731700",
        "home-longitude": "174.323900",
        "home-found": VALUE,
    }
    assert browser.post(PAGE, take_in_form() | filled, page=PAGE).status_code == 303
    assert point_of(services, actor) == (False, "12A Kōwhai Street, Whangārei", "-35.731700,174.323900")


def test_coordinates_found_for_another_address_do_not_stay(coordinator, listed, services):
    browser, _ = coordinator
    stale = {
        "home-street": "99 Other Road",
        "home-town": "whangarei",
        "home-latitude": "-35.7317",
        "home-longitude": "174.3239",
        "home-found": VALUE,
    }
    answer = browser.post(PAGE, take_in_form() | stale, page=PAGE)
    assert answer.status_code == 422
    assert "was changed after these coordinates" in answer.text
    assert services.sessions().scalars(select(CaseFile)).all() == []


def test_an_address_that_is_not_listed_is_taken_in_without_a_point(coordinator, listed, services):
    browser, actor = coordinator
    page = browser.post(PAGE, take_in_form() | {"find": "yes"}, page=PAGE).text
    assert "Not on the list" in page
    assert browser.post(PAGE, take_in_form(), page=PAGE).status_code == 303
    estimated, address, point = point_of(services, actor)
    assert (estimated, address, point) == (True, "Flat 2, 14 Example Road, Tauranga", None)


def test_without_a_list_there_is_no_search_and_a_silent_geocoder_is_told_in_words(coordinator, services, app):
    browser, _ = coordinator
    assert "data-address-search" not in browser.get(PAGE).text
    services_with = services.__class__(
        services.engine,
        services.sessions,
        services.cipher,
        geocoder=Geocoder("photon", "http://127.0.0.1:9"),
    )
    app.extensions["services"] = services_with
    assert "data-address-search" in browser.get(PAGE).text
    answer = browser.post(FIND, {"typed": "12a kowhai st"}, page=PAGE)
    assert "does not answer just now" in answer.text


@pytest.mark.parametrize("value", ["", "a|b", "a|b|c|d|e", "<script>|x|y|z"])
def test_a_chosen_value_that_makes_no_sense_does_no_harm(coordinator, listed, value):
    browser, _ = coordinator
    answer = browser.post(PAGE, take_in_form() | {"use": value}, page=PAGE)
    assert answer.status_code == 200
    assert "<script>|" not in answer.text
