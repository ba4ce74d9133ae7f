"""The decision on an invoice: claimed = accepted + held + disputed, exactly, per line and for the GST."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from worksorders.domain.finance.checks.retention import retention_cents
from worksorders.domain.finance.codes import Severity
from worksorders.domain.finance.exceptions import (
    MatchException,
    Release,
    ReleasePeople,
    release_faults,
)
from worksorders.domain.finance.reconcile import Match
from worksorders.domain.finance.split.fold import fold_line
from worksorders.domain.finance.split.gst import split_gst
from worksorders.domain.finance.split.portion import Portion


class Verdict(StrEnum):
    """What becomes of the whole document."""

    ACCEPTED = "accepted"
    PARTLY = "partly accepted"
    HELD = "held"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class LineDecision:
    """The decision on one line ex GST, with the keys of the exceptions that stopped something of it."""

    line_id: str
    order_code: str
    order_line_id: str
    portion: Portion
    accepted_quantity: Decimal
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on one document; amounts in cents, negative for a credit note.

    `gst` is split like a line. `other` is what the document asks for beyond its lines and GST, such as a
    charge or an error of adding up; none of it is ever accepted. `retention_cents` and `prepaid_cents`
    come off the payment, not off the acceptance. `released` are the keys of releases that count, and
    `ignored` the releases that do not, with every reason.
    """

    invoice_id: str
    lines: tuple[LineDecision, ...]
    gst: Portion
    other: Portion
    gst_method: str
    retention_cents: int
    prepaid_cents: int
    exceptions: tuple[MatchException, ...]
    released: frozenset[str] = frozenset()
    ignored: tuple[tuple[Release, tuple[str, ...]], ...] = ()

    def _sum(self, name: str) -> int:
        portions = (*(line.portion for line in self.lines), self.gst, self.other)
        return sum(int(getattr(portion, name)) for portion in portions)

    @property
    def claimed_cents(self) -> int:
        """With GST: the document's total."""
        return self._sum("claimed_cents")

    @property
    def accepted_cents(self) -> int:
        """With GST."""
        return self._sum("accepted_cents")

    @property
    def held_cents(self) -> int:
        """With GST."""
        return self._sum("held_cents")

    @property
    def disputed_cents(self) -> int:
        """With GST."""
        return self._sum("disputed_cents")

    @property
    def accepted_net_cents(self) -> int:
        return sum(line.portion.accepted_cents for line in self.lines)

    @property
    def payable_cents(self) -> int:
        """With GST: what goes to payment, less retention and what was prepaid."""
        return self.accepted_cents - self.retention_cents - self.prepaid_cents

    @property
    def verdict(self) -> Verdict:
        if self.accepted_cents == self.claimed_cents and not self.held_cents and not self.disputed_cents:
            stopping = any(
                one.severity is not Severity.WARN and one.stops is None and one.key not in self.released
                for one in self.exceptions
            )
            return Verdict.DISPUTED if stopping else Verdict.ACCEPTED
        if self.accepted_net_cents:
            return Verdict.PARTLY
        return Verdict.DISPUTED if self.disputed_cents else Verdict.HELD

    def line(self, line_id: str) -> LineDecision:
        """The decision on a line; an unknown id raises KeyError."""
        for decided in self.lines:
            if decided.line_id == line_id:
                return decided
        raise KeyError(line_id)


def decide(match: Match, releases: Iterable[Release] = ()) -> Decision:
    """Split every line and the GST of a match, with the releases that count.

    A release by a person who may not release is ignored and adds F10, so that someone looks at it.
    """
    invoice, case = match.case.invoice, match.case
    people = ReleasePeople(invoice.entered_by, case.facts.approver)
    released, ignored = _sift(match.exceptions, releases, people, match)
    barred = tuple(
        _released_by_own(release) for release, _ in ignored if release.released_by in people.barred
    )
    exceptions = (*match.exceptions, *barred)
    folds = [(bound, fold_line(case, bound, match.exceptions, released)) for bound in case.lines]
    lines = tuple(
        LineDecision(
            bound.line.line_id,
            bound.order.code if bound.order else "",
            bound.order_line.line_id if bound.order_line else "",
            Portion(bound.claimed_cents, fold.accepted_cents, fold.held_cents, fold.disputed_cents),
            fold.accepted_quantity,
            tuple(one.key for one in exceptions if one.line_id in {None, bound.line.line_id}),
        )
        for bound, fold in folds
    )
    gst, method = split_gst(case, [line.portion for line in lines])
    rest = invoice.total.cents - sum(line.portion.claimed_cents for line in lines) - gst.claimed_cents
    kept = retention_cents(case, [(bound.line.line_id, fold) for bound, fold in folds])
    accepted = gst.accepted_cents + sum(line.portion.accepted_cents for line in lines)
    prepaid = min(case.facts.prepaid_cents, max(0, accepted - kept))
    return Decision(
        invoice.invoice_id,
        lines,
        gst,
        Portion(rest, 0, 0, rest),
        method,
        kept,
        prepaid,
        exceptions,
        released,
        ignored,
    )


Ignored = tuple[tuple[Release, tuple[str, ...]], ...]


def _sift(
    exceptions: Collection[MatchException], releases: Iterable[Release], people: ReleasePeople, match: Match
) -> tuple[frozenset[str], Ignored]:
    found = {one.key: one for one in exceptions}
    counted, ignored = set(), []
    for release in releases:
        if release.key not in found:
            continue
        faults = release_faults(found[release.key], release, people, match.case.facts.today)
        if faults:
            ignored.append((release, faults))
        else:
            counted.add(release.key)
    return frozenset(counted), tuple(ignored)


def _released_by_own(release: Release) -> MatchException:
    return MatchException(
        "F10",
        "a release by someone else",
        "released by the person who entered the invoice or approves its payment",
        evidence=(release.key,),
        about=release.key,
        stops=(),
    )
