"""Drills good databases on every pair of versions that is here, and prints what became of each.

    make soak-good            # all of it, minutes
    make soak-good ONLY=postgis   # samples whose name holds that word

Each database is backed up, restored and verified by the scripts, as typed, and so are dumps of pg_dump with
a witness, as an archive and as a script; two go through whole drills, which
choose and size their target by themselves.  Exit code 1 where a good one was called bad.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.fit.from_server import offer_of_server
from drill_tui.postgres.verify.options import Options
from drill_tui.postgres.verify.run import verify
from tests.corpus.restored_database import load, run_script, shortfalls
from tests.e2e.witness.dumping import witness
from tests.servers import Server, start_cluster
from tests.soak.binaries import majors_here
from tests.soak.samples import Sample, samples
from tests.soak.whole import drills

ROLES = ("soak_owner", "soak_reader", "reader", "team", '"Odd Role"', '"Od d ""r"')
OUTCOMES = {0: "pass", 1: "fail", 3: "error"}
SETTINGS = {"max_locks_per_transaction": "512"}


@dataclass(frozen=True)
class Drill:
    sample: Sample
    source: Server
    target: Server
    pair: str
    form: str = ""
    """`-Fc` or `-Fp`: somebody's own pg_dump, with a witness; empty is backup.sh."""


@dataclass(frozen=True)
class Outcome:
    drill: Drill
    word: str
    """pass, unproven, error or fail."""
    why: str = ""


def pairs(majors: list[int]) -> Iterator[tuple[int, int]]:
    """Each version onto itself and onto the next one that is here."""
    for place, major in enumerate(majors):
        yield major, major
        if place + 1 < len(majors):
            yield major, majors[place + 1]


def drill(order: Drill, number: int) -> Outcome:
    """Make the sample, drill it, remove both."""
    name = f"soak_{number}"
    try:
        order.source.create_database(name)
        load(order.source, name, order.sample.statements)
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            return _outcome(order, name, Path(folder))
    except subprocess.CalledProcessError:
        return Outcome(order, "error", "the sample could not be made")
    finally:
        for server in (order.source, order.target):
            _remove(server, name)


def _remove(server: Server, name: str) -> None:
    """A database that holds a subscription cannot be dropped with it."""
    subscribed = (
        "SELECT subname FROM pg_subscription JOIN pg_database AS d ON d.oid = subdbid"
        f" WHERE datname = '{name}'"
    )
    for (subscription,) in server.sql("postgres", subscribed):
        alter = f'ALTER SUBSCRIPTION "{subscription}"'
        server.sql(
            name, f"{alter} DISABLE", f"{alter} SET (slot_name = NONE)", f'DROP SUBSCRIPTION "{subscription}"'
        )
    server.drop_database(name)


def _outcome(order: Drill, name: str, folder: Path) -> Outcome:
    if order.form:
        backup = folder / "theirs"
        pg_dump = order.source.bin_dir / "pg_dump"
        taken = witness(order.source, "--", pg_dump, order.form, "-f", backup, name)
    else:
        environment = order.source.environment(name)
        taken = run_script("backup", environment, "--output", str(folder), "--jobs", "2")
    if taken.returncode:
        return Outcome(order, OUTCOMES.get(taken.returncode, "error"), taken.stderr.strip()[-500:])
    if not order.form:
        (backup,) = [path for path in folder.iterdir() if path.is_dir()]
    environment = order.target.environment(name)
    restored = run_script("restore", environment, "--input", str(backup), "--jobs", "2")
    if restored.returncode:
        return Outcome(order, OUTCOMES.get(restored.returncode, "error"), restored.stderr.strip()[-500:])
    report = asyncio.run(verify(Options(environment=environment, jobs=2), lambda done, total: None))
    word = {"met": "pass", "missed": "fail", "unproven": "unproven"}[report.result]
    return Outcome(order, word, "; ".join(f"{key} {why}" for key, why in shortfalls(report).items()))


def orders(servers: dict[tuple[str, int], Server], only: str) -> Iterator[Drill]:
    """Every sample on every pair that knows it."""
    offered = {key: _offered(server) for key, server in servers.items()}
    majors = sorted({major for _, major in servers})
    for sample in samples():
        if only.lower() not in sample.name.lower():
            continue
        for old, new in pairs(majors):
            source, target = ("source", old), ("target", new)
            if old >= sample.since and set(sample.needs) <= offered[source] & offered[target]:
                for form in ("", "-Fc", "-Fp"):
                    pair = f"{old} to {new} {form}".rstrip()
                    yield Drill(sample, servers[source], servers[target], pair, form)


def _offered(server: Server) -> set[str]:
    """Extensions, and what the server is built with: icu, libxml, lz4."""
    offer = asyncio.run(offer_of_server(resolve(server.environment("postgres"))))
    return {*(offer.extensions or ()), *(offer.features or ())}


def main(only: str = "") -> int:
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        servers = {
            (role, major): stack.enter_context(start_cluster(bin_dir, settings=SETTINGS))
            for major, bin_dir in majors_here().items()
            for role in ("source", "target")
        }
        for (role, _), server in servers.items():
            if role == "source":
                server.sql("postgres", *(f"CREATE ROLE {name}" for name in ROLES))
        todo = list(orders(servers, only))
        with ThreadPoolExecutor(max_workers=2) as pool:
            for outcome in pool.map(drill, todo, range(len(todo))):
                outcomes.append(outcome)
                print(
                    f"{outcome.word:9} {outcome.drill.pair}  {outcome.drill.sample.name}  {outcome.why}",
                    flush=True,
                )
    words = [outcome.word for outcome in outcomes]
    names = {outcome.drill.sample.name for outcome in outcomes}
    for word, version, name, why in drills(only):
        words.append(word)
        names.add(name)
        print(f"{word:9} {version} whole  {name}  {why}", flush=True)
    counts = Counter(words)
    databases = len(names)
    print(f"{len(words)} drills of {databases} good databases:", end=" ")
    print(", ".join(f"{counts[word]} {word}" for word in ("pass", "unproven", "error", "fail")))
    return 1 if counts["fail"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
