"""The series as OpenMetrics: days since proven, and what the next recovery would take.

https://prometheus.io/docs/specs/om/open_metrics_spec/
GitLab reads the same text (`artifacts:reports:metrics`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from drill_tui.programme.forecast import at_last_size
from drill_tui.programme.shelf import PastDrill, Shelf

DAY_S: Final = 86_400.0
Family = tuple[str, str, list[tuple[dict[str, str], float]]]


def open_metrics(shelf: Shelf, now: float) -> str:
    """One text of gauges for all runbooks, ending with `# EOF`."""
    books = {name: shelf.of(name) for name in dict.fromkeys(drill.runbook for drill in shelf.drills)}
    lines = []
    for name, text, samples in _families(books, now):
        if samples:
            lines += [f"# TYPE {name} gauge", f"# HELP {name} {text}"]
            lines += [f"{name}{{{_labels(labels)}}} {value!r}" for labels, value in samples]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _families(books: dict[str, tuple[PastDrill, ...]], now: float) -> Iterator[Family]:
    proven = {name: [d for d in drills if d.passed] for name, drills in books.items()}
    yield (
        "drill_tui_days_since_proven",
        "Days since a drill of the runbook passed.",
        [({"runbook": n}, round((now - ds[-1].at) / DAY_S, 3)) for n, ds in proven.items() if ds],
    )
    yield (
        "drill_tui_drills",
        "Drills by verdict; training is left out.",
        [
            ({"runbook": name, "verdict": verdict}, float(count))
            for name, drills in books.items()
            for verdict, count in _verdicts(drills).items()
        ],
    )
    spans = {name: found.total for name, drills in books.items() if (found := at_last_size(drills))}
    for bound in ("low", "likely", "high"):
        yield (
            f"drill_tui_forecast_{bound}_seconds",
            f"Recovery time of the next drill at its last size: {bound} of the 80 % interval.",
            [({"runbook": name}, getattr(span, f"{bound}_s")) for name, span in spans.items()],
        )


def _verdicts(drills: Sequence[PastDrill]) -> dict[str, int]:
    counted = [drill.verdict for drill in drills if drill.counts]
    return {verdict: counted.count(verdict) for verdict in dict.fromkeys(counted)}


def _labels(labels: dict[str, str]) -> str:
    escape = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
    return ",".join(f'{name}="{text.translate(escape)}"' for name, text in labels.items())
