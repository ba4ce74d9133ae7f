"""Which cases a page or a form is about, by the ids in its address and the codes of orders that were typed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.codes import CodeError, read_code
from worksorders.steps.free_text.paths import cases_of, named_by
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import WorksOrder

_CODE = re.compile(r"\b[CW][ -]?[0-9A-Z]{4}[ -]?[0-9A-Z]{5}\b", re.IGNORECASE)
MOST_CODES = 50


def cases_about(session: Session, named: Mapping[str, uuid.UUID], texts: Iterable[str]) -> set[uuid.UUID]:
    """The cases of rows named like `visit_id`, and of orders whose code stands in a text."""
    found: set[uuid.UUID] = set()
    for name, row_id in named.items():
        table = named_by(name)
        if table is not None:
            found |= cases_of(session, table, [row_id])
    codes = {code for text in texts for code in _codes(text)}
    if codes:
        typed = sorted(codes)[:MOST_CODES]
        found |= set(session.scalars(select(WorksOrder.case_id).where(WorksOrder.code.in_(typed))))
        found |= set(session.scalars(select(CaseFile.id).where(CaseFile.code.in_(typed))))
    return found


def _codes(text: str) -> Iterable[str]:
    for written in _CODE.findall(text):
        try:
            yield read_code(written)
        except CodeError:
            continue
