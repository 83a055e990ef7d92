"""What a PostgreSQL that is installed here offers, read from its own folders without starting it.

The server itself finds extensions so: control files say the default version, and a version can be installed
where a script for it is there or where scripts lead to it (manual 38.17; pg_available_extension_versions).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.postgres.cluster.binaries import ServerBinaries
from drill_tui.postgres.fit.offer import ICU, LIBXML, LZ4, Offer, plain_locale

LINKED: Final[Mapping[str, bytes]] = {ICU: b"libicuuc", LIBXML: b"libxml2", LZ4: b"liblz4"}
"""The library that a build with the feature is linked with."""
_DEFAULT: Final = re.compile(r"^\s*default_version\s*=?\s*'?([^'#\s]+)", re.MULTILINE)
"""Written as in postgresql.conf: quotes and the equals sign may be left out (manual 38.17.1, 20.1.2)."""
_DIRECTORY: Final = re.compile(r"^\s*directory\s*=?\s*'?([^'#\s]+)", re.MULTILINE)
_VERSION: Final = re.compile(r"(\d+(?:\.\d+)?)")
_SCRIPT: Final = re.compile(r"^(?P<name>.+?)--(?P<first>.+?)(?:--(?P<second>.+))?\.sql$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What lies in an installation, before it is understood."""

    version: str
    controls: Mapping[str, str]
    """Default version by extension."""
    scripts: tuple[str, ...]
    """File names of the extensions' scripts."""
    libraries: frozenset[str]
    features: frozenset[str]
    locales: frozenset[str]


def offer_of_binaries(binaries: ServerBinaries) -> Offer:
    """Read an installation; it takes some hundredths of a second."""
    kind = "embedded" if binaries.embedded else "installed"
    return offer_of_inventory(
        _take_stock(binaries),
        target="local",
        name=f"PostgreSQL {binaries.version}, {kind}",
        place=str(binaries.bin_dir),
        embedded=binaries.embedded,
    )


def offer_of_inventory(
    found: Inventory, *, target: str, name: str, place: str, embedded: bool = False
) -> Offer:
    """An installation as an offer; everything that a server of ours can be given is left open."""
    return Offer(
        target=target,
        name=name,
        place=place,
        major=int(found.version.partition(".")[0] or 0),
        embedded=embedded,
        extensions=versions_of(found.controls, found.scripts),
        features=found.features,
        libraries=found.libraries,
        locales=found.locales,
    )


def inventory_of(said: str) -> Inventory:
    """What `targets/inventory.sh` printed, which runs where Python does not."""
    lines = [line.partition(" ") for line in said.splitlines()]

    def all_of(key: str) -> list[str]:
        return [value for name, _, value in lines if name == key]

    version = _VERSION.search(" ".join(all_of("version")))
    configured = " ".join(all_of("configure"))
    controls = (value.rpartition(" ") for value in all_of("control"))
    return Inventory(
        version=version[1] if version else "",
        controls={name: default for name, _, default in controls},
        scripts=tuple(all_of("script")),
        libraries=frozenset(all_of("library")),
        features=frozenset(feature for feature in LINKED if f"--with-{feature}" in configured),
        locales=frozenset(plain_locale(name) for name in all_of("locale")),
    )


def versions_of(controls: Mapping[str, str], scripts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Versions that can be installed of each extension, the default one first, then sorted."""
    whole: dict[str, set[str]] = {name: set() for name in controls}
    steps: dict[str, set[tuple[str, str]]] = {name: set() for name in controls}
    for match in filter(None, map(_SCRIPT.match, scripts)):
        name, first, second = match["name"], match["first"], match["second"]
        if name in whole and second is None:
            whole[name].add(first)
        elif name in whole:
            steps[name].add((first, second))
    found = {}
    for name, default in controls.items():
        reached = whole[name]
        while more := {to for start, to in steps[name] if start in reached and to not in reached}:
            reached |= more
        if default in reached:
            found[name] = (default, *sorted(reached - {default}))
        elif reached:
            found[name] = tuple(sorted(reached))
    return found


def locales_here() -> frozenset[str]:
    """Locales of this machine's operating system (`locale -a`)."""
    return frozenset(plain_locale(line) for line in _said(["locale", "-a"]).split())


def _take_stock(binaries: ServerBinaries) -> Inventory:
    """Read anew each time: the remedy may be a package that somebody installs while the screen is open."""
    bin_dir = binaries.bin_dir
    said = _said([str(bin_dir / "pg_config"), "--sharedir", "--pkglibdir", "--configure"]).splitlines()
    share, libraries, configured = (*said, "", "", "")[:3]
    folder = Path(share or bin_dir.parent / "share") / "extension"
    controls = {
        path.stem: _default_version(path) for path in folder.glob("*.control") if "--" not in path.stem
    }
    return Inventory(
        version=binaries.version,
        controls={name: version for name, version in controls.items() if version},
        scripts=tuple(path.name for place in _script_folders(folder) for path in place.glob("*--*.sql")),
        libraries=frozenset(path.stem for path in Path(libraries or bin_dir.parent / "lib").glob("*.so")),
        features=frozenset(_features(bin_dir / "postgres", configured)),
        locales=locales_here(),
    )


def _script_folders(folder: Path) -> list[Path]:
    """A control file may name another `directory` for its scripts, below the share folder or absolute."""
    named = (_DIRECTORY.search(path.read_text("utf-8", "replace")) for path in folder.glob("*.control"))
    return [folder, *dict.fromkeys(folder.parent / found[1] for found in named if found)]


def _default_version(control: Path) -> str:
    found = _DEFAULT.search(control.read_text("utf-8", "replace"))
    return found[1] if found else ""


def _features(postgres: Path, configured: str) -> Iterable[str]:
    """By `configure` where it says so, else by the libraries that the program names."""
    program = postgres.read_bytes()
    for feature, library in LINKED.items():
        if f"--with-{feature}" in configured or library in program:
            yield feature


def _said(argv: list[str]) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False, env={}).stdout
    except OSError:
        return ""
