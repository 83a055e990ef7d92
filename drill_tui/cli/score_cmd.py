"""`drill-tui score`: how many faults one's own drill would notice, tried on one's own backup."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from drill_tui.cli.drill import DrillRequest, run_headless
from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.finish import finish
from drill_tui.cli.root import load_runbook, pairs
from drill_tui.runbook.mode import Mode
from drill_tui.verdict.score import SCORE_NAME, Score

OF_A_BACKUP = "latest-backup"
OF_THE_SOURCE = "restore-drill"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRequest:
    """What was asked for on the command line."""

    backup: Path | None = None
    runbook: str | None = None
    params: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    clean_copies: int = 1
    as_json: bool = False
    project: Path | None = None
    artifacts: Path | None = None


def score(request: ScoreRequest) -> Exit:
    """Run the drill with copies broken at its end.  FAILED where a fault was not noticed as it ought to be.

    Raises UserError.
    """
    from drill_tui.faults.score.runbook import CannotScoreError, with_score

    drill = _drill(request)
    places = drill.places()
    _refuse_unknown(request.faults)
    try:
        loaded = with_score(
            load_runbook(places.find_runbook(drill.runbook), places),
            ",".join(request.faults),
            request.clean_copies,
        )
    except CannotScoreError as error:
        raise UserError(str(error), advice="docs/score.md says what a score needs.") from None
    run_dir = run_headless(drill, loaded, places, to_stderr=request.as_json)
    code = finish(run_dir, places, events=request.as_json)
    try:
        found = Score.model_validate_json((run_dir / SCORE_NAME).read_bytes())
    except (OSError, ValueError):
        if code in (Exit.PASSED, Exit.LEFTOVERS):
            code = Exit.ERROR
        return code
    if request.as_json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        from drill_tui.faults.score.table import print_score

        print_score(found, sys.stdout)
    return code if code is not Exit.PASSED or found.is_perfect else Exit.FAILED


def list_faults() -> Exit:
    """Print what is in the catalogue, with the faults of installed packages.  Raises UserError."""
    from rich.table import Table

    from drill_tui.faults.catalogue import FAULTS
    from drill_tui.kinds import KindError
    from drill_tui.programme.tables import console, print_table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for heading in ("Fault", "where", "met", "1–5", "noticed by", "What it breaks"):
        table.add_column(heading, no_wrap=heading != "What it breaks", overflow="fold")
    try:
        faults = list(FAULTS.values())
    except KindError as problem:
        raise UserError(str(problem), code=Exit.ERROR) from None
    for fault in faults:
        by = fault.criterion if fault.injury is not None else f"{fault.criterion} (in no copy)"
        table.add_row(fault.id, fault.place, fault.often, str(fault.difficulty), by, fault.breaks)
    print_table(console(sys.stdout), table)
    return Exit.PASSED


def _drill(request: ScoreRequest) -> DrillRequest:
    book = request.runbook or (OF_A_BACKUP if request.backup else OF_THE_SOURCE)
    params = request.params
    if request.backup is not None:
        if not request.backup.is_dir():
            raise UserError(
                f"--backup {request.backup}: there is no such folder",
                advice="Name a backup of scripts/backup.sh, or the directory that holds them.",
            )
        if "backups" in pairs(params, "--param"):
            raise UserError("--backup and --param backups exclude each other: both name the backup")
        params = (*params, f"backups={request.backup.resolve()}")
    return DrillRequest(
        runbook=book,
        mode=Mode.AUTO,
        params=params,
        runbook_named=request.runbook is not None,
        project=request.project,
        artifacts=request.artifacts,
    )


def _refuse_unknown(names: tuple[str, ...]) -> None:
    from drill_tui.faults.catalogue import faults_for_copies
    from drill_tui.kinds import KindError

    for name in names:
        try:
            faults_for_copies(name)
        except KindError as problem:
            raise UserError(
                f"--fault {name}: {problem}", advice="drill-tui score --list names them all."
            ) from None
