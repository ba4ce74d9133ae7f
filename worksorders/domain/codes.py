"""Public codes for orders, cases and the like: random, so that none tells of another, and hard to mistype.

The alphabet has 23 signs, none like another in print or by phone, and no vowels, so that no word appears. As
23 is a prime, the weighted check sign finds every single wrong sign and every exchange of two.
"""

ALPHABET = "234679CDFGHJKMNPQRTVWXY"
RANDOM_SIGNS = 8
LEAST_BYTES = 16
PREFIXES = "ACFKPRTVWLDI"
_BASE = len(ALPHABET)
_WEIGHTS = tuple(range(1, RANDOM_SIGNS + 1))


class CodeError(ValueError):
    """A text that is not one of our codes; the message says what is wrong with it."""


def new_code(prefix: str, randomness: bytes) -> str:
    """A code such as W-7KQC-2MHTD from at least 16 random bytes: prefix, eight signs, one check sign.

    Raises ValueError for a prefix outside PREFIXES or too little randomness.
    """
    if len(prefix) != 1 or prefix not in PREFIXES:
        raise ValueError(f"the prefix {prefix!r} is not one of {PREFIXES}")
    if len(randomness) < LEAST_BYTES:
        raise ValueError(f"{len(randomness)} random bytes are too few: give at least {LEAST_BYTES}")
    number = int.from_bytes(randomness, "big")
    signs = []
    for _ in range(RANDOM_SIGNS):
        number, index = divmod(number, _BASE)
        signs.append(ALPHABET[index])
    body = "".join(signs)
    return f"{prefix}-{body[:4]}-{body[4:]}{_check_sign(prefix, body)}"


def _check_sign(prefix: str, body: str) -> str:
    total = PREFIXES.index(prefix) * (RANDOM_SIGNS + 1)
    total += sum(weight * ALPHABET.index(sign) for weight, sign in zip(_WEIGHTS, body, strict=True))
    return ALPHABET[-total % _BASE]


def read_code(text: str, prefix: str | None = None) -> str:
    """The code in its one written form, from what somebody typed (case, spaces and dashes do not matter).

    Raises CodeError where it is no code, its check sign fails, or its prefix is not the one asked for.
    """
    signs = "".join(text.upper().replace("-", " ").split())
    well_formed = len(signs) == RANDOM_SIGNS + 2 and signs[0] in PREFIXES and set(signs[1:]) <= set(ALPHABET)
    if not well_formed:
        raise CodeError(
            f"“{text.strip()[:40]}” is not a code: it has a letter and nine signs, such as W-7KQC-2MHTD."
        )
    kind, body, check = signs[0], signs[1:-1], signs[-1]
    if _check_sign(kind, body) != check:
        raise CodeError(
            f"“{text.strip()}” is mistyped: one sign is wrong, or two are swapped. Check it and try again."
        )
    if prefix is not None and kind != prefix:
        raise CodeError(
            f"“{text.strip()}” is the code of something else: give one that begins with {prefix}."
        )
    return f"{kind}-{body[:4]}-{body[4:]}{check}"
