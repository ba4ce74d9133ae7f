"""The advice commands on files: answers as lines and as JSON, and refusals in words with every fault."""

import json

import pytest

from scheduler.__main__ import main
from scheduler.advice.timetable.book import Book
from scheduler.advice.timetable.places import places, put
from scheduler.instance import parse_instance, result_data
from scheduler.plan import Plan, Status
from scheduler.score import score
from tests.scheduler.tiny import tiny_data


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """An instance of several visits and a plan of it in which some visits have a place and some have none."""
    folder = tmp_path_factory.mktemp("advice")
    data = next(one for one in map(tiny_data, range(300)) if len(one["visits"]) > 5 and half_placed(one))
    problem, book = parse_instance(data), half_placed(data)
    plan = Plan("full", Status.FEASIBLE, book.routes(), score(problem, book.routes(), "full"))
    (folder / "instance.json").write_text(json.dumps(data))
    (folder / "plan.json").write_text(json.dumps(result_data(plan)))
    return folder, data, book


def half_placed(data):
    """A plan with at least two visits of single workers in it and one left out; None where there is none."""
    problem = parse_instance(data)
    book = Book(problem, (), "full")
    for i in range(len(problem.visits)):
        found = places(book, i)
        if found and problem.visits[i].crew == 1:
            put(book, i, found[0])
    good = 2 <= len(book.start) < len(problem.visits) and not data.get("max_moves")
    return book if good and not any(v.pinned for v in problem.visits) else None


@pytest.fixture
def ask(files, capsys):
    """Run a command on the files; returns (exit status, what was printed, what was refused)."""

    def run(command, *arguments):
        folder = files[0]
        status = main(
            [command, str(folder / "instance.json"), str(folder / "plan.json"), *map(str, arguments)]
        )
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_explain_tells_of_a_placed_visit_its_alternatives(files, ask):
    visit = min(files[2].start)
    status, lines, _ = ask("explain", visit)
    assert (status, lines.startswith(f"Visit {visit}: worker ")) == (0, True)
    found = json.loads(ask("explain", visit, "--json")[1])
    assert found["present"]["difference"] == 0
    known = {k for row in [found["present"], *found["alternatives"]] for k in row["workers"]}
    assert known | {row["worker"] for row in found["not_possible"]} == set(range(len(files[1]["workers"])))


def test_explain_tells_of_a_visit_left_out_its_answer_and_repairs(files, ask):
    visit = next(i for i in range(len(files[1]["visits"])) if i not in files[2].start)
    status, lines, _ = ask("explain", visit)
    assert (status, lines.startswith(f"Visit {visit} has no place. ")) == (0, True)
    found = json.loads(ask("explain", visit, "--json")[1])
    assert found["answer"] in ("impossible", "crowded_out", "not_found_in_time")
    assert all(repair["places"] for repair in found["repairs"])


def test_of_a_plan_that_is_optimal_nothing_is_said_to_have_been_short_of_time(files, ask, tmp_path, capsys):
    instance, out = tmp_path / "instance.json", tmp_path / "plan.json"
    data = json.loads(json.dumps(files[1]))
    worker = {
        **data["workers"][0],
        "id": 0,
        "shifts": [[0, 400, 700]],
        "trades": ["alarm"],
        "regions": ["G1"],
    }
    window = [[0, 480, 560]]
    for i, visit in enumerate(data["visits"]):
        visit.update(
            trade="alarm", service_minutes=90, excluded_workers=[], start_windows_late=window, home=i
        )
        visit.update(crew=1, unassigned_penalty=20000, deadline_day=0)
    data.update(workers=[{**worker, "max_travel_minutes": 120}], precedence=[], same_day=[], published=None)
    instance.write_text(json.dumps(data))
    assert main(["solve", str(instance), "--work", "50", "--out", str(out)]) == 0
    plan = json.loads(out.read_text())
    assert (plan["status"], len(plan["unassigned"]) > 0) == ("optimal", True)
    capsys.readouterr()
    seen = set()
    for left in plan["unassigned"]:
        assert main(["explain", str(instance), str(out), str(left["visit"]), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["answer"], found["blockers"]) == (left["answer"], left["blockers"])
        assert found["answer"] != "not_found_in_time"
        seen.add(found["answer"])
    assert "crowded_out" in seen


def test_a_contractor_is_told_of_its_own_visits_only(files, ask):
    visit = min(files[2].start)
    (worker,) = {k for k, _ in files[2].slots[visit]}
    own = json.loads(ask("explain", visit, "--json", "--contractor", worker)[1])
    assert own.keys() == {"visit", "workers", "day", "minute", "why"}
    other = ask("explain", visit, "--contractor", worker + 1)
    assert other[:2] == (0, "There is nothing for this contractor to see.\n")
    left_out = next(i for i in range(len(files[1]["visits"])) if i not in files[2].start)
    assert ask("explain", left_out, "--contractor", worker)[:2] == other[:2]


def test_slots_are_offered_for_a_new_visit_and_for_one_there_is(files, ask):
    visit = min(files[2].start)
    new = {key: value for key, value in files[1]["visits"][visit].items() if key != "id"}
    new.pop("pinned", None)
    again = json.loads(ask("slots", visit, "--json")[1])
    assert again
    for row in (*again, *json.loads(ask("slots", json.dumps(new), "--json")[1])):
        assert row["start"] <= row["latest"]
        assert row["risk"]["spare_minutes"] >= 0
    status, lines, _ = ask("slots", visit, "--most", 1)
    assert (status, lines.count("\n")) == (0, 1)


def test_whatif_tells_the_difference_and_writes_nothing(files, ask):
    folder, _, book = files
    before = sorted((path.name, path.read_bytes()) for path in folder.iterdir())
    (worker,) = {k for k, _ in book.slots[min(book.start)]}
    status, lines, _ = ask("whatif", f"sick:{worker}")
    assert status == 0
    assert "visits that could not stay" in lines
    found = json.loads(ask("whatif", f"sick:{worker}", "--json")[1])
    assert found["moves"]
    assert found["objective"]["after"] >= found["objective"]["before"]
    assert sorted((path.name, path.read_bytes()) for path in folder.iterdir()) == before


def test_replan_without_a_change_moves_nothing_and_its_plan_passes(files, ask, tmp_path):
    out = tmp_path / "new.json"
    assert json.loads(ask("replan", "--json", "--out", out)[1])["moves"] == []
    assert main(["check", str(files[0] / "instance.json"), str(out)]) == 0
    old = json.loads((files[0] / "plan.json").read_text())
    assert json.loads(out.read_text())["routes"] == old["routes"]


def test_replan_takes_the_instance_as_it_is_now(files, ask, tmp_path):
    data = json.loads(json.dumps(files[1]))
    (worker,) = {k for k, _ in files[2].slots[min(files[2].start)]}
    data["workers"][worker]["shifts"] = []
    now, out = tmp_path / "now.json", tmp_path / "new.json"
    now.write_text(json.dumps(data))
    found = json.loads(ask("replan", "--after", now, "--json", "--out", out)[1])
    assert {move["must"] for move in found["moves"]} == {True}
    assert main(["check", str(now), str(out)]) == 0


def test_a_hire_and_an_urgent_visit_can_be_tried(files, ask, tmp_path):
    worker = dict(files[1]["workers"][0])
    urgent = {**files[1]["visits"][min(files[2].start)], "urgency": 0}
    del worker["id"], urgent["id"]
    (tmp_path / "hire.json").write_text(json.dumps(worker))
    status, lines, _ = ask("whatif", f"hire:{tmp_path / 'hire.json'}", f"urgent:{json.dumps(urgent)}")
    assert status == 0
    assert "Cost " in lines


REFUSED = [
    (("explain", "999"), "'999' is no visit"),
    (("explain", "-1"), "'-1' is no visit"),
    (("explain", "first"), "'first' is no visit"),
    (("slots", '{"trade": "wizard"}'), "trade 'wizard' is unknown"),
    (("slots", "{"), "cannot be used as JSON"),
    (("slots", "/no/such/file"), "neither a JSON object nor a file"),
    (("whatif", "sick:99"), "worker 99 is not there"),
    (("whatif", "sick:0:99"), "day 99 is not there"),
    (("whatif", "sick:0:0:0:0"), "must be sick:WORKER"),
    (("whatif", "sick:zero"), "'zero' is not a whole number"),
    (("whatif", "decline:0:99"), "visit 99 is not there"),
    (("whatif", "window:0:0:900:100"), "minute 900 to 100"),
    (("whatif", "overtime:0:99:10"), "shift 99 is not there"),
    (("whatif", "strike"), "unknown kind of change"),
    (("replan", "sick:0", "--after", "x.json"), "not both"),
]


@pytest.mark.parametrize(("question", "words"), REFUSED)
def test_a_senseless_question_is_refused_in_words(ask, question, words):
    status, _, refused = ask(*question)
    assert status == 2
    assert words in refused


def test_all_changes_that_cannot_be_read_are_named_at_once(ask):
    status, _, refused = ask("whatif", "strike:1", "sick:99", "hire:/no/such/file")
    assert status == 2
    assert refused.startswith("The change has 3 faults:")


def test_a_plan_of_another_instance_is_refused(files, tmp_path, capsys):
    path = tmp_path / "plan.json"
    routes = [{"worker": 77, "shift": 0, "stops": [{"visit": 0, "start": 500}]}]
    path.write_text(json.dumps({"routes": routes, "variant": "full"}))
    assert main(["explain", str(files[0] / "instance.json"), str(path), "0"]) == 2
    assert "The plan has 1 fault:\n- reference: a route names worker 77" in capsys.readouterr().err
