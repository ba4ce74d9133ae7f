"""Refuses message texts that could betray somebody: protected fields, telling words, places, codes, links."""

import re

from worksorders.domain.telling.templates import Audience, Template

ALLOWED_PLACEHOLDERS = frozenset({"sender"})
LONGEST_SMS = 160
# A word is refused with everything that begins with it, so that "lock" covers "locks" and "locksmith".
TELLING_WORDS = (
    "abus", "addres", "advoca", "alarm", "appointment", "assault", "avenue", "case", "child", "client", "code",
    "contractor", "counsel", "court", "crisis", "danger", "deadbolt", "domestic", "door", "emergenc", "escap",
    "ex-partner", "family", "glaz", "harm", "home", "house", "husband", "insecure", "job", "key", "landlord",
    "lock", "monitor", "offender", "order", "partner", "perpetrator", "police", "protect", "refuge", "rescue",
    "risk", "road", "safe", "secur", "shelter", "street", "support", "survivor", "tenan", "threat", "tomorrow",
    "unsafe", "urgent", "victim", "violen", "visit", "wahine", "whare", "wife", "window", "women", "work",
    "wāhine", "whānau", "whanau",
)  # fmt: skip
_PATTERNS = (
    (re.compile(r"\d"), "has a digit: times, numbers and codes are told by voice alone"),
    (re.compile(r"https?:|www\.|\.(?:nz|com|org|net)\b", re.IGNORECASE), "has a link"),
    (re.compile(r"\S@\S"), "has a mail address"),
    (re.compile(r"[\r\n]"), "has a line break"),
    (re.compile(r"[$%<>]"), "has a sign of a field or of a page"),
)


def find_faults(text: str) -> tuple[str, ...]:
    """What is wrong with a text, in words, all of it; empty where it may be sent."""
    faults = [
        f"has the field {{{name}}}"
        for name in re.findall(r"\{([^{}]*)\}", text)
        if name not in ALLOWED_PLACEHOLDERS
    ]
    bare = re.sub(r"\{[^{}]*\}", " ", text)
    if "{" in bare or "}" in bare:
        faults.append("has a brace that closes nothing")
    lowered = bare.casefold()
    faults += [f"says “{word}”" for word in TELLING_WORDS if re.search(rf"\b{re.escape(word)}", lowered)]
    faults += [message for pattern, message in _PATTERNS if pattern.search(bare)]
    return tuple(faults)


def lint(template: Template, sender: str = "") -> tuple[str, ...]:
    """The faults of a template under the cover name with which it will be sent."""
    faults = [f"the subject {fault}" for fault in find_faults(template.subject)]
    faults += [f"the text {fault}" for fault in find_faults(template.text)]
    faults += [f"the sender’s name {fault}" for fault in find_faults(sender)]
    if len(template.text.replace("{sender}", sender)) > LONGEST_SMS:
        faults.append(f"the text is longer than {LONGEST_SMS} letters")
    if template.audience is Audience.CLIENT and "sign in" in template.text.casefold():
        faults.append("the text asks a person without an account to sign in")
    return tuple(faults)
