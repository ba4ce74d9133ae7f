"""Finds floats in the code of money: `python tools/money_floats.py` prints each by file and line, and fails if any is there.

Whole cents and Decimals only: no float in numbers, in calls of float(), in types, in math's functions of floats, and no
true division of what is not known to be Decimal.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MONEY = (
    "worksorders/domain/money.py",
    "worksorders/domain/finance",
    "worksorders/steps/finance",
    "worksorders/steps/pricing",
    "worksorders/gateways/einvoice",
    "worksorders/gateways/payfiles",
    "worksorders/store/tables/money/finance.py",
    "worksorders/store/tables/money/payouts.py",
    "worksorders/store/tables/money/books.py",
    "web/finance",
    "web/pricing",
    "web/api/invoices.py",
    "catalogue/rates.py",
)
FLOATING = frozenset({"ceil", "exp", "floor", "fsum", "log", "pow", "sqrt", "isclose"})
COLUMNS = frozenset({"Float", "REAL", "Double", "DOUBLE", "DOUBLE_PRECISION"})


def floats_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and reason of each float in a module's text."""
    for node in ast.walk(ast.parse(source)):
        found = _reason(node)
        if found:
            yield getattr(node, "lineno", 0), found


def _reason(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return f"the number {node.value} is a float: write Decimal(“…”) or cents"
    if isinstance(node, ast.Name) and node.id == "float":
        return "float: use Decimal or cents"
    if isinstance(node, ast.Attribute) and node.attr in FLOATING and _is_named(node.value, "math"):
        return f"math.{node.attr} works in floats"
    if isinstance(node, ast.Attribute | ast.Name) and _name(node) in COLUMNS:
        return f"a column of the type {_name(node)} keeps floats"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_whole(node.left):
        return "whole numbers are divided into a float: divide Decimals, or use //"
    return ""


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _name(node: ast.Attribute | ast.Name) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id


def _is_whole(node: ast.AST) -> bool:
    """A number written whole, a length, a sum of cents or anything called …_cents, …_minutes or count."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in {"len", "int", "round"}
    if isinstance(node, ast.Attribute | ast.Name):
        return _name(node).endswith(("_cents", "_minutes")) or _name(node) in {"cents", "count"}
    return isinstance(node, ast.BinOp) and _is_whole(node.left) and _is_whole(node.right)


def money_files(root: Path = ROOT) -> Iterator[Path]:
    """Every module of money; FileNotFoundError names a place that is gone, so that none drops out unseen."""
    for place in MONEY:
        path = root / place
        if not path.exists():
            raise FileNotFoundError(f"{place} is gone: take it out of the list, or write where it went.")
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def main() -> int:
    """Print every float; 1 if there is one."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {why}"
        for path in money_files()
        for line, why in floats_in(path.read_text(encoding="utf-8"))
    ]
    sys.stdout.write("\n".join(found) + "\n" if found else "No float is near money.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
