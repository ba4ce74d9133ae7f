"""Turns an interrupt from the keyboard or the system into a wish to stop, so that the best plan so far is kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Whether somebody asked to stop, for as long as the block runs."""
    asked = threading.Event()
    before = {one: signal.signal(one, lambda *_: asked.set()) for one in SIGNALS}
    try:
        yield asked.is_set
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
