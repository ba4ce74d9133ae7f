"""Compiles the inner loops with a cache that can never answer for older source text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

HERE = Path(__file__).parent


def source_digest() -> str:
    """Digest of every kernel's source: numba notices no change of a callee in another file, this does."""
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


_SETTINGS: Any = numba.config
_njit: Any = numba.njit
_SETTINGS.CACHE_DIR = str(Path(_SETTINGS.CACHE_DIR or HERE / "__pycache__") / source_digest())


def compiled(function: F) -> F:
    """Compile at first call, cached on disk; no parallel threads, so that a forked child is safe.

    Such a function must not make arrays. Then nothing counts references to the sixty that each call carries,
    which took nineteen twentieths of the time.
    """
    return cast("F", _njit(cache=True, nogil=True, _nrt=False)(function))


def allocating(function: F) -> F:
    """The same for a function that makes arrays or slices; for outer loops only."""
    return cast("F", _njit(cache=True, nogil=True)(function))
