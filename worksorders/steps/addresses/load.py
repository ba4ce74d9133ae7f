"""Loads an address file into the database: by COPY, in one transaction, the same file again changing nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError
from worksorders.gateways.addresses.file import ReadAddress, RowFault, read_addresses, sha256_of
from worksorders.store.tables.plans.places import AddressList

PROGRESS_ROWS = 100_000
# For the demo: real towns, invented streets.
INVENTED = Path(str(files("worksorders") / "data" / "addresses" / "invented.csv"))
# Two loads at once wait for each other.
LOCK = text("SELECT pg_advisory_xact_lock(7215045)")
COPY = (
    "COPY gazetteer.incoming (id, street, suburb, town, number, latitude, longitude, words, line) FROM STDIN"
)
TWICE = text("SELECT id, line FROM (SELECT id, line, row_number() OVER (PARTITION BY id ORDER BY line) AS n"
             " FROM gazetteer.incoming) AS i WHERE n > 1 ORDER BY line")  # fmt: skip
DROP_TWICE = text("DELETE FROM gazetteer.incoming AS i WHERE EXISTS"
                  " (SELECT FROM gazetteer.incoming AS j WHERE j.id = i.id AND j.line < i.line)")  # fmt: skip
REMOVE = text(
    "DELETE FROM address AS a WHERE NOT EXISTS (SELECT FROM gazetteer.incoming AS i WHERE i.id = a.id)"
)
PUT = text("""
INSERT INTO address AS a (id, street, suburb, town, number, latitude, longitude, words, list_id)
SELECT id, street, suburb, town, number, round(latitude, 6), round(longitude, 6), array_to_tsvector(words), :list
FROM gazetteer.incoming
ON CONFLICT (id) DO UPDATE SET street = excluded.street, suburb = excluded.suburb, town = excluded.town,
    number = excluded.number, latitude = excluded.latitude, longitude = excluded.longitude, words = excluded.words,
    list_id = excluded.list_id
WHERE (a.street, a.suburb, a.town, a.number, a.latitude, a.longitude, a.words)
    IS DISTINCT FROM (excluded.street, excluded.suburb, excluded.town, excluded.number, excluded.latitude,
                      excluded.longitude, excluded.words)
""")
EMPTY = text("TRUNCATE gazetteer.incoming")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: addresses in the file, put in or changed, removed, and the rows that were left out."""

    rows: int
    changed: int
    removed: int
    faults: tuple[RowFault, ...]


def load(
    session: Session,
    path: Path,
    now: datetime,
    *,
    part: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Loaded:
    """Make the list that of the file; with `part` addresses that the file lacks stay.

    Raises AddressFileError for a file that is no list, NotPermittedError where it would take away more than half of what
    is there. Rows that cannot be read are left out and told.
    """
    session.execute(LOCK)
    session.execute(EMPTY)
    faults: list[RowFault] = []
    _copy(session, read_addresses(path), faults, progress)
    faults += [
        RowFault(line, f"address_id {own} stands in the file twice") for own, line in session.execute(TWICE)
    ]
    if any("twice" in fault.message for fault in faults):
        session.execute(DROP_TWICE)
    rows = session.execute(text("SELECT count(*) FROM gazetteer.incoming")).scalar_one()
    removed = 0 if part else _remove(session, rows, path)
    row = AddressList(sha256=sha256_of(path), rows=rows, faults=len(faults), loaded_at=now)
    session.add(row)
    session.flush()
    changed = session.execute(PUT, {"list": row.id}).rowcount  # type: ignore[attr-defined]
    session.execute(EMPTY)
    return Loaded(rows, changed, removed, tuple(sorted(faults, key=lambda fault: fault.line)))


def _copy(
    session: Session,
    found: Iterable[ReadAddress | RowFault],
    faults: list[RowFault],
    progress: Callable[[int], None],
) -> None:
    connection = session.connection().connection.driver_connection
    if connection is None:
        raise RuntimeError("a session without a connection")
    count = 0
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in found:
            if isinstance(row, RowFault):
                faults.append(row)
                continue
            words = "{" + ",".join(row.words) + "}"
            copy.write_row(
                (
                    row.id,
                    row.street,
                    row.suburb,
                    row.town,
                    row.number,
                    row.latitude,
                    row.longitude,
                    words,
                    row.line,
                )
            )
            count += 1
            if count % PROGRESS_ROWS == 0:
                progress(count)


def _remove(session: Session, rows: int, path: Path) -> int:
    there = session.execute(text("SELECT count(*) FROM address")).scalar_one()
    if rows * 2 < there:
        raise NotPermittedError(
            f"{path.name} holds {rows} addresses, the list {there}: more than half would go. Load the whole list, or "
            "say --part where the file is a part of it."
        )
    removed: int = session.execute(REMOVE).rowcount  # type: ignore[attr-defined]
    return removed
