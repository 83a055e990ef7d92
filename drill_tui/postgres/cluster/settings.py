"""Server settings of a throw-away target.

Given on the server's command line, so neither `ALTER SYSTEM` nor a restored `postgresql.auto.conf` can
change them (PostgreSQL manual 20.1.4).
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from drill_tui.engine.ports import ActionError

MIB = 1024 * 1024
SMALLEST_BUFFERS = 16 * MIB

INERT: Mapping[str, str] = {
    "shared_preload_libraries": "",
    "session_preload_libraries": "",
    "local_preload_libraries": "",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "archive_mode": "off",
    "autovacuum": "off",
    "ssl": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_min_error_statement": "panic",
    "dynamic_shared_memory_type": "mmap",
    "password_encryption": "scram-sha-256",
}
"""What keeps a restored database from acting on its own: no preloaded code, no subscription workers, no
archiving, no vacuum (which runs expressions of the restored indexes, and would compete with the restore that
gathers statistics itself); no statements (which may hold secrets) in the log; shared memory inside the marked
directory."""

FAST: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "on",
    "full_page_writes": "off",
}
"""Commits still reach the operating system, so that a killed server can be started again on its data."""
DURABLE: Mapping[str, str] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}
PROFILES: Mapping[str, Mapping[str, str]] = {"durable": DURABLE, "fast": FAST}


def settings_for(
    profile: str, *, memory_bytes: int | None = None, data_bytes: int = 0, small: bool = False
) -> dict[str, str]:
    """Settings of a profile, sized for the machine; raises ActionError for an unknown profile.

    Buffers for more than the data, where its size is known, would be memory that nothing uses.

    `durable` keeps every promise about durability, so its time may count as a recovery time; `fast` does
    not.  `small` is for a server that only has to be there (the demo).
    """
    if profile not in PROFILES:
        raise ActionError(f"there is no profile {profile!r}; choose {' or '.join(PROFILES)}")
    memory = memory_bytes or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    shared = 12 * MIB if small else _between(memory // 16, 128 * MIB, 1024 * MIB)
    if data_bytes:
        shared = min(shared, max(data_bytes, SMALLEST_BUFFERS))
    maintenance = 32 * MIB if small else _between(memory // 32, 64 * MIB, 512 * MIB)
    sized = {
        "max_connections": "100",
        "shared_buffers": f"{shared // MIB}MB",
        "maintenance_work_mem": f"{maintenance // MIB}MB",
        "max_wal_size": "256MB" if small else "4GB",
        "checkpoint_timeout": "15min",
    }
    return {**sized, **PROFILES[profile], **INERT}


def as_arguments(settings: Mapping[str, str]) -> list[str]:
    """The settings as arguments of `postgres`."""
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _between(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))
