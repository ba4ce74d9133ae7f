"""Kinds of check as data: whose each is, for which trades, how long it lasts, and from which day to which it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache


class Holder(StrEnum):
    """Whose check it is."""

    WORKER = "worker"
    FIRM = "firm"


@dataclass(frozen=True, slots=True)
class CheckKind:
    """A kind of check in force from `first_on` to `last_on`, both days included; None is without an end.

    `limit` is what it cannot tell. Kinds of one holder with the same `alternative` answer one need: any will do.
    `trades` are those that need it, None for everybody, none at all for a kind that is only kept on record. `months`
    is the longest that it counts from the day of issue.
    """

    code: str
    label: str
    holder: Holder
    limit: str = ""
    alternative: str = ""
    trades: frozenset[str] | None = None
    months: int | None = None
    evidence_needed: bool = False
    first_on: date = date.min
    last_on: date | None = None

    def in_force(self, on: date) -> bool:
        return self.first_on <= on and (self.last_on is None or on <= self.last_on)

    def asked_of(self, trade: str) -> bool:
        return self.trades is None or trade in self.trades


@dataclass(frozen=True, slots=True)
class Need:
    """One thing needed of a holder: any one of the kinds will do."""

    holder: Holder
    kinds: tuple[str, ...]
    label: str


@dataclass(frozen=True, eq=False)
class Register:
    """All kinds with their days; what a trade needs on a day is read from it and nowhere else."""

    kinds: tuple[CheckKind, ...]
    _needs: dict[tuple[str, date], tuple[Need, ...]] = field(default_factory=dict, repr=False)

    def needs_of(self, trade: str, on: date) -> tuple[Need, ...]:
        """What the trade needs on the day; the empty trade is what everybody needs."""
        found = self._needs.get((trade, on))
        if found is None:
            found = self._needs[trade, on] = self._read(trade, on)
        return found

    def _read(self, trade: str, on: date) -> tuple[Need, ...]:
        groups: dict[tuple[Holder, str], list[CheckKind]] = {}
        for kind in self.kinds:
            if kind.in_force(on) and kind.asked_of(trade):
                groups.setdefault((kind.holder, kind.alternative or kind.code), []).append(kind)
        return tuple(
            Need(holder, tuple(kind.code for kind in kinds), " or ".join(kind.label for kind in kinds))
            for (holder, _), kinds in groups.items()
        )

    def kind(self, code: str, holder: Holder, on: date) -> CheckKind | None:
        """The kind as it is in force on the day, if it is."""
        return next(
            (one for one in self.kinds if one.code == code and one.holder is holder and one.in_force(on)),
            None,
        )

    def on_offer(self, holder: Holder, on: date) -> tuple[CheckKind, ...]:
        """The kinds that may be recorded of a holder on the day."""
        return tuple(kind for kind in self.kinds if kind.holder is holder and kind.in_force(on))

    def label(self, code: str) -> str:
        """The newest name of a kind; an unknown code as words."""
        return next(
            (kind.label for kind in reversed(self.kinds) if kind.code == code), code.replace("_", " ")
        )

    def limit(self, code: str) -> str:
        """What the kind cannot tell."""
        return next((kind.limit for kind in reversed(self.kinds) if kind.code == code), "")


@lru_cache(maxsize=16)
def register_of(kinds: tuple[CheckKind, ...]) -> Register:
    """The register of these kinds, the same one for the same kinds, so that what it has read is kept."""
    return Register(kinds)


_SECURITY = frozenset({"locksmith", "alarm technician", "monitoring provider"})
_LICENCE = "Security licence or certificate of approval"
STARTING_KINDS: tuple[CheckKind, ...] = (
    CheckKind(
        "police_vetting",
        "Police vetting",
        Holder.WORKER,
        "True on its day only; it does not follow the person.",
        "background",
    ),
    CheckKind(
        "criminal_record",
        "Ministry of Justice criminal-record check",
        Holder.WORKER,
        "Does not show concealed convictions.",
        "background",
    ),
    CheckKind("photo_identity", "Photo identity", Holder.WORKER),
    CheckKind("induction", "Safety induction", Holder.WORKER),
    CheckKind("insurance", "Public liability insurance", Holder.FIRM),
    CheckKind("security_licence", _LICENCE, Holder.WORKER, trades=_SECURITY),
    CheckKind("security_licence", _LICENCE, Holder.FIRM, trades=_SECURITY),
    CheckKind(
        "electrical_licence",
        "Electrical practising licence",
        Holder.WORKER,
        trades=frozenset({"electrician"}),
    ),
)
"""What a new installation begins with (works-orders.md, "Vetting"); the first migration of the register writes the same."""


def starting_register() -> Register:
    """The register of a new installation."""
    return register_of(STARTING_KINDS)


def last_day(issued_on: date, months: int) -> date:
    """The last day of a check that counts so many months: the day before the same day of that month.

    31 August and six months end on the last of February; a day that the month does not have is its last one.
    """
    count = issued_on.month - 1 + months
    year, month = issued_on.year + count // 12, count % 12 + 1
    for day in range(issued_on.day, 0, -1):
        try:
            reached = date(year, month, day)
        except ValueError:
            continue
        whole = day == issued_on.day
        return date.fromordinal(reached.toordinal() - 1) if whole else reached
    raise ValueError(f"{issued_on} and {months} months give no day.")


def check_kind_faults(
    kind: CheckKind, known_trades: Iterable[str], today: date
) -> tuple[tuple[str, str], ...]:
    """The faults of a kind that is to be added, as (field, message); empty where it is good."""
    faults = []
    if not kind.code or not kind.code.replace("_", "a").isalnum() or not kind.code.isascii():
        faults.append(("code", "Give a code of letters, digits and _, such as asbestos_course."))
    if not kind.label.strip():
        faults.append(("label", "Enter the name of the check."))
    if kind.months is not None and not 1 <= kind.months <= 240:
        faults.append(("months", f"{kind.months} months: give 1 to 240, or nothing."))
    faults += [
        ("trades", f"“{trade}” is not a trade.")
        for trade in sorted((kind.trades or frozenset()) - set(known_trades))
    ]
    if kind.first_on < today:
        faults.append(
            ("first_on", f"{kind.first_on.isoformat()} has passed: rules change from today at the soonest.")
        )
    return tuple(faults)
