"""Whether a line is proven: what was given, held against what is asked, with every gap named at its field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from catalogue.item import Evidence
from worksorders.domain.completion.needs import Asked, PaperRule

HOLDERS: Mapping[str, str] = {
    "client": "The client",
    "advocate": "An advocate",
    "key_safe": "In the key safe at the home",
    "to_be_named": "Somebody else: the coordinator names them",
}
"""Who may hold a key as a worker on site says it: by role, never by name."""
NAMED = "named"


@dataclass(frozen=True, slots=True)
class KeyHeld:
    """So many keys of one number with one holder; a person's name is never here."""

    number: str
    copies: int
    holder: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as it is known: `promised_by` is the day by which it is to come, while it is not there."""

    number: str = ""
    issued_on: date | None = None
    has_file: bool = False
    promised_by: date | None = None

    def lacks(self, rule: PaperRule) -> Iterator[tuple[str, str]]:
        """What is missing of it, as pairs of field and message."""
        if not self.number.strip():
            yield "number", f"Enter for the {rule.label.lower()}: {rule.number_label.lower()}."
        if rule.dated and self.issued_on is None:
            yield "issued_on", f"Enter the day of the {rule.label.lower()}."
        if rule.filed and not self.has_file:
            yield "file", f"Add the {rule.label.lower()} as a photo or PDF."

    def is_outstanding(self, rule: PaperRule) -> bool:
        return any(self.lacks(rule))


@dataclass(frozen=True, slots=True)
class LineProof:
    """What was given for one line; a quantity of None means that nothing was entered yet."""

    done: Decimal | None = None
    photos: int = 0
    no_photo_reason: str | None = None
    serials: str = ""
    keys: tuple[KeyHeld, ...] = ()
    papers: Mapping[Evidence, Paper] = field(default_factory=dict)
    test_reference: str = ""
    test_passed: bool | None = None


def find_missing(measure: str, asked: Asked, proof: LineProof) -> tuple[tuple[str, str], ...]:
    """Every gap as a pair of field and message; a line of which nothing was done needs no proof.

    Fields: `done`, `photo`, `serial`, `keys`, `test-reference`, `test-passed`, and of each paper
    `<kind>-number`, `<kind>-issued_on`, `<kind>-file`.
    """
    if proof.done is None:
        return (("done", f"Enter how much of “{measure}” was done, 0 if nothing."),)
    if not proof.done:
        return ()
    return tuple(_gaps(measure, asked, proof))


def _gaps(measure: str, asked: Asked, proof: LineProof) -> Iterator[tuple[str, str]]:
    if asked.photo and not proof.photos and proof.no_photo_reason is None:
        yield "photo", f"Add a photo of “{measure}”, or say why there is none."
    if asked.serial and not proof.serials.strip():
        yield "serial", f"Enter the serial number of “{measure}”."
    if asked.keys and not proof.keys:
        yield "keys", f"Say for “{measure}” which keys were cut, how many keys of each, and who holds them."
    if asked.live_test:
        yield from _test_gaps(measure, proof)
    for rule in asked.papers:
        paper = proof.papers.get(rule.kind, Paper())
        if paper.promised_by is None or not rule.may_come_later:
            yield from ((f"{rule.slug}-{name}", message) for name, message in paper.lacks(rule))


def _test_gaps(measure: str, proof: LineProof) -> Iterator[tuple[str, str]]:
    if proof.test_passed is None:
        yield (
            "test-reference",
            f"Test “{measure}” with the monitoring centre and enter time, reference and result.",
        )
    elif not proof.test_passed:
        yield (
            "test-passed",
            f"The live test of “{measure}” failed: it counts as done once a test has passed. Enter 0 done if it cannot.",
        )
