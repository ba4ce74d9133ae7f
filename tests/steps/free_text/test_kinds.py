"""Each kind of value that anything seals says how people write it, so that no text goes unchecked against a new one."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import uuid
from pathlib import Path

import pytest

import web
import worksorders
from worksorders.gateways.retention import rules
from worksorders.steps.consents import persons
from worksorders.steps.consents.writing.letters import letter_kind
from worksorders.steps.free_text.learn import SHAPES, shape_of
from worksorders.steps.intake.settle_contact import PARTS

SOME = uuid.UUID(int=1)
# Where the kinds are made by a function or come out of a table: what they are there.
MADE = {
    "worksorders.steps.consents.persons": {persons.kind(what, SOME) for what in ("name", "phone", "mail", "post")},
    "worksorders.steps.consents.writing.letters": {letter_kind(SOME)},
    "worksorders.steps.intake.settle_contact": {kind for part in PARTS.values() for pair in part for kind in pair},
}  # fmt: skip


def modules():
    """Every module of the product that mentions sealing, with its parsed source."""
    for package in (worksorders, web):
        for one in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            origin = one.module_finder.find_spec(one.name).origin
            if origin and "protect(" in (source := Path(origin).read_text(encoding="utf-8")):
                yield one.name, ast.parse(source)


def sealed_in(name, tree):
    """The kinds that the calls of one module seal; None among them for one that cannot be read off."""
    scope = vars(importlib.import_module(name))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        given = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    at = target.value if isinstance(target, ast.Subscript) else target
                    if isinstance(at, ast.Name):
                        given.setdefault(at.id, []).append(
                            node.value if at is target else ast.Dict([target.slice], [node.value])
                        )
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and is_protect(call):
                yield from kinds_of(call.args[-1], given, scope)


def is_protect(call):
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "disclose.protect"


def kinds_of(node, given, scope):
    if isinstance(node, ast.Dict):
        for key in node.keys:
            yield from read(key, given, scope)
    elif isinstance(node, ast.Name) and node.id in given:
        for value in given[node.id]:
            yield from kinds_of(value, given, scope)
    else:
        yield None


def read(node, given, scope):
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from read(node.body, given, scope)
        yield from read(node.orelse, given, scope)
    elif isinstance(node, ast.Name) and node.id in given:
        for value in given[node.id]:
            yield from read(value, given, scope)
    elif isinstance(node, ast.Name | ast.Attribute):
        base, _, rest = ast.unparse(node).partition(".")
        found = scope.get(base)
        yield getattr(found, rest, None) if rest else found
    else:
        yield None


def test_every_kind_that_is_sealed_says_how_people_write_it():
    sealed, unread = set(), set()
    for name, tree in modules():
        for kind in sealed_in(name, tree):
            sealed.add(kind)
            if kind is None:
                unread.add(name)
    sealed = sealed.difference([None]).union(*MADE.values())
    assert len(sealed) >= 20
    assert unread == set(MADE), "say in MADE which kinds are sealed there"
    assert {kind.partition(":")[0] for kind in sealed} == SHAPES.keys()


def test_the_walk_sees_a_kind_that_nobody_listed():
    tree = ast.parse("def f():\n values = {A: 1}\n values[B] = 2\n disclose.protect(s, c, i, j, values)")
    scope = {"A": "person.name", "B": "person.nickname"}
    call = next(node for node in ast.walk(tree) if isinstance(node, ast.Call))
    given = {"values": [ast.parse("{A: 1}", mode="eval").body, ast.Dict([ast.Name("B")], [ast.Constant(2)])]}
    assert list(kinds_of(call.args[-1], given, scope)) == ["person.name", "person.nickname"]


def test_a_kind_without_a_shape_is_not_sealed():
    with pytest.raises(LookupError, match="kind person"):
        shape_of("person.nickname:1")


def test_each_kind_has_a_clock_of_its_own():
    assert {kind for rule in rules() for kind in rule.kinds} == SHAPES.keys()
