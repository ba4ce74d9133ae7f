"""Puts together what one person is given: only what is about them, in a file that people and machines read.

Each kind of subject has a collector of its own that names each value it takes; what is not named is not in the file.
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.errors import NotPermittedError
from worksorders.domain.local_time import local_day
from worksorders.domain.people.interests import Screening
from worksorders.domain.privacy.requests import Subject
from worksorders.gateways.cipher import Cipher
from worksorders.gateways.documents.pdf import render_html
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.requests import about_people, about_the_home
from worksorders.steps.requests.collecting import Collecting, Section
from worksorders.steps.requests.flow import RELEASED, officers_only, screening_of
from worksorders.store.tables.confidential.forgetting import PrivacyRequest

TEMPLATE = "request.html"


COLLECTORS: Mapping[Subject, Callable[[Collecting], list[Section]]] = MappingProxyType(
    {
        Subject.CLIENT: about_the_home.client,
        Subject.HOUSEHOLD: about_the_home.household,
        Subject.INTEREST: about_people.interest,
        Subject.WORKER: about_people.worker,
        Subject.USER: about_people.user,
    }
)


def make(
    session: Session, sessions: sessionmaker[Session], cipher: Cipher, actor: Actor, request_id: uuid.UUID,
    now: datetime,
) -> tuple[str, bytes]:  # fmt: skip
    """The name and the content of the file (a zip of JSON and HTML) of a request whose release two people agreed on."""
    officers_only(actor)
    request = session.get(PrivacyRequest, request_id)
    if request is None:
        raise NotFoundError("There is no such request.")
    if request.state != RELEASED:
        raise NotPermittedError("Nothing is given out before a second person has agreed.")
    if screening_of(session, request) not in {None, Screening.CLEARED}:
        raise NotPermittedError("This person was barred since: nothing is given out.")
    sections = COLLECTORS[Subject(request.subject)](Collecting(session, sessions, cipher, actor, request))
    audit.record(session, actor, "request.exported", ("privacy_request", request.id))
    return f"request-{request.code}.zip", _packed(request, sections, now)


def _packed(request: PrivacyRequest, sections: list[Section], now: datetime) -> bytes:
    made_on = local_day(now)
    data = {
        "request": request.code,
        "made_on": made_on.isoformat(),
        "held": [{"section": title, "entries": entries} for title, entries in sections],
    }
    shown = [
        (title, [[(k.replace("_", " "), v) for k, v in one.items()] for one in many])
        for title, many in sections
    ]
    page = render_html(TEMPLATE, {"code": request.code, "made_on": made_on, "sections": shown})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("held.json", json.dumps(data, ensure_ascii=False, indent=2, default=str)),
            ("held.html", page),
        ):
            entry = zipfile.ZipInfo(name, (made_on.year, made_on.month, made_on.day, 0, 0, 0))
            archive.writestr(entry, text.encode())
    return packed.getvalue()
