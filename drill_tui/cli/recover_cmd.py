"""`drill-tui resume|clean|replay`: runs that are no longer, or not yet, over."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from drill_tui.cli.exits import Exit, UserError, unreadable
from drill_tui.cli.finish import conclude, finish
from drill_tui.cli.places import Places, find_places
from drill_tui.cli.root import toolbox
from drill_tui.cli.settings import adopt_source
from drill_tui.cli.stopping import let_ctrl_c_raise
from drill_tui.faults.practice.marks import is_practice
from drill_tui.runbook.mode import Mode


def resume(
    run: str,
    project: Path | None,
    artifacts: Path | None,
    confirmations: Sequence[str] = (),
    *,
    headless: bool = False,
    seats: str = "",
) -> Exit:
    """Take over a run whose process died and go on from its last finished step.

    On a terminal, a run that people took part in goes on in the terminal UI unless `headless`.
    """
    places = find_places(project, artifacts)
    run_dir = _find(run, places)
    if is_practice(run_dir):
        raise UserError(
            f"{run_dir.name} is a practice, which nobody goes on with",
            advice=f"drill-tui clean {run_dir.name} removes what it left.",
        )
    adopt_source(places.project_dir)
    if not headless and _wants_people(run_dir):
        from drill_tui.cli.guided import resume_guided

        return resume_guided(run_dir, places, seats)
    return _resume_headless(run_dir, places, confirmations)


def _find(run: str, places: Places) -> Path:
    """A drill, or a practice by its whole name.  Raises UserError."""
    practice = places.practice_dir / Path(run).name
    return practice if practice.name == run and practice.is_dir() else places.find_run(run)


def _wants_people(run_dir: Path) -> bool:
    """Whether people began the run, it can go on, and there is a terminal for them."""
    from drill_tui.engine.record.events import DrillEnded, DrillStarted
    from drill_tui.engine.record.journal import JOURNAL_NAME, JournalError, read_journal
    from drill_tui.engine.record.lock import is_driven
    from drill_tui.tui.terminal import refusal

    if refusal(sys.stdin, sys.stdout, os.environ) or is_driven(run_dir):
        return False
    try:
        events = [record.event for record in read_journal(run_dir / JOURNAL_NAME)]
    except JournalError:
        return False
    begun = next((event for event in events if isinstance(event, DrillStarted)), None)
    over = any(isinstance(event, DrillEnded) for event in events)
    return begun is not None and begun.mode is not Mode.AUTO and not over


def _resume_headless(run_dir: Path, places: Places, confirmations: Sequence[str]) -> Exit:
    from drill_tui.engine.clock import SystemClock
    from drill_tui.engine.record.journal import JOURNAL_NAME, JournalError, read_journal
    from drill_tui.engine.recovery.recover import RecoveryError, RecoveryRefusedError, resume_drill
    from drill_tui.engine.run.control import DrillControl
    from drill_tui.engine.run.signals import install_signal_handlers
    from drill_tui.sinks.console import ConsoleSink

    async def go_on() -> None:
        control, console = DrillControl(), ConsoleSink(sys.stdout)
        console.catch_up(read_journal(run_dir / JOURNAL_NAME))
        with install_signal_handlers(control):
            await resume_drill(
                run_dir,
                environment=dict(os.environ),
                toolbox=toolbox(),
                operator=None,
                sinks=[console],
                control=control,
                clock=SystemClock(),
                confirmations=confirmations,
            )

    try:
        asyncio.run(go_on())
    except RecoveryRefusedError as error:
        raise UserError(str(error)) from None
    except (RecoveryError, JournalError) as error:
        raise unreadable(error) from None
    return finish(run_dir, places)


def clean(
    run: str | None, every: bool, project: Path | None, artifacts: Path | None, *, expired: bool = False
) -> Exit:
    """Remove what one run, or every run whose process died, left behind, or what has expired in Docker."""
    from drill_tui.engine.recovery.recover import find_orphans

    places = find_places(project, artifacts)
    chosen = [run is not None, every, expired].count(True)
    if chosen == 0:
        raise UserError("say which run to clean, or --all, or --expired", advice=places.last_runs())
    if chosen > 1:
        raise UserError("a run, --all and --expired exclude each other", advice="Give one of them.")
    if expired:
        return _clean_expired(places)
    if run is not None:
        runs = [_find(run, places)]
    else:
        runs = [*find_orphans(places.artifacts_dir), *find_orphans(places.practice_dir)]
    if not runs:
        sys.stdout.write("Nothing to clean: every run ended with its cleanup.\n")
    codes = [_clean_one(run_dir, places) for run_dir in runs]
    if every:
        _offer_expired(places)
    return max(codes, default=Exit.PASSED)


def _offer_expired(places: Places) -> None:
    """Name what has expired, of kept runs and in Docker; a machine without an engine has nothing there."""
    from drill_tui.engine.ports import ActionError
    from drill_tui.engine.recovery.orphans import find_kept_too_long
    from drill_tui.targets.compose_expired import find_expired
    from drill_tui.targets.compose_tool import engine_environment

    for run_dir in find_kept_too_long(places.artifacts_dir):
        _say_expired(f"The run {run_dir.name} has kept its target for longer than a day")
    with suppress(ActionError):
        for one in find_expired(engine_environment(os.environ)):
            _say_expired(f"Docker still has {one}")


def _say_expired(what: str) -> None:
    sys.stdout.write(f"{what}; `drill-tui clean --expired` removes it.\n")


def _clean_expired(places: Places) -> Exit:
    from drill_tui.engine.recovery.orphans import find_kept_too_long

    kept = find_kept_too_long(places.artifacts_dir)
    codes = [_clean_one(run_dir, places) for run_dir in kept]
    try:
        found = _clean_docker()
    except UserError:
        if not kept:
            raise
        found = False
    if not kept and not found:
        sys.stdout.write("Nothing of a drill has expired.\n")
    return max(codes, default=Exit.PASSED)


def _clean_docker() -> bool:
    """Whether there was something that has expired.  Raises UserError where the engine does not answer."""
    from drill_tui.engine.ports import ActionError
    from drill_tui.engine.record.lock import RunBusyError
    from drill_tui.targets.compose_expired import find_expired, remove_expired
    from drill_tui.targets.compose_tool import engine_environment

    engine = engine_environment(os.environ)
    try:
        found = find_expired(engine)
        for one in found:
            sys.stdout.write(f"{one.run_id}\n")
            remove_expired(engine, one, _say)
    except (ActionError, RunBusyError) as error:
        raise UserError(str(error), code=Exit.ERROR) from None
    return bool(found)


def _say(line: str) -> None:
    sys.stdout.write(f"  {line}\n")


def _clean_one(run_dir: Path, places: Places) -> Exit:
    from drill_tui.engine.recovery.recover import RecoveryError, clean_run

    sys.stdout.write(f"{run_dir.name}\n")
    tools = toolbox()
    let_ctrl_c_raise()
    try:
        outcome = asyncio.run(clean_run(run_dir, tools, _say))
    except RecoveryError as error:
        raise unreadable(error) from None
    is_whole = is_practice(run_dir) or _conclude(run_dir, places)
    for leftover in outcome.leftovers:
        _say(f"still there: {leftover}")
    if not is_whole:
        return Exit.ERROR
    return Exit.LEFTOVERS if outcome.leftovers else Exit.PASSED


def _conclude(run_dir: Path, places: Places) -> bool:
    """Whether all of a drill's evidence could be written."""
    concluded = conclude(run_dir, places)
    concluded.complain()
    return concluded.is_whole


def replay(run: str, project: Path | None, artifacts: Path | None, as_json: bool) -> Exit:
    """Print a run's story from its journal, and its report as it follows from it."""
    from drill_tui.engine.record.journal import JournalError, read_journal
    from drill_tui.sinks.artifact import report_json
    from drill_tui.sinks.console import ConsoleSink
    from drill_tui.sinks.evidence import report_of_run
    from drill_tui.sinks.summary import print_summary
    from drill_tui.verdict.fold import EmptyRunError, exit_code

    run_dir = find_places(project, artifacts).find_run(run)
    try:
        records = read_journal(run_dir / "events.jsonl")
        report = report_of_run(run_dir)
    except (JournalError, EmptyRunError) as error:
        raise unreadable(error) from None
    if as_json:
        sys.stdout.write(report_json(report))
        return Exit(exit_code(report))
    console = ConsoleSink(sys.stdout)
    for record in records:
        console.on_record(record)
    print_summary(report, [], sys.stdout)
    return Exit(exit_code(report))
