"""What must be true before a visit may end: every line reported with its evidence, every opening secure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from catalogue.item import Evidence
from worksorders.domain.errors import Faults
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.lifecycle.reasons import NO_ACCESS, NO_PHOTO

OVERDUE_AFTER = timedelta(minutes=30)
OTHER = "other"

WRITTEN_EVIDENCE: Mapping[Evidence, str] = {
    Evidence.CERTIFICATE_OF_COMPLIANCE: "the number of the certificate of compliance",
    Evidence.ELECTRICAL_SAFETY_CERTIFICATE: "the number of the electrical safety certificate",
    Evidence.LIVE_TEST: "the monitoring centre's reference of the live test",
    Evidence.SIGNAL_STRENGTH: "the signal strength measured",
    Evidence.LABORATORY_RESULT: "the laboratory's result, or its sample number until it comes",
    Evidence.INSPECTION_SHEET: "the number of the inspection sheet",
}


@dataclass(frozen=True, slots=True)
class KeyHeld:
    """How many keys one person holds; the holder is an id, never a name."""

    holder_id: str
    count: int


@dataclass(frozen=True, slots=True)
class LineReport:
    """What was done of one line, and what proves it; `written` holds each certificate, reference or reading."""

    line_id: str
    item_code: str
    ordered: Decimal
    done: Decimal
    needed: tuple[Evidence, ...] = ()
    photos: int = 0
    no_photo_reason: str | None = None
    note: str = ""
    serials: tuple[str, ...] = ()
    keys: tuple[KeyHeld, ...] = ()
    written: Mapping[Evidence, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpeningReport:
    """How an opening that the visit touched was left; `egress_checked`: it opens from inside without a key."""

    opening_id: str
    state: OpeningState | None
    egress_checked: bool = True


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom the worker reached about an insecure opening, and what was said."""

    reached: str
    note: str


def check_finish(
    lines: Sequence[LineReport],
    openings: Sequence[OpeningReport],
    *,
    escalation: Escalation | None = None,
    variation_pending: bool = False,
) -> None:
    """Refuse to end a visit that is not ready to end: FaultsError with every fault.

    Fields: `lines-<i>-done|photo|no_photo_reason|note|keys|<evidence name>`, `openings-<i>-state|egress`,
    `escalation`. A line of which nothing was done needs a note and no evidence. An insecure opening needs an
    escalation with somebody reached.
    """
    faults = Faults()
    if variation_pending:
        faults.add("", "A variation is still pending: wait for its answer or withdraw it.")
    for index, line in enumerate(lines):
        _check_line(line, f"lines-{index}", faults)
    for index, opening in enumerate(openings):
        if opening.state is None:
            faults.add(
                f"openings-{index}-state",
                "Say how this opening was left: secure, temporarily secured or insecure.",
            )
        faults.require(
            opening.egress_checked,
            f"openings-{index}-egress",
            "Check that it opens from inside without a key.",
        )
    left_open = any(opening.state is OpeningState.INSECURE for opening in openings)
    reached = escalation is not None and bool(escalation.reached.strip() and escalation.note.strip())
    if left_open and not reached:
        faults.add(
            "escalation", "An opening is insecure: call the duty coordinator now and say whom you reached."
        )
    faults.raise_if_any()


def _check_line(line: LineReport, at: str, faults: Faults) -> None:
    if not line.done.is_finite() or not 0 <= line.done <= line.ordered:
        faults.add(
            f"{at}-done",
            f"{line.done} is not from 0 to {line.ordered}: ask for a variation if there was more to do.",
        )
        return
    if not line.done:
        faults.require(line.note.strip(), f"{at}-note", f"Nothing of {line.item_code} was done: say why.")
        return
    if Evidence.PHOTO in line.needed and not line.photos:
        _check_no_photo(line, at, faults)
    if Evidence.KEY_REGISTER in line.needed and not _keys_registered(line.keys):
        faults.add(f"{at}-keys", "Enter how many keys were cut and who holds each.")
    for kind in line.needed:
        if kind in WRITTEN_EVIDENCE and not line.written.get(kind, "").strip():
            faults.add(f"{at}-{kind.name.lower()}", f"Enter {WRITTEN_EVIDENCE[kind]}.")


def _check_no_photo(line: LineReport, at: str, faults: Faults) -> None:
    if not NO_PHOTO.knows(line.no_photo_reason):
        faults.add(f"{at}-photo", f"Add a photo of {line.item_code}, or choose why there is none.")
    elif line.no_photo_reason == OTHER:
        faults.require(line.note.strip(), f"{at}-note", "Say why there is no photo.")


def _keys_registered(keys: Sequence[KeyHeld]) -> bool:
    return bool(keys) and all(key.count > 0 and key.holder_id.strip() for key in keys)


def may_open_barrier(now: datetime, minutes_left: int, day_ends_at: datetime) -> bool:
    """Whether a door or window may be taken out: only if the rest of that work fits the same day."""
    return now + timedelta(minutes=minutes_left) <= day_ends_at


def check_out_overdue(arrived_at: datetime, planned_minutes: int, now: datetime) -> bool:
    """Whether the worker should have left long enough ago to alarm the duty coordinator."""
    return now > arrived_at + timedelta(minutes=planned_minutes) + OVERDUE_AFTER


def no_access_alerts(reason: str) -> bool:
    """Whether the reason alerts the duty coordinator and makes a call task to the advocate."""
    return NO_ACCESS.get(reason).alerts


def abortive_charge_due(reason: str) -> bool:
    """Whether the abortive-visit charge (SV08) is payable unless the operator says otherwise: not for the firm's doing."""
    return not NO_ACCESS.get(reason).unpaid
