"""What a line asks for before it counts as done, read from its evidence and the table of papers."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalogue.item import Evidence

EXIT_KINDS = frozenset(
    {
        "front_door", "back_door", "french_doors", "garage_door", "garage_internal_door", "ranch_slider",
        "gate", "inside", "window",
    }
)  # fmt: skip
"""Kinds of opening through which people may have to get out: the worker says whether each opens without a key."""


MEASURED_UNITS = frozenset({"m", "m2", "hour", "km"})
"""Units of the catalogue that are measured; all others are counted."""


@dataclass(frozen=True, slots=True)
class PaperRule:
    """What is asked of one kind of paper or reading.

    `later_working_days` counts from the end of the visit; 0 means that it must be there before the visit ends.
    """

    kind: Evidence
    label: str
    number_label: str
    dated: bool
    filed: bool
    later_working_days: int

    @property
    def slug(self) -> str:
        """The kind as a part of a field's name."""
        return self.kind.name.lower()

    @property
    def may_come_later(self) -> bool:
        return self.later_working_days > 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What one line asks for; nothing else is asked of the worker. `measure` may be answered or left."""

    photo: bool = False
    serial: bool = False
    keys: bool = False
    live_test: bool = False
    papers: tuple[PaperRule, ...] = ()
    measure: bool = False

    @property
    def anything(self) -> bool:
        return self.photo or self.serial or self.keys or self.live_test or bool(self.papers)


def asked_of(evidence: str, papers: Mapping[Evidence, PaperRule], unit: str = "") -> Asked:
    """Read a line's evidence, kinds parted by `|`, and its unit; what the visit as a whole answers is not among it."""
    wanted = {part.strip() for part in evidence.split("|")}
    return Asked(
        photo=Evidence.PHOTO in wanted,
        serial=Evidence.SERIAL in wanted,
        keys=Evidence.KEY_REGISTER in wanted,
        live_test=Evidence.LIVE_TEST in wanted,
        papers=tuple(rule for kind, rule in papers.items() if kind in wanted),
        measure=unit in MEASURED_UNITS,
    )
