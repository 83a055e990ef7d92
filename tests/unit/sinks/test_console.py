"""The console and the event stream: what a cron mail, a CI log and a terminal get to see."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import LogChunk, Outcome, Progress, Record
from drill_tui.runbook.mode import Mode
from drill_tui.sinks.console import ConsoleSink, print_summary
from drill_tui.sinks.events import EventStream
from drill_tui.verdict.fold import fold
from tests.unit.sinks.stories import failed, failing, hostile, passed
from tests.unit.verdict.drills import Drill, whole_drill


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(
    records: list[Record], stream: io.StringIO | None = None, environment: Mapping[str, str] | None = None
) -> str:
    stream = stream or io.StringIO()
    console = ConsoleSink(stream, environment or {})
    for record in records:
        console.on_record(record)
    return stream.getvalue()


def summary(report: ev.DrillStarted | object, **environment: str) -> str:
    stream = io.StringIO()
    print_summary(report, [], stream, environment)  # type: ignore[arg-type]
    return stream.getvalue()


def test_one_line_per_transition() -> None:
    lines = shown(Drill().start().passed("open_source").records).splitlines()
    assert lines[0] == "Quarterly restore drill (restore-drill)"
    assert lines[1] == "      auto · run restore-drill_20261122T140102Z_3fa9 · olga on drill-host"
    assert lines[2:] == [
        "  0:00 ▶ 1/8 Find the source",
        "  0:00   run open_source",
        "  0:01 ✓ 1/8 Find the source: passed in 1.00 s",
    ]


def test_the_demo_is_announced_before_anything_is_done_with_it() -> None:
    drill = Drill().start().open("open_source").attempt("open_source", outputs={"kind": "demo"})
    lines = shown(drill.close("open_source").records).splitlines()
    notice = next(n for n, line in enumerate(lines) if "DEMO database" in line)
    assert notice < 6
    assert "DEMO" not in shown(whole_drill().records)


def test_commands_that_people_can_type_have_a_prompt() -> None:
    assert "$ run backup" in shown(Drill().start().open("backup").attempt("backup").records)


def test_a_command_of_several_lines_stays_one_that_can_be_copied() -> None:
    command = "set -eu\nif true; then\n  echo \x1b[1mdone\nfi"
    drill = Drill().start().open("backup")
    drill.say(ev.AttemptStarted(step="backup", attempt=1, command=command, log="logs/backup.log"))
    told = [line[11:] for line in shown(drill.records).splitlines()[-4:]]
    assert told == ["set -eu", "if true; then", "  echo done", "fi"]


def test_a_failure_shows_the_end_of_its_log() -> None:
    stream = io.StringIO()
    console = ConsoleSink(stream, {})
    for record in failing().records:
        console.on_record(record)
        if isinstance(record.event, ev.AttemptStarted) and record.event.step == "verify":
            console.on_log(LogChunk(step="verify", lines=tuple(f"\x1b[31mline {n}" for n in range(100))))
    text = stream.getvalue()
    assert "      | line 99" in text
    assert "| line 85" in text
    assert "| line 84" not in text
    assert "data_integrity is missed" in text


def test_retries_gates_pauses_and_stops_each_have_a_line() -> None:
    drill = Drill(mode=Mode.GUIDED).start().open("restore")
    by = ev.Signature(name="Olga", role="lead", at=drill.at, via="terminal", attested="same-terminal")
    drill.say(ev.GateOpened(step="restore", kind="confirm", prompt="Go?"))
    drill.say(ev.GateAnswered(step="restore", answer="approved", by=(by,)), after_s=3)
    drill.attempt("restore", outcome=Outcome.FAILED, exit_code=75, reason="disk busy", evidence={})
    drill.say(ev.RetryScheduled(step="restore", attempt=2, delay_s=5, by="policy"))
    drill.say(ev.BudgetExceeded(step="restore", budget_s=900))
    drill.say(ev.PauseStarted(by="Olga", reason="tea")).say(ev.PauseEnded(by="Olga"))
    drill.say(ev.NoteAdded(by="Olga", text="slow"))
    drill.say(ev.AbortRequested(by="Olga", via="operator", reason="enough"))
    drill.say(ev.DrillRecovered(how="resume", down_s=65, pid=1, boot_id="b"))
    text = shown(drill.clean_up(ev.EndReason.ABORTED, leftovers=("directory /x",)).records)
    for line in (
        "? Go?",
        "✓ approved by Olga (lead)",
        "! disk busy; trying again in 5.00 s (policy)",
        "! over the budget of 15 min",
        "! paused by Olga – tea",
        "▶ resumed by Olga",
        "· note by Olga: slow",
        "! stopping: Olga – enough",
        "! taken over (resume) after 1 min 5 s without a process",
        "cleanup: clean: directory /x",
    ):
        assert line in text


def skipped(drill: Drill, reason: str, *steps: str) -> Drill:
    for step in steps:
        drill.close(step, Outcome.SKIPPED, ev.Result.SKIP, reason, 0.0)
    return drill


def test_steps_that_never_ran_for_one_reason_are_one_line() -> None:
    drill = skipped(Drill().start().failed("open_source"), "too late", "backup", "check_backup", "restore")
    skipped(drill, "only in mode guided", "debrief").clean_up(ev.EndReason.FAILED)
    lines = [line[7:] for line in shown(drill.records).splitlines() if "skipped" in line]
    assert lines == [
        "– 3 steps, from 2/8 Create a backup to 6/8 Restore into the isolated database: skipped – too late",
        "– 8/8 Debrief: skipped – only in mode guided",
    ]


def test_a_step_that_never_ran_closes_no_group() -> None:
    drill = skipped(Drill().start().failed("open_source"), "not reached", "backup", "restore").clean_up()
    text = shown(drill.records, environment={"GITHUB_ACTIONS": "true"})
    assert text.count("::endgroup::") == text.count("::group::")


def test_the_summary_gives_the_reason_of_steps_that_never_ran_once() -> None:
    drill = skipped(Drill().start().failed("open_source"), "not reached: it ended", "backup", "check_backup")
    text = summary(fold(drill.clean_up(ev.EndReason.FAILED).records))
    assert text.count("not reached: it ended") == 1


def test_the_verdict_is_the_last_line() -> None:
    assert summary(passed()).splitlines()[-1] == (
        "PASS  The backup restores: every required criterion was met. (10.0 s, exit code 0)"
    )
    last = summary(failed()).splitlines()[-1]
    assert last.startswith("FAIL  The data is what was backed up: missed")
    assert last.endswith("exit code 1)")


def test_the_summary_has_every_step_and_criterion() -> None:
    text = " ".join(summary(failed()).split())
    for criterion in failed().criteria:
        assert criterion.title in text
    for step in failed().steps:
        assert step.title in text
    assert "left over: directory /x" in text


@pytest.mark.parametrize("text", [shown(whole_drill().records), summary(failed())], ids=["lines", "summary"])
def test_plain_output_has_no_escape_and_no_trailing_blank(text: str) -> None:
    assert "\x1b" not in text
    assert "\r" not in text
    assert not re.search(r"[ \t]$", text, re.MULTILINE)


def test_a_terminal_gets_colour_unless_no_color_is_set() -> None:
    records = whole_drill().records
    assert "\x1b[" in shown(records, Tty(), {"TERM": "xterm-256color"})
    plain = shown(records, Tty(), {"TERM": "xterm-256color", "NO_COLOR": "1"})
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", plain)
    assert "\x1b" not in shown(records, Tty(), {"TERM": "dumb"})


def test_progress_is_one_line_that_is_rewritten_and_erased() -> None:
    stream = Tty()
    console = ConsoleSink(stream, {"TERM": "xterm"})
    for record in Drill().start().open("restore").records:
        console.on_record(record)
    for done in (1e6, 2e6, 2e6):
        console.on_progress(
            Progress(
                step="restore", label="public.\x1b[31morders", done=done, total=4e6, unit="rows", eta_s=9
            )
        )
    console.on_record(Drill().start().passed("open_source").records[-1])
    text = stream.getvalue()
    assert text.count("public.orders") == 2, "an unchanged line is not written again"
    assert " 50%  public.orders  2,000,000 of 4,000,000 rows · 9 s left" in text
    assert text.rindex("\r\x1b[K") > text.rindex("public.orders")
    assert "public.orders" not in _progress_off_terminal()


@pytest.mark.parametrize(
    ("done", "total", "unit", "shown_as"),
    [
        (1_500_000, 3_100_000_000, "bytes", "  0%  x  1.5 MB of 3.1 GB"),
        (12, 0, "bytes", "  …  x  12 bytes"),
        (12, 0, "items", "  …  x  12 items"),
        (5, 4, "tables", "100%  x  5 of 4 tables"),
    ],
)
def test_amounts_of_progress(done: float, total: float, unit: str, shown_as: str) -> None:
    stream = Tty()
    ConsoleSink(stream, {"TERM": "xterm"}).on_progress(
        Progress(step="s", label="x", done=done, total=total, unit=unit)
    )
    assert stream.getvalue().endswith(shown_as)


def _progress_off_terminal() -> str:
    stream = io.StringIO()
    ConsoleSink(stream, {}).on_progress(
        Progress(step="restore", label="public.orders", done=1, total=0, unit="bytes")
    )
    return stream.getvalue()


def test_hostile_text_cannot_steer_the_terminal() -> None:
    for text in (shown(Drill().start(user="\x1b]0;evil\x07[bold]x").records), summary(hostile())):
        assert "\x1b" not in text
        assert "\x07" not in text
    assert "[bold]x on" in shown(Drill().start(user="[bold]x").records)


def test_an_ascii_stream_gets_ascii() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    console = ConsoleSink(stream, {})
    for record in whole_drill(user="Jürgen").records:
        console.on_record(record)
    print_summary(passed(), [], stream, {})
    assert b"+ 1/8 Find the source: passed in 1.00 s" in raw.getvalue()
    assert b"J\\xfcrgen on drill-host" in raw.getvalue()


def test_the_event_stream_is_one_json_object_per_record() -> None:
    stream = io.StringIO()
    sink = EventStream(stream)
    records = whole_drill().records
    for record in records:
        sink.on_record(record)
    sink.on_log(LogChunk(step="x", lines=("noise",)))
    sink.on_progress(Progress(step="x", label="noise", done=1, total=2, unit="rows"))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["type"] for line in lines] == [record.event.TYPE for record in records]
    assert lines[0]["ts"] == "2026-11-22T14:01:02.000000Z"
    assert lines[-1]["data"]["reason"] == "completed"


def test_the_log_of_a_step_that_was_stopped_is_not_shown() -> None:
    stream = io.StringIO()
    console = ConsoleSink(stream, {})
    drill = Drill().start().failed("restore", outcome=Outcome.CANCELLED, reason="stopped by SIGINT")
    for record in drill.records:
        console.on_record(record)
        if isinstance(record.event, ev.AttemptStarted):
            console.on_log(LogChunk(step="restore", lines=("KeyboardInterrupt",)))
    assert "cancelled in 1.00 s – stopped by SIGINT" in stream.getvalue()
    assert "KeyboardInterrupt" not in stream.getvalue()


def test_a_resumed_run_keeps_its_clock_and_its_titles() -> None:
    drill = Drill().start().passed("open_source").open("backup")
    before = len(drill.records)
    drill.say(ev.DrillRecovered(how="resume", down_s=60, pid=1, boot_id="b"), after_s=64)
    drill.close("backup", Outcome.INTERRUPTED, ev.Result.ERROR, "died while it ran")
    stream = io.StringIO()
    console = ConsoleSink(stream, {})
    console.catch_up(drill.records[:before])
    for record in drill.records[before:]:
        console.on_record(record)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "  1:05 ! taken over (resume) after 1 min without a process"
    assert lines[1].startswith("  1:05 ✗ 2/8 Create a backup: interrupted")
    late = shown(drill.records[before:])
    assert "✗ backup: interrupted" in late, "without its past a run has ids for titles"
