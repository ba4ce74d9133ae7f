"""Deliberate mistakes for a copy of the product, so that the checker shows that it finds what they lose or double.

Each is put into one process at its start, by the name in FAULTS_PLANT; none is ever part of the product.
"""

import uuid
from datetime import timedelta

from sqlalchemy import func, select, update

from worksorders.steps import outbox
from worksorders.store.tables.trail import FormSubmission, OutboxMessage

NEVER = timedelta(days=3650)


def send_after_commit_only():
    """Commit, then enqueue, and never again: what the queue loses is lost."""

    def take_due(session, limit=50):
        due = select(OutboxMessage).where(
            OutboxMessage.attempts == 0,
            OutboxMessage.done_at.is_(None),
            OutboxMessage.due_at <= func.clock_timestamp(),
        )
        rows = session.scalars(due.limit(limit)).all()
        for row in rows:
            row.attempts = 1
            row.due_at = func.clock_timestamp() + NEVER
        return [outbox.Delivery(row.id, 1, row.queue) for row in rows]

    outbox.take_due = take_due
    outbox.hasten = lambda _session: 0


def take_a_form_each_time():
    """Take a form whenever it comes, also one that was taken before."""
    from worksorders.steps import once  # noqa: PLC0415

    def claim(session, form_uuid, actor, purpose):
        known = session.get(FormSubmission, form_uuid)
        row = FormSubmission(
            form_uuid=uuid.uuid4() if known else form_uuid,
            user_id=actor.user_id if actor else None,
            purpose=purpose,
        )
        session.add(row)
        return row

    once.claim = claim


def done_before_its_effect():
    """Mark work as done in a transaction of its own, before its effect: who dies between them loses it."""
    from web import jobs  # noqa: PLC0415

    handler_of = jobs.handler_of

    def handler(kind):
        def prepare(job):
            with job.sessions.begin() as session:
                session.execute(
                    update(OutboxMessage)
                    .where(OutboxMessage.id == job.message_id)
                    .values(done_at=func.clock_timestamp())
                )
            return handler_of(kind)(job)

        return prepare

    jobs.handler_of = handler
    outbox.still_mine = lambda session, delivery: session.get(OutboxMessage, delivery.id)


PLANTS = {
    "send-after-commit-only": send_after_commit_only,
    "take-a-form-each-time": take_a_form_each_time,
    "done-before-its-effect": done_before_its_effect,
}
