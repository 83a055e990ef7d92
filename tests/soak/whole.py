"""Whole drills, target and all, of good databases whose restore depends on how the target is made."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.corpus.restored_database import load
from tests.e2e.drill.running import start_drill
from tests.servers import Server, start_cluster
from tests.soak import regression
from tests.soak.binaries import majors_here

VERDICTS = {0: "pass", 1: "fail", 6: "unproven"}
PARTITIONS = 6000


@dataclass(frozen=True)
class Whole:
    """`fill` makes the database of that name on a server with these settings."""

    name: str
    fill: Callable[[Server, str], None]
    major: int = 15
    settings: Mapping[str, str] = field(default_factory=dict)
    database: str = "soaked"


def _partitioned(server: Server, name: str) -> None:
    """A foreign key to the root locks every partition and index at once."""
    server.create_database(name)
    parts = (
        f"CREATE TABLE p_{number} PARTITION OF p FOR VALUES IN ({number});"
        for number in range(1, PARTITIONS + 1)
    )
    load(
        server,
        name,
        "\n".join(
            (
                "CREATE TABLE p (k int PRIMARY KEY) PARTITION BY LIST (k);",
                *parts,
                f"INSERT INTO p SELECT generate_series(1, {PARTITIONS});",
                "CREATE TABLE child (k int REFERENCES p);",
                f"INSERT INTO child SELECT generate_series(1, {PARTITIONS}, 7);",
            )
        ),
    )


CASES = (
    Whole(
        f"{PARTITIONS:,} list partitions behind a foreign key",
        _partitioned,
        settings={"max_locks_per_transaction": "1024"},
    ),
    Whole(
        "regression database of 15",
        regression.fill,
        settings=regression.SETTINGS,
        database=regression.DATABASE,
    ),
)


def drills(only: str) -> Iterator[tuple[str, str, str, str]]:
    """Drill each whose name holds `only`: its outcome, its version, its name, and why it did not pass."""
    for case in CASES:
        bin_dir = majors_here().get(case.major)
        if bin_dir is None or only.lower() not in case.name.lower():
            continue
        with start_cluster(bin_dir, settings=case.settings) as server:
            try:
                case.fill(server, case.database)
            except subprocess.CalledProcessError as error:
                yield "error", str(case.major), case.name, f"it could not be made: {error}"
                continue
            yield _drilled(case, server)


def _drilled(case: Whole, server: Server) -> tuple[str, str, str, str]:
    with tempfile.TemporaryDirectory(prefix="soak-whole-") as folder:
        process = start_drill(Path(folder), env={**server.env, "DB_NAME": case.database})
        said, _ = process.communicate()
    word = VERDICTS.get(process.returncode, "error")
    bad = [line.strip() for line in said.splitlines() if "✗" in line or "unproven" in line]
    return word, str(case.major), case.name, "; ".join(bad) if word != "pass" else ""
