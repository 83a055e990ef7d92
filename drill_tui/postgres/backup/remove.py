"""Removing the backup that a drill made, and no other."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, ActionSpec, Claim
from drill_tui.postgres.archive.folder import MARKER_NAME
from drill_tui.postgres.archive.manifest import FORMAT, MANIFEST_NAME

MAX_MANIFEST_BYTES: Final = 64 * 1024 * 1024
TRUE: Final = frozenset({"true", "yes", "1"})


async def remove_backup(context: ActionContext) -> ActionResult:
    """Remove this run's backups below `path`, whole or interrupted, unless `keep` is true.

    A backup is this run's when its manifest, or the marker of an unfinished one, names the run.
    """
    path = Path(context.arguments["path"])
    path = path if path.is_absolute() else context.project_dir / path
    if context.arguments.get("keep", "false").lower() in TRUE:
        context.log(f"The backup in {path} is kept.")
        return ActionResult(outputs={"removed": "0"})
    found = await asyncio.to_thread(backups_of_run, path, context.run_id)
    for folder in found:
        context.log(f"Removing {folder}")
        await asyncio.to_thread(_remove, folder)
    if context.run_dir in path.parents:
        with suppress(OSError):
            path.rmdir()
    return ActionResult(outputs={"removed": str(len(found))})


async def dispose_backup(claim: Claim, log: Callable[[str], None]) -> None:
    """Remove one backup folder if it names the run.  Raises ActionError when it does not."""
    folder = Path(claim.ref)
    await asyncio.to_thread(_remove_of_run, folder, claim.run_id)
    log(f"{folder} is gone.")


def backups_of_run(parent: Path, run_id: str) -> list[Path]:
    """Backup folders directly below `parent` that were made by the run."""
    if not parent.is_dir():
        return []
    return sorted(folder for folder in parent.iterdir() if folder.is_dir() and run_of(folder) == run_id)


def run_of(folder: Path) -> str | None:
    """The run that made a backup folder, complete or not; None where nothing says so."""
    if folder.is_symlink():
        return None
    marker, manifest = folder / MARKER_NAME, folder / MANIFEST_NAME
    try:
        if marker.is_file():
            return marker.read_text("utf-8").partition("\n")[0]
        if not manifest.is_file() or manifest.stat().st_size > MAX_MANIFEST_BYTES:
            return None
        said = json.loads(manifest.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        return None
    run = said.get("run_id")
    return run if isinstance(run, str) else None


def _remove_of_run(folder: Path, run_id: str) -> None:
    if not folder.exists():
        return
    if run_of(folder) != run_id:
        raise ActionError(f"{folder} was not made by run {run_id}; it is left alone")
    _remove(folder)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ActionError(f"{folder} cannot be removed: {error.strerror}. Remove it by hand.") from None


SPEC: Final = ActionSpec(
    name="backup.remove",
    summary="Remove the backup that this drill made.",
    run=remove_backup,
    parameters={"path": "the directory that the backup was made in", "keep": "true keeps it"},
    required=frozenset({"path"}),
    outputs={"removed": "how many"},
)
