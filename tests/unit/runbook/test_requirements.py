"""What is known to be missing before a drill starts."""

from __future__ import annotations

from pathlib import Path

from drill_tui.runbook.load import load
from drill_tui.runbook.requirements import lacking

TEXT = """version: 1
id: sample
title: Sample
params:
  backups: {type: path, env: SAMPLE_BACKUPS, default: backups}
  jobs: {type: int, default: 0}
requires: {paths: [backups], programs: [sample-tool]}
steps:
  - {id: one, title: One, run: [echo, '${params.backups}']}
"""


def test_what_a_runbook_requires_is_looked_for_where_the_drill_would_look(tmp_path: Path) -> None:
    (tmp_path / "runbooks").mkdir()
    path = tmp_path / "runbooks" / "sample.yaml"
    path.write_text(TEXT)
    loaded, tools = load(path), tmp_path / "bin"
    environment = {"PATH": str(tools)}

    def missing(given: dict[str, str], **more: str) -> list[str]:
        return [str(thing) for thing in lacking(loaded, given, environment | more)]

    assert missing({}) == [
        "sample-tool: the program is not installed",
        f"backups: there is no {tmp_path / 'backups'}",
    ]
    tools.mkdir()
    (tools / "sample-tool").write_text("#!/bin/sh\n")
    (tools / "sample-tool").chmod(0o755)
    assert missing({}) == [f"backups: there is no {tmp_path / 'backups'}"]
    assert missing({}, SAMPLE_BACKUPS=str(tools)) == []
    assert missing({"backups": str(tools)}) == []
    assert missing({"jobs": "many"}) == [], "what is wrong with a value is said by whoever asked for it"
    (tmp_path / "backups").mkdir()
    assert missing({}) == []
