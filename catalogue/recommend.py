"""Which items the findings of an assessment call for, and in what quantity."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalogue.item import CatalogueItem, FindingRule
from catalogue.trade import TradeExpression

ASBESTOS_SAMPLE = "SV04"
CALL_OUT = "LK01"
SECURE_CHECK = "SV06"
WALK_THROUGH = "SV05"
HOME = "home"


@dataclass(frozen=True, slots=True)
class SurveyedFinding:
    """One finding; `measured` is the count, square metres or hours where the rule asks for a measurement."""

    finding: str
    measured: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SurveyedOpening:
    """An opening (or a place: approach, inside, person, home) with its findings, and whether it is secure tonight."""

    id: str
    kind: str
    secure_tonight: bool
    findings: tuple[SurveyedFinding, ...]


@dataclass(frozen=True, slots=True)
class Recommended:
    """An item at an opening with its quantity and why; `interim_for` names the item that it stands in for."""

    opening_id: str
    item_code: str
    quantity: Decimal
    because: tuple[str, ...]
    interim_for: str | None = None


@dataclass(frozen=True, slots=True)
class RecommendationFault:
    """What stops a recommendation: the opening, the finding and the words for the user."""

    opening_id: str
    finding: str
    message: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The recommended items and notes that the coordinator should read before issuing."""

    items: tuple[Recommended, ...]
    notes: tuple[str, ...]


class RecommendationError(ValueError):
    """Findings that no rule knows, or that lack their measurement; all are listed."""

    def __init__(self, faults: Iterable[RecommendationFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.message for fault in self.faults))


def recommend(
    openings: Sequence[SurveyedOpening],
    rules: Sequence[FindingRule],
    items: Mapping[str, CatalogueItem],
    *,
    built_before_2000: bool | None = None,
) -> Recommendation:
    """The items for the openings, in their order, interim measures first at each opening.

    The same item called for twice at one opening counts once, with the larger quantity. An interim measure is
    added where the opening is insecure tonight and the permanent item has a lead time. An asbestos sample is
    added for the home where it was built before 2000, or nobody knows when, and an item waits for the sample.
    Raises RecommendationError for an unknown finding, or a measurement that is missing or not above 0.
    """
    faults: list[RecommendationFault] = []
    found: list[Recommended] = []
    notes: list[str] = []
    by_finding = {(rule.opening_kind, rule.finding): rule for rule in rules}
    for opening in openings:
        permanent = _at_opening(opening, by_finding, faults)
        found += _interim(opening, permanent, items, notes)
        found += permanent
    if faults:
        raise RecommendationError(faults)
    sample = _asbestos_sample(openings, found, items, built_before_2000)
    return Recommendation((*sample, *found), tuple(notes))


def _at_opening(
    opening: SurveyedOpening,
    rules: Mapping[tuple[str, str], FindingRule],
    faults: list[RecommendationFault],
) -> list[Recommended]:
    chosen: dict[str, Recommended] = {}
    for surveyed in opening.findings:
        rule = rules.get((opening.kind, surveyed.finding))
        if rule is None:
            message = (
                f"'{surveyed.finding}' is not a finding known for {opening.kind}; choose one from the list"
            )
            faults.append(RecommendationFault(opening.id, surveyed.finding, message))
            continue
        quantity = rule.quantity if rule.measured_in is None else surveyed.measured
        if quantity is None or quantity <= 0:
            message = f"'{surveyed.finding}' needs its quantity ({rule.measured_in}) above 0, not {quantity}"
            faults.append(RecommendationFault(opening.id, surveyed.finding, message))
            continue
        for code, amount in ((rule.item_code, quantity), *rule.also):
            _take(chosen, opening.id, code, amount, surveyed.finding)
    return list(chosen.values())


def _take(chosen: dict[str, Recommended], opening_id: str, code: str, amount: Decimal, finding: str) -> None:
    known = chosen.get(code)
    because = (*known.because, finding) if known else (finding,)
    larger = max(amount, known.quantity) if known else amount
    chosen[code] = Recommended(opening_id, code, larger, because)


def _interim(
    opening: SurveyedOpening,
    permanent: Sequence[Recommended],
    items: Mapping[str, CatalogueItem],
    notes: list[str],
) -> list[Recommended]:
    """The make-safe measures of an insecure opening, one for each permanent item that has to be waited for."""
    if opening.secure_tonight or not permanent:
        return []
    interim: dict[str, Recommended] = {}
    for line in permanent:
        item = items[line.item_code]
        if item.lead_working_days and item.interim_item and item.interim_item not in interim:
            interim[item.interim_item] = Recommended(
                opening.id, item.interim_item, Decimal(1), line.because, interim_for=item.code
            )
    if not interim and all(items[line.item_code].lead_working_days for line in permanent):
        waits = ", ".join(line.item_code for line in permanent)
        notes.append(f"{opening.id} is insecure tonight and {waits} has a lead time: add an interim measure")
    return list(interim.values())


def _asbestos_sample(
    openings: Sequence[SurveyedOpening],
    found: Sequence[Recommended],
    items: Mapping[str, CatalogueItem],
    built_before_2000: bool | None,
) -> list[Recommended]:
    if ASBESTOS_SAMPLE not in items or any(line.item_code == ASBESTOS_SAMPLE for line in found):
        return []
    if built_before_2000 is False:
        return []
    waiting = [line for line in found if ASBESTOS_SAMPLE in items[line.item_code].after]
    if not waiting:
        return []
    home = next((opening.id for opening in openings if opening.kind == HOME), waiting[0].opening_id)
    when = "built before 2000" if built_before_2000 else "year built not known"
    codes = ", ".join(dict.fromkeys(line.item_code for line in waiting))
    return [Recommended(home, ASBESTOS_SAMPLE, Decimal(1), (f"{when}, {codes} cuts a door or lining",))]


def service_items(
    visit_trades: Sequence[TradeExpression], items: Mapping[str, CatalogueItem]
) -> tuple[tuple[str, Decimal], ...]:
    """The codes and quantities that come with the visits themselves, given each visit's trade.

    A call-out (LK01) for each visit that only a locksmith makes, each a line of its own so that it is accepted
    with its visit; one walk-through (SV05) for the order. The secure check (SV06) ends every visit: its
    minutes are in the visit, and as it costs nothing it is a line only where the catalogue gives it a price.
    """
    lines: list[tuple[str, Decimal]] = []
    if CALL_OUT in items:
        call_out_trade = items[CALL_OUT].trade
        lines += [(CALL_OUT, Decimal(1)) for trade in visit_trades if trade == call_out_trade]
    if SECURE_CHECK in items and items[SECURE_CHECK].price and visit_trades:
        lines.append((SECURE_CHECK, Decimal(len(visit_trades))))
    if WALK_THROUGH in items and visit_trades:
        lines.append((WALK_THROUGH, Decimal(1)))
    return tuple(lines)
