"""Units of measure under the names that contractors and e-invoices use for them."""

from __future__ import annotations

_ALIASES = {
    "each": "each", "ea": "each", "h87": "each", "c62": "each", "pce": "each", "unit": "each", "no": "each",
    "m2": "m2", "m²": "m2", "mtk": "m2", "sqm": "m2",
    "m": "m", "metre": "m", "mtr": "m",
    "km": "km", "kmt": "km", "kilometre": "km",
    "hour": "hour", "hr": "hour", "h": "hour", "hur": "hour",
    "month": "month", "mon": "month", "visit": "visit", "set": "set",
}  # fmt: skip
UN_CODES = {"each": "EA", "m2": "MTK", "m": "MTR", "km": "KMT", "hour": "HUR", "month": "MON", "set": "SET"}
"""The UN/ECE code of a unit for e-invoices; any other unit is counted in pieces (EA)."""


def standard_unit(unit: str) -> str:
    """The product's own name for a unit, however it was written."""
    written = unit.strip().casefold()
    singular = written.removesuffix("s") if len(written) > 3 else written
    return _ALIASES.get(written) or _ALIASES.get(singular) or singular


_COUNTED = frozenset({"door", "sash", "pane", "opening", "sample", "uplift", "visit"})


def same_unit(claimed: str, ordered: str) -> bool:
    """Whether two units are one; things counted one by one may also be claimed as each."""
    one, other = standard_unit(claimed), standard_unit(ordered)
    return one == other or (one == "each" and other in _COUNTED)
