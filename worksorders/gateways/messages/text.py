"""What is handed over: an id, the cover name, and words that were checked before."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Text:
    """One message; `sender` is the cover name, `at` an aware UTC instant."""

    id: uuid.UUID
    sender: str
    subject: str
    body: str
    at: datetime
