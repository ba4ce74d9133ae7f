"""Each measure has words for the family that are easy to read; headings in another language only after a review."""

from __future__ import annotations

import re
from datetime import date
from statistics import mean

import pytest

from catalogue.item import Kind
from catalogue.load import load_catalogue
from worksorders.gateways.documents.headings import KEYS, UnreviewedError, load_headings
from worksorders.gateways.measures import guidance, warranty_months
from worksorders.steps.admin.catalogue import starting_files

TODAY = date(2026, 11, 24)
NOT_FOR_THE_FAMILY = {"AL10", "SV04"}
REVIEWED = "# reviewed by: A Speaker\n# reviewed on: 2026-11-01\nkey,text\n"


@pytest.fixture(scope="module")
def items():
    return load_catalogue(starting_files()[0])


def test_every_measure_of_the_catalogue_has_its_words_and_a_warranty(items):
    for code, item in items.items():
        wanted = item.kind is Kind.WORK and code not in NOT_FOR_THE_FAMILY
        assert (guidance(code) is not None) == wanted, code
        assert warranty_months(code) >= 0


def test_the_words_are_short_and_their_sentences_too(items):
    for code in items:
        words = guidance(code)
        if words is None:
            continue
        sentences = [s for s in re.split(r"[.:]\s*", f"{words.what_it_does} {words.how_to_use}") if s]
        lengths = [len(sentence.split()) for sentence in sentences]
        letters = mean(len(word) for sentence in sentences for word in sentence.split())
        assert max(lengths) <= 22, code
        assert letters < 5.2, code


def write(folder, text):
    (folder / "mi.csv").write_text(text, encoding="utf-8")
    return folder


def lines(keys=KEYS):
    return "".join(f"{key},Word {number}\n" for number, key in enumerate(keys))


def test_no_file_means_english_only(tmp_path):
    assert load_headings("mi", TODAY, tmp_path) is None
    assert load_headings("mi", TODAY) is None


def test_a_reviewed_file_gives_every_heading(tmp_path):
    found = load_headings("mi", TODAY, write(tmp_path, REVIEWED + lines()))
    assert tuple(found) == KEYS


@pytest.mark.parametrize(
    "text",
    [
        "key,text\n" + lines(),
        "# reviewed by:\n# reviewed on: 2026-11-01\nkey,text\n" + lines(),
        "# reviewed by: A Speaker\nkey,text\n" + lines(),
        "# reviewed by: A Speaker\n# reviewed on: soon\nkey,text\n" + lines(),
        "# reviewed by: A Speaker\n# reviewed on: 2026-11-25\nkey,text\n" + lines(),
        REVIEWED + lines(KEYS[1:]),
    ],
)
def test_a_file_without_a_review_or_with_a_gap_is_refused(tmp_path, text):
    with pytest.raises(UnreviewedError, match=r"mi\.csv is not used"):
        load_headings("mi", TODAY, write(tmp_path, text))
