"""Whether a report is what its signer left: on any machine, with the public key alone."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final

from drill_tui.evidence.envelope import Believed, EnvelopeError, believed
from drill_tui.evidence.finding import Finding
from drill_tui.evidence.keys import PublicKey
from drill_tui.evidence.signing import SUFFIX
from drill_tui.evidence.statement import BACKUP

Read = Callable[[str], bytes | None]
"""A file beside the report by its relative name; None where it is not there."""
MOST_BYTES: Final = 256 * 1024 * 1024
REPORT: Final = re.compile(r"^restore_drill_[^/]*\.json$")


class NoEvidenceError(Exception):
    """A file that is no report, signature or bundle."""


def verify(path: Path, keys: Sequence[PublicKey]) -> Iterator[Finding]:
    """A report, its signature, or a bundle of them.  Raises NoEvidenceError and OSError."""
    if zipfile.is_zipfile(path):
        yield from _bundle(path, keys)
        return
    if path.name.endswith(SUFFIX):
        report_name, envelope = None, path
    else:
        report_name, envelope = path.name, path.with_suffix(SUFFIX)
    if not envelope.is_file() and not path.exists():
        raise NoEvidenceError(f"there is no {path}: name a report, its signature or a bundle")
    if not envelope.is_file():
        raise NoEvidenceError(f"{path} has no signature: there is no {envelope.name} beside it")
    yield from verified(envelope.name, report_name, _beside(path.parent), keys)


def verified(envelope: str, report: str | None, read: Read, keys: Sequence[PublicKey]) -> Iterator[Finding]:
    """The signature first; what it names is looked for only once it is believed."""
    text = read(envelope)
    try:
        if text is None:
            raise EnvelopeError("is missing")
        found = believed(text, keys)
    except EnvelopeError as problem:
        yield Finding(envelope, False, str(problem))
        return
    told = _annotations(found)
    who = f"; it calls itself {told['signer']}" if told.get("signer") else ""
    yield Finding(envelope, True, f"signed by {found.key}{who}")
    named = {str(s["name"]): str(s["digest"]["sha256"]) for s in found.statement["subject"]}
    if report is not None and report not in named:
        yield Finding(report, False, f"is not what was signed: {envelope} is about {', '.join(named)}")
    if not any(REPORT.match(name) for name in named):
        yield Finding(envelope, False, "names no report of a drill")
    for name, digest in named.items():
        yield _compared(name, digest, read, told)


def _compared(name: str, digest: str, read: Read, told: dict[str, Any]) -> Finding:
    if name.startswith(BACKUP):
        return Finding(name, None, f"the backup that was restored; its checksums.sha256 had {digest}")
    if not _is_inside(name):
        return Finding(name, False, "the statement names a file elsewhere, which is never opened")
    text = read(name)
    is_report = bool(REPORT.match(name))
    if text is None:
        missing = "is missing" if is_report else "is not here, so it was not compared"
        return Finding(name, False if is_report else None, missing)
    if sha256(text).hexdigest() != digest:
        return Finding(name, False, f"was changed after it was signed: SHA-256 then {digest}")
    if not is_report:
        return Finding(name, True, "is as it was signed")
    return _report(name, text, told)


def _report(name: str, text: bytes, told: dict[str, Any]) -> Finding:
    try:
        data = json.loads(text)
        verdict, run = str(data["verdict"]), str(data["run_id"])
        at, host = str(data["timestamp"]), str(data["host"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Finding(name, False, "is as it was signed, but no report of a drill")
    if (verdict, run) != (told.get("verdict"), told.get("run_id")):
        return Finding(name, False, f"says {verdict} of {run}, and its statement something else")
    return Finding(name, True, f"is as it was signed: {verdict}, {run}, {at} on {host}")


def _annotations(found: Believed) -> dict[str, Any]:
    """What the statement tells of the report, beside its hash."""
    for subject in found.statement["subject"]:
        told = subject.get("annotations")
        if REPORT.match(str(subject["name"])) and isinstance(told, dict):
            return told
    return {}


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\0" not in name


def _beside(folder: Path) -> Read:
    def read(name: str) -> bytes | None:
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            return None
        return path.read_bytes()

    return read


def _bundle(path: Path, keys: Sequence[PublicKey]) -> Iterator[Finding]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if sum(info.file_size for info in archive.infolist()) > MOST_BYTES * 16:
                raise NoEvidenceError(f"{path} would unpack to more than {MOST_BYTES * 16:,} bytes")
            reports = sorted(name for name in names if REPORT.match(name))
            if not reports:
                raise NoEvidenceError(f"{path} holds no reports of drills")
            for report in reports:
                envelope = str(PurePosixPath(report).with_suffix(SUFFIX))
                if envelope in names:
                    yield from verified(envelope, report, _inside(archive, names), keys)
                else:
                    yield Finding(report, False, "has no signature in this archive")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise NoEvidenceError(f"{path} is a damaged archive: {error}") from None


def _inside(archive: zipfile.ZipFile, names: set[str]) -> Read:
    def read(name: str) -> bytes | None:
        if name not in names or archive.getinfo(name).file_size > MOST_BYTES:
            return None
        return archive.read(name)

    return read
