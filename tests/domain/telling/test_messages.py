"""What leaves the system in a message betrays nobody: every template, and what the linter must refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.disclosure.policy import Field
from worksorders.domain.telling.linter import TELLING_WORDS, find_faults, lint
from worksorders.domain.telling.templates import TEMPLATES, Audience, Template, fill, template_of
from worksorders.gateways.messages.post import COVER_NAME


@pytest.mark.parametrize("key", TEMPLATES)
def test_every_template_is_neutral_under_the_cover_name(key):
    assert lint(TEMPLATES[key], COVER_NAME) == ()
    subject, text = fill(TEMPLATES[key], COVER_NAME)
    assert subject == "You have an update"
    assert "update" in text
    assert text.endswith(COVER_NAME)


@pytest.mark.parametrize("field", [field.value for field in Field] + ["person.name", "home.address", "when"])
def test_no_field_may_stand_in_a_template(field):
    assert find_faults(f"You have an update {{{field}}}")


@pytest.mark.parametrize(
    "text",
    [
        "Women's Refuge has an update",
        "Your locksmith comes",
        "See you Tuesday at 3",
        "Sign in at works.example.org.nz",
        "Sign in at https://x",
        "Write to us@example",
        "Your SAFE room",
        "O-2222-00017",
        "You have an update {",
        "Two\nlines",
        "Whānau Protect",
    ],
)
def test_a_telling_text_is_refused(text):
    assert find_faults(text)


@given(st.sampled_from(TELLING_WORDS), st.text(alphabet="abc ", max_size=8))
def test_a_telling_word_is_found_in_any_case_and_with_any_ending(word, ending):
    assert find_faults(f"You have an update about {word.upper()}{ending}.")


def test_a_client_is_never_asked_to_sign_in_and_a_cover_name_is_checked_too():
    client = Template("x", Audience.CLIENT, "You have an update", "Please sign in. {sender}")
    assert any("sign in" in fault for fault in lint(client))
    assert lint(TEMPLATES["update"], "Refuge Locks")
    assert any("longer" in fault for fault in lint(TEMPLATES["update"], "a" * 160))


def test_an_unknown_template_names_those_there_are():
    with pytest.raises(ValueError, match="client_update"):
        template_of("your_address")
