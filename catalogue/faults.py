"""The faults of a file handed in, each with its line, column, value and remedy."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class FileFault:
    """One fault: the line (1 is the header; 0 the file as a whole), the column's name, the value, the words."""

    line: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else "file"
        column = f", {self.column}" if self.column else ""
        return f"{place}{column}: {self.message}"


class FileFaultsError(ValueError):
    """A file refused whole: every fault is listed and nothing of it was taken."""

    def __init__(self, faults: Iterable[FileFault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))
