"""Keys made from names. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 63
# What decomposition into base letters does not reach.
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ł": "l", "þ": "th", "ı": "i"})


def slug(name: str) -> str:
    """The key that a name proposes: ‘Courier hand-over’ → `courier-hand-over`; "" where it has no letter of a to z."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:LONGEST].rstrip("-")
