"""Field by state by role by time by purpose: the disclosure table against what was written down by hand."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from tests.proof import expected_disclosure as words
from tools.pages import disclosure as page
from tools.pages.written import difference
from worksorders.domain.disclosure import policy
from worksorders.domain.disclosure.policy import Field, Purpose, When
from worksorders.domain.lifecycle.machines import ORDER, VISIT
from worksorders.domain.roles import Role


@pytest.mark.parametrize("field", words.ROWS)
def test_the_code_shows_exactly_what_was_written_down(field):
    assert words.faults([field]) == []


def test_the_matrix_is_large_and_knows_every_field_state_role_and_purpose():
    cells = {
        (field, role, order, visit)
        for field in words.ROWS
        for (role, *_), (order, visit, _), _ in words.cells(field)
    }
    assert len(cells) >= 720 * 4
    assert set(words.ROWS) == {field.value for field in Field}
    assert set(words.ORDER_STATES) == set(ORDER.states)
    assert set(words.VISIT_STATES) == set(VISIT.states)
    assert {viewer[0] for viewer in words.viewers()} == {role.value for role in Role}


def changed_rows():
    """Every row with one thing of it changed: (name, field, row or None)."""
    for field, rule in policy.TABLE.items():
        yield f"{field} without its row", field, None
        for role in Role:
            if role is not Role.CONTRACTOR:
                yield f"{field}: {role} the other way", field, replace(rule, office=rule.office ^ {role})
        for when in {None, *When} - {rule.contractor}:
            yield f"{field}: contractor {when}", field, replace(rule, contractor=when)
        for role, purposes in rule.with_purpose.items():
            for purpose in Purpose:
                other = MappingProxyType(dict(rule.with_purpose) | {role: purposes ^ {purpose}})
                yield f"{field}: {role} {purpose}", field, replace(rule, with_purpose=other)


def test_each_row_and_each_word_of_a_row_that_is_changed_is_noticed(monkeypatch):
    kept, unnoticed, tried = dict(policy.TABLE), [], 0
    for name, field, row in changed_rows():
        table = {key: value for key, value in kept.items() if key is not field}
        monkeypatch.setattr(policy, "TABLE", table if row is None else table | {field: row})
        tried += 1
        if not words.faults([field.value]):
            unnoticed.append(name)
    assert unnoticed == []
    assert tried >= 300


def test_the_page_in_the_docs_is_the_table_of_the_code():
    assert difference(page.PAGE, page.page()) == "", "run: python -m tools.pages.disclosure write"
