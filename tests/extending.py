"""The worked example of docs/extending.md, installed as pip would: a module, and its entry points."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def install_example(place: Path) -> Path:
    """The folder for PYTHONPATH; the example's runbooks lie beside it, by their ids."""
    page = (ROOT / "docs/extending.md").read_text()
    code, entries, runbooks = (
        re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("python", "toml", "yaml")
    )
    folder = place / "site"
    info = folder / "acme_drills-1.2.dist-info"
    info.mkdir(parents=True)
    (folder / "acme_drills.py").write_text("\n".join(code))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-drills\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("".join(map(_entry_point, entries)))
    for runbook in runbooks:
        name = re.search(r"^id: (\w+)$", runbook, re.MULTILINE)
        assert name
        (place / f"{name[1]}.yaml").write_text(runbook)
    return folder


def _entry_point(text: str) -> str:
    """As an installer writes what `pyproject.toml` says."""
    found = re.fullmatch(r'\[project\.entry-points\."([a-z_.]+)"\]\n"(\S+)" = "(\S+)"\n', text)
    assert found
    group, name, value = found.groups()
    return f"[{group}]\n{name} = {value}\n"
