"""Opens the files that commands are given, so that whatever is wrong with one is said in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scheduler.reading.fields import InstanceError, unrepeated


def read_json(path: str) -> Any:
    """The data of a JSON file; raises InstanceError where it cannot be read or an object names a key twice."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InstanceError([f"{path} cannot be read: {error.strerror}"]) from error
    except ValueError as error:
        raise InstanceError([f"{path!r} cannot be read: it is no name of a file"]) from error
    if not content.strip():
        raise InstanceError([f"{path} is empty"])
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=unrepeated)
    except UnicodeDecodeError as error:
        fault = f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8"
        raise InstanceError([fault]) from error
    except RecursionError as error:
        raise InstanceError([f"{path} is nested too deeply"]) from error
    except ValueError as error:
        raise InstanceError([f"{path} cannot be used as JSON: {error}"]) from error


def writable(path: str | None) -> None:
    """Raises OSError where a result could not be written there, before anybody waits for one."""
    if path is not None:
        there = Path(path).exists()
        with Path(path).open("a", encoding="utf-8"):
            pass
        if not there:
            Path(path).unlink()
