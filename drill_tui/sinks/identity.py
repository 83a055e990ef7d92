"""Who ran a drill, of what, with what: the questions that an auditor asks first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath

from rich.filesize import decimal

from drill_tui.runbook.mode import Mode
from drill_tui.verdict.report import Report

HOW = {
    Mode.AUTO: "unattended (--auto)",
    Mode.GUIDED: "guided by a team",
    Mode.TRAINING: "training of a team",
    Mode.RECOVERY: "a real recovery by a team",
}


def identity(report: Report) -> Iterator[tuple[str, str]]:
    """Questions and answers; what the drill did not record has no line."""
    yield "Run", f"{report.run_id}, {HOW[report.mode]}"
    yield "By", f"{report.user} on {report.host}"
    if report.participants:
        people = (f"{p.name} ({', '.join(p.roles) or 'no role'})" for p in report.participants)
        yield "People", ", ".join(people)
    answers = {
        "Database": _database(report),
        "Backup": _backup(report),
        "Fetched from": _fetched(report.backup),
        "SHA-256 of its checksums.sha256": report.backup.get("checksums_sha256", ""),
        "Restored into": _target(report),
        "Versions": _versions(report),
        "Runbook": report.runbook.path,
        "SHA-256 of the runbook": report.runbook.sha256,
        "SHA-256 of events.jsonl": report.journal_sha256 or "",
    }
    yield from ((question, answer) for question, answer in answers.items() if answer)


def _database(report: Report) -> str:
    source, backup = report.source, report.backup
    if source.get("kind") == "demo":
        return "the generated demo database"
    name = source.get("dbname") or backup.get("source_dbname", "")
    host = source.get("host") or backup.get("source_host", "")
    where = f"{name} on {host}" if name and host else name or host
    size = _size(source.get("size_bytes") or backup.get("source_size_bytes", ""))
    version = source.get("server_version") or backup.get("server_version", "")
    identifier = source.get("system_identifier", "")
    parts = (where, version and f"PostgreSQL {version}", size, identifier and f"system {identifier}")
    return ", ".join(part for part in parts if part)


def _backup(report: Report) -> str:
    told = report.backup
    name = told.get("backup_id") or PurePosixPath(told.get("backup", "")).name
    parts = (name, _size(told.get("size_bytes", "")), _as_of(told.get("snapshot_at", "")))
    return ", ".join(part for part in parts if part)


def _fetched(told: Mapping[str, str]) -> str:
    """Where the backup came from, how much that was, and how long it took; empty for one that lay here."""
    if not told.get("url"):
        return ""
    return f"{told['url']}, {_size(told['fetched_bytes'])} in {float(told['fetch_s']):,.1f} s"


def _target(report: Report) -> str:
    target, level = report.target, report.isolation.get("level", "")
    if not target:
        return ""
    version = target.get("server_version", "")
    parts = (
        f"a {target.get('kind', 'database')} target",
        version and f"PostgreSQL {version}",
        f"profile {report.rto.profile}",
        level and f"isolation {level}",
    )
    return ", ".join(part for part in parts if part)


def _versions(report: Report) -> str:
    tools = report.tools
    client = tools.get("client_version") or tools.get("pg_dump", "")
    parts = (f"drill-tui {tools.get('drill-tui', 'unknown')}", client and f"pg_dump {client}")
    return ", ".join(part for part in parts if part)


def _size(text: str) -> str:
    return decimal(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else ""


def _as_of(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return f"data of {moment:%Y-%m-%d %H:%M:%S %Z}".rstrip()
