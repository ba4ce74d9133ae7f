"""Rows that steps look for by what they belong to are found by an index, however many years of work there are."""

import pytest
from sqlalchemy import text


@pytest.fixture(scope="module")
def plan(new_database, services_at):
    """Ask how the database would look for the rows of a table by one of its columns, if it can without reading all."""
    with new_database() as database:
        services = services_at(database.app_url)
        with services.sessions() as session:
            session.execute(text("SET LOCAL enable_seqscan = off"))

            def asked(table, column):
                words = f"EXPLAIN SELECT FROM {table} WHERE {column} = '00000000-0000-0000-0000-000000000001'"
                return "\n".join(session.scalars(text(words)))

            yield asked
        services.engine.dispose()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("works_line", "visit_id"),
        ("ledger_entry", "line_id"),
        ("ledger_entry", "invoice_id"),
        ("invoice", "duplicate_of_id"),
        ("call_task", "visit_id"),
        ("duty_alert", "visit_id"),
    ],
)
def test_rows_are_found_by_what_they_belong_to(plan, table, column):
    assert f"Index Cond: ({column} = " in plan(table, column)
