"""The page of what waits shows one of each kind, so that whoever confirms sees all that they confirm."""

from __future__ import annotations

import re

from tests import factories
from tests.browser.every_state import fill_accounts


def test_each_kind_tells_all_that_somebody_confirms(services, signed_in):
    with services.sessions.begin() as session:
        roles = {
            "aroha": "administrator",
            "daniel": "administrator",
            "mere": "coordinator",
            "tama": "coordinator",
        }
        users = {
            name: factories.make_user(session, role, display_name=name.title())
            for name, role in roles.items()
        }
        fill_accounts(session, {name: factories.actor_of(user) for name, user in users.items()})
    officer, _ = signed_in("privacy_officer")
    page = officer.get("/accounts")
    assert page.status_code == 200
    text = " ".join(re.sub("<[^>]*>", " ", page.text).split())
    for told in (
        "Ngaio Example (ngaio)", "New account: coordinator Raise limit $1,500.00, vary limit $0.00",
        "finance, so far coordinator", "New password", "tama@example.org No mobile", "Refuge casework",
        "Auckland", "Limits lent to: Tama Up to $10.00",
        "Address shown before the visit: 24 hours, so far 18",
    ):  # fmt: skip
        assert told in text
    assert page.text.count("/confirm") == 8
    assert "first_part" not in page.text
