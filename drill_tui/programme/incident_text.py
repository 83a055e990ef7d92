"""An incident as a page for people."""

from __future__ import annotations

from collections.abc import Iterator

from drill_tui.programme.incident import Incident


def to_markdown(incident: Incident) -> str:
    """Markdown; texts from programs stand in code blocks, where nothing is markup."""
    parts = [
        f"# Incident: {_plain(incident.runbook_title)}",
        f"`{incident.id}` · **{incident.state}** · opened {incident.opened_at}",
        f"The drill `{incident.run_id}` ended with **{incident.verdict}**.",
        _block([incident.reason or "no reason was recorded"]),
        "## What failed",
        _block(list(_what_failed(incident)) or ["nothing named"]),
        "## Next steps",
        "\n".join(f"{number}. {step}" for number, step in enumerate(incident.next_steps, start=1)),
        "## Who was there",
        "\n".join(f"- {_plain(person)}" for person in incident.participants) or "Nobody: it ran headless.",
        "## Evidence",
        "\n".join(f"- {line}" for line in _evidence(incident)),
        "## End of the log",
        _block(incident.log_tail or ["there is no log"]),
        "## What was done",
        "\n".join(
            f"- {act.at} {act.what.replace('_', ' ')} by {_plain(act.by)}"
            + (f": {_plain(act.note)}" if act.note else "")
            for act in incident.acts
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _what_failed(incident: Incident) -> Iterator[str]:
    """What is unproven because something else failed is named, and no more."""
    found = [p for p in incident.problems if p.result != "unproven"]
    yield from (f"{p.kind} {p.id} ({p.title}): {p.result}: {p.detail}" for p in found)
    unproven = [p for p in incident.problems if p.result == "unproven"]
    if found and len(unproven) > 1:
        yield f"not proven: {', '.join(p.id for p in unproven)}"
    else:
        yield from (f"not proven: {p.id} ({p.title}): {p.detail}" for p in unproven)


def _evidence(incident: Incident) -> Iterator[str]:
    yield f"report: `{incident.report}`"
    if incident.run_dir:
        yield f"run: {_code(incident.run_dir)} on {_plain(incident.host)}, by {_plain(incident.user)}"
    if incident.database.known and not incident.demo:
        yield f"database: {_code(str(incident.database))}"
    if incident.backup:
        yield f"backup: {_backup(incident)}"
    yield f"read it again: `drill-tui replay {incident.run_id}{incident.options}`"
    if incident.journal_sha256:
        yield f"journal: `events.jsonl`, SHA-256 `{incident.journal_sha256}`"
    yield from (f"left over: {_plain(item)}" for item in incident.leftovers)
    if incident.leftovers:
        yield f"remove what is left: `drill-tui clean {incident.run_id}{incident.options}`"
    yield f"ticket: {_plain(incident.ticket or 'none recorded')}"
    yield f"follow-up drill: {incident.followed_up_by or 'none has passed yet'}"
    if incident.waits and incident.passed_over:
        over = incident.passed_over
        yield f"passed, but of another database: {_code(over.run_id)} drilled {_plain(over.database)}"


def _backup(incident: Incident) -> str:
    said = _code(incident.backup)
    if incident.backup_checksums_sha256:
        said += f", SHA-256 of its checksums.sha256 {_code(incident.backup_checksums_sha256)}"
    if incident.run_dir and incident.backup.startswith(f"{incident.run_dir}/"):
        said += "; the drill made it, and removed it at its end unless it was to keep it"
    return said


def _block(lines: tuple[str, ...] | list[str]) -> str:
    """An indented code block: no line can end it."""
    return "\n".join(f"    {line}" for text in lines for line in (text.splitlines() or [""]))


def _code(text: str) -> str:
    """To be copied as it is; a text that would end the code span is escaped instead."""
    return _plain(text) if "`" in text or "\n" in text or not text else f"`{text}`"


def _plain(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|!" else c for c in text.replace("\n", " "))
