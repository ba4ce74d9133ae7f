"""Publishes heads of the audit chain in a file outside the database, which is only ever appended to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from worksorders.domain.audit_chain import Head, head_line, read_heads


@dataclass(frozen=True)
class HeadFile:
    """A file of heads, one a line; for real use on a volume that the database's host cannot rewrite."""

    path: Path

    def publish(self, head: Head) -> None:
        """Append a head and wait until the disk has it."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, head_line(head).encode("ascii"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> list[Head]:
        """All heads in the order in which they were published; none where there is no file yet.

        Raises ValueError that names the line which is not a head.
        """
        try:
            text = self.path.read_text("ascii")
        except FileNotFoundError:
            return []
        return read_heads(text.splitlines())
