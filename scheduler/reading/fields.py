"""Reads fields of untrusted JSON by path and collects every fault instead of stopping at the first."""

from __future__ import annotations

import math
from typing import Any

HUGE = 10**9


class InstanceError(ValueError):
    """An instance that cannot be planned; `faults` holds one sentence for each thing wrong, with its path."""

    def __init__(self, faults: list[str], what: str = "The instance") -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n".join([f"{what} has {count}:", *(f"- {fault}" for fault in faults)]))


class Fields:
    """A view of one JSON object at a path; each getter returns a usable value and notes a fault where there is none."""

    def __init__(self, data: Any, path: str, faults: list[str]) -> None:
        self.path, self.faults = path, faults
        if isinstance(data, dict):
            self.data: dict[str, Any] = data
        else:
            self.data = {}
            self.fault("", f"must be an object, not {_named(data)}")

    def fault(self, key: str, message: str) -> None:
        """Note a fault of the field `key`, or of the object itself where key is empty."""
        where = f"{self.path}.{key}" if self.path and key else self.path or key or "the file"
        self.faults.append(f"{where} {message}")

    def has(self, key: str) -> bool:
        """Whether an optional field is given; null counts as absent."""
        return self.data.get(key) is not None

    def whole(self, key: str, low: int = 0, high: int = HUGE, default: int | None = None) -> int:
        """A whole number within limits."""
        if default is not None and not self.has(key):
            return default
        return self.whole_of(self.data.get(key), key, low, high)

    def whole_of(self, value: Any, key: str, low: int = 0, high: int = HUGE) -> int:
        """The same for a value already in hand."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.fault(key, f"must be a whole number, not {_named(value)}")
            return low
        if not low <= value <= high:
            self.fault(key, f"is {_named(value)}, but must lie between {low} and {high}")
            return low
        return value

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self.data.get(key)
        if not isinstance(value, str) or not value.strip():
            self.fault(key, f"must be a text, not {_named(value)}")
            return ""
        return value

    def many(self, key: str, optional: bool = False) -> list[Any]:
        """A list; absent optional ones are empty."""
        value = self.data.get(key)
        if optional and value is None:
            return []
        if not isinstance(value, list):
            self.fault(key, f"must be a list, not {_named(value)}")
            return []
        return value

    def texts(self, key: str) -> frozenset[str]:
        """A list of texts."""
        found = self.many(key)
        for at, value in enumerate(found):
            if not isinstance(value, str) or not value.strip():
                self.fault(f"{key}[{at}]", f"must be a text, not {_named(value)}")
        return frozenset(value for value in found if isinstance(value, str))

    def wholes(self, key: str, high: int) -> tuple[int, ...]:
        """A list of whole numbers from 0 to `high`."""
        return tuple(self.whole_of(value, f"{key}[{at}]", 0, high) for at, value in enumerate(self.many(key)))

    def place(self, key: str) -> tuple[float, float]:
        """[latitude, longitude] inside New Zealand, the Chatham Islands included."""
        value = self.data.get(key)
        if not isinstance(value, list) or len(value) != 2 or not all(_finite(part) for part in value):
            self.fault(key, f"must be [latitude, longitude], not {_named(value)}")
            return (-41.0, 175.0)
        lat, lon = float(value[0]), float(value[1])
        if not ((-48 <= lat <= -33.5 and 166 <= lon <= 179.3) or (-45 <= lat <= -43 and -178 <= lon <= -175)):
            self.fault(key, f"{[lat, lon]} lies outside New Zealand")
        return (lat, lon)

    def spans(self, key: str, days: int, what: str, optional: bool = False) -> list[tuple[int, int, int]]:
        """A list of [day, from, to] with from no later than to."""
        found = []
        for at, row in enumerate(self.many(key, optional)):
            path = f"{key}[{at}]"
            if not isinstance(row, list) or len(row) != 3:
                self.fault(path, f"must be [day, from, to], not {_named(row)}")
                continue
            before = len(self.faults)
            day = self.whole_of(row[0], f"{path}[0]", 0, days - 1)
            begins = self.whole_of(row[1], f"{path}[1]", 0, 1440)
            ends = self.whole_of(row[2], f"{path}[2]", 0, 1440)
            if ends < begins:
                self.fault(
                    path, f"is a {what} that ends at minute {ends}, before it begins at minute {begins}"
                )
            if len(self.faults) == before:
                found.append((day, begins, ends))
        return found


def unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of these pairs; raises ValueError where a key comes twice, since one value would silently win."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:60]!r} is there twice in one object")
        found[key] = value
    return found


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _named(value: Any) -> str:
    shown = "nothing" if value is None else repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
