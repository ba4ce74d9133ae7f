"""Every call of the API in one table, of which routes, rules and the description are made."""

from __future__ import annotations

from dataclasses import dataclass

from worksorders.domain.records import kinds


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: its endpoint, method and path, the scope that it needs, and what it is about.

    `register` is the list that it reads, `body` the kind of record that it takes in, `xml` says that it takes a document.
    """

    endpoint: str
    method: str
    path: str
    scope: str
    summary: str
    register: str = ""
    body: str = ""
    xml: bool = False


def _list(name: str, scope: str, summary: str) -> tuple[Operation, Operation]:
    noun = name.removesuffix("s")
    return (
        Operation(f"list_{name}", "GET", f"/v1/{name}", scope, summary, register=name),
        Operation(
            f"read_{noun}",
            "GET",
            f"/v1/{name}/<uuid:{noun}_id>",
            scope,
            f"One {noun} by its id",
            register=name,
        ),
    )


def _take(name: str, summary: str) -> Operation:
    return Operation(f"take_{name}", "POST", f"/v1/{name}", f"{name}:write", summary, body=name)


OPERATIONS: tuple[Operation, ...] = (
    *_list("assessments", "assessments:read", "Assessments and how far each is, newest first"),
    _take(kinds.ASSESSMENTS, "Hand assessments in: all of them, or none and every fault"),
    *_list("orders", "orders:read", "Orders, newest first"),
    *_list("offers", "orders:read", "Offers, newest first"),
    *_list("visits", "visits:read", "Visits by their deadline, latest first"),
    *_list("workers", "workers:read", "Workers by last name"),
    _take(kinds.WORKERS, "Add workers: all of them, or none and every fault"),
    *_list("checks", "checks:read", "Checks of workers and firms, newest first"),
    _take(kinds.CHECKS, "Record checks: all of them, or none and every fault"),
    Operation("read_catalogue", "GET", "/v1/catalogue", "catalogue:read", "The catalogue in force"),
    _take(kinds.CATALOGUE, "Bring a new version of the catalogue"),
    *_list("invoices", "invoices:read", "Invoices and how far each is, newest first"),
    Operation(
        "take_invoice",
        "POST",
        "/v1/invoices",
        "invoices:write",
        "Hand one invoice or credit note in, as UBL 2.1 or as JSON: it is kept, checked and matched",
        xml=True,
    ),
    *_list("plans", "plans:read", "Plans with what each placed, newest first"),
)
