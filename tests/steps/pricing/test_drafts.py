"""Drafts of catalogue and rates: wrong for a while, exact on the way to CSV and back, and without effect until handed in."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalogue import compare
from catalogue.load import load_catalogue, load_findings
from tests import factories, referrals
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.admin import catalogue
from worksorders.steps.admin.files import BrokenFilesError
from worksorders.steps.intake.take_in import take_in
from worksorders.steps.ordering.raise_order import raise_order
from worksorders.steps.pricing import drafts, impact, rate_drafts
from worksorders.store.tables.firms.contractors import Agreement
from worksorders.store.tables.trail import AuditEvent

NOW = factories.NOW
TODAY = date(2026, 11, 24)


@pytest.fixture
def administrator(session):
    referrals.load_starting_catalogue(session)
    return factories.actor_of(factories.make_user(session, "administrator"))


@pytest.fixture
def draft(session, administrator):
    return drafts.begin(session, administrator, "Prices of July", 1, NOW).id


def place_of(view, part, **wanted):
    rows = view.items if part == "items" else view.findings
    return next(i for i, row in enumerate(rows) if all(row[name] == value for name, value in wanted.items()))


def test_a_fresh_draft_is_its_version_to_the_letter(session, draft):
    view = drafts.find(session, draft)
    base = catalogue.version(session, 1)
    assert view.faults == ()
    assert compare.catalogue_csv(load_catalogue(view.draft.items_csv)) == view.draft.items_csv
    assert compare.findings_csv(load_findings(view.draft.findings_csv, base.items)) == view.draft.findings_csv
    made = drafts.as_catalogue(session, view)
    assert compare.catalogue_differences(base.items, made.items) == ()
    assert compare.rule_differences(base.rules, made.rules) == ()


def test_a_row_is_written_and_differs_in_that_cell_alone(session, administrator, draft):
    view = drafts.find(session, draft)
    place = place_of(view, "items", code="LK03")
    cells = dict(view.items[place]) | {"minutes": "33"}
    drafts.set_row(session, administrator, draft, "items", place, cells, NOW)
    after = drafts.as_catalogue(session, drafts.find(session, draft))
    (found,) = compare.catalogue_differences(catalogue.version(session, 1).items, after.items)
    assert (found.key, found.column, found.after) == ("LK03", "minutes", "33")


def test_a_row_with_faults_is_refused_at_its_columns_and_nothing_changes(session, administrator, draft):
    before = drafts.find(session, draft).draft.items_csv
    bad = {"code": "lock", "minutes": "many", "trade": "wizard", "kind": "work", "crew": "1"}
    with pytest.raises(FaultsError) as refused:
        drafts.set_row(session, administrator, draft, "items", None, bad, NOW)
    assert {"code", "minutes", "trade"} <= {fault.field for fault in refused.value.faults}
    assert drafts.find(session, draft).draft.items_csv == before


def test_a_draft_may_be_wrong_elsewhere_but_is_not_handed_in_so(session, administrator, draft):
    view = drafts.find(session, draft)
    drafts.remove_row(session, administrator, draft, "items", place_of(view, "items", code="LK03"), NOW)
    broken = drafts.find(session, draft)
    assert broken.faults
    with pytest.raises(RefusedError, match="mend them first"):
        drafts.hand_in(session, administrator, draft, TODAY, NOW)
    with pytest.raises(RefusedError):
        drafts.as_catalogue(session, broken)


def test_a_draft_counts_once_it_is_handed_in_and_changes_no_more(session, administrator, draft):
    view = drafts.find(session, draft)
    place = place_of(view, "items", code="LK03")
    cells = dict(view.items[place]) | {"price_nzd_ex_gst": "81.00"}
    drafts.set_row(session, administrator, draft, "items", place, cells, NOW)
    assert catalogue.current(session).number == 1
    version = drafts.hand_in(session, administrator, draft, TODAY, NOW)
    assert catalogue.current(session).number == version.number == 2
    assert catalogue.current(session).items["LK03"].price == Decimal("81.00")
    with pytest.raises(RefusedError, match="handed in"):
        drafts.remove_row(session, administrator, draft, "items", 0, NOW)
    later = drafts.begin(session, administrator, "Later", 2, NOW).id
    with pytest.raises(FaultsError):
        drafts.hand_in(session, administrator, later, TODAY + timedelta(days=900), NOW)
    drafts.discard(session, administrator, later)
    assert drafts.find_all(session) == []


def test_an_unknown_row_or_draft_is_not_found(session, administrator, draft):
    with pytest.raises(NotFoundError):
        drafts.remove_row(session, administrator, draft, "findings", 9999, NOW)
    with pytest.raises(NotFoundError):
        drafts.find(session, administrator.user_id)
    with pytest.raises(FaultsError, match="name"):
        drafts.begin(session, administrator, " ", 1, NOW)


WORDS = st.text("abc ,;\"'=+-@|\\āē–日🥝#", min_size=1, max_size=20)
STARTING = catalogue.starting_files()
ITEMS = load_catalogue(STARTING[0])


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(sorted(ITEMS)), min_size=1, max_size=4, unique=True), WORDS, st.integers(0, 2400)
)
def test_csv_goes_out_and_comes_back_exactly(codes, words, minutes):
    items = dict(ITEMS)
    for code in codes:
        cells = compare.item_cells(items[code]) | {"rule": words.strip(), "minutes": str(minutes)}
        rows = [cells if one == code else compare.item_cells(item) for one, item in items.items()]
        text = compare._csv(tuple(cells), rows)
        items = dict(load_catalogue(text))
    assert compare.catalogue_csv(load_catalogue(compare.catalogue_csv(items))) == compare.catalogue_csv(items)
    assert {items[code].rule for code in codes} == {words.strip()}


def test_impact_counts_by_item_names_orders_and_changes_nothing(session, services, administrator, draft):
    coordinator = factories.actor_of(factories.make_user(session, raise_limit_cents=10_000_000))
    taken = take_in(session, services.cipher, coordinator, referrals.referral(), NOW)
    order = raise_order(session, coordinator, taken.assessment_id, NOW)
    view = drafts.find(session, draft)
    place = place_of(view, "findings", opening="window", finding="opens far enough to climb through")
    old = view.findings[place]["item"]
    other = next(code for code in ITEMS if code.startswith("WN") and code != old)
    drafts.set_row(
        session, administrator, draft, "findings", place, dict(view.findings[place]) | {"item": other}, NOW
    )
    session.flush()
    trail = len(session.scalars(select(AuditEvent.id)).all())
    before, after = catalogue.version(session, 1), drafts.as_catalogue(session, drafts.find(session, draft))
    found = impact.find_impact(session, before, after)
    assert (found.looked_at, found.changed) == (1, 1)
    assert found.examples[0].code == order.code
    assert {(one.code, one.no_longer, one.newly) for one in found.by_item} >= {(old, 1, 0), (other, 0, 1)}
    assert impact.find_impact(session, before, before).changed == 0
    assert len(session.scalars(select(AuditEvent.id)).all()) == trail
    assert not session.new
    assert not session.dirty


@pytest.fixture
def rates(session, administrator):
    firm = referrals.firm_with_rates(session)
    agreement = session.scalars(select(Agreement).where(Agreement.firm_id == firm.id)).one()
    return rate_drafts.begin(session, administrator, agreement.id, NOW).id, agreement


def test_rates_begin_with_the_newest_card_and_one_draft_an_agreement(session, administrator, rates):
    draft_id, agreement = rates
    view = rate_drafts.find(session, draft_id)
    assert view.differences == ()
    assert view.newest.version == 1
    assert rate_drafts.begin(session, administrator, agreement.id, NOW).id == draft_id


def test_rates_are_written_compared_and_handed_in_as_the_next_version(session, administrator, rates):
    draft_id, _ = rates
    given = {code: str(line.rate) for code, line in rate_drafts.find(session, draft_id).card.lines.items()}
    rate_drafts.write_rates(session, administrator, draft_id, given | {"LK03": "$1,081.50", "SV05": ""}, NOW)
    differences = rate_drafts.find(session, draft_id).differences
    assert {(one.key, one.column, one.after) for one in differences} == {
        ("LK03", "rate_nzd_ex_gst", "1081.5"), ("SV05", "code", None),
    }  # fmt: skip
    card = rate_drafts.hand_in(
        session, administrator, draft_id, valid_from=TODAY + timedelta(days=7), valid_to=None, now=NOW
    )
    assert card.version == 2
    with pytest.raises(RefusedError):
        rate_drafts.discard(session, administrator, draft_id)
    assert rate_drafts.find(session, draft_id).draft.state == "handed_in"


def test_rates_that_are_none_are_refused_at_their_field(session, administrator, rates):
    with pytest.raises(FaultsError) as refused:
        rate_drafts.write_rates(session, administrator, rates[0], {"LK03": "lots", "LK06": "-1"}, NOW)
    assert {fault.field for fault in refused.value.faults} == {"rate_LK03", "rate_LK06"}
    with pytest.raises(FaultsError, match="at least one"):
        rate_drafts.write_rates(session, administrator, rates[0], {}, NOW)
    with pytest.raises(BrokenFilesError):
        rate_drafts.bring(session, administrator, rates[0], b"code,unit\nLK03,each\n", NOW)


def test_a_percentage_is_rounded_to_the_cent_and_a_file_comes_back_as_it_went(session, administrator, rates):
    draft_id, _ = rates
    before = rate_drafts.find(session, draft_id).card.lines["LK03"].rate
    rate_drafts.change_by(session, administrator, draft_id, Decimal("3.5"), NOW)
    view = rate_drafts.find(session, draft_id)
    assert view.card.lines["LK03"].rate == (before * Decimal("1.035")).quantize(Decimal("0.01"))
    text = view.draft.lines_csv
    rate_drafts.bring(session, administrator, draft_id, text.encode(), NOW)
    assert rate_drafts.find(session, draft_id).draft.lines_csv == text
    with pytest.raises(FaultsError):
        rate_drafts.change_by(session, administrator, draft_id, Decimal(500), NOW)
