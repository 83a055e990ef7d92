"""JUnit XML, for every CI that draws test results: steps, criteria and cleanup as three classes of cases.

What is not proven must not look green, so an unproven required criterion is an `error` case; `skipped` is
left for what does not count: steps that did not run, and criteria that are not required or are waived.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from drill_tui.engine.record.events import CleanupResult, Finding, Outcome, Phase, Result
from drill_tui.sinks.log_tail import log_tail
from drill_tui.verdict.report import CriterionReport, Report, StepReport

COULD_NOT_TELL: Final = 3
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (production 2, Char)."""


def junit(report: Report, run_dir: Path) -> str:
    """The report as a JUnit document; log tails are read below `run_dir`."""
    cases = [_step_case(step, report, run_dir) for step in report.steps]
    cases[_steps_of(report) : _steps_of(report)] = [_criterion_case(c, report) for c in report.criteria]
    cases.append(_leftover_case(report))
    kinds = Counter(child.tag for case in cases for child in case)
    suite = ET.Element(
        "testsuite",
        name=legal(report.runbook.id),
        hostname=legal(report.host),
        timestamp=f"{datetime.fromisoformat(report.timestamp):%Y-%m-%dT%H:%M:%S}",
        time=f"{report.duration_s:.3f}",
        tests=str(len(cases)),
        failures=str(kinds["failure"]),
        errors=str(kinds["error"]),
        skipped=str(kinds["skipped"]),
    )
    suite.append(_properties(report))
    suite.extend(cases)
    root = ET.Element("testsuites", name=legal(report.runbook.title), tests=suite.attrib["tests"])
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _steps_of(report: Report) -> int:
    return sum(step.phase is Phase.STEPS for step in report.steps)


def _properties(report: Report) -> ET.Element:
    named = {
        "run_id": report.run_id,
        "verdict": report.verdict,
        "mode": report.mode,
        "training": str(report.training).lower(),
        "runbook_sha256": report.runbook.sha256,
        "backup": report.backup.get("url") or report.backup.get("backup", ""),
        "source_version": report.source.get("server_version", ""),
        "target_version": report.target.get("server_version", ""),
        "rto_wall_s": "" if report.rto.wall_s is None else str(report.rto.wall_s),
        "rpo_s": "" if report.rpo.actual_s is None else str(report.rpo.actual_s),
    }
    element = ET.Element("properties")
    for name, value in named.items():
        ET.SubElement(element, "property", name=name, value=legal(value))
    return element


def _case(report: Report, group: str, name: str, seconds: float) -> ET.Element:
    classname = f"{report.runbook.id}.{group}"
    return ET.Element("testcase", classname=legal(classname), name=legal(name), time=f"{seconds:.3f}")


def _step_case(step: StepReport, report: Report, run_dir: Path) -> ET.Element:
    case = _case(report, step.phase, step.id, step.duration_s)
    kind = _step_kind(step)
    if kind:
        message = f"{step.outcome}: {step.reason}" if step.reason else step.outcome
        _say(case, kind, message, step.outcome)
    text = log_tail(run_dir, step.log)
    if text:
        ET.SubElement(case, "system-out").text = legal(text)
    return case


def _step_kind(step: StepReport) -> str | None:
    if step.result is Result.PASS:
        return None
    if step.result in (Result.SKIP, Result.WARN) or step.outcome is Outcome.SKIPPED:
        return "skipped"
    found_bad = step.outcome is Outcome.FAILED and step.exit_code != COULD_NOT_TELL
    return "failure" if found_bad and step.result is Result.FAIL else "error"


def _criterion_case(criterion: CriterionReport, report: Report) -> ET.Element:
    case = _case(report, "criteria", criterion.id, 0.0)
    if criterion.result is not Finding.MET:
        kind = "failure" if criterion.result is Finding.MISSED else "error"
        message = f"{criterion.title}: {criterion.result} – {criterion.detail}"
        _say(
            case,
            kind if criterion.required and not criterion.is_waived else "skipped",
            message,
            criterion.result,
        )
    elif criterion.detail or criterion.coverage:
        ET.SubElement(case, "system-out").text = legal(f"{criterion.detail}\n{criterion.coverage}".strip())
    return case


def _leftover_case(report: Report) -> ET.Element:
    case = _case(report, "cleanup", "nothing_left", 0.0)
    if report.cleanup is CleanupResult.LEFTOVERS:
        _say(case, "failure", f"left over: {', '.join(report.leftovers)}", report.cleanup)
    elif report.cleanup is CleanupResult.KEPT:
        _say(case, "skipped", "the target was kept on request", report.cleanup)
    return case


def _say(case: ET.Element, kind: str, message: str, type_name: str) -> None:
    element = ET.SubElement(case, kind, message=legal(message), type=legal(type_name))
    element.text = legal(message)


def legal(text: str) -> str:
    """The text with what XML cannot hold made visible, as pytest does: `#x1B`."""
    return _ILLEGAL.sub(lambda match: f"#x{ord(match[0]):02X}", str(text))
