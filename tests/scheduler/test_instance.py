"""Plan files: what is read, and that bad input is refused with every fault at its path and never a stack trace."""

import copy
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scheduler.instance import parse_instance, read_instance
from scheduler.reading.fields import InstanceError
from tests.scheduler.tiny import tiny_data
from tools.bench.instance import make_instance


@pytest.fixture
def data():
    found = tiny_data(3)
    for key in ("same_day", "published", "max_moves"):
        found.pop(key, None)
    for visit in found["visits"]:
        visit.pop("pinned", None)
    found["workers"][0]["shifts"] = [[0, 480, 1020], [1, 480, 1020]]
    found["workers"][0]["trades"] = ["alarm", "carpenter", "locksmith"]
    found["workers"][0].update(regions=["G1"], max_travel_minutes=120)
    for visit in found["visits"]:
        visit.update(excluded_workers=[], start_windows_late=[[0, 480, 900]], start_windows=[[0, 480, 900]])
    return found


def spoil(data, *path_and_value):
    *path, key, value = path_and_value
    place = data
    for step in path:
        place = place[step]
    place[key] = value
    return data


FAULTS = [
    (("format",), "works-plan/2", "format"),
    (("days",), 0, "days"),
    (("workers",), [], "workers"),
    (("visits", 0, "trade"), "wizard", "visits[0].trade"),
    (("visits", 1, "start_windows"), [[0, 900, 480]], "visits[1].start_windows[0]"),
    (("visits", 0, "location"), [51.5, -0.1], "visits[0].location"),
    (("visits", 0, "location"), [float("nan"), 175.0], "visits[0].location"),
    (("visits", 0, "service_minutes"), 0, "visits[0].service_minutes"),
    (("visits", 0, "service_minutes"), 60.0, "visits[0].service_minutes"),
    (("visits", 0, "service_minutes"), True, "visits[0].service_minutes"),
    (("visits", 0, "urgency"), 4, "visits[0].urgency"),
    (("visits", 1, "id"), 0, "visits[1].id"),
    (("visits", 0, "excluded_workers"), [99], "visits[0].excluded_workers[0]"),
    (("visits", 0, "exposed_since_day"), 0, "visits[0].exposed_since_day"),
    (("visits", 2), "a visit", "visits[2]"),
    (("workers", 0, "shifts"), [[0, 480, 700], [0, 600, 900]], "workers[0].shifts"),
    (("workers", 0, "cost_per_travel_minute"), -1, "workers[0].cost_per_travel_minute"),
    (("precedence",), [[0, 1], [1, 2], [2, 0]], "precedence"),
    (("precedence",), [[0, 1, 60, 30]], "precedence[0]"),
    (("precedence",), [[0, 77]], "precedence[0][1]"),
    (("same_day",), [[0, 77]], "same_day[0][1]"),
    (("published",), {"77": {"worker": 0, "start": 500}}, "published.77"),
    (("objective",), None, "objective"),
    (("max_moves",), -1, "max_moves"),
    (("visits", 0, "pinned"), {"worker": 0, "shift": 9, "start": 600}, "visits[0].pinned"),
    (("visits", 0, "pinned"), {"worker": 0, "shift": 0, "start": 300}, "visits[0].pinned"),
    (("visits", 0, "pinned"), {"worker": 0, "shift": 1, "start": 600}, "visits[0].pinned"),
]


@pytest.mark.parametrize(("path", "value", "named"), FAULTS)
def test_a_fault_is_named_by_its_path(data, path, value, named):
    with pytest.raises(InstanceError) as caught:
        parse_instance(spoil(data, *path, value))
    assert any(fault.startswith(named) for fault in caught.value.faults)


def test_the_unspoilt_file_is_read(data):
    assert len(parse_instance(data).visits) == len(data["visits"])


def test_all_faults_come_at_once(data):
    spoil(data, "visits", 0, "trade", "wizard")
    spoil(data, "visits", 1, "service_minutes", "long")
    spoil(data, "workers", 0, "max_travel_minutes", None)
    with pytest.raises(InstanceError) as caught:
        parse_instance(data)
    assert len(caught.value.faults) == 3
    assert str(caught.value).startswith("The instance has 3 faults:")


def test_a_worker_pinned_in_two_places_is_refused(data):
    for i in (0, 1):
        data["visits"][i]["pinned"] = {"worker": 0, "shift": 0, "start": 600 + 10 * i}
    with pytest.raises(InstanceError, match="worker 0 in two places"):
        parse_instance(data)


@pytest.mark.parametrize("junk", [None, 3, "text", [], {}, {"visits": 3, "workers": {}}])
def test_junk_gives_faults_and_no_other_error(junk):
    with pytest.raises(InstanceError):
        parse_instance(copy.deepcopy(junk))


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "scheduler", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_command_refuses_a_bad_file_in_words(tmp_path, data):
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(spoil(data, "visits", 0, "trade", "wizard")))
    run = command("solve", bad)
    assert run.returncode == 2
    assert "visits[0].trade 'wizard' is unknown" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_the_command_refuses_senseless_seconds(tmp_path, data, seconds):
    good = tmp_path / "good.json"
    good.write_text(json.dumps(data))
    run = command("solve", good, "--seconds", seconds)
    assert run.returncode == 2
    assert "seconds" in run.stderr
    assert "Traceback" not in run.stderr


def test_solve_then_check_on_files(tmp_path, data):
    good, out = tmp_path / "good.json", tmp_path / "plan.json"
    good.write_text(json.dumps(data))
    run = command("solve", good, "--variant", "full", "--seconds", "5", "--work", "200", "--out", out)
    assert run.returncode == 0, run.stderr
    assert command("check", good, out).returncode == 0
    plan = json.loads(out.read_text())
    assert plan["format"] == "works-plan-result/1"
    plan["objective"] += 1
    out.write_text(json.dumps(plan))
    run = command("check", good, out)
    assert run.returncode == 1
    assert "score: the plan claims" in run.stdout


def test_one_message_lists_faults_of_every_kind(data):
    far = [one for one in data["visits"] if one["id"] > 1]
    for i in (0, 1):
        data["visits"][i].update(pinned={"worker": 0, "shift": 0, "start": 600 + 10 * i})
    spoil(data, "visits", far[0]["id"], "trade", "wizard")
    spoil(data, "visits", far[1]["id"], "location", [51.5, -0.1])
    spoil(data, "visits", far[2]["id"], "start_windows_late", [[0, 900, 100]])
    last = [one["id"] for one in data["visits"]][:2]
    spoil(data, "precedence", [[*last], last[::-1]])
    with pytest.raises(InstanceError) as caught:
        parse_instance(data)
    for words in ("wizard", "outside New Zealand", "before it begins", "cycle", "in two places"):
        assert words in str(caught.value)


FILES = [
    (b"", "is empty"),
    (b"\x00\xff", "is not UTF-8 text"),
    (b"[" * 100_000, "is nested too deeply"),
    (b'{"days": 1, "days": 2}', "the key 'days' is there twice"),
    (b'{"days": ' + b"9" * 5000 + b"}", "cannot be used as JSON"),
    (b"NaN", "must be an object, not nan"),
]


@pytest.mark.parametrize(("content", "words"), FILES)
def test_a_file_that_is_no_instance_is_refused_in_words(tmp_path, content, words):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(InstanceError, match=words):
        read_instance(str(path))


def test_an_instance_without_workers_names_that_alone(data):
    with pytest.raises(InstanceError) as caught:
        parse_instance(spoil(data, "workers", []))
    assert caught.value.faults == ["workers is empty: a plan needs at least one worker"]


def test_random_damage_gives_faults_and_no_other_error():
    junk = [
        None,
        -1,
        10**30,
        1.5,
        float("nan"),
        float("inf"),
        "x",
        [],
        {},
        [[]],
        [None],
        True,
        [[0, 900, 100]],
    ]
    rng = random.Random(5)
    refused = 0
    for _ in range(600):
        data = tiny_data(rng.randrange(100))
        for _ in range(rng.choice([1, 2])):
            place, key = rng.choice(list(spots(data)))
            place[key] = copy.deepcopy(rng.choice(junk))
        try:
            parse_instance(data)
        except InstanceError as error:
            refused += len(error.faults) > 0
    assert refused > 400


def spots(data):
    for key, value in list(data.items()) if isinstance(data, dict) else list(enumerate(data)):
        yield data, key
        if isinstance(value, (dict, list)):
            yield from spots(value)


def listens(process):
    """Whether a process catches SIGTERM by now."""
    status = Path(f"/proc/{process}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) & (1 << (signal.SIGTERM - 1)))


@pytest.mark.parametrize(("how", "workers"), [(signal.SIGTERM, 1), (signal.SIGINT, 2)])
def test_a_solve_that_is_told_to_stop_writes_its_best_plan(tmp_path, how, workers):
    good, out = tmp_path / "good.json", tmp_path / "plan.json"
    good.write_text(json.dumps(make_instance(120, 25, ("G1", "E7"), 1)))
    words = ["solve", good, "--seconds", "500", "--workers", workers, "--out", out]
    with subprocess.Popen(
        [sys.executable, "-m", "scheduler", *map(str, words)], stdout=subprocess.PIPE, start_new_session=True
    ) as run:
        while not listens(run.pid):
            time.sleep(0.1)
        time.sleep(2)
        os.killpg(run.pid, how) if how is signal.SIGINT else run.send_signal(how)
        run.communicate(timeout=100)
    assert run.returncode == 0
    assert json.loads(out.read_text())["status"] == "cancelled"
    assert command("check", good, out).returncode == 0
