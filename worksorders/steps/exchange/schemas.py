"""The records' schemas as they are today: with the towns, kinds of opening and kinds of check that are known."""

from __future__ import annotations

from sqlalchemy.orm import Session

from catalogue.load import opening_kinds
from worksorders.domain.records import kinds
from worksorders.domain.records.schema import Field
from worksorders.gateways import places
from worksorders.steps.admin import catalogue
from worksorders.steps.admin.catalogue import NoCatalogueError
from worksorders.steps.people.check_register import load_register


def schema_of(session: Session, kind: str) -> Field:
    """The schema of one kind of record; raises KeyError for an unknown one."""
    return records_today(session)[kind]


def records_today(session: Session) -> dict[str, Field]:
    """Every kind of record by its name."""
    towns = tuple(places.towns())
    try:
        openings = tuple(opening_kinds(catalogue.current(session).rules))
    except NoCatalogueError:
        openings = ()
    return {
        kinds.ASSESSMENTS: kinds.assessment(towns, openings),
        kinds.WORKERS: kinds.worker(towns),
        kinds.CHECKS: kinds.check(tuple(dict.fromkeys(one.code for one in load_register(session).kinds))),
        kinds.CATALOGUE: kinds.catalogue(),
    }
