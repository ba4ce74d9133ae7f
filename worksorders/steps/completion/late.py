"""Papers that were promised: what a firm still owes, handing it in, and reading a kept one for a purpose."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload, sessionmaker

from catalogue.item import Evidence
from worksorders.domain.completion.needs import PaperRule
from worksorders.domain.completion.proof import Paper
from worksorders.domain.disclosure.policy import Purpose
from worksorders.domain.errors import Faults
from worksorders.gateways.cipher import Cipher
from worksorders.gateways.measures import paper_rules
from worksorders.steps import disclose, jobs, outbox
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.completion.entry import PaperGiven, check_paper
from worksorders.steps.completion.files import PDF
from worksorders.steps.completion.save import PAPER_FILE, keep_paper
from worksorders.steps.finance.follow import order_changed
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.completion import LinePaper
from worksorders.store.tables.work.orders import Visit, WorksOrder

HANDED_IN = "paper.handed_in"
GONE = "There is no such paper."


@dataclass(frozen=True)
class Owed:
    """A paper that a firm promised; the visit's code tells it which work it was, nothing tells where."""

    id: uuid.UUID
    rule: PaperRule
    visit_code: str
    measure: str
    promised_by: date
    overdue: bool
    number: str
    issued_on: date | None


def owed_by(session: Session, actor: Actor, today: date) -> list[Owed]:
    """What the actor's firm promised and has not handed in, the most pressing first."""
    query = (
        _own(actor).where(LinePaper.promised_by.is_not(None)).order_by(LinePaper.promised_by, LinePaper.id)
    )
    return [_owed(row, today) for row in session.scalars(query)]


def owed_paper(session: Session, actor: Actor, paper_id: uuid.UUID, today: date) -> Owed:
    """One of them; raises NotFoundError for anybody else's and for one that is there."""
    row = session.scalar(_own(actor).where(LinePaper.id == paper_id, LinePaper.promised_by.is_not(None)))
    if row is None:
        raise NotFoundError(GONE)
    return _owed(row, today)


def _own(actor: Actor) -> Select[LinePaper]:
    firm_id = actor.require_firm()
    barred = exists().where(NeverSend.case_id == WorksOrder.case_id, NeverSend.firm_id == firm_id)
    return (
        select(LinePaper)
        .join(Visit, Visit.id == LinePaper.visit_id)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(LinePaper.firm_id == firm_id, Visit.firm_id == firm_id, Visit.state == "done", ~barred)
        .options(joinedload(LinePaper.line), joinedload(LinePaper.visit))
    )


def _owed(row: LinePaper, today: date) -> Owed:
    assert row.promised_by is not None
    return Owed(
        row.id,
        paper_rules()[Evidence(row.kind)],
        row.visit.code,
        row.line.measure,
        row.promised_by,
        row.promised_by < today,
        row.number,
        row.issued_on,
    )


def hand_in(
    session: Session, cipher: Cipher, actor: Actor, paper_id: uuid.UUID, given: PaperGiven, now: datetime
) -> None:
    """Hand in a promised paper, whole: FaultsError at `number`, `issued_on` or `file` for what is missing or wrong.

    Held invoices of the order are matched again as soon as this is committed.
    """
    row = session.scalar(
        _own(actor)
        .where(LinePaper.id == paper_id, LinePaper.promised_by.is_not(None))
        .with_for_update(of=LinePaper)
    )
    if row is None:
        raise NotFoundError(GONE)
    rule = paper_rules()[Evidence(row.kind)]
    faults = Faults()
    wanted = Paper(given.number, given.issued_on, row.media_type is not None or given.file is not None)
    for name, message in wanted.lacks(rule):
        faults.add(name, message)
    check_paper(given, "", now, faults)
    faults.raise_if_any()
    keep_paper(session, actor, (row.line_id, row.visit), rule, given, now, cipher=cipher)
    outbox.send(session, HANDED_IN, {"order_id": str(row.visit.order_id)})


@jobs.handles(HANDED_IN)
def match_again(job: jobs.Job) -> jobs.Effect:
    """Invoices that waited for the paper are matched again."""
    order_id = uuid.UUID(job.payload["order_id"])

    def effect(session: Session, now: datetime) -> None:
        order_changed(session, None, order_id, now)

    return effect


@dataclass(frozen=True)
class KeptPaper:
    """The file of a paper; it names the home, so it is shown once and never printed by us."""

    media_type: str
    content: bytes


def find_paper(session: Session, paper_id: uuid.UUID) -> LinePaper:
    """The row of a paper with a file; raises NotFoundError."""
    row = session.get(LinePaper, paper_id)
    if row is None or row.media_type is None:
        raise NotFoundError(GONE)
    return row


def read_kept(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    paper_id: uuid.UUID,
    purpose: str,
) -> KeptPaper:
    """The file of a paper out of the vault, announced and logged; raises NotFoundError where there is none."""
    row = find_paper(session, paper_id)
    case_id = row.visit.order.case_id
    found = disclose.read(
        sessions,
        cipher,
        actor,
        case_ids=[case_id],
        kinds=[PAPER_FILE],
        purpose=purpose,
        under=Purpose.VERIFY_HOME,
    )
    text = found.get((case_id, paper_id, PAPER_FILE))
    if text is None:
        raise NotFoundError(GONE)
    return KeptPaper(row.media_type or PDF, base64.b64decode(text))
