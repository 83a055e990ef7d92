"""A signed run, and the public key that its reader has."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from drill_tui.cli.finish import conclude
from drill_tui.cli.places import Places
from drill_tui.evidence.keys import VARIABLE, make_key
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


def environment(key: Path) -> dict[str, str]:
    return {VARIABLE: str(key)}


def sign_run(folder: Path, drill: Drill | None = None, key: Path | None = None) -> Signed:
    """Leave a run's evidence, signed as the end of a drill signs it; DRILL_SIGNING_KEY must name the key."""
    run_dir = leave_run(folder / "artifacts", drill or whole_drill())
    conclude(run_dir, Places(folder, folder / "artifacts"))
    return Signed(run_dir, key or folder / "keys" / "signing_key.pem")


def new_key(folder: Path, name: str = "drills of the shop") -> Path:
    return make_key(folder, name)[0]
