"""`drill-tui report chain`, `bundle` and `prune`: the evidence of a folder as a whole."""

from __future__ import annotations

import getpass
import re
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.places import find_places
from drill_tui.sinks.words import counted


def show_chain(project: Path | None, artifacts: Path | None) -> Exit:
    """Print whether each drill follows those before it.  FAILED when one is missing or was changed."""
    from drill_tui.cli.evidence_cmd import print_findings
    from drill_tui.evidence.chain import chain

    return (
        Exit.PASSED if print_findings(chain(find_places(project, artifacts).artifacts_dir)) else Exit.FAILED
    )


def bundle(
    since: str,
    until: str | None,
    runbook: str | None,
    out: Path | None,
    key_files: Sequence[Path],
    with_logs: bool,
    project: Path | None,
    artifacts: Path | None,
) -> Exit:
    """Write the archive and say what an auditor will ask about.  Raises UserError."""
    from drill_tui.evidence.bundle import EmptyBundleError, Period, make_bundle
    from drill_tui.evidence.keys import KeyFileError, trusted_keys

    period = Period(_day(since, "--since"), _day(until, "--until") if until else time.time() + 1.0)
    path = out or Path(f"restore_drills_{since}.zip")
    folder = find_places(project, artifacts).artifacts_dir
    try:
        keys = trusted_keys(key_files)
        made = make_bundle(folder, period, path, keys, with_logs=with_logs, runbook=runbook)
    except (KeyFileError, EmptyBundleError) as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"{path} could not be written: {error.strerror}", code=Exit.ERROR) from None
    sys.stdout.write(f"{path}: {counted(made.drills, 'drill')}, {made.signed} signed and verified\n")
    for problem in made.problems:
        complain(problem)
    return Exit.FAILED if made.problems else Exit.PASSED


def prune(
    older_than: str,
    reason: str,
    by: str | None,
    apply: bool,
    project: Path | None,
    artifacts: Path | None,
) -> Exit:
    """Say which drills would go, or remove them and leave a record of each.  Raises UserError."""
    from drill_tui.evidence.prune import PruneError, planned
    from drill_tui.evidence.prune import prune as remove
    from drill_tui.runbook.durations import parse_duration

    folder = find_places(project, artifacts).artifacts_dir
    try:
        age_s = parse_duration(older_than)
    except ValueError as error:
        raise UserError(f"--older-than {older_than}: {error}") from None
    try:
        fates = planned(folder, time.time() - age_s)
    except PruneError as error:
        raise UserError(str(error), advice="drill-tui report chain says more.", code=Exit.FAILED) from None
    for fate in fates:
        sys.stdout.write(f"{fate.drill.run_id}: {f'stays: {fate.stays}' if fate.stays else 'goes'}\n")
    going = sum(not fate.stays for fate in fates)
    if not apply:
        sys.stdout.write(f"Nothing was removed. With --apply: {going} of {len(fates)} older drills.\n")
        return Exit.PASSED
    problems = [(run, why) for run, why in remove(fates, folder, by or getpass.getuser(), reason) if why]
    for run, why in problems:
        complain(f"{run} could not be removed: {why}")
    sys.stdout.write(f"Removed: {going - len(problems)}; a record of each is in {folder / 'pruned'}\n")
    return Exit.ERROR if problems else Exit.PASSED


def _day(text: str, option: str) -> float:
    """The start of a day in UTC, as seconds since the epoch.  Raises UserError."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise UserError(f"{option} {text}: write a day as 2026-01-31") from None
