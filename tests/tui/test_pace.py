"""The pace of a drill with people: one stop before each step, and one key to run through."""

from __future__ import annotations

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.run.control import DrillControl
from drill_tui.runbook.mode import Mode
from drill_tui.sinks.words import pauses_of_people
from drill_tui.tui.pace import Pace
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.watched import WatchedDrill
from drill_tui.verdict.fold import fold
from tests.tui.conftest import catch_up, drilling, events_of
from tests.tui.storyteller import Storyteller

GUIDED = Mode.GUIDED.value


def paused_after(story: Storyteller, *, running_through: bool = False) -> bool:
    """Whether the pace asks for a pause at the last thing that was told."""
    control, drill = DrillControl(), WatchedDrill()
    for record in story.records:
        drill.take(record)
    pace = Pace(control, drill, lambda: None, story.mode, running_through)
    pace.on_record(story.records[-1])
    return control.pausing


def one_step(mode: Mode) -> Storyteller:
    return Storyteller(mode).start().whole_step("open_source", "source.open", 2)


def recovered() -> ev.DrillRecovered:
    return ev.DrillRecovered(how="resume", down_s=1, pid=1, boot_id="b")


@pytest.mark.parametrize("mode", [Mode.GUIDED, Mode.TRAINING])
def test_it_stops_before_each_step_and_never_within_one(mode: Mode) -> None:
    assert paused_after(Storyteller(mode).start(people={}))
    assert paused_after(one_step(mode))
    assert paused_after(one_step(mode).tell(recovered()))
    assert not paused_after(one_step(mode).begin("backup"))


@pytest.mark.parametrize("mode", [Mode.GUIDED, Mode.TRAINING])
def test_it_never_stops_in_cleanup(mode: Mode) -> None:
    story = Storyteller(mode).until_restore()
    story.begin("stop_target", ev.Phase.CLEANUP).end("stop_target", phase=ev.Phase.CLEANUP)
    assert not paused_after(story)


def test_a_gate_is_the_stop_of_a_guided_drill_and_a_guess_comes_before_it() -> None:
    assert not paused_after(Storyteller(Mode.GUIDED).until_restore())
    assert paused_after(Storyteller(Mode.TRAINING).until_restore())


@pytest.mark.parametrize(("target", "stops"), [("local", True), ("external", False)])
def test_a_gate_that_is_not_asked_is_no_stop(target: str, stops: bool) -> None:
    text = """
version: 1
id: restore-drill
title: A gate that depends
params: {target: {default: local, choices: [local, external]}}
criteria: {done: {title: Done, evidence: [one]}}
steps:
  - id: one
    title: One
    gate: {kind: confirm, prompt: Sure?, when: {param: target, is: external}}
    run: 'true'
"""
    (started, *_) = Storyteller(runbook_text=text).start().records
    assert isinstance(started.event, ev.DrillStarted)
    started.event.params["target"] = target
    assert paused_after(Storyteller().tell(started.event)) is stops


def test_who_takes_a_cut_off_step_up_again_is_not_asked_twice() -> None:
    assert not paused_after(one_step(Mode.GUIDED).begin("backup").tell(recovered()))


def test_it_runs_through_once_that_is_wanted() -> None:
    assert not paused_after(one_step(Mode.GUIDED), running_through=True)


def shown(screen: DrillScreen) -> str:
    return str(screen.query_one("#question").render())


def held_drill() -> Storyteller:
    return one_step(Mode.GUIDED).tell(ev.PauseStarted(by=GUIDED, reason="read"))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_lead_sees_what_comes_and_goes_on(size: tuple[int, int]) -> None:
    async with drilling(held_drill(), size=size) as (seat, screen, pilot):
        assert seat.control is not None
        seat.control.pause(GUIDED, "read")
        assert "‖ Grace Hopper (operator) starts: Create" in shown(screen)
        assert "c run through  ⏎ start it" in shown(screen)
        assert "scripts/backup.sh" in str(screen.query_one("#card").render()), "before it runs"
        await pilot.press("k", "enter")
        assert seat.control.pausing, "looking at another step is not going on"
        await pilot.press("enter")
        assert not seat.control.pausing


def test_who_lets_a_step_begin_has_confirmed_it_and_nobody_the_steps_that_were_run_through() -> None:
    story = held_drill().tell(ev.PauseEnded(by="Grace Hopper", role="operator"))
    story.whole_step("backup", "scripts/backup.sh", 3).whole_step("check_backup", "scripts/restore.sh", 3)
    steps = {step.id: step.confirmed_by for step in fold(story.records).steps}
    assert (steps["open_source"], steps["backup"], steps["check_backup"]) == (
        "",
        "Grace Hopper (operator)",
        "",
    )


async def test_the_journal_keeps_who_went_on_in_which_role() -> None:
    async with drilling(held_drill()) as (seat, _, pilot):
        assert seat.control is not None
        seat.control.pause(GUIDED, "read")
        seat.control._pause_open = True
        await pilot.press("enter")
        assert events_of(seat, ev.PauseEnded) == [ev.PauseEnded(by="Grace Hopper", role="operator")]


async def test_one_key_runs_through_and_asks_for_the_stops_again() -> None:
    story = held_drill()
    async with drilling(story) as (seat, screen, pilot):
        assert seat.control is not None
        assert seat.pace is not None
        seat.control.pause(GUIDED, "read")
        await pilot.press("c")
        assert seat.pace.running_through
        assert not seat.control.pausing
        await pilot.press("c")
        assert not seat.pace.running_through
        story.whole_step("backup", "scripts/backup.sh", 3)
        catch_up(seat, story)
        seat.pace.on_record(story.records[-1])
        assert seat.control.pausing
        screen.show_news()
        assert "Pauses before the next step" not in shown(screen), "nobody asked for it"


async def test_to_run_through_ends_no_pause_that_somebody_asked_for() -> None:
    story = one_step(Mode.GUIDED).tell(ev.PauseStarted(by="Grace Hopper", reason="the phone"))
    async with drilling(story) as (seat, _, pilot):
        assert seat.control is not None
        assert seat.pace is not None
        seat.control.pause("Grace Hopper", "the phone")
        await pilot.press("c")
        assert seat.control.pausing


async def test_a_training_cannot_be_run_through() -> None:
    async with drilling(one_step(Mode.TRAINING)) as (seat, _, pilot):
        assert seat.control is not None
        seat.control.pause(Mode.TRAINING.value, "read")
        await pilot.press("c")
        assert seat.control.pausing


def test_its_stops_are_time_of_people_and_no_pauses_of_theirs() -> None:
    story = Storyteller().until_restore().tell(ev.PauseStarted(by=GUIDED, reason="read")).wait(30)
    story.tell(ev.PauseEnded(by="Grace Hopper"))
    story.tell(ev.PauseStarted(by="Grace Hopper", reason="the phone")).wait(5).tell(ev.PauseEnded(by="x"))
    story.begin("restore").end("restore")
    report = fold(story.records)
    assert [pause.by for pause in pauses_of_people(report)] == ["Grace Hopper"]
    assert [pause.duration_s for pause in report.pauses] == [30, 5]
