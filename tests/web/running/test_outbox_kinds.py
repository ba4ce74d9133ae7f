"""Every kind of work that is sent has its one handler, and no payload holds more than ids: read from the sources."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from web import jobs
from worksorders.steps import jobs as registry

ROOT = Path(__file__).parents[3]


# Fields that hold no id, and what they may be: a day, a number, or a word out of a fixed list.
PLAIN_FIELDS = {"at", "day", "days", "due_at", "kind", "level", "link", "review_on", "subject_table"}


def sends(path):
    """Each call of `outbox.send` in a source file: its line, and the nodes of its kind and payload."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "outbox.send":
            yield node.lineno, node.args[1], node.args[2]


def unhandled(path, names, handled):
    """Kinds that a file sends and nobody handles; `names` are the file's own constants."""
    kinds = (
        ast.literal_eval(kind) if isinstance(kind, ast.Constant) else names[kind.id]
        for _, kind, _ in sends(path)
    )
    return sorted(set(kinds) - set(handled))


def with_more_than_ids(path):
    """Lines whose payload is anything but a mapping of ids, days, numbers and words of fixed lists."""
    tree = ast.parse(path.read_text())
    named = {
        node.targets[0].id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Dict)
    }
    return [
        line
        for line, _, payload in sends(path)
        if not holds_little(named.get(payload.id) if isinstance(payload, ast.Name) else payload)
    ]


def holds_little(payload):
    return isinstance(payload, ast.Dict) and all(
        isinstance(key, ast.Constant) and (is_id(key.value, value) or is_plain(key.value, value))
        for key, value in zip(payload.keys, payload.values, strict=True)
    )


def is_id(name, value):
    written = isinstance(value, ast.Call) and ast.unparse(value.func) == "str"
    return written and (name.endswith("_id") or ast.unparse(value.args[0]).endswith(".id"))


def is_plain(name, value):
    text = ast.unparse(value)
    fixed = isinstance(value, ast.Constant) or text.isupper() or text == name
    return name in PLAIN_FIELDS and (
        fixed or text.endswith((".isoformat()", ".value")) or text.startswith("int(")
    )


def senders():
    files = [path for folder in ("worksorders", "web") for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in files if next(sends(path), None)]


def test_all_work_that_is_sent_is_handled_or_it_would_be_sent_for_ever():
    jobs.load_handlers()
    found = {}
    for path in senders():
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        found |= (
            {path.name: missing} if (missing := unhandled(path, vars(module), registry._HANDLERS)) else {}
        )
    assert len(senders()) >= 6
    assert found == {}


def test_payloads_hold_ids_alone():
    assert {path.name: lines for path in senders() if (lines := with_more_than_ids(path))} == {}


def test_the_outbox_is_called_in_the_one_way_that_is_checked():
    for folder in ("worksorders", "web"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "outbox.py":
                assert "steps.outbox import send" not in path.read_text()
                assert "OutboxMessage(" not in path.read_text() or path.name == "trail.py"


def test_the_guards_find_what_is_planted(tmp_path):
    source = tmp_path / "planted.py"
    source.write_text(
        'outbox.send(session, "order.lost", {"order_id": str(order.id)})\n'
        'outbox.send(session, LOST, {"name": str(person.name)})\n'
        'outbox.send(session, KNOWN, {"order_id": order})\n'
        'payload = {"order_id": str(order.id), "note": note}\n'
        "outbox.send(session, KNOWN, payload)\n"
        'outbox.send(session, KNOWN, {"kind": row.label})\n'
    )
    names = {"LOST": "offer.lost", "KNOWN": "plan.solve"}
    assert unhandled(source, names, {"plan.solve"}) == ["offer.lost", "order.lost"]
    assert with_more_than_ids(source) == [2, 3, 5, 6]


def test_a_second_handler_of_the_same_kind_is_refused():
    jobs.load_handlers()
    with pytest.raises(ValueError, match=r"two handlers for 'plan\.solve'"):
        registry.handles("plan.solve")(lambda _job: None)
