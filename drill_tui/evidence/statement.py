"""A report as an in-toto Statement v1 with the test-result predicate v0.1.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and …/predicates/test-result.md.
The predicate holds the specification's own fields and no more, so that strict readers take it; what is
particular to a drill stands in the annotations of its resource descriptors.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.record.events import Finding
from drill_tui.engine.record.left_files import file_sha256
from drill_tui.engine.record.vocabulary import JOURNAL_NAME
from drill_tui.verdict.report import Report

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
PAGES: Final = ("report.html", "report.md", "junit.xml")
BACKUP: Final = "backup/"
"""Before the name of the backup among the subjects: it is no file of the evidence."""


def statement(report: Report, report_path: Path, run_dir: Path, signer: str) -> dict[str, Any]:
    """What is signed: these files say this about that backup.  `signer` is what the key calls itself.

    Raises OSError where a file of the evidence cannot be read.
    """
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            _report(report, report_path, signer),
            *_files(report_path.parent, run_dir),
            *_backup(report),
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": result_of(report),
            "configuration": [
                {"name": report.runbook.id, "digest": {"sha256": report.runbook.sha256}},
                {"uri": f"pkg:pypi/drill-tui@{report.tools.get('drill-tui', '')}"},
            ],
            "passedTests": [c.id for c in report.criteria if c.result is Finding.MET],
            "warnedTests": [c.id for c in report.waived],
            "failedTests": [c.id for c in report.criteria if c.result is not Finding.MET and not c.is_waived],
        },
    }


def payload(made: dict[str, Any]) -> bytes:
    return json.dumps(made, ensure_ascii=True, separators=(",", ":")).encode()


def result_of(report: Report) -> str:
    """The specification knows no more words: what is no pass is FAILED, so that nobody is misled."""
    if not report.passed:
        return "FAILED"
    return "WARNED" if report.waived else "PASSED"


def _report(report: Report, path: Path, signer: str) -> dict[str, Any]:
    annotations = {
        "run_id": report.run_id,
        "verdict": report.verdict,
        "mode": report.mode.value,
        "started_at": report.timestamp,
        "finished_at": report.finished_at,
        "host": report.host,
        "user": report.user,
        "signer": signer,
    }
    return {"name": path.name, "digest": {"sha256": file_sha256(path)}, "annotations": annotations}


def _files(artifacts_dir: Path, run_dir: Path) -> list[dict[str, Any]]:
    paths = [run_dir / JOURNAL_NAME, *(run_dir / page for page in PAGES)]
    return [
        {"name": path.relative_to(artifacts_dir).as_posix(), "digest": {"sha256": file_sha256(path)}}
        for path in paths
        if path.name == JOURNAL_NAME or path.is_file()
    ]


def _backup(report: Report) -> list[dict[str, Any]]:
    """Known by the hash of its `checksums.sha256`, which covers every other file; a foreign dump has none."""
    digest = report.backup.get("checksums_sha256", "")
    name = Path(report.backup.get("backup", "")).name
    return [{"name": f"{BACKUP}{name}", "digest": {"sha256": digest}}] if digest else []
