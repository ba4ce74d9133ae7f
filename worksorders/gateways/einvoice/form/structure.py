"""The form of an e-invoice: which elements stand where, in which order and how often, and what each may hold.

The tree is data (`structure.txt`). What is missing altogether is for the rules to say, where a rule has an id for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.einvoice.form.values import Context, Value, check_value

COMMON = "urn:oasis:names:specification:ubl:schema:xsd:Common"
SPACES = (f"{COMMON}AggregateComponents-2", f"{COMMON}BasicComponents-2")
EXTENSIONS = f"{COMMON}ExtensionComponents-2"
FORM = "UBL-2.1"
MOST_FAULTS = 100
_ROW = re.compile(r"(\S+) ([1?*+]) (\[[^]]+\]|[a-z ]+?)(?: (\S*-\S+))?")


@dataclass(frozen=True, slots=True)
class Row:
    """One element of a group: its place, how many there may be, what it holds and the rule about it."""

    place: int
    count: str
    holds: str
    rule: str

    @property
    def group(self) -> str:
        """The group that it opens, or nothing for a value."""
        return self.holds[1:-1] if self.holds.startswith("[") else ""


def _load() -> Mapping[str, Mapping[str, Row]]:
    groups: dict[str, dict[str, Row]] = {}
    rows: dict[str, Row] = {}
    for text in Path(__file__).with_name("structure.txt").read_text(encoding="utf-8").splitlines():
        if text.startswith("["):
            rows = groups.setdefault(text[1:-1], {})
        elif text and not text.startswith("#"):
            found = _ROW.fullmatch(text)
            if found is None:
                raise ValueError(f"structure.txt has a row that is none: {text}")
            name, count, holds, rule = found.groups()
            rows[name] = Row(len(rows), count, holds, rule or FORM)
    return MappingProxyType(groups)


GROUPS = _load()


def check_structure(root: etree._Element, name: str, context: Context) -> tuple[IntakeFault, ...]:
    """Everything in the form of a document that is wrong, in its order, the first hundred of them."""
    found: list[IntakeFault] = []
    for fault in _group(root, name, name, context):
        found.append(fault)
        if len(found) == MOST_FAULTS:
            break
    return tuple(found)


def place_of(node: etree._Element, path: str) -> str:
    """Where an element stands, for a person: its line and its path."""
    return f"line {node.sourceline}, {path}"


def _children(node: etree._Element) -> Sequence[tuple[str, etree._Element]]:
    named = []
    for child in node:
        space, local = etree.QName(child).namespace, etree.QName(child).localname
        known = space in SPACES or (space == EXTENSIONS and local == "UBLExtensions")
        named.append((local if known else f"{{{space or 'no namespace'}}}{local}"[:80], child))
    return named


def _group(node: etree._Element, group: str, path: str, context: Context) -> Iterator[IntakeFault]:
    rows, last, seen = GROUPS[group], -1, dict[str, int]()
    if (node.text or "").strip():
        yield IntakeFault(
            place_of(node, path), "there is text beside the elements", "Put it into an element.", FORM
        )
    for name, child in _children(node):
        row, below = rows.get(name), f"{path}/{name}"
        if row is None:
            yield IntakeFault(
                place_of(child, below), "this element does not belong here", "Leave it out or correct its name.", FORM
            )  # fmt: skip
            continue
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1 and row.count not in "*+":
            yield IntakeFault(
                place_of(child, below), "this element is there more than once", "Give it once.", row.rule
            )
        elif row.place < last and row.holds != "any":
            yield IntakeFault(
                place_of(child, below),
                "this element stands after others that it must precede",
                "Put the elements in the order of UBL 2.1.",
                FORM,
            )
        last = max(last, row.place) if row.holds != "any" else last
        yield from _inside(child, row, below, context)
    for name, row in rows.items():
        if row.count in "1+" and name not in seen:
            yield IntakeFault(place_of(node, path), f"no {name} in it", f"Give {name}.", row.rule)


def _inside(node: etree._Element, row: Row, path: str, context: Context) -> Iterator[IntakeFault]:
    if row.holds == "any":
        yield from _empties(node, path)
        return
    text = (node.text or "").strip()
    if not len(node) and not text:
        yield _empty(node, path)
    elif row.group:
        yield from _group(node, row.group, path, context)
    elif len(node):
        yield IntakeFault(
            place_of(node, path), "there are elements inside a plain value", "Leave them out.", FORM
        )
    else:
        for what, remedy, rule in check_value(Value(node, text, context), row.holds):
            yield IntakeFault(place_of(node, path), what, remedy, rule)


def _empty(node: etree._Element, path: str) -> IntakeFault:
    return IntakeFault(place_of(node, path), "the element is empty", "Leave it out or fill it in.", "ibr-079")


def _empties(node: etree._Element, path: str) -> Iterator[IntakeFault]:
    """Empty elements in what is not looked into otherwise."""
    for below in node.iter():
        if not len(below) and not (below.text or "").strip():
            yield _empty(below, f"{path}//{etree.QName(below).localname[:80]}" if below is not node else path)
