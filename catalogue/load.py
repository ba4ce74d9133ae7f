"""Turns the catalogue's and the findings' CSV into values, or refuses the file with every fault."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from catalogue.faults import FileFault, FileFaultsError
from catalogue.item import AFTER_EVERYTHING, CatalogueItem, ConsentNeeded, Evidence, FindingRule, Kind
from catalogue.table import Row, decimal_number, filled, one_of, read_rows, split_list, whole_number
from catalogue.trade import TRADES, TradeExpression, parse_trade

CATALOGUE_COLUMNS: tuple[str, ...] = (
    "code",
    "measure",
    "offer_name",
    "kind",
    "unit",
    "trade",
    "crew",
    "minutes",
    "lead_working_days",
    "price_nzd_ex_gst",
    "price_basis",
    "after",
    "interim_item",
    "consent",
    "evidence",
    "rule",
)
FINDINGS_COLUMNS: tuple[str, ...] = ("opening", "finding", "item", "quantity", "also")
MEASUREMENTS: tuple[str, ...] = ("per sash", "per pane", "measured m2", "hours")

_CODE = re.compile(r"[A-Z]{2}[0-9]{2}")
_UNKNOWN_TRADE = TradeExpression(())


def load_catalogue(data: bytes | str, trades: Collection[str] = TRADES) -> Mapping[str, CatalogueItem]:
    """The items by code, in the file's order; raises FileFaultsError with every fault of the file."""
    faults: list[FileFault] = []
    rows = read_rows(data, CATALOGUE_COLUMNS, faults)
    seen: dict[str, Row] = {}
    items: dict[str, CatalogueItem] = {}
    for row in rows:
        item = _item(row, trades)
        if item.code in seen:
            row.fault(
                "code", f"'{item.code}' is already on line {seen[item.code].line}; give each code one line"
            )
            continue
        seen[item.code] = row
        items[item.code] = item
    for code, item in items.items():
        _check_references(item, seen[code], items)
    for cycle in _cycles(items):
        message = f"{' after '.join(cycle)} is a circle; take one of these out of 'after'"
        seen[cycle[0]].fault("after", message)
    if faults:
        raise FileFaultsError(faults)
    return MappingProxyType(items)


def _item(row: Row, trades: Collection[str]) -> CatalogueItem:
    for column in ("measure", "offer_name", "unit", "price_basis"):
        row.read(column, filled, "")
    return CatalogueItem(
        code=row.read("code", _code, row.cells["code"]),
        measure=row.cells["measure"],
        offer_name=row.cells["offer_name"],
        kind=Kind(row.read("kind", one_of([kind.value for kind in Kind]), Kind.WORK.value)),
        unit=row.cells["unit"],
        trade=row.read("trade", lambda text: parse_trade(text, trades), _UNKNOWN_TRADE),
        crew=row.read("crew", whole_number(1, 4), 1),
        minutes=row.read("minutes", whole_number(0, 2400), 0),
        lead_working_days=row.read("lead_working_days", whole_number(0, 250), 0),
        price=row.read("price_nzd_ex_gst", decimal_number, Decimal(0)),
        price_basis=row.cells["price_basis"],
        after=row.read("after", _after, ()),
        interim_item=row.cells["interim_item"] or None,
        consent=ConsentNeeded(
            row.read("consent", one_of([c.value for c in ConsentNeeded]), ConsentNeeded.NONE.value)
        ),
        evidence=row.read("evidence", _evidence, ()),
        rule=row.cells["rule"],
    )


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError(f"'{text}' is not an item code; write two capitals and two digits, such as LK03")
    return text


def _after(text: str) -> tuple[str, ...]:
    parts = split_list(text, "|")
    if AFTER_EVERYTHING in parts and len(parts) > 1:
        raise ValueError(f"'{text}' mixes * with codes; * alone is after everything else")
    return parts


def _evidence(text: str) -> tuple[Evidence, ...]:
    known = [kind.value for kind in Evidence]
    return tuple(Evidence(one_of(known)(part)) for part in split_list(text, "|"))


def _check_references(item: CatalogueItem, row: Row, items: Mapping[str, CatalogueItem]) -> None:
    for code in item.after:
        if code == AFTER_EVERYTHING:
            continue
        if code not in items:
            row.fault("after", f"'{code}' is not a code of this catalogue; add its line or take it out")
        elif items[code].after_everything:
            row.fault("after", f"'{code}' is itself after everything else; nothing can be after it")
    interim = item.interim_item
    if interim is None:
        return
    if interim not in items:
        row.fault("interim_item", f"'{interim}' is not a code of this catalogue; add its line or take it out")
    elif interim == item.code:
        row.fault("interim_item", f"'{interim}' cannot be its own interim measure; name another item")
    elif items[interim].lead_working_days:
        days = items[interim].lead_working_days
        row.fault(
            "interim_item", f"'{interim}' has a lead time of {days} days; an interim measure must have none"
        )


def _cycles(items: Mapping[str, CatalogueItem]) -> Iterable[list[str]]:
    """Each circle in `after` and `interim_item` once, as codes from its first code back to it."""
    finished: set[str] = set()
    for start in items:
        path: list[str] = []
        yield from _walk(start, items, path, finished)


def _walk(
    code: str, items: Mapping[str, CatalogueItem], path: list[str], finished: set[str]
) -> Iterable[list[str]]:
    if code in path:
        yield [*path[path.index(code) :], code]
        return
    if code in finished or code not in items:
        return
    path.append(code)
    interim = items[code].interim_item
    for before in (*items[code].after, *([interim] if interim and interim != code else [])):
        yield from _walk(before, items, path, finished)
    path.pop()
    finished.add(code)


def load_findings(data: bytes | str, items: Mapping[str, CatalogueItem]) -> tuple[FindingRule, ...]:
    """The rules in the file's order; raises FileFaultsError with every fault of the file."""
    faults: list[FileFault] = []
    rules: dict[tuple[str, str], FindingRule] = {}
    lines: dict[tuple[str, str], int] = {}
    for row in read_rows(data, FINDINGS_COLUMNS, faults):
        rule = _rule(row, items)
        key = (rule.opening_kind, rule.finding)
        if key in rules:
            row.fault(
                "finding",
                f"'{rule.finding}' for {rule.opening_kind} is already on line {lines[key]}; keep one",
            )
            continue
        rules[key] = rule
        lines[key] = row.line
    if faults:
        raise FileFaultsError(faults)
    return tuple(rules.values())


def _rule(row: Row, items: Mapping[str, CatalogueItem]) -> FindingRule:
    def known_item(text: str) -> str:
        if text not in items:
            raise ValueError(
                f"'{text}' is not a code of the catalogue; correct it or load the catalogue first"
            )
        return text

    def also(text: str) -> tuple[tuple[str, Decimal], ...]:
        return tuple(_also_part(part, items) for part in split_list(text, ";"))

    unread: tuple[Decimal | None, str | None] = (Decimal(1), None)
    quantity, measured_in = row.read("quantity", _quantity, unread)
    return FindingRule(
        opening_kind=row.read("opening", filled, ""),
        finding=row.read("finding", filled, ""),
        item_code=row.read("item", known_item, ""),
        quantity=quantity,
        measured_in=measured_in,
        also=row.read("also", also, ()),
    )


def _quantity(text: str) -> tuple[Decimal | None, str | None]:
    if text in MEASUREMENTS:
        return None, text
    try:
        quantity = decimal_number(text)
    except ValueError:
        quantity = Decimal(0)
    if not quantity:
        raise ValueError(f"'{text}' is neither a number above 0 nor one of {', '.join(MEASUREMENTS)}")
    return quantity, None


def _also_part(part: str, items: Mapping[str, CatalogueItem]) -> tuple[str, Decimal]:
    code, colon, amount = part.partition(":")
    if not colon:
        raise ValueError(f"'{part}' has no quantity; write CODE:quantity, such as LK11:1")
    if code not in items:
        raise ValueError(f"'{code}' is not a code of the catalogue; correct it or load the catalogue first")
    quantity = decimal_number(amount)
    if not quantity:
        raise ValueError(f"'{part}' has the quantity 0; give one above 0 or take it out")
    return code, quantity


def opening_kinds(rules: Sequence[FindingRule]) -> tuple[str, ...]:
    """The kinds of opening that the rules know, each once, in their order."""
    return tuple(dict.fromkeys(rule.opening_kind for rule in rules))


def findings_of(rules: Sequence[FindingRule], opening_kind: str) -> tuple[FindingRule, ...]:
    """The rules for one kind of opening, in their order."""
    return tuple(rule for rule in rules if rule.opening_kind == opening_kind)
