"""The built-in actions on backups that others made, for `uses:` in runbooks."""

from __future__ import annotations

from typing import Final

from drill_tui.engine.ports import ActionSpec
from drill_tui.runbook.plays import Plays
from drill_tui.sources import ending, fill, find, steps
from drill_tui.sources.registry import ARGUMENTS

_COPY: Final = {
    "copy": "the step that restored (restore)",
    "witness": "path of the witness; empty for none",
    "user": "a superuser of the source, where no witness tells (postgres)",
    "profile": "durable or fast",
    "jobs": "parallel connections; 0 takes one per core",
}
_END: Final = {
    "to": "latest, a time, a WAL position or a restore point",
    "wal_end": "behind the last archived WAL",
    "wal_missing": "the first missing segment",
    "segment_bytes": "size of a WAL segment",
    "stopped_at": "when the backup ended",
}

ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        name="physical.find",
        plays=Plays.SHELF,
        summary="Find a physical backup, and check what can be known before the disk is touched.",
        run=find.find,
        parameters={
            **ARGUMENTS,
            "to": _END["to"],
            "witness": "latest, none, or the path of one",
            "witnesses": "the folder of witnesses",
        },
        required=frozenset({"kind"}),
        outputs=find.OUTPUTS,
    ),
    ActionSpec(
        name="physical.restore",
        plays=Plays.RESTORE,
        summary="Fill a data directory with the backup tool itself, and lay its WAL beside it.",
        run=fill.restore,
        parameters=ARGUMENTS,
        required=frozenset({"kind", "backup"}),
        outputs=fill.OUTPUTS,
    ),
    ActionSpec(
        name="copy.compare",
        summary="Recover the copy to the witness's points and compare every row there.",
        run=steps.compare,
        parameters={
            **_COPY,
            "no_witness": "why there is none",
            "required_tables": "comma-separated tables that must exist in every database",
        },
        outputs={"compared": "databases", "witness_id": "of the witness"},
    ),
    ActionSpec(
        name="copy.recover",
        plays=Plays.TARGET,
        summary="Recover the copy to the point asked for, open it, and tell how much came back.",
        run=steps.recover_copy,
        revive=steps.revive,
        parameters={**_COPY, **_END},
        outputs={
            "kind": "local",
            "host": "socket directory",
            "port": "number of the socket",
            "user": "a superuser",
            "dbname": "postgres",
            "server_version": "of the copy",
            "server_version_num": "as a number",
            "server_log": "path of the server's log",
            "isolation": "network-namespace or loopback-only",
            "isolation_detail": "what the copy was cut off from",
            "profile": "durable or fast",
            "settings": "name=value of every setting on its command line",
            "data_dir": "of the copy",
            "system_identifier": "of the copy, which is the source's",
            "bin_dir": "programs of its own major version",
            "pid": "of its postmaster",
            "reached_lsn": "the end of what came back",
            "timeline": "that the opened copy writes",
            "last_commit_at": "the last commit that came back",
            "data_age_s": "how old the newest data that came back is",
        },
    ),
    ActionSpec(
        name="copy.check",
        summary="Check foreign keys, indexes and pages of every database of the opened copy.",
        run=ending.check,
        parameters={
            "opened": "the step that opened it (recover)",
            "witness": _COPY["witness"],
            "jobs": _COPY["jobs"],
        },
        outputs={"databases": "their names"},
    ),
    ActionSpec(
        name="copy.stop",
        summary="End the copy and remove it.",
        run=ending.stop,
        parameters={"copy": _COPY["copy"], "opened": "the step that opened it (recover)"},
    ),
)
