"""PostgreSQL's own regression database: the SQL of Debian's source package, in the order of its schedule.

What it prints is not compared, as pg_regress would: the odd things that the tests leave are the sample.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.servers import Server

DATABASE: Final = "regression"
MAJOR: Final = 15
SETTINGS: Final = {"max_prepared_transactions": "10"}
HOME: Final = Path(tempfile.gettempdir()) / f"drill-soak-regression-{MAJOR}"
"""Kept between soaks: the source package is fetched once."""
IN: Final = "src/test/regress"


def fill(server: Server, name: str) -> None:
    """Make the database.  Raises CalledProcessError where the sources cannot be had or built."""
    regress = sources()
    server.create_database(name, "TEMPLATE template0 LOCALE 'C'")
    environment = {
        **server.libpq(name),
        "PG_ABS_SRCDIR": str(regress),
        "PG_ABS_BUILDDIR": str(regress),
        "PG_LIBDIR": str(regress),
        "PG_DLSUFFIX": ".so",
        "PGTZ": "PST8PDT",
        "PGDATESTYLE": "Postgres, MDY",
        "PGOPTIONS": "-c intervalstyle=postgres_verbose",
    }
    psql = [str(server.bin_dir / "psql"), "-X", "-a", "-q", "-v", "HIDE_TABLEAM=on"]
    for test in schedule(regress):
        with (regress / "sql" / f"{test}.sql").open("rb") as statements:
            subprocess.run(
                psql,
                env=environment,
                cwd=regress,
                stdin=statements,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )


def schedule(regress: Path) -> Iterator[str]:
    for line in (regress / "parallel_schedule").read_text().splitlines():
        word, _, tests = line.partition(":")
        if word == "test":
            yield from tests.split()


def sources() -> Path:
    """The folder of the regression tests, with their C functions compiled against this machine's server."""
    found = sorted(HOME.glob(f"postgresql-{MAJOR}.*/{IN}"))
    if found and (found[-1] / "regress.so").exists():
        return found[-1]
    HOME.mkdir(exist_ok=True)
    HOME.chmod(0o755)
    _fetch()
    (tarball,) = HOME.glob(f"postgresql-{MAJOR}_*.orig.tar.*")
    version = tarball.name.split("_")[1].split(".orig")[0]
    _run("tar", "-xf", tarball.name, f"postgresql-{version}/{IN}")
    (headers,) = HOME.glob(f"postgresql-server-dev-{MAJOR}_*.deb")
    _run("dpkg", "-x", headers.name, "headers")
    regress = HOME / f"postgresql-{version}" / IN
    (regress / "results").mkdir(exist_ok=True)
    (regress / "results").chmod(0o777)
    include = HOME / "headers" / "usr" / "include" / "postgresql" / str(MAJOR) / "server"
    common = ("-I", str(include), "-I", "/usr/include/postgresql", str(regress / "regress.c"))
    _run("gcc", "-w", "-O1", "-fPIC", "-shared", *common, "-o", str(regress / "regress.so"))
    return regress


def _fetch() -> None:
    """By apt, from the Debian that this machine has, with lists of our own: nothing of the system changes."""
    for name in ("lists", "cache"):
        (HOME / name).mkdir(exist_ok=True)
    targets = _run("apt-get", "indextargets", "Created-By: Packages", "Origin: Debian")
    site = next(line for line in targets.splitlines() if line.startswith("Site:")).split()[1]
    release = Path("/etc/os-release").read_text()
    codename = next(line for line in release.splitlines() if line.startswith("VERSION_CODENAME="))
    key = "/usr/share/keyrings/debian-archive-keyring.gpg"
    (HOME / "sources.list").write_text(
        f"deb-src [signed-by={key}] {site} {codename.partition('=')[2]} main\n"
    )
    own = [
        option
        for name, value in (
            ("Etc::SourceList", HOME / "sources.list"),
            ("Etc::SourceParts", "-"),
            ("State::Lists", HOME / "lists"),
            ("Cache", HOME / "cache"),
        )
        for option in ("-o", f"Dir::{name}={value}")
    ]
    _run("apt-get", "-qq", *own, "update")
    _run("apt-get", "-qq", *own, "source", "--download-only", f"postgresql-{MAJOR}")
    _run("apt-get", "-qq", "download", f"postgresql-server-dev-{MAJOR}")


def _run(*command: str) -> str:
    environment = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(
        command, cwd=HOME, env=environment, capture_output=True, text=True, check=True
    ).stdout
