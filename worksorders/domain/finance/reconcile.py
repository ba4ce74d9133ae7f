"""The match: a line of pure passes over one invoice, every exception collected together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from worksorders.domain.finance.checks import (
    bind,
    caps,
    duplicates,
    header,
    intake,
    lines,
    party,
    retention,
    tax_information,
)
from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.facts import InvoiceFacts, MatchFacts
from worksorders.domain.finance.split.case import MatchCase
from worksorders.domain.finance.split.fold import stopped_lines
from worksorders.domain.finance.split.room import find_rooms

Check = Callable[[MatchCase], tuple[MatchException, ...]]

BEFORE_ROOM: tuple[Check, ...] = (
    intake.check,
    tax_information.check,
    party.check,
    duplicates.check,
    bind.check,
)
WITH_ROOM: tuple[Check, ...] = (lines.check, header.check)


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome of one match: the case with its bound lines, and every exception in the order of the steps."""

    case: MatchCase
    exceptions: tuple[MatchException, ...]

    def of_line(self, line_id: str | None) -> tuple[MatchException, ...]:
        """The exceptions of one invoice line, or of the document for None."""
        return tuple(one for one in self.exceptions if one.line_id == line_id)

    def codes(self) -> tuple[str, ...]:
        """The codes found, each once, in the order of the steps."""
        return tuple(dict.fromkeys(one.code for one in self.exceptions))


def reconcile(invoice: InvoiceFacts, facts: MatchFacts) -> Match:
    """Match one invoice or credit note against order, accepted work and contract; never raises on its content."""
    case = MatchCase(
        invoice, facts, facts.suppliers.get(invoice.supplier_id), bind.bind_lines(invoice, facts)
    )
    found = [one for check in BEFORE_ROOM for one in check(case)]
    case = replace(case, rooms=find_rooms(case, stopped_lines(found)))
    found += [one for check in WITH_ROOM for one in check(case)]
    found += caps.check(case, found)
    found += retention.check(case, found)
    return Match(case, tuple(found))
