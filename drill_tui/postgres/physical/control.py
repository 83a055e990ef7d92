"""What a data directory says about itself before it is started: pg_control and backup_label."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.archive.witness import lsn_number

FLOORS: Final = {
    "max_connections": "max_connections setting",
    "max_worker_processes": "max_worker_processes setting",
    "max_wal_senders": "max_wal_senders setting",
    "max_prepared_transactions": "max_prepared_xacts setting",
    "max_locks_per_transaction": "max_locks_per_xact setting",
}
_START = re.compile(r"^START WAL LOCATION: ([0-9A-F]+/[0-9A-F]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlData:
    """As pg_controldata tells it (manual, pg_controldata)."""

    system_identifier: str
    wal_segment_bytes: int
    checksums: bool
    floors: dict[str, int]
    """The source's settings that a copy needs at least as large while it recovers."""


def read_control(bin_dir: Path, data_dir: Path) -> ControlData:
    """Raises ActionError where the directory is no cluster, or its pg_control is damaged."""
    said = subprocess.run(
        [bin_dir / "pg_controldata", data_dir],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C"},
    )
    if said.returncode:
        raise ActionError(f"what was restored is no data directory: {said.stderr.strip()}")
    if "CRC checksum" in said.stdout + said.stderr and "not match" in said.stdout + said.stderr:
        raise ActionError("what was restored has a damaged pg_control: its checksum does not fit")
    found = dict(line.split(":", 1) for line in said.stdout.splitlines() if ":" in line)
    values = {name.strip(): value.strip() for name, value in found.items()}
    return ControlData(
        system_identifier=values["Database system identifier"],
        wal_segment_bytes=int(values["Bytes per WAL segment"]),
        checksums=values.get("Data page checksum version", "0") != "0",
        floors={name: int(values[label]) for name, label in FLOORS.items()},
    )


def label_start(data_dir: Path) -> int:
    """Where the backup that lies here began (backup_label, manual 26.3.3); 0 without a label."""
    try:
        match = _START.search((data_dir / "backup_label").read_text("utf-8", "replace"))
    except OSError:
        return 0
    return lsn_number(match[1]) if match else 0
