"""What differs between two versions of the catalogue, its rules or a rate card, and the way back to CSV."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalogue.item import CatalogueItem, FindingRule
from catalogue.load import CATALOGUE_COLUMNS, FINDINGS_COLUMNS
from catalogue.rates import RATE_CARD_COLUMNS, RateCard
from catalogue.recommend import (
    RecommendationError,
    SurveyedOpening,
    recommend,
)

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that differs; `before` is None for a row that is new, `after` None for one that is gone."""

    key: str
    column: str
    before: str | None
    after: str | None


def item_cells(item: CatalogueItem) -> dict[str, str]:
    """The item as its row in the file."""
    return {
        "code": item.code,
        "measure": item.measure,
        "offer_name": item.offer_name,
        "kind": item.kind.value,
        "unit": item.unit,
        "trade": str(item.trade),
        "crew": str(item.crew),
        "minutes": str(item.minutes),
        "lead_working_days": str(item.lead_working_days),
        "price_nzd_ex_gst": str(item.price),
        "price_basis": item.price_basis,
        "after": "|".join(item.after),
        "interim_item": item.interim_item or "",
        "consent": item.consent.value,
        "evidence": "|".join(kind.value for kind in item.evidence),
        "rule": item.rule,
    }


def rule_cells(rule: FindingRule) -> dict[str, str]:
    """The rule as its row in the file."""
    return {
        "opening": rule.opening_kind,
        "finding": rule.finding,
        "item": rule.item_code,
        "quantity": rule.measured_in or str(rule.quantity),
        "also": ";".join(f"{code}:{quantity}" for code, quantity in rule.also),
    }


def catalogue_csv(items: Mapping[str, CatalogueItem]) -> str:
    """The catalogue as the CSV that `load_catalogue` reads."""
    return _csv(CATALOGUE_COLUMNS, [item_cells(item) for item in items.values()])


def findings_csv(rules: Iterable[FindingRule]) -> str:
    """The rules as the CSV that `load_findings` reads."""
    return _csv(FINDINGS_COLUMNS, [rule_cells(rule) for rule in rules])


def rate_card_csv(card: RateCard) -> str:
    """The card's lines as the CSV that `load_rate_card` reads."""
    rows = [
        dict(zip(RATE_CARD_COLUMNS, (line.code, line.unit, str(line.rate)), strict=True))
        for line in card.lines.values()
    ]
    return _csv(RATE_CARD_COLUMNS, rows)


def _csv(columns: Sequence[str], rows: Iterable[Cells]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def catalogue_differences(
    before: Mapping[str, CatalogueItem], after: Mapping[str, CatalogueItem]
) -> tuple[Difference, ...]:
    """What changed from one catalogue to another, by code and column."""
    return _differences(
        {code: item_cells(item) for code, item in before.items()},
        {code: item_cells(item) for code, item in after.items()},
        "code",
    )


def rule_differences(before: Iterable[FindingRule], after: Iterable[FindingRule]) -> tuple[Difference, ...]:
    """What changed from one set of rules to another, by opening and finding."""
    return _differences(
        {f"{rule.opening_kind}: {rule.finding}": rule_cells(rule) for rule in before},
        {f"{rule.opening_kind}: {rule.finding}": rule_cells(rule) for rule in after},
        "finding",
    )


def rate_differences(before: RateCard, after: RateCard) -> tuple[Difference, ...]:
    """What changed from one card to another, by item code."""
    return _differences(_rate_rows(before), _rate_rows(after), "code")


def _rate_rows(card: RateCard) -> dict[str, dict[str, str]]:
    return {
        line.code: {"code": line.code, "unit": line.unit, "rate_nzd_ex_gst": f"{line.rate.normalize():f}"}
        for line in card.lines.values()
    }


def _differences(
    before: Mapping[str, Cells], after: Mapping[str, Cells], name: str
) -> tuple[Difference, ...]:
    found = [Difference(key, name, key, None) for key in before if key not in after]
    for key, cells in after.items():
        if key not in before:
            found.append(Difference(key, name, None, key))
            continue
        old = before[key]
        found += [
            Difference(key, column, old[column], new) for column, new in cells.items() if old[column] != new
        ]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a past assessment would be recommended now and before, as (opening, item, quantity); or why not."""

    assessment: str
    no_longer: tuple[tuple[str, str, str], ...]
    newly: tuple[tuple[str, str, str], ...]
    fault: str = ""


def preview(
    assessments: Mapping[str, tuple[Sequence[SurveyedOpening], bool | None]],
    before: tuple[Sequence[FindingRule], Mapping[str, CatalogueItem]],
    after: tuple[Sequence[FindingRule], Mapping[str, CatalogueItem]],
) -> tuple[Preview, ...]:
    """For each past assessment (openings, built before 2000) that changed rules would treat differently, how."""
    previews = []
    for name, (openings, old_home) in assessments.items():
        was, _ = _recommended(openings, old_home, before)
        now, fault = _recommended(openings, old_home, after)
        if was != now or fault:
            previews.append(Preview(name, tuple(sorted(was - now)), tuple(sorted(now - was)), fault))
    return tuple(previews)


def _recommended(
    openings: Sequence[SurveyedOpening],
    old_home: bool | None,
    rules: tuple[Sequence[FindingRule], Mapping[str, CatalogueItem]],
) -> tuple[frozenset[tuple[str, str, str]], str]:
    try:
        found = recommend(openings, *rules, built_before_2000=old_home)
    except RecommendationError as error:
        return frozenset(), str(error)
    return frozenset(
        (line.opening_id, line.item_code, f"{line.quantity.normalize():f}") for line in found.items
    ), ""
