"""Deliberate mistakes for a copy of the product, so that the checker shows that it finds what they lose or double.

Each waits in the processes of the harness until a small file names it; none is ever part of the product.
"""

import os
import uuid
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select, update

from web import jobs
from worksorders.steps import once, outbox
from worksorders.store.tables.plans.planning import PlanStop
from worksorders.store.tables.trail import FormSubmission, OutboxMessage

FILE = "FAULTS_PLANT"
NEVER = timedelta(days=3650)
AFTER_COMMIT, EACH_TIME, DONE_FIRST = (
    "enqueued after commit",
    "form taken each time",
    "done before its effect",
)
TWO_PLACES = "a worker in two places"
FINDABLE = {
    AFTER_COMMIT: ("work horse killed", "overdue"),
    EACH_TIME: ("form sent twice", "doubled"),
    DONE_FIRST: ("work horse killed", "lost"),
}
FINDABLE_IN_PLANS = {TWO_PLACES: ("planning job killed", "doubled")}
"""Of each mistake the kind of fault that brings it to light, and as what the checker has to report it."""


def plant(name=""):
    """Let the processes make this mistake from now on, or none."""
    Path(os.environ[FILE]).write_text(name)


def planted(name):
    """Whether this mistake is made now."""
    try:
        return Path(os.environ[FILE]).read_text() == name
    except OSError:
        return False


def instead(module, name, mistake, wrong):
    """Put another function in the place of one, for as long as its mistake is planted."""
    right = getattr(module, name)

    def either(*words, **named):
        return (wrong if planted(mistake) else right)(*words, **named)

    setattr(module, name, either)


def take_once_only(session, limit=50):
    """Count the attempt, and let the row never come due again."""
    due = select(OutboxMessage).where(
        OutboxMessage.attempts == 0,
        OutboxMessage.done_at.is_(None),
        OutboxMessage.due_at <= func.clock_timestamp(),
    )
    rows = session.scalars(due.limit(limit)).all()
    for row in rows:
        row.attempts, row.due_at = 1, func.clock_timestamp() + NEVER
    return [outbox.Delivery(row.id, 1, row.queue) for row in rows]


def claim_again(session, form_uuid, actor, purpose):
    """Take a form whenever it comes, also one that was taken before."""
    known = session.get(FormSubmission, form_uuid)
    row = FormSubmission(
        form_uuid=uuid.uuid4() if known else form_uuid,
        user_id=actor.user_id if actor else None,
        purpose=purpose,
    )
    session.add(row)
    return row


def mark_first(job):
    """Mark work as done in a transaction of its own, before its effect: who dies between them loses it."""
    with job.sessions.begin() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == job.message_id)
            .values(done_at=func.clock_timestamp())
        )


def move_together(join, job):
    """Once a plan is made, let every visit of it begin when the first does."""
    joined = join(job)

    def effect(session, now):
        joined(session, now)
        session.flush()
        own = PlanStop.plan_id == uuid.UUID(job.payload["plan_id"])
        first = session.scalar(select(func.min(PlanStop.start_at)).where(own))
        session.execute(update(PlanStop).where(own).values(start_at=first))

    return effect


def lay():
    """Lay all of them in this process."""
    handler_of = jobs.handler_of

    def marking(kind):
        def prepare(job):
            mark_first(job)
            return handler_of(kind)(job)

        return prepare

    def muddling(kind):
        handler = handler_of(kind)
        return partial(move_together, handler) if kind == "plan.join" else handler

    instead(outbox, "take_due", AFTER_COMMIT, take_once_only)
    instead(outbox, "hasten", AFTER_COMMIT, lambda _session: 0)
    instead(once, "claim", EACH_TIME, claim_again)
    instead(jobs, "handler_of", DONE_FIRST, marking)
    instead(jobs, "handler_of", TWO_PLACES, muddling)
    instead(
        outbox, "still_mine", DONE_FIRST, lambda session, delivery: session.get(OutboxMessage, delivery.id)
    )
