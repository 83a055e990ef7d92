"""What a trainee has before them: the backup, the restored database, the checks, the logs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionSpec
from drill_tui.faults.practice.checks import ARCHIVED_WAL, CHECKS, CHECKS_OF_A_COPY, Asking, Check
from drill_tui.faults.practice.session import Practice

LIBPQ: Final = {"DB_HOST": "PGHOST", "DB_PORT": "PGPORT", "DB_USER": "PGUSER", "DB_NAME": "PGDATABASE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a trainee has before them."""

    practice: Practice
    backup: Path
    database: str
    asking: Asking
    logs: Mapping[str, Path]
    """By what they are of."""
    environment: Mapping[str, str]
    """For a shell: psql reaches the restored database as it is."""
    directory: Path
    checks: tuple[Check, ...] = CHECKS


def stage_of(practice: Practice, context: ActionContext, actions: Mapping[str, ActionSpec]) -> Stage:
    """From what the steps before it left.  The scripts find nothing but the restored database."""
    backup, database = Path(context.arguments["backup"]), context.arguments["database"]
    target = context.outputs_of(context.arguments["target"])
    environment = {
        **context.environment,
        "DB_NAME": database,
        "DRILL_RUN_ID": context.run_id,
        "DRILL_ARTIFACTS_DIR": str(context.run_dir),
    }
    logs = {path.stem.partition("-")[2]: path for path in sorted((context.run_dir / "logs").glob("*.log"))}
    return Stage(
        practice=practice,
        backup=backup,
        database=database,
        asking=Asking(
            backup=backup,
            environment=environment,
            directory=context.project_dir,
            logs=context.run_dir / "logs",
            find=context.procedure_file,
            actions=actions,
        ),
        logs={name: logs[name] for name in ("backup", "restore", "recover") if name in logs}
        | ({"server": Path(target["server_log"])} if target.get("server_log") else {}),
        environment=_for_a_shell(environment, backup, target.get("bin_dir", "")),
        directory=context.project_dir,
        checks=CHECKS_OF_A_COPY if (backup / ARCHIVED_WAL).is_dir() else CHECKS,
    )


def _for_a_shell(environment: Mapping[str, str], backup: Path, bin_dir: str) -> dict[str, str]:
    libpq = {theirs: environment[ours] for ours, theirs in LIBPQ.items() if ours in environment}
    path = os.pathsep.join(filter(None, (bin_dir, environment.get("PATH", ""))))
    return {**environment, **libpq, "PATH": path, "BACKUP": str(backup)}
