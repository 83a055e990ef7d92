"""Runs whose process died before their cleanup: what home lists, and what it says of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual.content import Content

from drill_tui.engine.recovery.orphans import find_orphans
from drill_tui.tui.looks import Tone
from drill_tui.tui.wording import day
from drill_tui.tui.words import line, lines, muted, tinted
from drill_tui.verdict.wording import ago


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffRun:
    """`problem` says why its journal cannot be read; the rest is then empty.  Times are since the epoch."""

    run_dir: Path
    title: str = ""
    mode: str = ""
    began_at: float = 0.0
    last_at: float = 0.0
    step: str = ""
    """Title of the step that it had reached."""
    leftovers: tuple[str, ...] = ()
    problem: str = ""


def cut_off_runs(artifacts_dir: Path) -> list[CutOffRun]:
    """The newest first."""
    return [_cut_off(run_dir) for run_dir in reversed(find_orphans(artifacts_dir))]


def _cut_off(run_dir: Path) -> CutOffRun:
    from drill_tui.engine.record.journal import JOURNAL_NAME, JournalError, read_journal
    from drill_tui.verdict.state import DrillState

    try:
        state = DrillState.of(read_journal(run_dir / JOURNAL_NAME))
    except (JournalError, OSError) as error:
        return CutOffRun(run_dir=run_dir, problem=str(error))
    if state.started is None:
        return CutOffRun(run_dir=run_dir, problem="its journal does not begin with the start of a drill")
    begun = [step for step in state.steps.values() if step.started_at is not None]
    return CutOffRun(
        run_dir=run_dir,
        title=state.started.runbook_title,
        mode=state.started.mode,
        began_at=state.started_at or 0.0,
        last_at=state.last_at,
        step=begun[-1].title if begun else "",
        leftovers=tuple(f"{claim.kind} {claim.ref}" for claim in state.claims.values()),
    )


def cut_off_entry(run: CutOffRun, now: float) -> Content:
    """As tall as a runbook's entry."""
    where = f" at “{run.step}”" if run.step else ""
    when = f"{run.mode}, {ago(now - run.last_at)}{where}" if not run.problem else run.problem
    return lines(
        line(tinted("× was interrupted  ", Tone.WARN), (run.title or run.run_dir.name, "bold")),
        muted(when),
        line("left  ", muted(f"{len(run.leftovers)} things" if run.leftovers else "nothing that is known")),
        line("next  ", muted("Enter: go on, clean up, or leave it")),
        "",
    )


def cut_off_details(run: CutOffRun, now: float) -> Content:
    """What happened, what is left, and what each choice does."""
    rows: list[Content | str] = [
        line((run.title or "A run that was interrupted", "bold $text-primary")),
        muted(run.run_dir.name),
        "",
    ]
    if run.problem:
        rows += [tinted(f"It cannot be read: {run.problem}", Tone.BAD), ""]
    else:
        step = f" while it was at “{run.step}”" if run.step else ""
        rows += [
            f"It began on {day(run.began_at)} ({run.mode}). Its process died {ago(now - run.last_at)}{step}, "
            "before its cleanup was done.",
            "",
        ]
    rows.append(Content.styled("Left behind", "bold $text-secondary"))
    rows += [line(muted("  • "), leftover) for leftover in run.leftovers] or [
        muted("  nothing that is known")
    ]
    rows += [
        "",
        Content.styled("What you can do", "bold $text-secondary"),
        line(("Go on  ", "bold"), "from the last finished step; the clock of the recovery time has run on."),
        line(("Clean up  ", "bold"), "what is left; the report says that the drill was cut off."),
        line(("Leave it  ", "bold"), "and it stays in this list."),
    ]
    return lines(*rows)
