"""Says what a restore would do (`--dry-run`)."""

from __future__ import annotations

from drill_tui.postgres.archive.checked import CheckedBackup
from drill_tui.postgres.archive.statements import CreateRole
from drill_tui.postgres.client.tools import Tools
from drill_tui.postgres.restore.guard import TargetFacts


def plan_lines(backup: CheckedBackup, name: str, facts: TargetFacts, tools: Tools, jobs: int) -> list[str]:
    """The plan, one line per thing that would be done."""
    manifest = backup.manifest
    roles = [item.name for item in backup.roles if isinstance(item, CreateRole)]
    lines = [f"backup:   {backup.path} ({backup.size_bytes / 1e6:,.1f} MB, whole and unchanged)"]
    if manifest is not None:
        lines.append(f"data:     {manifest.database.name} as of {manifest.snapshot_at:%Y-%m-%d %H:%M:%S %Z}")
    lines.append(f"target:   PostgreSQL {facts.version}, system identifier {facts.system_identifier}")
    if facts.database is not None:
        held = facts.database.object_count
        lines.append(f"drop:     database {name} ({f'{held} objects' if held else 'empty'})")
    lines.append(f"roles:    {', '.join(roles) or 'none'} (those that exist stay as they are)")
    if manifest is not None:
        database = manifest.database
        lines.append(
            f"create:   database {name}, {database.encoding}, {database.collate}, owner {database.owner}"
        )
    else:
        lines.append(f"create:   database {name} with the target's own encoding and locale")
    program = "psql" if backup.form == "sql" else f"pg_restore --jobs={jobs}"
    lines.append(f"load:     {program} {tools.version} from {tools.bin_dir}")
    if manifest is not None and manifest.of_witness:
        lines.append("then:     ANALYZE, the record of this restore")
        return lines
    lines.append("then:     ANALYZE, the database's own settings and grants, the record of this restore")
    return lines
