"""A signed run, and the public key that its reader has."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from drill_tui.cli.finish import conclude
from drill_tui.cli.places import Places
from drill_tui.engine.record.earlier import FollowedDrill
from drill_tui.engine.record.journal import GENESIS, JOURNAL_NAME
from drill_tui.evidence.keys import make_key
from tests.unit.programme.audit_rig import leave_run
from tests.unit.verdict.drills import Drill, whole_drill


@dataclass(frozen=True, slots=True)
class Signed:
    run_dir: Path
    key: Path
    """The private one."""

    @property
    def artifacts(self) -> Path:
        return self.run_dir.parent

    @property
    def report(self) -> Path:
        (path,) = self.artifacts.glob("restore_drill_*.json")
        return path

    @property
    def envelope(self) -> Path:
        return self.report.with_suffix(".intoto.jsonl")

    @property
    def public(self) -> Path:
        return self.key.with_suffix(".pub")

    @property
    def pem(self) -> Path:
        return self.key.with_suffix(".pub.pem")

    def sent_to(self, folder: Path) -> Path:
        """The report as an auditor gets it: two files, and nothing of this machine."""
        folder.mkdir()
        for path in (self.report, self.envelope):
            shutil.copy(path, folder)
        return folder / self.report.name


def sign_run(folder: Path, drill: Drill | None = None, key: Path | None = None) -> Signed:
    """Leave a run's evidence, signed as the end of a drill signs it; DRILL_SIGNING_KEY must name the key."""
    run_dir = leave_run(folder / "artifacts", drill or whole_drill())
    conclude(run_dir, Places(folder, folder / "artifacts"))
    return Signed(run_dir, key or folder / "keys" / "signing_key.pem")


def new_key(folder: Path, name: str = "drills of the shop") -> Path:
    return make_key(folder, name)[0]


def leave_drill(
    artifacts: Path,
    day: int,
    drill: Drill | None = None,
    *,
    end: str = "3fa9",
    follows: tuple[FollowedDrill, ...] | None = None,
) -> Path:
    """A drill of that day of November 2026, concluded as the program does; the folder of its run."""
    drill = drill or whole_drill()
    drill.run = f"restore-drill_202611{day:02d}T140102Z_{end}"
    drill.records = [
        replace(record, run=drill.run, at=record.at + (day - 22) * 86_400.0) for record in drill.records
    ]
    run_dir = leave_run(artifacts, drill, follows)
    conclude(run_dir, Places(artifacts.parent, artifacts))
    return run_dir


def unlinked(run_dir: Path) -> Path:
    """The run as a drill-tui would have left it that knew of no chain."""
    path = run_dir / JOURNAL_NAME
    text, prev = b"", GENESIS
    for line in path.read_text().splitlines():
        data = {**json.loads(line), "prev": prev}
        data["data"].pop("follows", None)
        written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        text, prev = text + written, sha256(written).hexdigest()
    path.write_bytes(text)
    conclude(run_dir, Places(run_dir.parents[1], run_dir.parent))
    return run_dir
