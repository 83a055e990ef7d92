"""Scenarios as files, what is drawn of them, how a diagnosis is judged, and what a person's record says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from drill_tui.faults.catalogue import FAULTS
from drill_tui.faults.practice.facilitator import NobodyPractisesError, Order, give, orders
from drill_tui.faults.practice.record import (
    PersonRecord,
    PracticeRecord,
    read_records,
    record_of,
    record_of_person,
)
from drill_tui.faults.practice.session import Ending, Happening, Practice
from drill_tui.faults.practice.shelf import (
    FEWEST_DIAGNOSES,
    NothingToDrawError,
    Story,
    draw,
    read_scenario,
    read_stories,
)
from drill_tui.faults.practice.telling import result_line, revealed
from drill_tui.runbook.problems import RunbookError
from tests.engine.stand_ins import FakeClock

ROOT = Path(__file__).parents[3]
STORIES = read_stories(ROOT)
RIGHT = next(s for s in STORIES if s.name == "suddenly-slow").scenario.right("index-dropped")
TEXT = (ROOT / "runbooks/practice/suddenly-slow.yaml").read_text("utf-8")


def practice(clock: FakeClock, *, fault: str = "index-dropped", seed: int = 3) -> Practice:
    return Practice(drawn=draw(STORIES, seed=seed, name="suddenly-slow", fault=fault), now=clock.now)


def done(
    clock: FakeClock, ending: Callable[[Practice], object], person: str = "Ada", run: str = "run"
) -> PracticeRecord:
    going = practice(clock)
    ending(going)
    return record_of(going, run_id=run, person=person, began_at=1_795_356_062.0, site="ops.events")


def times(going: Practice) -> tuple[float | None, float | None]:
    return going.noticed_s, going.diagnosed_s


def find(going: Practice) -> None:
    going.diagnose(going.scenario.right(going.drawn.fault), "build it again")


def test_ten_and_more_are_shipped_of_every_difficulty() -> None:
    assert len(STORIES) >= 10
    assert {story.scenario.difficulty for story in STORIES} == {1, 2, 3, 4, 5}
    assert [story.scenario.difficulty for story in STORIES] == sorted(s.scenario.difficulty for s in STORIES)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_does_not_name_its_fault(story: Story) -> None:
    told = " ".join([story.scenario.title, story.scenario.situation, *story.scenario.hints])
    for fault in story.scenario.faults:
        assert fault not in told
        assert FAULTS[fault].breaks not in told


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("title: ", "titel: ", "unknown key 'titel' (did you mean title?)"),
        ("difficulty: 3", "difficulty: 6", "`difficulty`: input should be less than or equal to 5"),
        (
            "faults: [index-dropped, index-invalid]\nh",
            "faults: []\nh",
            "`faults`: must have at least one entry",
        ),
        (
            "faults: [index-dropped, index-invalid]\nh",
            "faults: [index-droped]\nh",
            "did you mean index-dropped?",
        ),
        (
            "[index-dropped, index-invalid]\nh",
            "[index-dropped, disk-full-during-backup]\nh",
            "cannot be planted",
        ),
        ("[index-dropped, index-invalid]\nh", "[index-dropped, index-page-damaged]\nh", "cannot be planted"),
        ("    faults: [index-dropped, index-invalid]\n", "    why_not: no\n", "0 diagnoses name it"),
        ("    why_not: As many rows as in the backup.\n", "", "`why_not` is missing"),
        ("    why_not: As many", "    faults: [index-dropped]\n    why_not: As many", "2 diagnoses name it"),
        (
            "    why_not: As many",
            "    faults: [row-deleted]\n    why_not: As many",
            "is no fault of this scenario",
        ),
        ("version: 1", "version: 2", "`version`: 2 is not a valid value"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    path = tmp_path / "mine.yaml"
    assert TEXT.count(old) == 1
    path.write_text(TEXT.replace(old, new))
    with pytest.raises(RunbookError) as refused:
        read_scenario(path)
    assert problem in str(refused.value)
    assert all(line.startswith(f"{path}:") for line in str(refused.value).splitlines())


@pytest.mark.parametrize("content", [b"", b"- 1\n", b"\xff\n", b"a: [\n", b"x" * 70_000, b"{}"])
def test_what_is_no_scenario_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(RunbookError) as refused:
        read_scenario(path)
    assert refused.value.problems


def test_too_few_diagnoses_leave_nothing_to_find(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    head, _, rest = TEXT.partition("diagnoses:\n")
    answer = rest[rest.index("answer:") :]
    path.write_text(
        f"{head}diagnoses:\n  - says: An index\n    faults: [index-dropped, index-invalid]\n{answer}"
    )
    with pytest.raises(RunbookError, match=f"at least {FEWEST_DIAGNOSES} diagnoses"):
        read_scenario(path)


def test_a_scenario_is_not_called_as_the_record_is(tmp_path: Path) -> None:
    (tmp_path / "record.yaml").write_text(TEXT)
    with pytest.raises(RunbookError, match="cannot be called record"):
        read_scenario(tmp_path / "record.yaml")


def test_a_project_without_its_own_has_the_shipped_ones(tmp_path: Path) -> None:
    assert [story.name for story in read_stories(tmp_path)] == [story.name for story in STORIES]
    (tmp_path / "runbooks/practice").mkdir(parents=True)
    assert read_stories(tmp_path) == []
    (tmp_path / "runbooks/practice/ours.yaml").write_text(TEXT)
    assert [story.name for story in read_stories(tmp_path)] == ["ours"]


def test_the_same_seed_draws_the_same() -> None:
    first, again = draw(STORIES, seed=11), draw(STORIES, seed=11)
    assert first == again
    assert (
        Practice(drawn=first, now=FakeClock().now).offered
        == Practice(drawn=again, now=FakeClock().now).offered
    )
    assert len({draw(STORIES, seed=seed).story.name for seed in range(60)}) > 5
    assert len({draw(STORIES, seed=seed, name="suddenly-slow").fault for seed in range(20)}) == 2
    places = {practice(FakeClock(), seed=s).offered.index(RIGHT) for s in range(40)}
    assert places == set(range(5)), "the right one has no place of its own"


def test_what_is_asked_for_is_drawn_or_refused() -> None:
    assert draw(STORIES, seed=1, difficulty=5).story.scenario.difficulty == 5
    assert draw(STORIES, seed=1, fault="rows-hidden").story.name == "half-the-rows"
    for asked, words in (
        ({"name": "suddenly-slo"}, "did you mean suddenly-slow?"),
        ({"fault": "rows-hiden"}, "did you mean rows-hidden?"),
        ({"name": "suddenly-slow", "difficulty": 1}, "difficulty 1"),
    ):
        with pytest.raises(NothingToDrawError, match=words.replace("?", "[?]")):
            draw(STORIES, seed=1, **asked)


def test_time_runs_from_the_situation_to_the_right_diagnosis() -> None:
    clock = FakeClock()
    going = practice(clock)
    clock.advance(5)
    going.checked("backup", objected=False)
    assert going.noticed_s is None
    clock.advance(5)
    going.checked("restored", objected=True)
    clock.advance(20)
    wrong = next(one for one in going.offered if going.drawn.fault not in one.faults)
    assert not going.diagnose(wrong, "wait")
    assert going.ending is not Ending.FOUND
    clock.advance(30)
    find(going)
    assert str(going.ending) == "found"
    assert times(going) == (10, 60)
    assert going.wrong_turns == [wrong.says]
    assert [moment.at_s for moment in going.timeline] == [0, 5, 10, 30, 60, 60]


def test_who_says_at_once_what_it_is_has_noticed_it_then() -> None:
    clock = FakeClock()
    going = practice(clock)
    clock.advance(8)
    find(going)
    assert going.noticed_s == going.diagnosed_s == 8


def test_hints_come_one_at_a_time_and_end() -> None:
    going = practice(FakeClock())
    given = [going.hint() for _ in range(len(going.scenario.hints) + 2)]
    assert given == [*going.scenario.hints, "", ""]
    assert (going.hints_shown, going.hints_left) == (len(going.scenario.hints), 0)


def test_a_diagnosis_of_another_fault_of_the_same_story_is_wrong() -> None:
    story = next(s for s in STORIES if s.name == "pager-at-three")
    going = Practice(drawn=draw([story], seed=1, fault="table-emptied"), now=FakeClock().now)
    others = [one for one in going.offered if "table-emptied" not in one.faults]
    assert not any(going.diagnose(one, "") for one in others)
    assert all(one.why_not for one in others)


def test_the_record_adds_up_levels_and_names_what_comes_next(tmp_path: Path) -> None:
    clock = FakeClock()
    for number, (person, ending) in enumerate(
        [("Ada", find), ("ada", Practice.give_up), ("Bo", Practice.interrupt), ("Ada", find)]
    ):
        record = done(clock, ending, person, f"run{number}")
        (tmp_path / record.run_id).mkdir()
        (tmp_path / record.run_id / "practice.json").write_text(record.model_dump_json())
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/practice.json").write_text("{")
    kept = read_records(tmp_path)
    assert len(kept.broken) == 1
    ada = record_of_person("ADA", kept.records, STORIES)
    assert (len(ada.practices), ada.found, ada.next) == (3, 2, STORIES[0].name)
    level = next(s for s in STORIES if s.name == "suddenly-slow").scenario.difficulty
    assert ada.levels[level][0] == 1
    assert sum(there for _, there in ada.levels.values()) == len(STORIES)
    assert record_of_person("Bo", kept.records, STORIES).found == 0
    assert record_of_person("nobody", kept.records, STORIES).practices == ()


def test_who_found_every_one_has_nothing_ahead() -> None:
    story = next(s for s in STORIES if s.name == "suddenly-slow")
    record: PersonRecord = record_of_person("Ada", [done(FakeClock(), find)], [story])
    assert record.next == ""


def test_what_is_revealed_names_fault_place_and_both_answers() -> None:
    record = done(FakeClock(), find)
    told = {passage.title: passage.text for passage in revealed(practice(FakeClock()).drawn.story, record)}
    assert FAULTS["index-dropped"].breaks in told["What was broken"]
    assert "ops.events" in told["What was broken"]
    assert told["What you would do"] == "build it again"
    assert any(title.startswith("The runbook's words") for title in told)
    assert result_line(record).startswith("Found · noticed after")


def test_on_a_game_day_what_is_measured_begins_with_the_planting() -> None:
    clock, told = FakeClock(), list[Happening]()
    going = Practice(drawn=practice(clock).drawn, now=clock.now, broken=False, on_moment=told.append)
    right = going.scenario.right(going.drawn.fault)
    clock.advance(100)
    assert not going.diagnose(right, "")
    assert going.why_not(right) == "Nothing of that kind is broken now."
    going.plant()
    clock.advance(10)
    going.hear("How long?")
    going.checked("restored", objected=True)
    clock.advance(30)
    assert going.diagnose(right, "build it again")
    assert times(going) == (10, 40)
    assert [message.at_s for message in going.messages] == [110]
    assert told == going.timeline
    assert [moment.at_s for moment in told] == [0, 100, 100, 110, 110, 140, 140]


def test_a_game_day_on_which_nothing_was_planted_reveals_nothing() -> None:
    going = Practice(drawn=practice(FakeClock()).drawn, now=FakeClock().now, broken=False)
    assert going.hint() == ""
    going.give_up()
    record = record_of(going, run_id="run", person="Ada", began_at=1_795_356_062.0, site="")
    told = revealed(going.drawn.story, record)
    assert told[0].text.startswith("Nothing.")
    assert FAULTS[record.fault].breaks not in " ".join(passage.text for passage in told)


async def test_orders_are_taken_one_by_one_and_nonsense_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    with pytest.raises(NobodyPractisesError, match="no game day"):
        give(tmp_path, Order("too early"))
    coming = orders(tmp_path)
    first = asyncio.ensure_future(anext(coming))
    await asyncio.sleep(0)
    give(tmp_path, Order("a\n\x1b[1mb"))
    assert await first == Order("a b")
    with (tmp_path / "private/facilitator.jsonl").open("a") as file:
        file.write('{\n[]\n{"say": 1}\n' + "[" * 100_000 + "\n")
    give(tmp_path, Order())
    assert await anext(coming) == Order()
    assert (tmp_path / "private/facilitator.jsonl").stat().st_mode & 0o777 == 0o600
