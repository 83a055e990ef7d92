"""What is left of a drill that was pruned on purpose: a record, through which the chain goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from drill_tui.engine.record.earlier import FollowedDrill
from drill_tui.sinks.atomic import write_atomically

FOLDER: Final = "pruned"


class Tombstone(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = 1
    run: str
    runbook: str
    started_at: str
    verdict: str
    pruned_at: str
    by: str
    reason: str
    journal_sha256: str
    journal_size_bytes: int
    known_as: tuple[FollowedDrill, ...]
    """How later drills name it; each was compared with its journal before it went."""
    follows: tuple[FollowedDrill, ...]

    def knows(self, named: FollowedDrill) -> bool:
        whole = FollowedDrill(run=self.run, size_bytes=self.journal_size_bytes, sha256=self.journal_sha256)
        return named in (whole, *self.known_as)

    def sentence(self) -> str:
        return (
            f"was pruned on {self.pruned_at[:10]} by {self.by} ({self.reason}); it came to {self.verdict}, "
            f"its journal had the SHA-256 {self.journal_sha256}"
        )


def write_tombstone(stone: Tombstone, artifacts_dir: Path) -> Path:
    """Raises OSError."""
    path = artifacts_dir / FOLDER / f"{stone.run}.json"
    return write_atomically(path, stone.model_dump_json(indent=2) + "\n")


def read_tombstones(artifacts_dir: Path) -> tuple[dict[str, Tombstone], dict[str, str]]:
    """By run; and those that cannot be read, each with the reason."""
    found: dict[str, Tombstone] = {}
    unreadable: dict[str, str] = {}
    for path in sorted((artifacts_dir / FOLDER).glob("*.json")):
        try:
            stone = Tombstone.model_validate_json(path.read_bytes())
        except (OSError, ValidationError, ValueError):
            unreadable[f"{FOLDER}/{path.name}"] = "is no record of a pruned drill, or is damaged"
            continue
        found[stone.run] = stone
    return found, unreadable
