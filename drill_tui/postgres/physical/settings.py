"""Server settings of a copy of production: it can send, archive and run nothing.

All of them are on the command line, which nothing in the data directory can override (manual, 20.1.4), and
the copied configuration files are not read at all.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.postgres.cluster.settings import INERT, settings_for

RECOVERY_TARGETS: Final = ("", "_name", "_time", "_xid", "_lsn")
NOT_WHILE_RECOVERING: Final = frozenset({"max_wal_senders", "wal_level"})
"""A hot standby needs as many senders as its primary had, so nobody is let in instead (`hba_file`)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a recovery is to end.  `setting` is `lsn`, `time`, `name` or empty for all the WAL there is."""

    setting: str = ""
    value: str = ""
    inclusive: bool = True
    action: str = "promote"

    @property
    def sentence(self) -> str:
        what = {"lsn": "WAL position", "time": "time", "name": "restore point"}
        return f"{what[self.setting]} {self.value}" if self.setting else "the end of the WAL"


def recovery_settings(
    profile: str, target: Target, *, wal_dir: Path, conf_dir: Path, floors: Mapping[str, int]
) -> dict[str, str]:
    """Settings of a copy that recovers to `target`.  The order matters: the empty targets come first."""
    base = settings_for(profile)
    base |= {name: str(value) for name, value in floors.items()}
    base |= {name: value for name, value in INERT.items() if name not in NOT_WHILE_RECOVERING}
    settings = {
        **base,
        **_files(conf_dir),
        "wal_level": "replica",
        "hot_standby": "on",
        "archive_command": "",
        "archive_cleanup_command": "",
        "recovery_end_command": "",
        "primary_conninfo": "",
        "primary_slot_name": "",
        "restore_command": f"cp {shlex.quote(str(wal_dir))}/%f %p",
        "recovery_target_timeline": "latest",
    }
    settings |= {f"recovery_target{name}": "" for name in RECOVERY_TARGETS}
    if target.setting:
        settings.pop(f"recovery_target_{target.setting}")
        settings |= {
            f"recovery_target_{target.setting}": target.value,
            "recovery_target_inclusive": "on" if target.inclusive else "off",
            "recovery_target_action": target.action,
        }
    return settings


def promoted_settings(profile: str, *, conf_dir: Path, floors: Mapping[str, int]) -> dict[str, str]:
    """Settings of a copy that has been promoted and is started again: also without any WAL sender."""
    sized = {name: str(value) for name, value in floors.items() if name != "max_wal_senders"}
    return {
        **settings_for(profile),
        **sized,
        **INERT,
        **_files(conf_dir),
        "archive_command": "",
        "restore_command": "",
        "recovery_end_command": "",
        "primary_conninfo": "",
    }


def _files(conf_dir: Path) -> dict[str, str]:
    return {
        "config_file": str(conf_dir / "copy.conf"),
        "hba_file": str(conf_dir / "hba.conf"),
        "ident_file": str(conf_dir / "ident.conf"),
    }


def write_files(conf_dir: Path, major: int, *, checksums_are_whole: bool = True) -> None:
    """The copy's own configuration files.

    From PostgreSQL 17 an event trigger may write at every login, which a copy that is still recovering cannot
    do: nobody would get in.

    Where some pages were written before checksums were switched on, the copy could not even be entered: their
    checksums are then not asked for (`ignore_checksum_failure`, manual 20.17).

    `trust` on a socket in a folder that only the server's account may enter: the passwords of the copied
    roles are not known, and nothing can be written before the promotion.  No line lets a WAL sender in.
    """
    conf_dir.mkdir(mode=0o755)
    own = "event_triggers = off\n" if major >= 17 else ""
    own += "" if checksums_are_whole else "ignore_checksum_failure = on\n"
    for name, text in (("copy.conf", own), ("hba.conf", "local all all trust\n"), ("ident.conf", "")):
        (conf_dir / name).write_text(text)
        (conf_dir / name).chmod(0o644)
    conf_dir.chmod(0o755)
