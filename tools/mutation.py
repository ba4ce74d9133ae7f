"""Change the disclosure table, the access rules and the guard in one place at a time and see that a test notices each.

`make mutation` runs all of it (minutes, no part of CI). A change that no test notices is printed with its line;
1 is returned where fewer than 95 % were noticed. Each mutant lives in a forked process of its own.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

LEAST_PERCENT = 95
SECONDS_EACH = 90
QUIETLY = ["-x", "-q", "-p", "no:cacheprovider", "-n", "0", "--assert=plain"]
ALONE = ["--noconftest"]
PURE = [*ALONE, "tests/proof/test_field_matrix.py", "tests/domain/disclosure/test_policy.py"]
TARGETS: dict[str, list[str]] = {
    "worksorders/domain/disclosure/policy.py": PURE,
    "worksorders/domain/disclosure/offer.py": ["tests/domain/disclosure/test_offer.py"],
    "worksorders/domain/roles.py": [*PURE, "tests/proof/test_guard.py"],
    "web/access.py": [*ALONE, "tests/proof/test_guard.py"],
    "web/disclosing.py": [*ALONE, "tests/proof/test_held_fields.py"],
} | {str(path.relative_to(ROOT)): [] for path in sorted((ROOT / "web").glob("*/policy.py"))}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A changed module: where, what was changed, and its text."""

    line: int
    change: str
    text: str


def mutants(text: str) -> Iterator[Mutant]:
    """Every mutant of a module, one change each; type hints, docstrings and names are left alone."""
    tree = ast.parse(text)
    plain = ast.unparse(tree)
    places = [node for node in _living(tree) if hasattr(node, "lineno")]
    for number, node in enumerate(places):
        for kind in range(len(list(_changes(node)))):
            other = ast.parse(text)
            twin = [one for one in _living(other) if hasattr(one, "lineno")][number]
            words, change = list(_changes(twin))[kind]
            change()
            made = ast.unparse(ast.fix_missing_locations(other))
            if made != plain:
                yield Mutant(node.lineno, words, made)


def _living(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that do something when the module runs."""
    yield tree
    for name, value in ast.iter_fields(tree):
        if name in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_text_of_its_own(child):
                yield from _living(child)


def _is_text_of_its_own(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST):  # noqa: ANN202 -- pairs of words and a function that changes the node in place.
    for changes in (_of_compare, _of_logic, _of_constant, _of_sequence, _of_call, _of_statement):
        yield from changes(node)


def _of_compare(node: ast.AST):  # noqa: ANN202
    if isinstance(node, ast.Compare):
        new = COMPARISONS[type(node.ops[0])]
        yield f"{type(node.ops[0]).__name__} to {new.__name__}", lambda: node.ops.__setitem__(0, new())
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        other = OPERATORS[type(node.op)]
        yield f"{type(node.op).__name__} to {other.__name__}", lambda: setattr(node, "op", other())


def _of_logic(node: ast.AST):  # noqa: ANN202
    if isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"to {other.__name__}", lambda: setattr(node, "op", other())
        for place in range(len(node.values)):
            yield f"without operand {place + 1}", lambda place=place: node.values.pop(place)
    if isinstance(node, (ast.If, ast.IfExp)):
        yield "condition true", lambda: setattr(node, "test", ast.Constant(True))
        yield "condition false", lambda: setattr(node, "test", ast.Constant(False))
    if isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            yield f"without filter {place + 1}", lambda place=place: node.ifs.pop(place)


def _of_constant(node: ast.AST):  # noqa: ANN202
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield f"not {node.value}", lambda: setattr(node, "value", not node.value)
    elif isinstance(node.value, int):
        yield f"{node.value} + 1", lambda: setattr(node, "value", node.value + 1)
    elif isinstance(node.value, str):
        yield f"{node.value!r} changed", lambda: setattr(node, "value", f"{node.value}x")


def _of_sequence(node: ast.AST):  # noqa: ANN202
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)) and isinstance(
        getattr(node, "ctx", ast.Load()), ast.Load
    ):
        for place in range(len(node.elts)):
            yield f"without element {place + 1}", lambda place=place: node.elts.pop(place)
    if isinstance(node, ast.Dict):
        for place in range(len(node.keys)):
            yield (
                f"without entry {place + 1}",
                lambda place=place: (node.keys.pop(place), node.values.pop(place)),
            )


def _of_call(node: ast.AST):  # noqa: ANN202
    if isinstance(node, ast.Call):
        for place in range(len(node.args)):
            if not isinstance(node.args[place], ast.Starred):
                yield f"without argument {place + 1}", lambda place=place: node.args.pop(place)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Role":
        other = "AUDITOR" if node.attr != "AUDITOR" else "CONTRACTOR"
        yield f"Role.{node.attr} to Role.{other}", lambda: setattr(node, "attr", other)


def _of_statement(node: ast.AST):  # noqa: ANN202
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "returns None", lambda: setattr(node, "value", ast.Constant(None))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield (
            "without not",
            lambda: setattr(node, "op", ast.UAdd()) or setattr(node, "operand", _truth(node.operand)),
        )


def _truth(node: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("bool", ast.Load()), [node], [])


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def survives(path: str, mutant: Mutant, tests: list[str]) -> bool:
    """Whether no test notices the mutant; a process that hangs or dies has noticed."""
    if not tests:
        return _policy_passes(path, mutant)
    child = os.fork()
    if child == 0:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        signal.alarm(SECONDS_EACH)
        os._exit(_run(path, mutant, tests))
    return os.waitpid(child, 0)[1] == 0


def _policy_passes(path: str, mutant: Mutant) -> bool:
    """Whether a package's table of rules, made by the changed text, is still what the written list says."""
    from tests.proof.test_access_rules import faults, written  # noqa: PLC0415

    module: dict[str, object] = {}
    package = importlib.import_module(path.removesuffix("/policy.py").replace("/", "."))
    blueprint = package.blueprint.name
    try:
        exec(compile(mutant.text, path, "exec"), module)
        table = {f"{blueprint}.{name}": rule for name, rule in module["POLICY"].items()}
        wanted = {name: rule for name, rule in written().items() if name.split(".")[0] == blueprint}
        return faults(table, wanted) == []
    except Exception:  # noqa: BLE001 -- a table that cannot even be read is noticed.
        return False


def _run(path: str, mutant: Mutant, tests: list[str]) -> int:
    """In the child: load the changed module in place of the real one and run its tests; 0 where all pass."""
    import pytest  # noqa: PLC0415

    name = path.removesuffix(".py").replace("/", ".")

    class Finder:
        @staticmethod
        def find_spec(fullname: str, _path: object = None, _target: object = None) -> object:
            if fullname != name:
                return None
            return importlib.util.spec_from_loader(name, Loader())

    class Loader:
        @staticmethod
        def create_module(_spec: object) -> None:
            return None

        @staticmethod
        def exec_module(module: object) -> None:
            module.__file__ = str(ROOT / path)
            exec(compile(mutant.text, path, "exec"), module.__dict__)

    sys.meta_path.insert(0, Finder)
    try:
        return int(pytest.main([*QUIETLY, *tests]))
    except BaseException:  # noqa: BLE001 -- a mutant that cannot even be loaded is noticed.
        return 1


def main(arguments: list[str]) -> int:
    """Run the targets whose path holds one of the arguments, all without any."""
    import flask  # noqa: F401, PLC0415 -- loaded once, so that each child need not.
    import hypothesis  # noqa: F401, PLC0415
    import psycopg  # noqa: F401, PLC0415
    import pytest  # noqa: F401, PLC0415
    import sqlalchemy  # noqa: F401, PLC0415

    os.chdir(ROOT)
    began, made, left = time.monotonic(), 0, []
    for path, tests in TARGETS.items():
        if arguments and not any(word in path for word in arguments):
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        if not survives(path, Mutant(0, "nothing", text), tests):
            sys.stdout.write(f"{path}: its tests fail without any change\n")
            return 1
        found = list(mutants(text))
        alive = [mutant for mutant in found if survives(path, mutant, tests)]
        made += len(found)
        left += alive
        sys.stdout.write(f"{path}: {len(found) - len(alive)} of {len(found)} noticed\n")
        for mutant in alive:
            sys.stdout.write(f"    line {mutant.line}: {mutant.change}\n")
        sys.stdout.flush()
    percent = 100 * (made - len(left)) / max(made, 1)
    sys.stdout.write(
        f"{made - len(left)} of {made} noticed: {percent:.1f} % in {time.monotonic() - began:.0f} s\n"
    )
    return 0 if made and percent >= LEAST_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
