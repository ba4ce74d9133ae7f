"""Proves from the database alone that every acknowledged form left exactly what it must, and every other one nothing."""

import re
import time
from dataclasses import dataclass

import psycopg

from tests.faults.harness.running import shift
from tests.faults.harness.traffic.client import Outcome

OVERDUE = (
    " from outbox_message where done_at is null and wanted_at <= clock_timestamp()"
    " and (wanted_at = created_at or wanted_at <= %(now)s)"
)
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([0-9a-f-]{36})@", re.MULTILINE | re.IGNORECASE)
FORM = "select count(*), count(location) from form_submission where form_uuid = %(key)s"
LETTERS = (
    "select id::text, state from outgoing_message where firm_id is not null and channel = 'mail'"
    " and wanted_at <= clock_timestamp()"
)
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Violation:
    """Something lost, doubled, or half-done, in words."""

    sort: str
    words: str

    def __str__(self):
        return f"{self.sort.upper()}: {self.words}"


def count(connection, question, values):
    """The one number that a question has."""
    return connection.execute(question, values).fetchone()[0]


def check(connection, deed):
    """What is wrong with one write; an empty list where nothing is.

    One that was acknowledged must stand with all its facts, one that was refused with none; where nobody knows, the
    form's own row decides, and then all or nothing.
    """
    forms, led = connection.execute(FORM, {"key": deed.key}).fetchone()
    found = []
    taken = deed.outcome is Outcome.TAKEN or (deed.outcome is Outcome.UNKNOWN and forms > 0)
    if (forms, led) != (int(taken), int(taken)):
        sort = "lost" if taken and not forms else "half-done"
        found.append(Violation(sort, f"{deed.kind}: {forms} rows of its form, {led} with an answer"))
    for question, done, undone in deed.facts:
        wanted = done if taken else undone
        seen = count(connection, question, deed.ids | {"key": deed.key})
        if seen != wanted:
            found.append(
                Violation(_sort(taken, seen, wanted), f"{deed.kind}: {seen}, not {wanted}, of: {question}")
            )
    return found


def _sort(taken, seen, wanted):
    if not taken:
        return "half-done"
    return "lost" if seen < wanted else "doubled"


def settled(house, seconds):
    """Wait until no work is overdue, timers by the product's own clock; gives whether it came to that."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with house.connect() as connection:
                while time.monotonic() < until:
                    if count(connection, f"select count(*){OVERDUE}", {"now": shift.now()}) == 0:
                        return True
                    time.sleep(PAUSE_SECONDS)
        except psycopg.OperationalError:
            time.sleep(PAUSE_SECONDS)
    return False


def waiting(connection):
    """What is overdue by both clocks, by kind, with the tries and the class of the last error."""
    rows = connection.execute(
        f"select kind, attempts, last_error{OVERDUE} order by wanted_at limit 5", {"now": shift.now()}
    )
    return "; ".join(f"{kind}, tried {tries} times, {error or 'no error'}" for kind, tries, error in rows)


def letters(house, seconds):
    """What is wrong with the mail to firms: each is written down as sent, reached the server, and no other did.

    A process that dies after the server took a letter sends it again, under the same Message-ID.
    """
    until = time.monotonic() + seconds
    while True:
        with house.connect() as connection:
            states = dict(connection.execute(LETTERS).fetchall())
            known = {row[0] for row in connection.execute("select id::text from outgoing_message")}
        waiting = [key for key, state in states.items() if state != "sent"]
        if not waiting or time.monotonic() > until:
            break
        time.sleep(PAUSE_SECONDS)
    taken = {MESSAGE_ID.search(content)[1].decode() for _, _, content in house.inbox.taken}
    if states and not taken:
        yield "no mail was sent at all"
    if waiting:
        yield f"{len(waiting)} letters to firms were not sent"
    if lost := {key for key, state in states.items() if state == "sent"} - taken:
        yield f"{len(lost)} letters stand as sent and reached nobody"
    if strange := taken - known:
        yield f"{len(strange)} letters were sent that nobody wrote"
