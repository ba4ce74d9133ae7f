"""First passwords in two parts: who asks hands over one, who confirms the other, and neither signs in alone.

Of the first part only a hash is kept until the second is made; what is hashed as the password is that hash beside the
second part. So whoever confirms never meets the first part, nor whoever reads the database.
"""

from __future__ import annotations

import re
import secrets
from hashlib import sha256

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP_LENGTH = 3, 5
PART_LENGTH = GROUPS * GROUP_LENGTH
_BOTH = re.compile(f"[{ALPHABET}]{{{2 * PART_LENGTH}}}")
_FOLDED, _PLAIN = "two parts:", "plain:"


def new_part() -> str:
    """Three groups of five characters that are not mistaken for one another: about 73 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


def mark_of(first: str) -> str:
    """What is kept of a first part until there is a second."""
    return sha256(_bare(first).encode()).hexdigest()


def join(mark: str, second: str) -> str:
    """What is hashed as the password of somebody whose two parts these are."""
    return f"{_FOLDED}{mark}:{_bare(second)}"


def fold(password: str) -> str:
    """What is hashed of a password as it was typed: both parts, however they are spaced, as `join` writes them.

    Nobody can type what `join` writes, so that a mark and the second part open nothing.
    """
    bare = _bare(password)
    if _BOTH.fullmatch(bare):
        return join(mark_of(bare[:PART_LENGTH]), bare[PART_LENGTH:])
    return f"{_PLAIN}{password}" if password.startswith((_FOLDED, _PLAIN)) else password


def _bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()
