"""After set-up nobody waits for a compiler: every loop that the engine begins with is compiled by then."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import scheduler.engine
from scheduler.__main__ import COMPILED_NAME, UNUSABLE, main

ENGINE = Path(scheduler.engine.__file__).parent
ASK = """
import importlib, sys
from scheduler.engine.warm import warm
warm()
for name in sys.argv[1:]:
    module, _, loop = name.partition(":")
    if not getattr(importlib.import_module(module), loop).signatures:
        print(name)
"""


def begun_with():
    """The compiled loops that the engine's Python imports, as module:function."""
    for path in ENGINE.rglob("*.py"):
        if path.parent.name == "kernels":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "scheduler.engine.kernels."
            ):
                yield from (f"{node.module}:{one.name}" for one in node.names if one.name.islower())


def test_every_loop_that_the_engine_begins_with_is_compiled_at_set_up():
    from importlib import import_module  # noqa: PLC0415 -- only here

    loops = sorted(
        name
        for name in set(begun_with())
        if hasattr(getattr(import_module(name.partition(":")[0]), name.partition(":")[2]), "signatures")
    )
    assert len(loops) > 5
    done = subprocess.run([sys.executable, "-c", ASK, *loops], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_who_starts_the_command_by_hand_finds_what_set_up_compiled(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("scheduler.__main__.COMPILED", tmp_path)
    monkeypatch.setenv(COMPILED_NAME, "named already")
    assert main(["check", "none.json", "none.json"]) == UNUSABLE
    assert os.environ[COMPILED_NAME] == "named already"
    monkeypatch.delenv(COMPILED_NAME)
    main(["check", "none.json", "none.json"])
    assert os.environ[COMPILED_NAME] == str(tmp_path)
    assert "none.json" in capsys.readouterr().err
