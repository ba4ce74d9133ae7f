"""Whatever a command is given: one message in words with every fault, and never a stack trace."""

import copy
import json
import random

import pytest

from scheduler.__main__ import main
from tests.scheduler.tiny import rich_data

GOOD = rich_data(7000)
TEXT = json.dumps(GOOD)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An instance and a plan of it."""
    place = tmp_path_factory.mktemp("files")
    (place / "good.json").write_text(TEXT)
    assert main(["solve", str(place / "good.json"), "--work", "20", "--out", str(place / "plan.json")]) == 0
    return place


def questions(folder, bad):
    """Every sub-command with a bad file in each place where it takes one."""
    good, plan = folder / "good.json", folder / "plan.json"
    return [
        ["solve", bad, "--work", "5"],
        *(["check", *pair] for pair in ((bad, plan), (good, bad))),
        *(["explain", *pair, "0"] for pair in ((bad, plan), (good, bad))),
        *(["slots", *rest] for rest in ((bad, plan, "0"), (good, bad, "0"), (good, plan, bad))),
        *(["whatif", *pair, "sick:0"] for pair in ((bad, plan), (good, bad))),
        *(["whatif", good, plan, f"{kind}:{bad}"] for kind in ("hire", "urgent")),
        *(["replan", *rest] for rest in ((bad, plan), (good, bad), (good, plan, "--after", bad))),
    ]


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\t", "is empty"),
    "prose": (b"visits: 3", "cannot be used as JSON"),
    "deep list": (b"[" * 200_000, "is nested too deeply"),
    "deep object": (b'{"a":' * 100_000, "is nested too deeply"),
    "UTF-16": (TEXT.encode("utf-16"), "is not UTF-8 text"),
    "Latin-1": ('{"name": "Whangārei é'.encode() + b"\xe9", "is not UTF-8 text"),
    "null": (b"null", "must be an object, not nothing"),
    "key twice": (b'{"days": 1, "days": 2}', "is there twice"),
}


@pytest.mark.parametrize("name", BAD)
def test_each_command_says_of_a_file_that_is_none_what_it_is(folder, tmp_path, capsys, name):
    content, words = BAD[name]
    bad = tmp_path / "bad.json"
    bad.write_bytes(content)
    for question in questions(folder, bad):
        assert main(list(map(str, question))) == 2, question
        said = capsys.readouterr()
        assert (said.out, words in said.err or "must be" in said.err) == ("", True), (question, said.err)


@pytest.mark.parametrize("name", ["missing.json", ".", "a\0b"])
def test_each_command_says_of_a_file_that_cannot_be_read_that_it_cannot(folder, tmp_path, capsys, name):
    for question in questions(folder, f"{tmp_path}/{name}"):
        if name == "a\0b" and any(str(word).startswith(("hire:", "urgent:")) for word in question):
            continue  # no such name can be given on a command line
        assert main(list(map(str, question))) == 2, question
        refused = capsys.readouterr().err
        assert "cannot be read" in refused or "neither a JSON object nor a file" in refused


def test_a_file_with_a_byte_order_mark_is_read(tmp_path, capsys):
    marked = tmp_path / "marked.json"
    marked.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert main(["solve", str(marked), "--work", "5"]) == 0


HUGE = [
    (lambda d: d["visits"][0].update(home=10**400), "visits[0].home is 1000"),
    (lambda d: d["visits"][0].update(unassigned_penalty=10**18), "visits[0].unassigned_penalty is"),
    (lambda d: d.update(visits=d["visits"] * 3000), "more than 8000 are planned region by region"),
    (
        lambda d: d.update(published={"0": {"worker": 0, "start": 500}, "00": {}}),
        "published.00 names no visit",
    ),
    (lambda d: d.update(published={"²": {}}), "published.² names no visit"),
    (lambda d: d.update(visits={"0": {}}), "visits must be a list"),
    (lambda d: d["workers"][0].update(trades=[{}]), "workers[0].trades[0] must be a text"),
]


@pytest.mark.parametrize(("spoil", "words"), HUGE)
def test_numbers_and_shapes_beyond_reason_are_named_shortly(tmp_path, capsys, spoil, words):
    data = copy.deepcopy(GOOD)
    spoil(data)
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(data))
    assert main(["solve", str(bad)]) == 2
    refused = capsys.readouterr().err
    assert words in refused
    assert max(map(len, refused.splitlines())) < 200


@pytest.mark.parametrize("where", ["no/such/folder/plan.json", "."])
def test_an_output_that_cannot_be_written_is_refused_before_anybody_waits(folder, tmp_path, capsys, where):
    for command in (["solve", folder / "good.json"], ["replan", folder / "good.json", folder / "plan.json"]):
        words = [*map(str, command), "--seconds", "500", "--out", str(tmp_path / where)]
        assert main(words) == 2
        assert "cannot be written" in capsys.readouterr().err


def test_slots_of_a_day_that_there_is_not_are_refused(folder, capsys):
    files = [str(folder / "good.json"), str(folder / "plan.json")]
    assert main(["slots", *files, "0", "--days", "0,99"]) == 2
    assert "day 99 is not there; there are 2" in capsys.readouterr().err


def test_random_damage_to_a_plan_gives_words_and_no_other_error(folder, tmp_path, capsys):
    junk = [None, -1, 10**30, 1.5, float("nan"), float("inf"), "x", [], {}, [[]], [None], True]
    plan = json.loads((folder / "plan.json").read_text())
    rng, refused = random.Random(9), 0
    for _ in range(80):
        data = copy.deepcopy(plan)
        place, key = rng.choice(list(spots(data)))
        place[key] = copy.deepcopy(rng.choice(junk))
        (tmp_path / "plan.json").write_text(json.dumps(data))
        for command, *rest in (("check",), ("explain", "0"), ("replan",)):
            status = main([command, str(folder / "good.json"), str(tmp_path / "plan.json"), *rest])
            said = capsys.readouterr()
            assert status == 0 or said.out or said.err
            refused += status != 0
    assert refused > 40


def spots(data):
    """Every place of the routes and of the claims that could be damaged."""
    for key, value in list(data.items()) if isinstance(data, dict) else list(enumerate(data)):
        if key in ("curve", "levels", "settings", "terms"):
            continue
        yield data, key
        if isinstance(value, (dict, list)):
            yield from spots(value)
