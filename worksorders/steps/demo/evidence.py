"""What workers of the demo's past hand in for a line: keys, papers and tests, invented by the same dice."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from random import Random

from PIL import Image

from worksorders.domain.local_time import NEW_ZEALAND, local_day
from worksorders.steps.completion.entry import AlarmTest, KeyRow, LineEntry, PaperGiven
from worksorders.steps.completion.proof import asked_of
from worksorders.store.tables.work.orders import WorksLine


def picture(random: Random) -> bytes:
    """A plain picture of one colour: there is no camera in this past."""
    colour = tuple(random.randint(80, 200) for _ in range(3))
    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def entry_of(line: WorksLine, random: Random, leaving_at: datetime, *, photographed: bool) -> LineEntry:
    """The whole line done with all that it asks for; now and then a certificate comes later."""
    asked = asked_of(line)
    papers = {
        rule.kind: PaperGiven(later=True)
        if rule.may_come_later and random.random() < 0.2
        else PaperGiven(
            number=f"C{random.randint(10000, 99999)}",
            issued_on=local_day(leaving_at) if rule.dated else None,
            file=picture(random) if rule.filed else None,
        )
        for rule in asked.papers
    }
    tested_at = (
        (leaving_at - timedelta(minutes=5)).astimezone(NEW_ZEALAND).time().replace(second=0, microsecond=0)
    )
    return LineEntry(
        line_id=line.id,
        done_quantity=line.quantity,
        serial_numbers=f"S{random.randint(100000, 999999)}" if asked.serial else "",
        keys=(KeyRow(str(random.randint(100, 999)), 3, "client"),) if asked.keys else (),
        papers=papers,
        live_test=AlarmTest(tested_at, f"T{random.randint(1000, 9999)}", passed=True)
        if asked.live_test
        else None,
        no_photo_reason=None if photographed else "not_necessary",
    )
