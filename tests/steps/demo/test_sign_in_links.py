"""Sign-in links of the demo are for who can sign in."""

from __future__ import annotations

from datetime import timedelta

from tests import factories
from worksorders.steps.accounts import demo_data
from worksorders.steps.demo import find_people
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.tokens import TokenDetails


def test_no_link_is_made_for_a_token_or_a_disabled_account(session):
    person = factories.make_user(session, "administrator")
    factories.make_user(session, "coordinator", disabled_at=factories.NOW)
    details = TokenDetails("Scanner", frozenset({"orders:read"}), factories.NOW.date() + timedelta(days=9))
    tokens.make(session, factories.actor_of(person), details, factories.NOW)
    names = [name for name, _, _ in find_people.demo_people(session)]
    assert names == [person.sign_in_name]
    assert demo_data.make_link(session, names[0], factories.NOW)
