"""Incidents on disk: a JSON file, and a Markdown one to read, for each."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from drill_tui.programme.incident import Incident, IncidentError
from drill_tui.programme.incident_text import to_markdown
from drill_tui.sinks.atomic import write_atomically

FILES: Final = "incident_*.json"
LOCK_NAME: Final = ".lock"


@dataclass(frozen=True, slots=True)
class Incidents:
    """The oldest first, and the files that cannot be read, a sentence each."""

    sound: tuple[Incident, ...] = ()
    broken: tuple[str, ...] = ()


class IncidentStore:
    """The incidents of one folder of reports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, incident_id: str) -> Path:
        return self.folder / f"{incident_id}.json"

    def read(self) -> Incidents:
        """Every incident, a broken file in nobody's way.  Raises IncidentError for an unreadable folder."""
        sound, broken = [], []
        try:
            paths = sorted(self.folder.glob(FILES)) if self.folder.is_dir() else []
        except OSError as error:
            raise IncidentError(f"{self.folder} cannot be read: {error.strerror}") from None
        for path in paths:
            try:
                sound.append(read_incident(path))
            except IncidentError as error:
                broken.append(str(error))
        return Incidents(tuple(sorted(sound, key=lambda i: (i.opened_at, i.id))), tuple(broken))

    def every(self) -> list[Incident]:
        """All incidents, the oldest first.  Raises IncidentError for a file that cannot be read.

        A file in the way of the freeze must not be passed over: it may be the open one.
        """
        found = self.read()
        if found.broken:
            raise IncidentError("; ".join(found.broken))
        return list(found.sound)

    def find(self, name: str) -> Incident:
        """By id, or a part of it that fits one.  Raises IncidentError."""
        found = self.read()
        fitting = [i for i in found.sound if i.id == name] or [i for i in found.sound if name in i.id]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            names = ", ".join(incident.id for incident in fitting[-3:])
            raise IncidentError(f"{name!r} fits {len(fitting)} incidents; be more exact: {names}")
        unread = f" ({'; '.join(found.broken)})" if found.broken else ""
        newest = ", ".join(incident.id for incident in found.sound[-3:])
        there = f"the newest are {newest}" if newest else "none is recorded here"
        raise IncidentError(f"no incident fits {name!r}{unread}; {there}")

    def freezing(self, runbook: str | None = None) -> list[Incident]:
        """Those that no passing drill has followed up, of one runbook or of all.  Raises IncidentError."""
        return [i for i in self.every() if i.freezes and runbook in (None, i.runbook)]

    def waiting(self, runbook: str) -> list[Incident]:
        """Those of one runbook that wait for a passing drill, freezing or not.  Raises IncidentError."""
        return [i for i in self.every() if i.waits and i.runbook == runbook]

    def open(self, incident: Incident) -> tuple[Incident, bool]:
        """Save an incident unless it is there already; returns what is there, and whether it is new.

        Raises OSError, and IncidentError where its file is there and cannot be read.
        """
        with self._alone():
            if self.path(incident.id).exists():
                return read_incident(self.path(incident.id)), False
            self.save(incident)
            return incident, True

    def change(self, incident_id: str, change: Callable[[Incident], Incident]) -> Incident:
        """Apply a change to the incident as it is now, so that two people at once both leave their mark.

        Raises OSError, and IncidentError as `change` does or where the file cannot be read.
        """
        with self._alone():
            changed = change(read_incident(self.path(incident_id)))
            self.save(changed)
            return changed

    def save(self, incident: Incident) -> None:
        """Write both files, each atomically, the JSON one last, for it counts.  Raises OSError."""
        path = self.path(incident.id)
        write_atomically(path.with_suffix(".md"), to_markdown(incident))
        write_atomically(path, incident_json(incident))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The folder's lock; it goes with the process that holds it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / LOCK_NAME, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def incident_json(incident: Incident) -> str:
    return incident.model_dump_json(indent=2) + "\n"


def incidents_of(artifacts_dir: Path) -> IncidentStore:
    """The incidents that belong to a folder of reports."""
    return IncidentStore(artifacts_dir / "incidents")


def read_incident(path: Path) -> Incident:
    """Raises IncidentError, also for an incident under a name that is not its own."""
    try:
        incident = Incident.model_validate(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError, ValidationError) as error:
        why = str(error).splitlines()[0]
        raise IncidentError(f"{path} cannot be read: {why}. Mend it, or move it away.") from None
    if incident.id != path.stem:
        raise IncidentError(f"{path} holds {incident.id!r}, not what its name says. Move it away.")
    return incident
