"""Who may see what, written down by hand from the programme's rules and not from the code: what the table is held against.

Each line is a field, the roles of the office that simply see it, those that need a purpose (and which), and from
when to when a contractor sees it. Letters of roles: C coordinator, F finance, A administrator, U auditor,
P privacy officer, S the system's own jobs.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from worksorders.domain.disclosure import policy
from worksorders.domain.disclosure.policy import Field, Moment, Purpose, Relation, Viewer
from worksorders.domain.roles import Role

LETTERS = {
    "C": "coordinator",
    "F": "finance",
    "A": "administrator",
    "U": "auditor",
    "P": "privacy_officer",
    "S": "system",
}
HOME = "C:contact_client,verify_home,emergency P:privacy_request,emergency"
WRITTEN = f"""
code           | CFAUPS |                                 | while it is offered or booked
region         | CFAUPS |                                 | never
state          | CFAUPS |                                 | never
deadlines      | CAS    |                                 | never
area           | CS     |                                 | while it is offered or booked
offer_names    | CS     |                                 | while it is offered or booked
visit_window   | CS     |                                 | while it is offered or booked
firm_price     | CFS    |                                 | while it is offered or booked
amounts        | CFAUS  |                                 | never
item_codes     | CFAS   |                                 | from acceptance, and what was done
measures       | CAS    |                                 | from acceptance, and what was done
opening_labels | CS     |                                 | from acceptance to the end
secure_state   | CS     |                                 | from acceptance to the end
findings       | CS     |                                 | never
consent        | CS     |                                 | never
legal_basis    | C      |                                 | never
never_send     | CS     |                                 | never
address        |        | {HOME} X:attend_visit           | near the visit, named
client_name    |        | {HOME} X:attend_visit           | near the visit, named
client_phone   |        | {HOME}                          | never
coordinates    |        | P:privacy_request S:schedule    | never
hazards        | CS     |                                 | near the visit, named
code_word      |        | C:contact_client X:attend_visit | near the visit, named
photos         | C      |                                 | from acceptance to the end
alarm_details  |        | C:emergency                     | never
other_people   |        | C:contact_client P:privacy_request | never
history        | CS     |                                 | never
audit_trail    | UP     |                                 | never
"""
START = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
# Nineteen hours before the visit, the first instant of the window, a minute sooner, the start, long after it.
HOURS = (
    timedelta(hours=-19),
    timedelta(hours=-18, minutes=-1),
    timedelta(hours=-18),
    timedelta(0),
    timedelta(days=2),
)
ORDER_STATES = (
    "draft", "consent_pending", "approval_pending", "ready", "issued", "closed", "on_hold", "suspended",
    "variation_pending", "cancelled", "superseded",
)  # fmt: skip
VISIT_STATES = (
    "unplanned", "planned", "published", "offered", "accepted", "en_route", "on_site", "done", "no_access",
    "aborted", "cancelled",
)  # fmt: skip


def _rows():
    rows = {}
    for line in WRITTEN.strip().splitlines():
        field, office, asked, contractor = (part.strip() for part in line.split("|"))
        needs = {}
        for word in asked.split():
            letter, purposes = word.split(":")
            role = "contractor" if letter == "X" else LETTERS[letter]
            needs[role] = frozenset(purposes.split(","))
        rows[field] = ({LETTERS[letter] for letter in office}, needs, contractor)
    return rows


ROWS = _rows()


def expected(field, role, relation, checks, walled, order, visit, before, purpose):
    """Whether the words above let this viewer see the field: (seen, logged)."""
    office, needs, contractor = ROWS[field]
    if walled:
        return False, False
    if role == "contractor":
        if not _in_time(contractor, relation, checks, order, visit, before):
            return False, False
    elif role not in office and role not in needs:
        return False, False
    if role in needs and role not in office:
        return purpose in needs[role], True
    return True, False


def _in_time(words, relation, checks, order, visit, before):
    live = order in ("issued", "variation_pending")
    if words == "never" or relation == "none":
        return False
    if words == "while it is offered or booked":
        if relation == "offered":
            return live and visit == "offered"
        return visit in ("accepted", "en_route", "on_site", "done")
    if relation == "offered":
        return False
    going_on = live and visit in ("accepted", "en_route", "on_site")
    if words == "from acceptance, and what was done":
        return going_on or visit == "done"
    if words == "from acceptance to the end":
        return going_on
    assert words == "near the visit, named", words
    near = visit in ("en_route", "on_site") or (before is not None and before <= timedelta(hours=18))
    return going_on and relation == "named_worker" and checks and near


def viewers():
    """Every kind of viewer once: (role, relation, checks valid, walled)."""
    yield from ((role, "none", True, False) for role in LETTERS.values())
    yield from (("contractor", relation.value, True, False) for relation in Relation)
    yield ("contractor", "named_worker", False, False)
    yield from (
        (role, "named_worker", True, True) for role in ("coordinator", "privacy_officer", "contractor")
    )


def situations(role):
    """Order state, visit state, time before the visit (None: it has none yet); the office's do not turn on time."""
    if role != "contractor":
        yield from ((order, "accepted", timedelta(0)) for order in ORDER_STATES)
        yield from (("issued", visit, timedelta(0)) for visit in VISIT_STATES)
        return
    for order, visit in itertools.product(ORDER_STATES, VISIT_STATES):
        yield order, visit, timedelta(0)
        if order in ("issued", "on_hold"):
            yield from ((order, visit, None if late is None else -late) for late in (*HOURS, None))


def cells(field):
    """Every cell of one field: (viewer, situation, purpose)."""
    for viewer in viewers():
        for situation in situations(viewer[0]):
            asks_why = situation[0] == "issued"
            for purpose in (None, *(one.value for one in Purpose)) if asks_why else (None, "attend_visit"):
                yield viewer, situation, purpose


def answer(field, viewer, situation, purpose):
    """What the code says in the cell: (seen, logged); a refused reading is as little logged as it is seen."""
    role, relation, checks, walled = viewer
    order, visit, before = situation
    starts_at = None if before is None else START
    now = START if before is None else START - before
    found = policy.verdict(
        Field(field),
        Viewer(Role(role), Relation(relation), checks, walled),
        Moment(order, visit, starts_at, now),
        None if purpose is None else Purpose(purpose),
    )
    return found.allowed, found.logged


def faults(fields=tuple(ROWS)):
    """The cells in which code and words differ, the first of each field; a row that is gone is a fault too."""
    found = []
    for field in fields:
        for viewer, situation, purpose in cells(field):
            wanted = expected(field, *viewer, *situation, purpose)
            try:
                told = answer(field, viewer, situation, purpose)
            except KeyError:
                told = "no row"
            if told != wanted:
                found.append((field, viewer, situation, purpose, wanted, told))
                break
    return found
