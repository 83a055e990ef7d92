"""What verify.sh prints fits a terminal of 80 columns, and a log that nobody scrolls sideways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from drill_tui.cli.verify_cmd import say
from drill_tui.postgres.verify.report import BackupRef, CriterionFinding, Finding, Target, VerifyReport

NOW = datetime(2026, 11, 22, 14, 1, tzinfo=UTC)
LONG = "database settings and 4 roles as in the source; attributes and memberships of 4 roles; 167 objects"
PATH = "/srv/a-folder-without-blanks/" + "x" * 70


def finding(result: Finding, detail: str) -> CriterionFinding:
    return CriterionFinding(
        id="schema", title="The schema is the same", result=result, detail=detail, coverage=LONG
    )


def report(*criteria: CriterionFinding) -> VerifyReport:
    target = Target(
        host="127.0.0.1",
        port=15432,
        database="shop",
        user="postgres",
        server_version="18.6",
        server_version_num=180006,
        system_identifier="1",
    )
    backup = BackupRef(
        path="/b/shop",
        backup_id="shop_1",
        nonce=None,
        database="shop",
        snapshot_at=NOW,
        has_manifest=True,
        archive=None,
    )
    return VerifyReport(
        run_id=None,
        started_at=NOW,
        finished_at=NOW,
        duration_s=1.5,
        result="missed",
        target=target,
        backup=backup,
        depth="full",
        jobs=1,
        criteria=criteria,
    )


def test_every_line_fits_80_columns_and_no_word_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    say(report(finding("met", LONG), finding("missed", LONG), finding("unproven", f"{PATH} is gone")))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)
    words = " ".join(" ".join(lines).split())
    assert words.count(LONG) == 5
    assert PATH in "".join(line.strip() for line in lines)
    for mark in ("✓ met The schema", "✗ missed The schema", "? unproven The schema"):
        assert mark in words
