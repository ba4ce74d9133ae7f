"""Who is reached when the alarm goes off, in which order, and when an order cannot close without knowing it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from worksorders.domain.errors import Faults

RESPONDERS: Mapping[str, str] = MappingProxyType(
    {
        "monitoring_centre": "Monitoring centre",
        "police": "Police (111)",
        "neighbour": "A neighbour",
        "family": "Somebody of the family",
        "advocate": "The advocate",
        "marae": "The marae",
        "workplace": "The workplace",
    }
)
"""Roles only: who it is, and how to reach them, is in the sealed words."""
SOMEBODY_COMES = frozenset({"monitoring_centre", "police"})
LONGEST_REFERENCE = 60
LONGEST_WORDS = 2000
LIVE_TEST = "live test reference"
SUBSCRIPTION = "subscription"


def is_alarm_line(kind: str, evidence: str) -> bool:
    """Whether the line brings a monitored alarm: it ends with a live test, or it pays the monitoring."""
    return kind == SUBSCRIPTION or LIVE_TEST in {part.strip() for part in evidence.split("|")}


def check_plan(reached: Sequence[str], reference: str, words: str) -> tuple[str, ...]:
    """The roles in their order; FaultsError at `reached`, `reference`, `words` with every fault.

    A monitored alarm reaches the monitoring centre or police; where it is the centre, its reference is needed.
    """
    faults = Faults()
    roles = tuple(dict.fromkeys(reached))
    for role in roles:
        faults.require(role in RESPONDERS, "reached", f"“{role}” is not among those who may be reached.")
    faults.require(
        SOMEBODY_COMES.intersection(roles),
        "reached",
        "Choose the monitoring centre or police: a neighbour alone is not sent to danger.",
    )
    if "monitoring_centre" in roles:
        faults.require(
            reference.strip(), "reference", "Give the monitoring centre’s reference of this alarm."
        )
    faults.require(
        len(reference.strip()) <= LONGEST_REFERENCE,
        "reference",
        f"This has {len(reference.strip())} characters: {LONGEST_REFERENCE} at the most.",
    )
    faults.require(
        words.strip(), "words", "Say who does what when the alarm goes off, and how each is reached."
    )
    faults.require(
        len(words.strip()) <= LONGEST_WORDS,
        "words",
        f"This has {len(words.strip())} characters: {LONGEST_WORDS} at the most.",
    )
    faults.raise_if_any()
    return roles


def why_not_close(alarm_lines: Collection[str], has_plan: bool) -> str | None:
    """Why an order with these alarm lines (their names) cannot close; None where it may."""
    if not alarm_lines or has_plan:
        return None
    return (
        f"this order brings an alarm ({', '.join(sorted(set(alarm_lines)))}). Record on its safety page who is reached "
        "when it goes off"
    )


def in_order(roles: Iterable[str]) -> str:
    """The roles as words of a sentence: “Monitoring centre, then police (111), then a neighbour”."""
    words = ", then ".join(RESPONDERS[role][:1].lower() + RESPONDERS[role][1:] for role in roles)
    return words[:1].upper() + words[1:]
