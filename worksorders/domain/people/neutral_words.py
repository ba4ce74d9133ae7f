"""Words that a letter about security work must not hold: it says what the work is, and never why."""

from __future__ import annotations

import re

# A word is refused with everything that begins with it, so that “abus” covers “abuse” and “abuser”.
BETRAYING = (
    "abus", "advocat", "assault", "children", "client", "crisis", "danger", "domestic", "escap", "ex-partner",
    "family", "harm", "husband", "offender", "partner", "perpetrator", "police", "protection order", "refuge",
    "risk", "safe", "shelter", "survivor", "threat", "victim", "violen", "wife", "women", "wāhine", "whānau",
    "whanau", "occupation order", "tenancy order", "home safety", "alarm",
)  # fmt: skip


def betraying(text: str) -> tuple[str, ...]:
    """The words of a text that would tell a story, in the order of the list; empty where there are none."""
    lowered = " ".join(text.casefold().split())
    return tuple(word for word in BETRAYING if re.search(rf"\b{re.escape(word)}", lowered))
