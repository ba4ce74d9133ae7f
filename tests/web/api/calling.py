"""What the tests of the API share: one record as it is handed in, a client with a token, and what an answer faults."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from tests import factories

NOW = factories.NOW


LAST = NOW.date() + timedelta(days=30)


STREET, NAME, PHONE = "9 Canary Crescent", "Canary Kererū", "+64215550177"


def assessment(**values):
    """One record as the API takes it."""
    made = {
        "reference": "R-1",
        "agency": "Te Whare Āwhina",
        "urgency": "P2",
        "adults": 1,
        "children": 2,
        "assessed_on": "2026-11-20",
        "answers": {
            "repeat_violence": True, "future_violence": True, "physical_harm": True, "wishes_to_stay": True,
            "lives_apart": True, "region_available": True,
        },
        "answers_given_by": "Aroha, advocate",
        "answers_given_on": "2026-11-20",
        "home": {"street": STREET, "town": "tauranga", "built_before_2000": True},
        "person": {"name": NAME, "phone": PHONE, "other_names": ["Kererū C"]},
        "safe_times": ["09:00-12:00"],
        "openings": [
            {
                "kind": "front_door",
                "label": "front door",
                "state": "insecure",
                "findings": [{"finding": "glass-panelled entrance door"}],
            }
        ],
    }  # fmt: skip
    return made | values


class Caller:
    """A client with a token."""

    def __init__(self, app, secret):
        self.client, self.secret = app.test_client(), secret

    def call(self, method, path, body=None, **headers):
        sent = {} if body is None else {"json": body}
        given = {"Authorization": f"Bearer {self.secret}"} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        return self.client.open(f"/api/v1{path}", method=method, headers=given, **sent)

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post(self, path, *records, **headers):
        return self.call("POST", path, {"records": list(records)}, **headers)


def fields(answer):
    assert answer.mimetype == "application/problem+json"
    return [fault["field"] for fault in answer.json["faults"]]


def count(services, table):
    with services.sessions() as session:
        return session.scalar(select(func.count()).select_from(table))
