"""What can go wrong when a rule is applied, in a form that a page can put beside its field."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: the field's name and a message with the value and the remedy.

    A field inside a list is named `openings-0-kind`, as WTForms names it; an empty name means the whole form.
    """

    field: str
    message: str


class DomainError(Exception):
    """Anything that a rule refuses; `str()` is a sentence that may be shown to the user."""


class FaultsError(DomainError):
    """An input with one or more faults, all of them listed."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.message for fault in self.faults))

    def by_field(self) -> dict[str, list[str]]:
        """The messages under their field's name, in the order in which they were found."""
        fields: dict[str, list[str]] = {}
        for fault in self.faults:
            fields.setdefault(fault.field, []).append(fault.message)
        return fields


class RefusedError(DomainError):
    """A move that the table of transitions does not allow; nothing has changed."""

    def __init__(self, message: str, *, state: str, action: str, possible: tuple[str, ...] = ()) -> None:
        self.state = state
        self.action = action
        self.possible = possible
        super().__init__(message)


class NotPermittedError(DomainError):
    """The person may not do this, whatever the state: a limit, a second person, a bar."""


class Faults:
    """Collects faults while an input is read, so that all are reported at once."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add(self, field: str, message: str) -> None:
        self._faults.append(Fault(field, message))

    def require(self, holds: object, field: str, message: str) -> None:
        """Add the fault unless the condition holds."""
        if not holds:
            self.add(field, message)

    def raise_if_any(self) -> None:
        if self._faults:
            raise FaultsError(self._faults)
