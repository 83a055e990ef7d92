"""Words of the command line that are known before anything is loaded to read it."""

from __future__ import annotations

from typing import Final

DEFAULT_RUNBOOK: Final = "restore-drill"
SUMMARIES: Final = {
    "backup": "The same as scripts/backup.sh.",
    "restore": "The same as scripts/restore.sh.",
    "verify": "The same as scripts/verify.sh.",
    "witness": "Record what a backup made around now must contain.",
}
"""Commands that read their arguments themselves, each with what `--help` says of it."""
