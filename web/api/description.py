"""The description of the API in OpenAPI 3.1, made of the table of calls, the lists' columns and the records' schemas."""

from __future__ import annotations

import re
from typing import Any

from web.api.operations import OPERATIONS, Operation
from web.api.reading import MOST_ROWS, field_name
from worksorders.domain.records.describe import json_schema
from worksorders.domain.records.invoice import invoice
from worksorders.domain.records.schema import Field
from worksorders.steps.exchange.scopes import SCOPES
from worksorders.steps.lists.find import OUTSIDE
from worksorders.steps.lists.register import Column, Register

VERSION = "1.0.0"
TYPES = {
    "instant": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "money": {"type": "integer", "description": "cents"},
    "number": {"type": "integer"},
    "flag": {"type": "boolean"},
    "id": {"type": "string", "format": "uuid"},
}
ABOUT = (
    "Orders, visits and what belongs to them, by codes, states, times and amounts. No call gives out anything "
    "that tells of a home or the people in it, nor a place smaller than a region. Lists go on at `next`, which is given as `after`."
)
TEXT: dict[str, Any] = {"type": "string"}


def describe(records: dict[str, Field], title: str) -> dict[str, Any]:
    """The whole document; `records` are the bodies of the calls that take something in."""
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/api{one.path}")
        paths.setdefault(path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A token made by an administrator, with the scopes {', '.join(SCOPES)}.",
                }
            },
            "schemas": _schemas(records),
            "responses": {"Problem": _answer("What is wrong, every fault of it", "Problem", problem=True)},
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.endpoint,
        "summary": one.summary,
        "security": [{"token": [one.scope]}],
        "parameters": _parameters(one),
        "responses": {
            **_success(one),
            **{code: {"$ref": "#/components/responses/Problem"} for code in _problems(one)},
        },
    }
    if one.xml:
        document = {"type": "string", "description": "UBL 2.1 in PINT A-NZ form, at most 10 MB"}
        stated = {"$ref": "#/components/schemas/Invoice"}
        content = {"application/xml": {"schema": document}, "application/json": {"schema": stated}}
        found["requestBody"] = {"required": True, "content": content}
    if one.body:
        schema = {"$ref": f"#/components/schemas/{_batch(one.body)}"}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _parameters(one: Operation) -> list[dict[str, Any]]:
    key = {
        **_parameter("Idempotency-Key", "A UUID: the same call sent again changes nothing more",
                     {"type": "string", "format": "uuid"}),
        "in": "header",
    }  # fmt: skip
    if one.xml:
        return [key]
    if one.body:
        dry = {"type": "boolean", "default": False}
        return [_parameter("dry_run", "Judge everything and keep nothing", dry), key]
    found = re.search(r"<uuid:(\w+)>", one.path)
    if found:
        return [{"name": found[1], "in": "path", "required": True, "schema": TYPES["id"]}]
    return _filters(OUTSIDE[one.register]) if one.register else []


def _filters(register: Register) -> list[dict[str, Any]]:
    states = {"type": "string", "enum": list(register.states)} if register.states else TEXT
    shown = {
        "state": ("In this state", states),
        "urgency": ("Of this class", {"type": "string", "enum": ["P1", "P2", "P3", "P4"]}),
        "region": ("In the region of this code", TEXT),
        "firm": ("Of the firm with this id", TYPES["id"]),
    }
    found = [
        _parameter("class" if name == "urgency" else name, words, schema)
        for name, (words, schema) in shown.items()
        if name in register.filters
    ]
    if register.on is not None:
        on = register.on_title.lower()
        found += [_parameter(name, f"{on} {name} this day, inside", TYPES["day"]) for name in ("from", "to")]
    found.append(_parameter("code", "With this code", TEXT))
    found.append(_parameter("after", "The value of `next` of the page before", TEXT))
    rows = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": 50}
    return [*found, _parameter("limit", "How many rows", rows)]


def _parameter(name: str, words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


def _success(one: Operation) -> dict[str, Any]:
    if one.xml:
        return {
            "200": _answer("This key came with this document before", "InvoiceTaken"),
            "201": _answer("The document is kept, and this is what its match says", "InvoiceTaken"),
        }
    if one.body:
        return {
            "200": _answer("Nothing is wrong (dry run), or this file was imported before", "ImportResult"),
            "201": _answer("All of it was taken in", "ImportResult"),
        }
    if one.endpoint == "read_catalogue":
        return {"200": _answer("The catalogue", "CatalogueInForce")}
    name = _row_name(one.register)
    is_list = "<" not in one.path
    if one.register == "orders" and not is_list:
        name = "OrderWithParts"
    return {"200": _answer("The rows" if is_list else "The row", f"{name}Page" if is_list else name)}


def _problems(one: Operation) -> tuple[str, ...]:
    found = ("400", "401", "403", "429")
    if one.body or one.xml:
        return (*found, "409", "413", "415", "422")
    return (*found, "404") if "<" in one.path else (*found, "422")


def _answer(words: str, schema: str, *, problem: bool = False) -> dict[str, Any]:
    kind = "application/problem+json" if problem else "application/json"
    return {"description": words, "content": {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _schemas(records: dict[str, Field]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, register in OUTSIDE.items():
        found[_row_name(name)] = _row(register)
        page = {"data": {"type": "array", "items": {"$ref": f"#/components/schemas/{_row_name(name)}"}}}
        found[f"{_row_name(name)}Page"] = _object(page | {"next": {"type": ["string", "null"]}})
    parts = {"type": "array", "items": {"type": "object", "additionalProperties": True}}
    row = found["OrderRow"]["properties"]
    found["OrderWithParts"] = _object({**row, **dict.fromkeys(("lines", "visits"), parts)})
    for name, record in records.items():
        found[record.name.capitalize()] = json_schema(record)
        item = {"$ref": f"#/components/schemas/{record.name.capitalize()}"}
        found[_batch(name)] = _object({"records": {"type": "array", "items": item, "minItems": 1}})
    return found | {"Invoice": json_schema(invoice())} | _fixed()


def _fixed() -> dict[str, Any]:
    fault = _object({"field": TEXT, "found": TEXT, "message": TEXT}, ("field", "message"))
    part = {"type": "object", "additionalProperties": True}
    rows = {"type": "array", "items": {"type": "object", "additionalProperties": TEXT}}
    return {
        "CatalogueInForce": _object(
            {"number": {"type": "integer"}, "valid_from": TYPES["day"], "items": rows, "findings": rows}
        ),
        "ImportResult": _object(
            {
                "id": TYPES["id"],
                "kind": TEXT,
                "state": {"type": "string", "enum": ["checked", "imported"]},
                "records": {"type": "integer"},
                "made": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
            }
        ),
        "InvoiceTaken": _object(
            {
                "id": TYPES["id"],
                "href": TEXT,
                "number": TEXT,
                "kind": {"type": "string", "enum": ["invoice", "credit_note"]},
                "state": {"type": "string", "enum": ["received"]},
                "claimed_cents": {"type": "integer"},
                "faults": {"type": "array", "items": fault},
                "exceptions": {"type": "array", "items": part},
            },
            ("id", "href", "number", "kind", "state"),
        ),
        "Problem": _object(
            {
                "type": TEXT,
                "title": TEXT,
                "status": {"type": "integer"},
                "detail": TEXT,
                "faults": {"type": "array", "items": fault},
            }
        ),
    }


def _row(register: Register) -> dict[str, Any]:
    properties: dict[str, Any] = {"id": TYPES["id"]}
    for column in register.told:
        properties[field_name(column)] = _nullable(column)
    return _object(properties)


def _nullable(column: Column) -> dict[str, Any]:
    plain = TYPES.get(column.kind, TEXT)
    return {**plain, "type": [plain["type"], "null"], "title": column.title}


def _object(properties: dict[str, Any], required: tuple[str, ...] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required or properties)}


def _row_name(register: str) -> str:
    return f"{register.removesuffix('s').capitalize()}Row"


def _batch(kind: str) -> str:
    return f"{kind.capitalize()}Batch"
