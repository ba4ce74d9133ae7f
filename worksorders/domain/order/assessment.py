"""Who may receive the upgrade: the six criteria, the answers, and what follows from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from catalogue.item import FindingRule
from catalogue.load import opening_kinds
from worksorders.domain.errors import Faults, NotPermittedError
from worksorders.domain.lifecycle.openings import OpeningState

MOST_MEASURED = Decimal(500)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One of the six conditions, in the programme's own words."""

    key: str
    wording: str


CRITERIA: tuple[Criterion, ...] = (
    Criterion("repeat_violence", "has experienced repeat family violence"),
    Criterion("future_violence", "is likely to experience it in the future"),
    Criterion("physical_harm", "is likely to suffer physical injury or death from it"),
    Criterion("wishes_to_stay", "wishes to stay in the current home"),
    Criterion("lives_apart", "wants to end the relationship, and lives apart from the abuser"),
    Criterion("region_available", "the home is in a region where the service is available"),
)
CRITERION_BY_KEY: Mapping[str, Criterion] = {criterion.key: criterion for criterion in CRITERIA}


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one criterion holds (None: not answered), who said so and when (aware UTC)."""

    criterion: str
    holds: bool | None
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class OpeningFinding:
    """What is wrong, in the words of the rules, with its measurement where the rule asks for one."""

    finding: str
    measured: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AssessedOpening:
    """An opening or place of the home: `kind` as in the rules, a label to tell two windows apart, its findings."""

    id: str
    kind: str
    label: str
    state: OpeningState
    findings: tuple[OpeningFinding, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A survey as it came in, never edited once taken in; None where nobody knows when the home was built."""

    answers: tuple[Answer, ...]
    openings: tuple[AssessedOpening, ...]
    built_before_2000: bool | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Eligible, or the criteria that fail and the reason in words for the advocate."""

    eligible: bool
    failed: tuple[Criterion, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """A case given back to an advocate: why, to whom, on which day, and who recorded it."""

    reason: str
    advocate: str
    on: date
    recorded_by: str


def check_assessment(assessment: Assessment, rules: Sequence[FindingRule], now: datetime) -> None:
    """Refuse an incomplete or contradictory survey: FaultsError with every fault at its field.

    Fields: `answers-<criterion>`, `openings`, `openings-<i>-kind|state|label`,
    `openings-<i>-findings-<j>-finding|measured`.
    """
    faults = Faults()
    _check_answers(assessment.answers, now, faults)
    _check_openings(assessment.openings, rules, faults)
    faults.raise_if_any()


def _check_answers(answers: Sequence[Answer], now: datetime, faults: Faults) -> None:
    given = {answer.criterion: answer for answer in answers}
    if len(given) != len(answers):
        faults.add("answers", "A criterion is answered twice: keep one answer for each.")
    for unknown in given.keys() - CRITERION_BY_KEY.keys():
        faults.add(f"answers-{unknown}", f"“{unknown}” is not one of the six criteria: remove it.")
    for criterion in CRITERIA:
        field = f"answers-{criterion.key}"
        answer = given.get(criterion.key)
        if answer is None or answer.holds is None:
            faults.add(field, f"Answer yes or no: {criterion.wording}.")
            continue
        faults.require(answer.given_by.strip(), field, "Say who gave this answer.")
        if answer.given_at > now:
            faults.add(
                field, f"The answer is dated {answer.given_at:%d/%m/%Y}, in the future: give its true day."
            )


def _check_openings(
    openings: Sequence[AssessedOpening], rules: Sequence[FindingRule], faults: Faults
) -> None:
    if not openings:
        faults.add("openings", "Add at least one opening of the home, such as the front door.")
    kinds = opening_kinds(rules)
    by_finding = {(rule.opening_kind, rule.finding): rule for rule in rules}
    seen: set[str] = set()
    for index, opening in enumerate(openings):
        field = f"openings-{index}"
        if opening.id in seen:
            faults.add(f"{field}-id", f"The opening {opening.id} is listed twice: give each its own.")
        seen.add(opening.id)
        if opening.kind not in kinds:
            faults.add(
                f"{field}-kind",
                f"“{opening.kind}” is not a kind of opening: choose one of {', '.join(kinds)}.",
            )
            continue
        for position, found in enumerate(opening.findings):
            at = f"{field}-findings-{position}"
            _check_finding(opening.kind, found, by_finding, at, faults)


def _check_finding(
    kind: str,
    found: OpeningFinding,
    rules: Mapping[tuple[str, str], FindingRule],
    field: str,
    faults: Faults,
) -> None:
    rule = rules.get((kind, found.finding))
    if rule is None:
        message = f"“{found.finding}” is not a finding for {kind}: choose one from the list."
        faults.add(f"{field}-finding", message)
    elif rule.measured_in is not None and not _measured_well(found.measured):
        shown = "missing" if found.measured is None else str(found.measured)
        message = (
            f"The quantity ({rule.measured_in}) is {shown}: give a number above 0, at most {MOST_MEASURED}."
        )
        faults.add(f"{field}-measured", message)


def _measured_well(measured: Decimal | None) -> bool:
    return measured is not None and measured.is_finite() and 0 < measured <= MOST_MEASURED


def decide(answers: Iterable[Answer]) -> Decision:
    """Eligible only where all six hold; an unanswered criterion does not hold."""
    held = {answer.criterion for answer in answers if answer.holds}
    failed = tuple(criterion for criterion in CRITERIA if criterion.key not in held)
    reason = "; ".join(f"does not hold: {criterion.wording}" for criterion in failed)
    return Decision(not failed, failed, reason)


def require_eligible(decision: Decision) -> None:
    """A works order is never issued on an assessment that is not approved on all six."""
    if not decision.eligible:
        raise NotPermittedError(
            f"No works order may be raised: {decision.reason}. Hand the case to an advocate."
        )


def hand_over(decision: Decision, *, advocate: str, note: str, on: date, recorded_by: str) -> HandOver:
    """The record of a case that goes back to an advocate; raises FaultsError without advocate or reason.

    An eligible case may be handed over too (the service is full, the home is unsafe), but then only with a note.
    """
    faults = Faults()
    faults.require(advocate.strip(), "advocate", "Name the advocate who takes the case on.")
    reason = "; ".join(part for part in (decision.reason, note.strip()) if part)
    faults.require(reason, "note", "All six criteria hold: say why the case goes back to an advocate.")
    faults.raise_if_any()
    return HandOver(reason, advocate.strip(), on, recorded_by)


def service_available(service_from: date | None, service_until: date | None, on: date) -> bool:
    """Whether the region has the service on that day; both dates are inside, no start means not yet."""
    return service_from is not None and service_from <= on and (service_until is None or on <= service_until)
