"""The same fleet for schedulers that people have: systemd, Kubernetes, GitHub Actions; no queue needed.

Each database becomes one scheduled `drill-tui --auto`.  Calendars know no "31 days": a drill comes at
least as often as its cadence asks, spread over days and over its window, so that not all begin at once.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sized
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from drill_tui.fleet.inventory import Database, Fleet
from drill_tui.fleet.window import DAY_S, Window

WEEK_S: Final = 7 * DAY_S
MONTH_S: Final = 31 * DAY_S
QUARTER_S: Final = 92 * DAY_S
USUAL: Final = Window(3 * 3600.0, 3 * 3600.0)
"""Where nobody names a window: 03:00 to 06:00 UTC."""
STEP_MIN: Final = 7
"""Minutes from the start of one database to that of the next."""
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CLEANUP_S: Final = 600
LONGEST_S: Final = 25_200
IMAGE: Final = "registry.example.org/platform/drill-tui:latest"
PROGRAM: Final = "/opt/drill-tui/.venv/bin/drill-tui"
PROJECT: Final = "/opt/drill-tui"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a database's drill begins: `day` is of the week or month, by the rhythm; times are UTC."""

    rhythm: str
    day: int
    hour: int
    minute: int

    @property
    def cron(self) -> str:
        when = f"{self.minute} {self.hour}"
        return {
            "daily": f"{when} * * *",
            "weekly": f"{when} * * {self.day % 7 + 1 if self.day % 7 < 6 else 0}",
            "monthly": f"{when} {self.day % 28 + 1} * *",
            "quarterly": f"{when} {self.day % 28 + 1} 1,4,7,10 *",
        }[self.rhythm]

    @property
    def calendar(self) -> str:
        """As systemd.time(7) writes it."""
        when = f"{self.hour:02}:{self.minute:02}:00 UTC"
        return {
            "daily": f"*-*-* {when}",
            "weekly": f"{DAYS[self.day % 7]} *-*-* {when}",
            "monthly": f"*-*-{self.day % 28 + 1:02} {when}",
            "quarterly": f"*-01,04,07,10-{self.day % 28 + 1:02} {when}",
        }[self.rhythm]


def moment(database: Database, number: int) -> Moment:
    """The same for the same place in the file; never less often than the cadence.  Raises ValueError."""
    rhythms = ((QUARTER_S, "quarterly"), (MONTH_S, "monthly"), (WEEK_S, "weekly"), (DAY_S, "daily"))
    rhythm = next((name for least_s, name in rhythms if database.cadence_s >= least_s), None)
    if rhythm is None:
        raise ValueError(
            f"databases.{database.name}: no calendar has a cadence below a day; use `fleet worker`"
        )
    window = database.window or USUAL
    fits = max(1, int(window.lasts_s // 60) // 2)
    minute = (int(window.opens_s) // 60 + number * STEP_MIN % fits) % (24 * 60)
    return Moment(rhythm, number, minute // 60, minute % 60)


def arguments(database: Database, evidence: str) -> list[str]:
    """Of `drill-tui`, for one database."""
    folder = f"{evidence}/{database.name}"
    return ["--auto", "--runbook", database.runbook, "--artifacts", folder, *database.param_words]


def systemd(fleet: Fleet) -> dict[str, str]:
    """Units by file name: a service and a timer for each database.  Raises ValueError."""
    here = fleet.path.parent
    inside = fleet.evidence_dir.is_relative_to(here)
    evidence = str(Path(PROJECT) / fleet.evidence_dir.relative_to(here) if inside else fleet.evidence_dir)
    units = {}
    for number, database in enumerate(fleet.databases):
        name = f"drill-fleet-{database.name}"
        units[f"{name}.service"] = _service(database, evidence)
        units[f"{name}.timer"] = _timer(database, moment(database, number), name)
    return units


def _service(database: Database, evidence: str) -> str:
    command = " ".join(_unit_word(word) for word in (PROGRAM, *arguments(database, evidence)))
    return f"""\
[Unit]
Description=Restore drill of {database.name}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=drill
WorkingDirectory={PROJECT}
Environment={_unit_word(f"PGSERVICE={database.service}")}
Environment=PGSERVICEFILE=/etc/drill-tui/pg_service.conf
ExecStart={command}
# The drill removes its target also when it is stopped: give its cleanup the time.
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec={CLEANUP_S}s
TimeoutStartSec={LONGEST_S}s
Nice=10
NoNewPrivileges=yes
PrivateTmp=yes
"""


def _timer(database: Database, when: Moment, unit: str) -> str:
    return f"""\
[Unit]
Description=When {database.name} is drilled

[Timer]
OnCalendar={when.calendar}
# A machine that was off catches up.
Persistent=true
Unit={unit}.service

[Install]
WantedBy=timers.target
"""


def _unit_word(word: str) -> str:
    """One word of a command line, as systemd.syntax(7) reads it: % and $ would be replaced."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(letter in word for letter in " \t'\"\\;") else escaped


def kubernetes(fleet: Fleet) -> str:
    """A CronJob for each database, as one file of YAML documents.  Raises ValueError."""
    jobs = {
        (job := _cron_job(database, moment(database, number)))["metadata"]["name"]: _yaml(job)
        for number, database in enumerate(fleet.databases)
    }
    _refuse_clash(fleet, jobs)
    return "---\n".join(jobs.values())


def _cron_job(database: Database, when: Moment) -> dict[str, Any]:
    name = f"drill-{_unlike(database.name, '-')}"[:52].rstrip("-")
    resources: dict[str, Any] = {"requests": {"cpu": str(database.cores), "memory": "2Gi"}}
    if database.disk_bytes is not None:
        resources["requests"]["ephemeral-storage"] = str(database.disk_bytes)
    container = {
        "name": "drill",
        "image": IMAGE,
        "args": arguments(database, "/evidence"),
        "env": [
            {"name": "PGSERVICE", "value": database.service},
            {"name": "PGSERVICEFILE", "value": "/run/secrets/drill/pg_service.conf"},
        ],
        "resources": resources,
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [
            {"name": "evidence", "mountPath": "/evidence"},
            {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108 - of the container
            {"name": "services", "mountPath": "/run/secrets/drill", "readOnly": True},
        ],
    }
    pod: dict[str, Any] = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": CLEANUP_S,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "fsGroup": 10001},
        "containers": [container],
        "volumes": [
            {"name": "evidence", "persistentVolumeClaim": {"claimName": "drill-evidence"}},
            {"name": "scratch", "emptyDir": {}},
            {"name": "services", "secret": {"secretName": "drill-services", "defaultMode": 0o400}},
        ],
    }
    if database.labels:
        pod["nodeSelector"] = {f"drill-tui/{label}": "true" for label in sorted(database.labels)}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": "drill-tui"}},
        "spec": {
            "schedule": when.cron,
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3600,
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 0,
                    "activeDeadlineSeconds": LONGEST_S,
                    "template": {"spec": pod},
                }
            },
        },
    }


def github(fleet: Fleet) -> str:
    """A workflow of GitHub Actions: a job for each database, at its own time.  Raises ValueError."""
    moments = [moment(database, number) for number, database in enumerate(fleet.databases)]
    jobs = {
        _unlike(database.name, "_"): _job(database, when)
        for database, when in zip(fleet.databases, moments, strict=True)
    }
    _refuse_clash(fleet, jobs)
    return _yaml(
        {
            "name": "Restore drills of the fleet",
            "on": {
                "schedule": [{"cron": cron} for cron in dict.fromkeys(when.cron for when in moments)],
                "workflow_dispatch": None,
            },
            "permissions": {"contents": "read"},
            "jobs": jobs,
        }
    )


def _job(database: Database, when: Moment) -> dict[str, Any]:
    keep = {
        "if": "always()",
        "uses": "actions/upload-artifact@v4",
        "with": {"name": f"drill-{database.name}", "path": "artifacts/fleet/", "retention-days": 90},
    }
    command = shlex.join(["drill-tui", *arguments(database, "artifacts/fleet")])
    if "${{" in command:
        raise ValueError(f"databases.{database.name}: GitHub would take `${{{{` in a parameter for its own")
    return {
        "if": f"github.event_name == 'workflow_dispatch' || github.event.schedule == '{when.cron}'",
        "runs-on": ["self-hosted", *sorted(database.labels)],
        "concurrency": {"group": f"drill-{database.name}", "cancel-in-progress": False},
        "timeout-minutes": LONGEST_S // 60,
        "steps": [
            {"uses": "actions/checkout@v4"},
            {"name": "Drill", "run": command, "env": {"PGSERVICE": database.service}},
            {"name": "Keep the evidence", **keep},
        ],
    }


def _unlike(name: str, filler: str) -> str:
    """A database's name where dots, or underscores, are not taken."""
    return re.sub(r"[^a-z0-9]", filler, name) if filler == "-" else re.sub(r"[^a-z0-9-]", filler, f"d_{name}")


def _refuse_clash(fleet: Fleet, made: Sized) -> None:
    if len(made) != len(fleet.databases):
        raise ValueError("two databases would have the same name there: they differ only by dots, - or _")


def _yaml(value: dict[str, Any]) -> str:
    writer, text = YAML(typ="safe", pure=True), StringIO()
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.width = 4096
    writer.dump(value, text)
    return text.getvalue()
