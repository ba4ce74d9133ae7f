"""A link covers every field of an event and everything before it; heads survive their file."""

from __future__ import annotations

import uuid
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from worksorders.domain.audit_chain import Head, SealedEvent, first_link, head_line, next_link, read_heads

EVENT = SealedEvent(
    7,
    datetime(2026, 11, 22, 1, 2, 3, 456789, UTC),
    uuid.UUID(int=1),
    "order.issued",
    "works_order",
    uuid.UUID(int=2),
    "ready",
    "issued",
    "ngā mihi",
    {"b": 1, "a": [2]},
)
OTHER = {
    "id": 8,
    "at": EVENT.at + timedelta(microseconds=1),
    "actor_id": None,
    "action": "order.closed",
    "subject_table": "visit",
    "subject_id": uuid.UUID(int=3),
    "from_state": None,
    "to_state": None,
    "reason": None,
    "detail": {"b": 1, "a": [3]},
}
START = first_link(uuid.UUID(int=9))


@pytest.mark.parametrize("field", [field.name for field in fields(SealedEvent)])
def test_a_link_changes_with_every_field(field):
    assert next_link(START, replace(EVENT, **{field: OTHER[field]})) != next_link(START, EVENT)


def test_a_link_changes_with_what_came_before_and_not_with_the_zone_or_the_order_of_keys():
    assert next_link(first_link(uuid.UUID(int=8)), EVENT) != next_link(START, EVENT)
    elsewhere = EVENT.at.astimezone(tz=None)
    same = replace(EVENT, at=elsewhere, detail={"a": [2], "b": 1})
    assert next_link(START, same) == next_link(START, EVENT)


def test_a_published_head_reads_as_it_was_written():
    head = Head(uuid.UUID(int=9), 12, next_link(START, EVENT), datetime(2026, 11, 22, tzinfo=UTC))
    assert read_heads([head_line(head), "\n"]) == [head]


def test_a_line_that_is_no_head_is_named():
    with pytest.raises(ValueError, match="Line 2"):
        read_heads(["", "these are not the heads"])
