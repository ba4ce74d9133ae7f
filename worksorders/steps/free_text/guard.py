"""Looks over every text that is about to be kept: one that repeats something protected of its case is refused.

It stands where rows go to the database, so that forms, files, the API and jobs pass it alike, and text columns that
somebody adds later are looked over unless they are listed here as never written by a person.
"""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, event, inspect, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.privacy.free_text import REPLACEMENT, Span, without
from worksorders.gateways.cipher import Cipher
from worksorders.steps.free_text import tell
from worksorders.steps.free_text.check import MESSAGE, find, require_clean
from worksorders.steps.free_text.columns import looked_over
from worksorders.steps.free_text.paths import cases_of, hangs_on_a_case, links, table_named
from worksorders.store.tables.confidential.seals import ReadingReview
from worksorders.store.tables.trail import AuditEvent

CIPHER = "cipher"
# What a firm reads again after it wrote it: there a gap would tell as much as a refusal.
SHOWN_AGAIN = frozenset({"invoice.number"})
_CODE = re.compile(r"[a-z_.]*")


@dataclass(frozen=True, slots=True)
class Written:
    """What one row says, by column, and the rows from which its case is found, by table."""

    texts: Mapping[str, str]
    rows: Mapping[Table, frozenset[uuid.UUID]]


def watch(session: Session, _context: object = None, _instances: object = None) -> None:
    """Refuse what is about to be flushed where it repeats something protected; FaultsError at the columns."""
    cipher: Cipher | None = session.info.get(CIPHER)
    if cipher is None:
        return
    for row in [*session.new, *(one for one in session.dirty if session.is_modified(one))]:
        written = _review(session, row) if isinstance(row, ReadingReview) else _written(row)
        if written is not None:
            _look_over(session, cipher, row, written)


def _look_over(session: Session, cipher: Cipher, row: Any, written: Written) -> None:
    """Refuse what repeats something protected; take it out where its writer may not learn that it does."""
    cases: set[uuid.UUID] = set()
    for table, ids in written.rows.items():
        cases |= cases_of(session, table, ids)
    typist = tell.typist_of(session)
    if typist is None:
        require_clean(session, cipher, cases, written.texts)
        return
    hits = find(session, cipher, cases, written.texts)
    if not hits:
        return
    told = cases <= tell.may_be_told(session, typist, cases)
    tell.note(session, typist, tell.REFUSED if told else tell.TAKEN_OUT, cases)
    if told:
        raise FaultsError([Fault(name, MESSAGE) for name in written.texts if name in hits])
    _take_out(row, hits)


def _take_out(row: Any, hits: Mapping[str, list[Span]]) -> None:
    """Replace what stands at these places of a row's columns; of lists and records every text."""
    mapper = inspect(row).mapper
    for name, places in hits.items():
        if f"{mapper.local_table.name}.{name}" in SHOWN_AGAIN:
            continue
        key = mapper.get_property_by_column(mapper.local_table.c[name]).key
        value = getattr(row, key)
        setattr(row, key, without(value, places) if isinstance(value, str) else _emptied(value))


def _emptied(value: Any) -> Any:
    if isinstance(value, str):
        return value if _is_id(value) else REPLACEMENT
    if isinstance(value, Mapping):
        return {name: _emptied(inner) for name, inner in value.items()}
    return [_emptied(inner) for inner in value] if isinstance(value, list | tuple) else value


def _written(row: Any) -> Written | None:
    state = inspect(row)
    table = state.mapper.local_table
    if isinstance(row, AuditEvent):
        return _event(row)
    if not hangs_on_a_case(table):
        return None
    texts: dict[str, str] = {}
    for column in looked_over(table):
        history = state.attrs[state.mapper.get_property_by_column(column).key].history
        texts.update(_texts(column.name, history.added or ()))
    if not texts:
        return None
    return Written(texts, _rows(row, table))


def _event(row: AuditEvent) -> Written | None:
    """A transition's reason and detail; codes alone, which most are, need no look."""
    table = table_named(row.subject_table)
    said = dict(_texts("reason", [row.reason])) | dict(_texts("detail", [row.detail]))
    texts = {name: text for name, text in said.items() if not _CODE.fullmatch(text)}
    if table is None or not texts or row.subject_id is None:
        return None
    return Written(texts, {table: frozenset({row.subject_id})})


def _review(session: Session, row: ReadingReview) -> Written | None:
    """What somebody noted of a reading, about the case that was read."""
    asked = select(AuditEvent.subject_table, AuditEvent.subject_id).where(AuditEvent.id == row.event_id)
    read = session.connection().execute(asked).one_or_none() if row.note else None
    table = table_named(read.subject_table) if read else None
    if read is None or table is None:
        return None
    return Written({"note": row.note or ""}, {table: frozenset({read.subject_id})})


def _texts(name: str, values: Iterable[Any]) -> Iterator[tuple[str, str]]:
    said = "\n".join(part for value in values for part in _strings(value))
    if said.strip():
        yield name, said


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if not _is_id(value):
            yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _rows(row: Any, table: Table, levels: int = 2) -> dict[Table, frozenset[uuid.UUID]]:
    """The rows that this one names, those of its loaded parents where a key is only set on flushing, and itself."""
    found: dict[Table, set[uuid.UUID]] = defaultdict(set)
    state = inspect(row)
    if state.persistent and (own := getattr(row, "id", None)) is not None:
        found[table].add(own)
    for column, target in links(table):
        value = state.dict.get(state.mapper.get_property_by_column(column).key)
        if value is not None:
            found[target].add(value)
    if levels:
        for relation in state.mapper.relationships:
            parent = state.dict.get(relation.key)
            if parent is not None and not relation.uselist and hangs_on_a_case(relation.target):
                for other, ids in _rows(parent, relation.target, levels - 1).items():
                    found[other] |= ids
    return {target: frozenset(ids) for target, ids in found.items()}


event.listen(Session, "before_flush", watch)
