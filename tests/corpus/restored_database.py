"""A database that was backed up and restored by the scripts, and copies of the restored one to be damaged."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from drill_tui.faults.fault import Fault, InDatabase, InPages
from drill_tui.faults.inject import break_database, undo
from drill_tui.postgres.client.source import Connection, resolve
from drill_tui.postgres.copies.databases import copy_of
from drill_tui.postgres.verify.options import Options
from drill_tui.postgres.verify.report import Depth, VerifyReport
from drill_tui.postgres.verify.run import verify
from tests.servers import Server, binaries, start_cluster

SCRIPTS = Path(__file__).parents[2] / "scripts"
RESTORED = "shop_restored"


@dataclass(slots=True)
class Restored:
    """`source` was backed up to `backup`, and `target` holds it restored as `RESTORED`."""

    source: Server
    target: Server
    backup: Path
    artifacts: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def copy(self) -> Iterator[str]:
        """A copy of the restored database, with a restore record of its own; gone afterwards."""
        name = f"copy_{next(self.numbers)}"
        with asyncio.Runner() as runner:
            copy = copy_of(self.place("postgres"), RESTORED, name)
            runner.run(_enter(copy))
            try:
                yield name
            finally:
                runner.run(_leave(copy))

    @contextmanager
    def broken(self, fault: Fault, site: str) -> Iterator[str]:
        """A copy with one fault of the catalogue at that site."""
        assert isinstance(fault.injury, InDatabase | InPages)
        with self.copy() as database:
            place = self.place(database)
            found = asyncio.run(break_database(place, fault.injury, data_dir=self.target.data_dir, site=site))
            assert found is not None, f"{fault.id} does not fit {site}"
            try:
                yield database
            finally:
                asyncio.run(undo(place, found))

    def place(self, database: str) -> Connection:
        return resolve(self.target.environment(database))

    def verify(
        self, database: str = RESTORED, *, depth: Depth = "full", required_tables: tuple[str, ...] = ()
    ) -> VerifyReport:
        options = Options(
            environment=self.environment(database), jobs=2, depth=depth, required_tables=required_tables
        )
        return asyncio.run(verify(options, lambda done, total: None))

    def environment(self, database: str) -> dict[str, str]:
        return {**self.target.environment(database), "DRILL_ARTIFACTS_DIR": str(self.artifacts)}


async def _enter(copy: AbstractAsyncContextManager[Connection]) -> None:
    await copy.__aenter__()


async def _leave(copy: AbstractAsyncContextManager[Connection]) -> None:
    await copy.__aexit__(None, None, None)


def run_script(name: str, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPTS / f"{name}.sh", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def load(server: Server, database: str, statements: str) -> None:
    """Run SQL by psql, as a person would."""
    subprocess.run(
        [server.bin_dir / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null"],
        env={
            **server.libpq(database),
            "PGOPTIONS": "-c client_min_messages=warning",
            "PGCLIENTENCODING": "UTF8",
        },
        input=statements.encode(),
        check=True,
    )


def back_up_and_restore(source: Server, database: str, target: Server, restored: str, place: Path) -> Path:
    """The two scripts, as typed; returns the backup's folder."""
    output = Path(tempfile.mkdtemp(prefix="backup-", dir=place))
    made = run_script("backup", source.environment(database), "--output", str(output), "--jobs", "2")
    assert made.returncode == 0, made.stderr
    (backup,) = [path for path in output.iterdir() if path.is_dir()]
    done = run_script("restore", target.environment(restored), "--input", str(backup), "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    return backup


@contextmanager
def restored_from(database: str, statements: str, place: Path) -> Iterator[Restored]:
    """A database of these statements, backed up and restored from one server of 15 to another."""
    source, target = start_cluster(binaries(15)), start_cluster(binaries(15))
    try:
        source.create_database(database)
        load(source, database, statements)
        backup = back_up_and_restore(source, database, target, RESTORED, place)
        yield Restored(source, target, backup, place / "a")
    finally:
        source.stop()
        target.stop()


def shortfalls(report: VerifyReport) -> dict[str, str]:
    """Criteria that are not met, with why."""
    return {found.id: f"{found.result}: {found.detail}" for found in report.criteria if found.result != "met"}
