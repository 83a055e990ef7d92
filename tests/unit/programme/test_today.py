"""What is due today is judged in one place, whoever asks."""

from __future__ import annotations

import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

import drill_tui
from drill_tui.cli.places import find_places
from drill_tui.cli.series import due_of
from drill_tui.postgres.content.fingerprint import source_today
from drill_tui.programme import fingerprint
from drill_tui.programme.due import RunbookDue
from drill_tui.programme.shelf import Shelf, read_shelf
from drill_tui.programme.today import due_today, of_the_procedure, today
from drill_tui.runbook.load import LoadedRunbook, load
from drill_tui.runbook.project import runbook_files
from drill_tui.tui.agenda import agenda
from drill_tui.tui.places import Places
from tests.unit.programme.past import DAY, NOW, leave

VERSION = "0.2.0"
BOOK = """
version: 1
id: {name}
title: Drill {name}
cadence: {{auto: 31d, after_change: ['runbooks/**']}}
steps: [{{id: one, title: One, run: 'true'}}]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a runbook of each suffix, and a source that refuses at once."""
    for name, suffix in (("restore-drill", "yaml"), ("second", "yml")):
        path = tmp_path / "runbooks" / f"{name}.{suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(BOOK.format(name=name))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name, value in {"HOST": "127.0.0.1", "PORT": "1", "NAME": "shop", "USER": "reader"}.items():
        monkeypatch.setenv(f"DB_{name}", value)
    return tmp_path


def procedure(project: Path) -> tuple[LoadedRunbook, dict[str, str]]:
    loaded = load(project / "runbooks" / "restore-drill.yaml")
    return loaded, of_the_procedure(loaded, VERSION)


def judged(project: Path, version: str = VERSION) -> RunbookDue:
    day = today(project, read_shelf(project), {}, now=NOW.timestamp(), version=version)
    return due_today(procedure(project)[0], day)


def test_a_newer_drill_tui_asks_for_a_drill(project: Path) -> None:
    leave(project, DAY, mode="auto", tools=procedure(project)[1])
    assert judged(project).state == "satisfied"
    newer = judged(project, "0.3.0")
    assert newer.state == "due"
    assert newer.duties[-1].why.startswith("changed since the last passing drill: the version of drill-tui;")


def test_other_code_of_backup_and_restore_asks_for_a_drill(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The procedure is Python, which no file below `scripts/` tells of."""
    leave(project, DAY, mode="auto", tools=procedure(project)[1])
    copy = tmp_path_factory.mktemp("site") / "drill_tui"
    shutil.copytree(Path(drill_tui.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "__file__", str(copy / "programme" / "fingerprint.py"))
    fingerprint.code_sha256.cache_clear()
    assert judged(project).state == "satisfied", "the same code elsewhere is the same"
    with (copy / "postgres/restore/run.py").open("a") as code:
        code.write("# changed\n")
    fingerprint.code_sha256.cache_clear()
    changed = judged(project)
    fingerprint.code_sha256.cache_clear()
    assert changed.state == "due"
    assert "drill-tui's code of backup and restore" in changed.duties[-1].why


def test_the_home_screen_and_due_say_the_same(project: Path) -> None:
    evidence = project / "artifacts"
    evidence.mkdir()
    drilled = {"host": "127.0.0.1", "port": "1", "dbname": "shop"}
    leave(evidence, NOW - datetime.now(UTC) + DAY, mode="auto", tools=procedure(project)[1], source=drilled)
    reported = due_of(find_places(project, evidence))
    places, source = Places(project_dir=project, artifacts_dir=evidence), source_today(os.environ)
    home = agenda(places, read_shelf(evidence), time.time(), source)
    assert {entry.due.runbook: entry.due for entry in home if entry.due} == {
        book.runbook: book for book in reported.runbooks
    }
    assert [book.runbook for book in reported.runbooks] == ["restore-drill", "second"]
    assert "refused" in reported.runbooks[0].duties[-1].why


def test_runbooks_have_one_of_two_suffixes(project: Path) -> None:
    assert [path.name for path in runbook_files(project)] == ["restore-drill.yaml", "second.yml"]


def test_a_source_that_has_not_answered_yet_is_named_so(project: Path) -> None:
    leave(project, DAY, mode="auto", tools={**procedure(project)[1], "schema_sha256": "s"})
    day = today(project, read_shelf(project), {"DB_HOST": "db"}, now=NOW.timestamp(), version=VERSION)
    assert "(the source has not answered yet)" in due_today(procedure(project)[0], day).duties[-1].why


def test_what_was_never_drilled_is_due(project: Path) -> None:
    day = today(project, Shelf(), {}, now=NOW.timestamp(), version=VERSION)
    assert due_today(procedure(project)[0], day).state == "due"
