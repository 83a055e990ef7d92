"""GitHub Actions: within its limits, and no text from a program is ever a command."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from drill_tui.engine.record.events import LogChunk
from drill_tui.sinks.console import ConsoleSink, print_summary
from drill_tui.sinks.github import (
    MAX_ANNOTATIONS,
    MAX_SUMMARY_BYTES,
    annotation_commands,
    readable_line,
    write_job_summary,
)
from drill_tui.verdict.fold import fold
from tests.unit.sinks.stories import HOSTILE, failed, failing, hostile, passed
from tests.unit.verdict.drills import Drill

ON_GITHUB = {"GITHUB_ACTIONS": "true"}


def test_no_annotations_for_a_plain_pass() -> None:
    assert annotation_commands(passed()) == []


def test_a_failure_is_annotated_with_the_verdict_first() -> None:
    commands = annotation_commands(failed())
    assert commands[0].startswith("::error title=Restore drill%3A FAIL::")
    assert "::error title=Step verify::1 criterion missed" in commands
    assert len(commands) <= MAX_ANNOTATIONS


def test_hostile_text_cannot_end_its_annotation() -> None:
    commands = annotation_commands(hostile())
    assert len(commands) == MAX_ANNOTATIONS
    for command in commands:
        assert "\n" not in command
        assert "\x1b" not in command
        title = command.split("::")[1].partition("title=")[2]
        assert ":" not in title
        assert "," not in title
    assert "%250A" in "".join(commands), "a percent sign is escaped before it means something"


def test_log_lines_are_no_commands() -> None:
    for line in ("::set-output name=x::y", "  ::error::x", "##[add-mask]x", "\x1b[1m::stop-commands::x"):
        shown = readable_line(line)
        assert not shown.lstrip().startswith("::")
        assert "##[" not in shown


def test_a_steps_log_is_a_group() -> None:
    stream = io.StringIO()
    console = ConsoleSink(stream, ON_GITHUB)
    for record in failing().records:
        console.on_record(record)
        if record.event.TYPE == "attempt.started":
            console.on_log(LogChunk(step="x", lines=("::error::evil",)))
    lines = stream.getvalue().splitlines()
    assert lines.count("::endgroup::") == sum(line.startswith("::group::") for line in lines) == 7
    assert "| ::error::evil" in lines
    commands = [line for line in lines if line.lstrip().startswith("::")]
    assert {line.split("::")[1] for line in commands} == {"group", "endgroup"}


def test_the_summary_is_appended(tmp_path: Path) -> None:
    target = tmp_path / "summary"
    target.write_text("before\n")
    write_job_summary(passed(), {**ON_GITHUB, "GITHUB_STEP_SUMMARY": str(target)})
    assert target.read_text().startswith("before\n# Quarterly restore drill: PASS\n")


def test_outside_github_nothing_is_written(tmp_path: Path) -> None:
    target = tmp_path / "summary"
    assert write_job_summary(passed(), {"GITHUB_STEP_SUMMARY": str(target)}) is None
    assert not target.exists()


def test_a_huge_summary_is_cut_below_the_limit(tmp_path: Path) -> None:
    target = tmp_path / "summary"
    environment = {**ON_GITHUB, "GITHUB_STEP_SUMMARY": str(target)}
    huge = passed().model_copy(update={"coverage": tuple(f"äöü {n} " + "x" * 90 for n in range(20_000))})
    for _ in range(3):
        write_job_summary(huge, environment)
        assert target.stat().st_size < MAX_SUMMARY_BYTES
    text = target.read_text(encoding="utf-8")
    assert "Cut here" in text


@pytest.mark.parametrize("line", [HOSTILE * 40, "😀" * 900, "`" * 3_000, "|" * 2_000, "x" * 3_000_000])
def test_hostile_names_stay_below_the_limit_and_readable(line: str, tmp_path: Path) -> None:
    target = tmp_path / "summary"
    huge = hostile().model_copy(update={"coverage": (line,) * (1 if len(line) > 10**6 else 1_500)})
    write_job_summary(huge, {**ON_GITHUB, "GITHUB_STEP_SUMMARY": str(target)})
    assert 0 < target.stat().st_size < MAX_SUMMARY_BYTES
    text = target.read_text(encoding="utf-8")
    assert text.endswith("_Cut here; the whole report is in the run's directory._\n")
    assert "\x1b" not in text
    assert "\x00" not in text


def test_a_full_summary_gets_nothing_more(tmp_path: Path) -> None:
    target = tmp_path / "summary"
    target.write_bytes(b"x" * MAX_SUMMARY_BYTES)
    write_job_summary(passed(), {**ON_GITHUB, "GITHUB_STEP_SUMMARY": str(target)})
    assert target.stat().st_size == MAX_SUMMARY_BYTES


WRAPPED = "x" * 90 + " ::add-mask::x " + "y" * 90 + " ##[add-mask]x"


@pytest.mark.parametrize("reason", [HOSTILE, WRAPPED, "::stop-commands::x", "##[error]x"])
def test_a_hostile_name_is_no_command_on_the_console_either(reason: str) -> None:
    stream = io.StringIO()
    drill = Drill().start(runbook_title=reason).failed("backup", reason=reason)
    console = ConsoleSink(stream, ON_GITHUB)
    for record in drill.clean_up(leftovers=(reason,)).records:
        console.on_record(record)
    report = fold(drill.records)
    print_summary(report, [Path(reason)], stream, ON_GITHUB)
    commands = [line for line in stream.getvalue().splitlines() if line.lstrip().startswith("::")]
    others = [line for line in commands if line.split("::")[1] not in ("group", "endgroup")]
    assert others == annotation_commands(report)
    assert "##[" not in "".join(line for line in stream.getvalue().splitlines() if line not in commands)
