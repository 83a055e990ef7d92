"""Faults that no copy can hold, set up around the restore of a practice before that begins."""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from drill_tui.demo.source import DATABASE
from drill_tui.engine.ports import ActionError
from drill_tui.faults.fault import (
    AimedAtSource,
    InArchive,
    InDatabase,
    InSource,
    LaggingStandby,
    SmallDisk,
    Staging,
)
from drill_tui.faults.inject import break_database
from drill_tui.faults.practice.marks import OF_A_COPY, RUNBOOK
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.cluster.account import server_account
from drill_tui.postgres.cluster.processes import can_have_disk
from drill_tui.runbook.load import LoadedRunbook
from drill_tui.runbook.rewrite import rewritten

SOURCE: Final = "open_source"
TARGET: Final = "start_target"
AIMED: Final = ("restore", "practise")
"""The steps that find the wrong address in their environment."""
OF_THE_DATABASES: Final = "the disk of the target's databases"
OF_A_STANDBY: Final = "what the standby had received and not replayed"
AT_SOURCE: Final = "DB_HOST, DB_PORT and DB_NAME of the restore"


def stage_for(staging: Staging | None) -> Path:
    """The runbook that sets this fault up."""
    return OF_A_COPY if isinstance(staging, InArchive) else RUNBOOK


def staged(loaded: LoadedRunbook, staging: Staging | None) -> LoadedRunbook:
    """The stage as this fault has it."""
    if staging is None or isinstance(staging, InArchive):
        return loaded
    return rewritten(loaded, partial(_change, staging=staging))


def impossible_here(staging: Staging | None) -> str:
    """Why this machine cannot show it, as a sentence; empty where it can.  For the main thread."""
    if not isinstance(staging, SmallDisk) or _has_disks():
        return ""
    return "it needs a small disk for a server alone, which only root or a user namespace may make"


@cache
def _has_disks() -> bool:
    try:
        return can_have_disk(server_account(os.environ))
    except ActionError:
        return False


async def furnish(demo: Connection, staging: Staging | None) -> str | None:
    """Put into the demo what it is to have before it is backed up; where, empty for nothing.

    None where it fits nowhere.  Raises ConnectError, DatabaseError.
    """
    if isinstance(staging, AimedAtSource):
        return AT_SOURCE
    if isinstance(staging, SmallDisk):
        return OF_THE_DATABASES
    if isinstance(staging, LaggingStandby):
        return OF_A_STANDBY
    if not isinstance(staging, InSource):
        return ""
    site = await break_database(demo, InDatabase(staging.sites))
    return site.name if site is not None else None


def _change(data: Any, staging: Staging) -> None:
    steps = {step["id"]: step for step in data["steps"]}
    if isinstance(staging, InSource):
        for hint in ("source", "backup"):  # by which a target is chosen that fits
            steps[TARGET]["with"].pop(hint)
        return
    if isinstance(staging, SmallDisk):
        steps[TARGET]["with"]["disk_percent"] = str(staging.percent)
        return
    if isinstance(staging, LaggingStandby):
        steps[SOURCE] |= {"title": "Make a demo database, and a standby of it", "uses": "practice.standby"}
        return
    data["params"]["database"]["default"] = DATABASE
    for name in AIMED:
        steps[name]["connect"] = SOURCE
    steps["practise"]["with"]["target"] = SOURCE
