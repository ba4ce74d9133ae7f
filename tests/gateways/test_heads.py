"""A head of the audit chain is published whole or not at all, also on a disk without room for it."""

from __future__ import annotations

import subprocess
import sys
import uuid
from datetime import UTC, datetime

from worksorders.domain.audit_chain import Head
from worksorders.gateways.heads import HeadFile

# A limit on the size of files stands for the full disk: what would pass it is written in part.
ON_A_FULL_DISK = """
import resource, signal, sys, uuid
from datetime import UTC, datetime
from pathlib import Path
from worksorders.domain.audit_chain import Head
from worksorders.gateways.heads import HeadFile

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
room = path.stat().st_size + 10
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
try:
    HeadFile(path).publish(Head(uuid.uuid4(), 2, bytes(32), datetime.now(UTC)))
except OSError:
    sys.exit(3)
"""


def head(number):
    return Head(uuid.UUID(int=1), number, bytes(32), datetime(2026, 11, 22, tzinfo=UTC))


def test_a_head_that_does_not_fit_leaves_nothing_and_the_next_one_is_readable(tmp_path):
    heads = HeadFile(tmp_path / "heads")
    heads.publish(head(1))
    before = heads.path.read_bytes()
    full = subprocess.run([sys.executable, "-c", ON_A_FULL_DISK, str(heads.path)], check=False, timeout=60)
    assert full.returncode == 3
    assert heads.path.read_bytes() == before
    heads.publish(head(3))
    assert [one.number for one in heads.read()] == [1, 3]


def test_a_line_cut_short_by_a_power_cut_does_not_spoil_the_next_one(tmp_path):
    heads = HeadFile(tmp_path / "heads")
    heads.publish(head(1))
    with heads.path.open("ab") as file:
        file.write(b"00000000-0000")
    heads.publish(head(2))
    assert heads.path.read_bytes().splitlines()[-1].startswith(b"00000000-0000-0000-0000-000000000001 2 ")
