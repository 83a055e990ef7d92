"""`drill-tui init`: a project with the files that come with drill-tui, and how it differs from them."""

from __future__ import annotations

import difflib
import json
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui import __version__
from drill_tui.cli.exits import Exit, UserError
from drill_tui.engine.text.sanitise import one_line
from drill_tui.runbook.project import SETTINGS_NAME, SHIPPED, project_above, shipped_dir

SCHEMA: Final = "docs/runbook.schema.json"
"""Shipped runbooks name it, for editors."""
STARTING_POINTS: Final = {
    SETTINGS_NAME: "drill.toml",
    ".github/workflows/restore-drill.yml": "restore-drill.yml",
    "artifacts/.gitignore": "gitignore",
}
"""Files that are the team's own once they are written, by what they are made from."""

CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """A file of a project as this drill-tui has it; `name` is relative to the project."""

    name: str
    content: bytes
    executable: bool = False


def init(folder: Path, *, as_diff: bool) -> Exit:
    """Write a project, or print how it differs.  Raises UserError, OSError."""
    return _diff(folder) if as_diff else _write_all(folder)


def _write_all(folder: Path) -> Exit:
    files = [*shipped_files(), *_starting_points()]
    kept = [file.name for file in files if not _write_new(folder / file.name, file)]
    written = [file.name for file in files if file.name not in kept]
    for word, names in (("wrote", written), ("left alone, it is there already:", kept)):
        sys.stdout.writelines(f"{word} {name}\n" for name in names)
    shown = one_line(shlex.quote(str(folder)))
    if kept:
        sys.stdout.write(f"What is different there: drill-tui init --diff {shown}\n")
    if written:
        sys.stdout.write(f"Next: drill-tui --auto --project {shown}\n")
    return Exit.PASSED


def _write_new(path: Path, file: ProjectFile) -> bool:
    """Whether it was written: what is there, a link too, stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        stream = path.open("xb")
    except FileExistsError:
        return False
    try:
        with stream:
            stream.write(file.content)
        if file.executable:
            path.chmod(path.stat().st_mode | 0o111)
    except BaseException:  # the next init must not take half a file for the team's own
        path.unlink(missing_ok=True)
        raise
    return True


def _diff(folder: Path) -> Exit:
    if project_above(folder.resolve()) != folder.resolve():
        raise UserError(
            f"{folder} is no project, so nothing in it can differ",
            advice=f"Make one: drill-tui init {shlex.quote(str(folder))}",
        )
    different = [file for file in shipped_files() if _own(folder / file.name) != file.content]
    for file in different:
        sys.stdout.writelines(_difference(_own(folder / file.name), file))
    return Exit.FAILED if different else Exit.PASSED


def _own(path: Path) -> bytes | None:
    """What the project has there; None where it has nothing."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _difference(own: bytes | None, file: ProjectFile) -> Iterator[str]:
    """Lines of a unified diff that leads from the project's file to ours, as patch(1) and git take it."""
    before = "/dev/null" if own is None else f"a/{file.name}"
    for line in difflib.unified_diff(_lines(own or b""), _lines(file.content), before, f"b/{file.name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(content: bytes) -> list[str]:
    """Ended by line feeds alone, as diff(1) has it; what a terminal would obey is shown as an escape."""
    text = CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", content.decode(errors="backslashreplace"))
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def shipped_files() -> list[ProjectFile]:
    """The files that come with drill-tui, by name."""
    from drill_tui.runbook.schema import json_schema

    schema = json.dumps(json_schema(), indent=2) + "\n"
    return [*_copies(SHIPPED), ProjectFile(SCHEMA, schema.encode())]


def _copies(globs: Iterable[str]) -> Iterator[ProjectFile]:
    origin = shipped_dir()
    for path in sorted(path for glob in globs for path in origin.glob(glob)):
        name = str(path.relative_to(origin))
        yield ProjectFile(name, path.read_bytes(), executable=bool(path.stat().st_mode & 0o100))


def _starting_points() -> Iterator[ProjectFile]:
    templates = Path(__file__).parent / "new_project"
    for name, template in STARTING_POINTS.items():
        text = (templates / template).read_text(encoding="utf-8").replace("@VERSION@", __version__)
        yield ProjectFile(name, text.encode())
