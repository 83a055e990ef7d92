"""One bit in any file of a run's evidence, a file that is gone, a file too many: each is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.engine.record import events as ev
from tests.unit.programme.audit_rig import FINDINGS, leave_run, unsound
from tests.unit.verdict.drills import Drill, whole_drill

KINDS = (
    "events.jsonl",
    "report.html",
    "report.md",
    "junit.xml",
    "logs/restore.log",
    "logs/verify.log",
    "logs/target-server.log",
    f"../{FINDINGS}",
    "../restore_drill_20261122T140102Z.json",
    "../restore-drill.prom",
    "../incidents/incident_restore-drill_20261122T140102Z_3fa9.json",
    "../incidents/incident_restore-drill_20261122T140102Z_3fa9.md",
)


def test_every_kind_of_file_is_tried(sound_run: Path) -> None:
    left = {path for path in sound_run.parent.rglob("*") if path.is_file()}
    tried = {(sound_run / kind).resolve() for kind in KINDS}
    assert left - tried == {sound_run.parent / "incidents" / ".lock"}


@pytest.mark.parametrize("kind", KINDS)
def test_one_bit_in_any_file_is_noticed_wherever_it_is(kind: str, sound_run: Path) -> None:
    path = sound_run / kind
    whole = path.read_bytes()
    size = len(whole)
    for at in sorted({0, size // 2, size - 1}):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        found = unsound(sound_run)
        assert found if kind == "events.jsonl" else fits(path, found), (at, found)
    path.write_bytes(whole)
    assert unsound(sound_run) == {}


def fits(path: Path, found: dict[str, str]) -> bool:
    """Whether that file is named, and no other but those that quote it."""
    names = {Path(subject).name for subject in found}
    incident = "incident_restore-drill_20261122T140102Z_3fa9"
    if path.name.startswith("restore_drill_"):
        return len(names) == 1 and names <= {path.name, "the JSON report"}
    if path.stem == incident:
        return bool(names) and names <= {f"{incident}.json", f"{incident}.md"}
    quoting = {"junit.xml", "report.html", f"{incident}.json"} if path.suffix == ".log" else set()
    return path.name in names and names - {path.name} <= quoting


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_file_that_is_gone_is_named(kind: str, sound_run: Path) -> None:
    (sound_run / kind).unlink()
    found = unsound(sound_run)
    name = "the JSON report" if "restore_drill_" in kind else Path(kind).name
    assert any(name in subject for subject in found), found


@pytest.mark.parametrize("name", ["logs/99-extra.log", "logs/deeper/x.log", "note.txt"])
def test_a_file_that_was_added_is_named(name: str, sound_run: Path) -> None:
    path = sound_run / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("nothing\n")
    assert unsound(sound_run) == {name: "was added: it was not there when the drill ended"}


def test_a_log_that_grew_is_named_unless_the_drill_left_something_running(tmp_path: Path) -> None:
    clean = leave_run(tmp_path / "clean", whole_drill())
    kept = Drill().start().passed("open_source").clean_up(result=ev.CleanupResult.KEPT)
    kept_run = leave_run(tmp_path / "kept", kept)
    for run_dir in (clean, kept_run):
        with (run_dir / "logs" / "target-server.log").open("a") as log:
            log.write("one line more\n")
    assert "was changed" in unsound(clean)["logs/target-server.log"]
    assert "logs/target-server.log" not in unsound(kept_run)
