"""What a coordinator types, as form data, for tests of the pages."""

from __future__ import annotations

import re
import uuid

from worksorders.domain.order.assessment import CRITERIA

TAKE_IN = {
    "agency": "Te Whare Āwhina",
    "urgency": "P2",
    "adults": "1",
    "children": "2",
    "assessed_on": ["20", "11", "2026"],
    "answers-repeat_violence-given_by": "Aroha, advocate",
    "answers-repeat_violence-given_on": ["20", "11", "2026"],
    "home-street": "Flat 2, 14 Example Road",
    "home-town": "tauranga",
    "home-built_before_2000": "yes",
    "person-name": "Hinemoa Sample",
    "person-phone": "021 555 0199",
    "person-other_names": "Hine Sample",
    "safe_windows-0-starts": "9 am",
    "safe_windows-0-ends": "12 noon".replace(" noon", ":00 pm"),
    "openings-0-kind": "front_door",
    "openings-0-label": "front door",
    "openings-0-state": "insecure",
    "openings-0-found-0-finding": "glass-panelled entrance door",
    "openings-0-found-0-present": "y",
    "openings-1-kind": "window",
    "openings-1-label": "bathroom window",
    "openings-1-state": "secure",
    "openings-1-found-0-finding": "opens far enough to climb through",
    "openings-1-found-0-present": "y",
    "openings-1-found-0-measured": "2",
    **{f"answers-{criterion.key}-holds": "yes" for criterion in CRITERIA},
}


def take_in_form(**values):
    """The whole form with a fresh id; names with dashes are given with double underscores."""
    given = {name.replace("__", "-"): value for name, value in values.items()}
    return {**TAKE_IN, "form_uuid": str(uuid.uuid4()), **given}


def take_in(browser, **values):
    """Send the form; answers the id of the new assessment."""
    answer = browser.post("/assessments/new", take_in_form(**values))
    assert answer.status_code == 303, answer.text[:3000]
    return re.search(r"/assessments/([0-9a-f-]{36})", answer.headers["Location"]).group(1)


def action(name="action", **values):
    """A form of an order's page: its fields have its name before theirs."""
    return {
        f"{name}-form_uuid": str(uuid.uuid4()),
        **{f"{name}-{field}": value for field, value in values.items()},
    }


def raise_order(browser, assessment_id):
    """Raise the order; answers its id."""
    answer = browser.post(f"/assessments/{assessment_id}/order", action("raise"))
    assert answer.status_code == 303, answer.text[:3000]
    return re.search(r"/orders/([0-9a-f-]{36})", answer.headers["Location"]).group(1)


def record_person(browser, order_id, **values):
    """Record somebody with an interest in the home; answers the response."""
    given = {"interest": "landlord", "near": "no", "person_name": "Pat Lettingham", "phone": "021 555 0444"}
    return browser.post(f"/orders/{order_id}/agreements/people", action("person", **(given | values)))


def answer(browser, order_id, **values):
    """Record the answer of whoever can be asked first, to every measure unless `lines` are given."""
    page = browser.get(f"/orders/{order_id}/agreements").text
    given = {
        "interest_id": re.search(r'<option value="([0-9a-f-]{36})"', page).group(1),
        "lines": list(dict.fromkeys(re.findall(r'name="answer-lines"[^>]*value="([0-9a-f-]{36})"', page))),
        "outcome": "granted",
        "how": "letter",
        "answered_on": ["20", "11", "2026"],
    }
    return browser.post(f"/orders/{order_id}/agreements/answers", action("answer", **(given | values)))


def agree(browser, order_id):
    """Record a landlord, and the landlord's written agreement to every measure."""
    assert record_person(browser, order_id).status_code == 303
    assert answer(browser, order_id).status_code == 303


def issued(browser, assessment_id):
    """Raise, agree, send on and issue; answers the order's id."""
    order_id = raise_order(browser, assessment_id)
    agree(browser, order_id)
    assert browser.post(f"/orders/{order_id}/send-on", action("send_on")).status_code == 303
    assert browser.post(f"/orders/{order_id}/issue", action()).status_code == 303
    return order_id
