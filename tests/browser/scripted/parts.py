"""Pieces that every screen of the day needs: dates, a photo, the time of New Zealand."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PIL import Image

from tests import factories

LOCAL = ZoneInfo("Pacific/Auckland")


def at(day, hour, minute=0, month=11):
    """An instant of New Zealand's clock in 2026, as aware UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=LOCAL).astimezone(UTC)


def next_day(now):
    """The day after an instant, in New Zealand."""
    return now.astimezone(LOCAL).date() + timedelta(days=1)


def date_into(page, name, on):
    for part in ("day", "month", "year"):
        page.locator(f"#{name}-{part}").fill(str(getattr(on, part)))


def photo(colour="teal"):
    written = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(written, "JPEG")
    return {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def go(page, path):
    """Open a page; a screen that locked itself meanwhile is unlocked by its owner."""
    page.goto(path)
    if page.get_by_role("heading", name="This screen is locked").count():
        page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
        page.get_by_role("button", name="Unlock").click()
        page.get_by_role("button", name="Sign out").wait_for()
        page.goto(path)
