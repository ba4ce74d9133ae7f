"""Finds signs that nobody sees: they turn the order of letters round, or keep a word from being recognised."""

from __future__ import annotations

import unicodedata

# Letters and marks that take no room although their class is that of letters: fillers of Hangul, joiners, the blank Braille cell.
_EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_LINES = frozenset("\t\n\r")
# Format, control, surrogate and private signs, and the separators of lines and paragraphs.
_CLASSES = frozenset({"Cf", "Cc", "Cs", "Co", "Zl", "Zp"})


def is_invisible(sign: str) -> bool:
    """Whether a reader cannot see the sign; blanks and the ends of lines count as seen."""
    return sign in _EMPTY or (unicodedata.category(sign) in _CLASSES and sign not in _LINES)


def invisible_in(text: str) -> str:
    """What to tell of the first such sign, with the letter before it to find it by; "" where there is none."""
    for place, sign in enumerate(text):
        if is_invisible(sign):
            name = unicodedata.name(sign, "a control character").lower()
            where = (
                f"after “{text[place - 1]}”"
                if place and text[place - 1].isalnum()
                else f"at place {place + 1}"
            )
            return f"There is a sign that cannot be seen {where} (U+{ord(sign):04X}, {name}): type the text again instead of pasting it."
    return ""


def without_invisible(text: str) -> str:
    """The text without them, for documents that somebody else's program wrote."""
    return "".join(sign for sign in text if not is_invisible(sign))
