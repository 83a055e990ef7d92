"""One archive for an auditor: reports, signatures, journals, and a page that says what they are."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.record.vocabulary import JOURNAL_NAME
from drill_tui.evidence.bundle_page import DrillRow, page
from drill_tui.evidence.chain import chain
from drill_tui.evidence.keys import PublicKey
from drill_tui.evidence.signing import signature_path
from drill_tui.evidence.statement import PAGES
from drill_tui.evidence.tombstone import FOLDER
from drill_tui.evidence.verifying import verify
from drill_tui.programme.incident_store import incidents_of
from drill_tui.programme.shelf import PastDrill, read_shelf

SUMS: Final = "SHA256SUMS"
INDEX: Final = "index.html"
KEYS: Final = "public_keys.pub"


@dataclass(frozen=True, slots=True)
class Period:
    """Seconds since the epoch; the end is not in it."""

    since: float
    until: float

    def holds(self, at: float) -> bool:
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Bundle:
    path: Path
    drills: int
    signed: int
    problems: tuple[str, ...]
    """What an auditor will ask about: drills that are missing, changed, or cannot be read."""


class EmptyBundleError(Exception):
    """No drill in the period."""


def make_bundle(
    artifacts_dir: Path,
    period: Period,
    path: Path,
    keys: Sequence[PublicKey],
    *,
    with_logs: bool = False,
    runbook: str | None = None,
) -> Bundle:
    """Write the archive.  Raises EmptyBundleError and OSError; a half one never keeps the name."""
    shelf = read_shelf(artifacts_dir)
    drills = [d for d in shelf.drills if period.holds(d.at) and runbook in (None, d.runbook)]
    if not drills:
        raise EmptyBundleError(f"{artifacts_dir} holds no report of that time")
    rows = [_row(drill, keys) for drill in drills]
    looked = list(chain(artifacts_dir))
    problems = [f"{found.subject}: {found.says}" for found in looked if found.sound is False]
    problems += [f"{row.run}: {row.signature}" for row in rows if row.changed]
    problems += list(shelf.broken)
    files = dict(_files(artifacts_dir, drills, with_logs))
    told: dict[str, Any] = {
        "since": _day(period.since),
        "until": _day(min(period.until, datetime.now(UTC).timestamp())),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "chain": looked,
        "problems": problems,
        "with_logs": with_logs,
    }
    texts = {INDEX: page(rows, keys, told).encode(), KEYS: _key_lines(keys).encode()}
    _write(path, files, texts)
    return Bundle(path, len(drills), sum(row.is_signed for row in rows), tuple(problems))


def _row(drill: PastDrill, keys: Sequence[PublicKey]) -> DrillRow:
    signature, is_signed, changed = "not signed", False, False
    if signature_path(drill.path).is_file():
        found = list(verify(drill.path, keys))
        bad = [one for one in found if one.sound is False]
        is_signed, changed = not bad, bool(bad)
        signature = "; ".join(f"{one.subject}: {one.says}" for one in bad) if bad else found[0].says
    return DrillRow(drill, signature, is_signed, changed)


def _files(artifacts_dir: Path, drills: Sequence[PastDrill], with_logs: bool) -> Iterator[tuple[str, Path]]:
    """Name in the archive and file; a log may hold names and values of the database, so it is asked for."""
    for drill in drills:
        paths = [drill.path, signature_path(drill.path)]
        paths += [drill.run_dir / name for name in (JOURNAL_NAME, *PAGES)]
        if with_logs:
            paths += sorted((drill.run_dir / "logs").rglob("*"))
        for incident in sorted(incidents_of(artifacts_dir).folder.glob(f"incident_{drill.run_id}.*")):
            paths.append(incident)
        yield from ((p.relative_to(artifacts_dir).as_posix(), p) for p in paths if p.is_file())
    for stone in sorted((artifacts_dir / FOLDER).glob("*.json")):
        yield stone.relative_to(artifacts_dir).as_posix(), stone


def _write(path: Path, files: dict[str, Path], texts: dict[str, bytes]) -> None:
    draft = path.with_name(f".{path.name}.draft")
    sums = []
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, file in files.items():
                data = file.read_bytes()
                sums.append(f"{sha256(data).hexdigest()}  {name}\n")
                archive.writestr(_entry(name, file.stat().st_mtime), data)
            now = datetime.now(UTC).timestamp()
            for name, data in texts.items():
                sums.append(f"{sha256(data).hexdigest()}  {name}\n")
                archive.writestr(_entry(name, now), data)
            archive.writestr(_entry(SUMS, now), "".join(sums))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _entry(name: str, at: float) -> zipfile.ZipInfo:
    when = datetime.fromtimestamp(max(at, 315_532_800.0), UTC)
    info = zipfile.ZipInfo(name, when.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _key_lines(keys: Sequence[PublicKey]) -> str:
    return "".join(f"{key.openssh} {key.name}\n" for key in keys)


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
