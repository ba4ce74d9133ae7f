"""Publishes heads of the audit chain in a file outside the database, which is only ever appended to."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from worksorders.domain.audit_chain import Head, head_line, read_heads


@dataclass(frozen=True)
class HeadFile:
    """A file of heads, one a line; for real use on a volume that the database's host cannot rewrite."""

    path: Path

    def publish(self, head: Head) -> None:
        """Append a head and wait until the disk has it; raises OSError and leaves no part of it where it does not fit.

        It begins a line of its own, also after one that a power cut has left without an end.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            whole = size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
            line = b"" if whole else b"\n"
            line += head_line(head).encode("ascii")
            if os.write(descriptor, line) != len(line):
                # A volume that only ever grows refuses this; the next head begins a new line then.
                with suppress(OSError):
                    os.ftruncate(descriptor, size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
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
