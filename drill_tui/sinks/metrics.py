"""Gauges of the last drill for node_exporter's textfile collector (Prometheus exposition format 0.0.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from drill_tui.sinks.atomic import write_atomically
from drill_tui.verdict.report import Report, Verdict

PREFIX: Final = "drill_tui"
VERDICTS: Final[tuple[Verdict, ...]] = ("pass", "unproven", "fail", "error", "aborted")
STARTED: Final = f"{PREFIX}_last_drill_start_timestamp_seconds"

Sample = tuple[dict[str, str], float]


def write_metrics(report: Report, artifacts_dir: Path) -> Path | None:
    """Write `<runbook>.prom`; None for what is no drill, and where a later drill has been written already.

    Raises OSError.
    """
    path = metrics_path(report, artifacts_dir)
    if not report.counts or later_drill_in(path, report):
        return None
    return write_atomically(path, metrics(report))


def metrics_path(report: Report, artifacts_dir: Path) -> Path:
    """One file per runbook: the next drill writes over it."""
    return artifacts_dir / f"{report.runbook.id}.prom"


def metrics(report: Report) -> str:
    """The exposition text; a value that was not measured, or must not be called RTO, has no sample."""
    lines: list[str] = []
    for name, text, samples in _gauges(report):
        if samples:
            lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
            lines += [sample_line(name, {"runbook": report.runbook.id, **labels}, v) for labels, v in samples]
    return "\n".join(lines) + "\n"


def due_metrics(states: Mapping[str, str]) -> str:
    """`drill_tui_due` by runbook: 0 satisfied, 1 due, 2 overdue."""
    name, levels = f"{PREFIX}_due", {"satisfied": 0.0, "due": 1.0, "overdue": 2.0}
    lines = [f"# HELP {name} Whether a drill is due: 0 satisfied, 1 due, 2 overdue.", f"# TYPE {name} gauge"]
    lines += [sample_line(name, {"runbook": runbook}, levels[state]) for runbook, state in states.items()]
    return "\n".join(lines) + "\n"


def _gauges(report: Report) -> Iterator[tuple[str, str, list[Sample]]]:
    rto, rpo = report.rto, report.rpo
    yield _one("passed", "Whether the last drill passed.", float(report.passed))
    yield (
        f"{PREFIX}_last_drill_verdict",
        "1 for the verdict of the last drill, 0 for the others.",
        [({"verdict": verdict}, float(verdict == report.verdict)) for verdict in VERDICTS],
    )
    yield _one("start_timestamp_seconds", "When the last drill started.", _epoch_s(report.timestamp))
    yield _one("end_timestamp_seconds", "When the last drill ended.", _epoch_s(report.finished_at))
    yield _one("duration_seconds", "How long the last drill took.", report.duration_s)
    told = rto.met is not None
    wall_s, machine_s = (rto.wall_s, rto.machine_s) if told else (None, None)
    yield _one("rto_wall_seconds", "Recovery time of the last drill, waits included.", wall_s)
    yield _one("rto_machine_seconds", "Recovery time of the last drill without waits.", machine_s)
    yield _one("rto_objective_seconds", "Objective for the recovery time.", rto.objective_s)
    yield _one("rpo_seconds", "Age of the data that the last drill restored.", rpo.actual_s)
    yield _one("rpo_objective_seconds", "Objective for the age of the data.", rpo.objective_s)
    foretold = report.earlier.foretold
    for bound in ("low", "high"):
        text = f"Recovery time at production's size: the {bound} end of the 80 % interval."
        yield _one(f"forecast_{bound}_seconds", text, getattr(foretold, f"{bound}_s") if foretold else None)
    yield _one("leftovers", "How much the last drill left behind.", float(len(report.leftovers)))
    yield (
        f"{PREFIX}_last_drill_criterion_met",
        "Whether a criterion was met; 0 for missed and for unproven.",
        [({"criterion": c.id}, float(c.result == "met")) for c in report.criteria],
    )
    yield (
        f"{PREFIX}_last_drill_step_duration_seconds",
        "How long a step of the last drill took.",
        [({"step": s.id}, s.duration_s) for s in report.steps if s.started_at],
    )
    yield _one("info", "Facts about the last drill; always 1.", 1.0, _facts(report))


def _one(
    name: str, text: str, value: float | None, labels: dict[str, str] | None = None
) -> tuple[str, str, list[Sample]]:
    return f"{PREFIX}_last_drill_{name}", text, [] if value is None else [(labels or {}, value)]


def _facts(report: Report) -> dict[str, str]:
    return {
        "run_id": report.run_id,
        "mode": report.mode,
        "profile": report.rto.profile,
        "source_kind": report.source.get("kind", ""),
        "target_kind": report.target.get("kind", ""),
        "server_version": report.source.get("server_version", ""),
    }


def sample_line(name: str, labels: dict[str, str], value: float) -> str:
    written = ",".join(f'{key}="{_label(text)}"' for key, text in labels.items())
    return f"{name}{{{written}}} {value!r}"


def _label(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n").replace("\r", " ")


def _epoch_s(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def later_drill_in(path: Path, report: Report) -> bool:
    """Whether the file tells of a drill that started after this one: `clean` may report on an old run.

    Raises OSError.
    """
    if not path.is_file():
        return False
    found = re.search(rf"^{STARTED}\{{.*\}} (\S+)$", path.read_text("utf-8", "replace"), re.MULTILINE)
    try:
        return found is not None and float(found[1]) > _epoch_s(report.timestamp)
    except ValueError:
        return False
