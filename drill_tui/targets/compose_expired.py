"""What drills left in Docker past the time that its label says: named, and removed when somebody asks.

A run that still lives keeps its own, however late it is.  Whether it lives can be told only on the host that
it runs on, so what another host's drill left is left to that host.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.record.lock import is_driven, run_lock
from drill_tui.targets import compose_watch

EXPIRES_LABEL: Final = "drill-tui.expires"
FOLDER_LABEL: Final = "drill-tui.folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """What is left of one run."""

    run_id: str
    expired_at: datetime
    folder: Path
    """The run's own, with its lock; it may be gone."""
    things: tuple[str, ...]
    """Containers, networks and volumes, by kind and name."""

    def __str__(self) -> str:
        return f"{', '.join(self.things)} of run {self.run_id}, expired {self.expired_at:%Y-%m-%d %H:%M} UTC"


def folder_label(run_dir: Path) -> str:
    """Where a run is driven: the host and the run's directory."""
    return f"{socket.gethostname()}:{run_dir}"


def find_expired(environment: Mapping[str, str], now: datetime | None = None) -> list[Expired]:
    """What has expired of runs of this host that nobody drives.  Raises ActionError without an engine."""
    moment = now or datetime.now(UTC)
    runs: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
    with compose_watch.engine(environment) as client:
        for name, labels in _labelled(client):
            runs.setdefault(labels[compose_watch.RUN_LABEL], []).append((name, labels))
    found = [_expired(run_id, things) for run_id, things in sorted(runs.items())]
    return [
        one for one in found if one is not None and one.expired_at <= moment and not is_driven(one.folder)
    ]


def remove_expired(environment: Mapping[str, str], one: Expired, log: Callable[[str], None]) -> None:
    """Remove what is left of one run.  Raises ActionError, and RunBusyError once it lives again."""
    with run_lock(one.folder) if one.folder.is_dir() else nullcontext():
        compose_watch.remove_all(environment, one.run_id, log)


def _labelled(client: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    marked = {"label": [compose_watch.RUN_LABEL, EXPIRES_LABEL]}
    for one in client.containers.list(all=True, filters=marked):
        yield f"container {one.name}", one.labels
    for one in client.networks.list(filters=marked):
        yield f"network {one.name}", one.attrs.get("Labels") or {}
    for one in client.volumes.list(filters=marked):
        yield f"volume {one.name}", one.attrs.get("Labels") or {}


def _expired(run_id: str, things: list[tuple[str, Mapping[str, str]]]) -> Expired | None:
    """None for what carries no time, as a person's own `up` does, or was made by another host."""
    labels = things[0][1]
    host, _, folder = labels.get(FOLDER_LABEL, "").partition(":")
    try:
        expired_at = datetime.fromisoformat(labels[EXPIRES_LABEL])
    except ValueError:
        return None
    if host != socket.gethostname() or expired_at.tzinfo is None:
        return None
    names = tuple(name for name, _ in things)
    return Expired(run_id=run_id, expired_at=expired_at.astimezone(UTC), folder=Path(folder), things=names)
