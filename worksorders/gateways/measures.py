"""Data about measures that ships with the product: papers asked for, warranties, and words for the family."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from catalogue.item import Evidence
from worksorders.domain.completion.needs import PaperRule

DATA = files("worksorders") / "data"


@dataclass(frozen=True, slots=True)
class Guidance:
    """A measure in the family's words: its name, what it does, and how it is used."""

    name: str
    what_it_does: str
    how_to_use: str


def _rows(name: str) -> list[dict[str, str]]:
    text = (DATA / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def paper_rules() -> Mapping[Evidence, PaperRule]:
    """What is asked of each kind of paper (`evidence.csv`), in the file's order."""
    found = {}
    for row in _rows("evidence.csv"):
        kind = Evidence(row["evidence"])
        found[kind] = PaperRule(
            kind,
            row["label"],
            row["number_label"],
            dated=row["dated"] == "yes",
            filed=row["filed"] == "yes",
            later_working_days=int(row["later_working_days"]),
        )
    return MappingProxyType(found)


@cache
def _warranties() -> Mapping[str, int]:
    return MappingProxyType({row["item"]: int(row["months"]) for row in _rows("warranty.csv")})


def warranty_months(item_code: str) -> int:
    """For how many months an item is under warranty (`warranty.csv`); what is not listed has the months of `*`."""
    months = _warranties()
    return months.get(item_code, months["*"])


@cache
def _guide() -> Mapping[str, Guidance]:
    rows = _rows("blueprint.csv")
    found = {row["item"]: Guidance(row["name"], row["what_it_does"], row["how_to_use"]) for row in rows}
    return MappingProxyType(found)


def guidance(item_code: str) -> Guidance | None:
    """What a family is told of an item (`blueprint.csv`); None for what they need not know of."""
    return _guide().get(item_code)
