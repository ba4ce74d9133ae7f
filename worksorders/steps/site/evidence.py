"""What each line of a visit asks for before it counts as done, and what of it is missing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from catalogue.item import Evidence
from worksorders.domain.errors import Faults
from worksorders.store.tables.offers import LineDone
from worksorders.store.tables.orders import WorksLine

CERTIFICATES: Mapping[Evidence, str] = {
    Evidence.CERTIFICATE_OF_COMPLIANCE: "certificate of compliance",
    Evidence.ELECTRICAL_SAFETY_CERTIFICATE: "electrical safety certificate",
    Evidence.LIVE_TEST: "reference of the live test",
    Evidence.SIGNAL_STRENGTH: "signal strength",
    Evidence.LABORATORY_RESULT: "laboratory's number",
    Evidence.INSPECTION_SHEET: "number of the inspection sheet",
}


@dataclass(frozen=True)
class Asked:
    """What a line asks for; `certificate` names in words the numbers wanted, empty where none is."""

    photo: bool
    keys: bool
    certificate: str


def asked_of(line: WorksLine) -> Asked:
    """Read the line's evidence as it was copied from the catalogue."""
    wanted = {part.strip() for part in line.evidence.split("|")}
    names = [words for kind, words in CERTIFICATES.items() if kind.value in wanted]
    return Asked(Evidence.PHOTO.value in wanted, Evidence.KEY_REGISTER.value in wanted, " and ".join(names))


def is_on_checklist(line: WorksLine) -> bool:
    """Work and checks are ticked off by the worker; charges follow the visit."""
    return line.removed_at is None and line.kind in {"work", "check"}


def find_missing(
    lines: Mapping[uuid.UUID, WorksLine],
    done: Mapping[uuid.UUID, LineDone],
    photographed: frozenset[uuid.UUID],
    *,
    faults: Faults,
) -> None:
    """Add a fault, at `checklist`, for each thing without which the visit cannot end."""
    for line_id, line in lines.items():
        row = done.get(line_id)
        if row is None:
            faults.add("checklist", f"Enter how much of “{line.measure}” was done, 0 if nothing.")
        elif row.done_quantity > Decimal(0):
            _missing_of(line, row, photographed, faults)


def _missing_of(line: WorksLine, row: LineDone, photographed: frozenset[uuid.UUID], faults: Faults) -> None:
    asked = asked_of(line)
    has_photo = line.id in photographed or row.no_photo_reason is not None
    faults.require(
        has_photo or not asked.photo,
        "checklist",
        f"Add a photo of “{line.measure}”, or say why there is none.",
    )
    faults.require(
        row.keys_note.strip() or not asked.keys,
        "checklist",
        f"Say for “{line.measure}” how many keys were cut and who holds each.",
    )
    faults.require(
        row.certificate_number.strip() or not asked.certificate,
        "checklist",
        f"Enter for “{line.measure}” the {asked.certificate}.",
    )
