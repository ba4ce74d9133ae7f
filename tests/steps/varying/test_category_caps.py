"""A category of the contract year caps what variations add, when they are decided and again when they are posted."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories
from tests.varying import AT, more, new
from worksorders.domain.errors import NotPermittedError
from worksorders.steps.finance.categories import add_category
from worksorders.steps.finance.contract import rules_of
from worksorders.steps.varying.ask import ask
from worksorders.steps.varying.checks import require_not_overdrawn
from worksorders.steps.varying.decide import approve, refusal
from worksorders.store.tables.money.finance import ContractYear, FundingContract, LedgerEntry


@pytest.fixture
def waiting(session, scene):
    """Three more cylinders than ordered: $210 above the limit of the rule."""
    return ask(session, scene.worker, scene.visit.id, more(scene, "5"), AT)


def capped(session, cap_cents):
    """A category of the year for every lock, with this cap before GST; gives the year's id."""
    year = session.get(ContractYear, session.scalar(select(LedgerEntry.contract_year_id)))
    gross = rules_of(session.get(FundingContract, year.contract_id))
    with_gst = (
        cap_cents if gross.net_cents(cap_cents, year.starts_on) == cap_cents else cap_cents * 115 // 100
    )
    add_category(
        session,
        factories.actor_of(factories.make_user(session, "finance")),
        year.id,
        name="Locks",
        cap_cents=with_gst,
        item_groups=["LK"],
        now=AT,
    )
    return year.id


def test_a_category_that_is_full_stops_an_increase_by_rule_and_by_a_person_alike(session, scene, waiting):
    capped(session, 14_000 + 20_999)
    with pytest.raises(
        NotPermittedError, match=r"“Locks” has \$209.99 left before GST, and this needs \$210.00"
    ):
        approve(session, scene.coordinator, waiting.id, AT)
    assert "“Locks”" in refusal(session, scene.coordinator, waiting, AT)
    assert ask(session, scene.worker, scene.visit.id, new(scene), AT).state == "approved"
    assert ask(session, scene.worker, scene.visit.id, new(scene), AT).state == "asked"


def test_an_increase_that_just_fits_its_category_is_approved(session, scene, waiting):
    capped(session, 14_000 + 21_000)
    assert approve(session, scene.coordinator, waiting.id, AT).state == "approved"


def test_room_that_somebody_else_took_meanwhile_stops_an_increase_when_it_is_posted(session, scene, waiting):
    year_id = capped(session, 14_000 + 21_000)
    require_not_overdrawn(session, scene.order, waiting)
    for account, cents in (("uncommitted", -21_001), ("committed", 21_001)):
        session.add(
            LedgerEntry(
                event_key="other", event="committed", account=account, amount_cents=cents,
                contract_year_id=year_id, line_id=scene.line.id, order_id=scene.order.id, at=AT,
            )
        )  # fmt: skip
    session.flush()
    with pytest.raises(NotPermittedError, match="the last of it a moment ago"):
        require_not_overdrawn(session, scene.order, waiting)
