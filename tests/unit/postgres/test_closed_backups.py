"""Backups that the drill's account may not read: nothing is known of them, so nothing bad is said of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.archive.latest import NoBackupError, newest_backup

NOBODY = 65_534
SCRIPT = b"--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n\n--\n-- PostgreSQL database dump complete\n--\n"


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Below /tmp: the folders of pytest are closed to other accounts."""
    with tempfile.TemporaryDirectory(prefix="drill-closed-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def closed(path: Path) -> None:
    path.write_bytes(SCRIPT)
    path.chmod(0)


def test_what_may_not_be_read_is_no_missing_backup(folder: Path) -> None:
    closed(folder / "nightly.sql")
    with without_privileges(), pytest.raises(ActionError, match=r"Permission denied: .*nightly\.sql") as told:
        newest_backup(folder, lambda _: None)
    assert not isinstance(told.value, NoBackupError)


def test_one_that_may_be_read_is_found_beside_it_and_the_other_is_named(folder: Path) -> None:
    closed(folder / "closed.sql")
    (folder / "open.sql").write_bytes(SCRIPT)
    said: list[str] = []
    with without_privileges():
        assert newest_backup(folder, said.append).path.name == "open.sql"
    assert [line for line in said if "closed.sql" in line and "Permission denied" in line]
