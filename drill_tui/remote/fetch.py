"""`backup.fetch`: the newest complete backup of a place in a store is brought into a folder here."""

from __future__ import annotations

import os
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, ActionSpec
from drill_tui.engine.record.events import Finding
from drill_tui.engine.threads import to_its_end
from drill_tui.postgres.archive.folder import PARTIAL_SUFFIX
from drill_tui.postgres.archive.latest import CRITERION, NoBackupError
from drill_tui.postgres.cluster import workplace
from drill_tui.remote.faults import DamagedError
from drill_tui.runbook.place import is_url

SECRETS: Final = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
)
MB: Final = 1_000_000
CHECKED_LATER: Final = (
    "The size of every file was compared; what is in them is checked against checksums.sha256."
)


@dataclass(frozen=True, slots=True)
class Fetched:
    directory: Path
    """Holds the backup, its witness if it has one, and nothing else."""
    url: str
    size: int
    fetch_s: float
    cuts: int
    compared: str
    """Which checksum was compared, as a sentence."""


async def fetch_backup(context: ActionContext) -> ActionResult:
    """Raises ActionError, or NoBackupError where the place holds no complete one."""
    place = context.arguments["place"]
    if not is_url(place):
        context.log(f"Nothing to fetch: {place} is on this machine.")
        context.evidence(CRITERION, Finding.MET, "")
        return ActionResult(outputs={"directory": place})
    for name in SECRETS:
        if context.environment.get(name):
            context.keep_secret(context.environment[name])
    home = workplace.choose(context.environment, "fetch", with_socket=False)
    context.claim("directory", str(home))
    workplace.make_plain(home, context.run_id)
    stop = threading.Event()
    try:
        fetched = await to_its_end(lambda: _fetch(context, place, home, stop), stop)
    except ActionError as error:
        if isinstance(error, NoBackupError | DamagedError):
            context.evidence(CRITERION, Finding.MISSED, str(error))
        await workplace.remove(home, context.run_id)
        context.release("directory", str(home))
        raise
    said = f"{fetched.url} was fetched: {fetched.size / MB:,.1f} MB in {fetched.fetch_s:,.1f} s"
    context.log(f"{said}. {fetched.compared}")
    context.evidence(CRITERION, Finding.MET, said, fetched.compared)
    return ActionResult(
        outputs={
            "directory": str(fetched.directory),
            "url": fetched.url,
            "fetched_bytes": str(fetched.size),
            "fetch_s": f"{fetched.fetch_s:.3f}",
            "cuts": str(fetched.cuts),
        }
    )


def _fetch(context: ActionContext, place: str, home: Path, stop: threading.Event) -> Fetched:
    from drill_tui.remote.choose import newest, refuse_unsafe
    from drill_tui.remote.compare import compare
    from drill_tui.remote.download import Download, refuse_small_disk
    from drill_tui.remote.store import Store

    began = time.monotonic()
    store = Store(place)
    heads = home / "heads"
    found, unread = newest(store, heads, context.log)
    candidate = found.candidate
    context.log(
        f"Newest backup: {found.url} of {candidate.at.isoformat()} (by its {candidate.dated_by}), "
        f"{len(found.objects)} objects, {found.size / MB:,.1f} MB"
    )
    shutil.rmtree(heads)
    refuse_small_disk(home, found.size)
    refuse_unsafe([name for name, _ in found.objects])
    directory = home / "backup"
    partial = directory / f"{found.name}{PARTIAL_SUFFIX}"
    objects = [(partial / name if found.is_folder else partial, one) for name, one in found.objects]
    beside = [(directory / found.witness.name, found.witness)] if found.witness else []
    for path, _ in objects:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    download = Download(
        store=store,
        told=lambda done, total: context.progress("fetch", done, total, "bytes"),
        log=context.log,
        stop=stop,
    )
    download.run([*objects, *beside])
    ours = candidate.kind == "drill-tui"
    compared = CHECKED_LATER if ours else compare(store, objects)
    if unread:
        compared += (
            f" Could not be checked: whether a newer one is among the {len(unread)} that cannot be read."
        )
    for path, one in (*objects, *beside):
        if one.modified is not None:
            os.utime(path, (one.modified.timestamp(),) * 2)
    partial.rename(directory / found.name)
    return Fetched(
        directory=directory,
        url=found.url,
        size=download.total,
        fetch_s=time.monotonic() - began,
        cuts=download.cuts,
        compared=compared,
    )


SPEC: Final = ActionSpec(
    name="backup.fetch",
    summary="Bring the newest complete backup of a store here; a folder of this machine is left as it is.",
    run=fetch_backup,
    parameters={"place": "a folder, or s3://BUCKET/PREFIX (gs://, az://, sftp://)"},
    required=frozenset({"place"}),
    outputs={
        "directory": "where backup.latest finds it: the folder itself, or the one that it was fetched into",
        "url": "of the backup in the store; this and the following only where one was fetched",
        "fetched_bytes": "how much was fetched",
        "fetch_s": "how long that took, with finding it",
        "cuts": "connections that broke and were taken up again",
    },
)
