"""The series as one self-contained page: when it was last proven, how long it takes, what became slow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.programme.forecast import at_last_size
from drill_tui.programme.history import RunbookHistory, history
from drill_tui.programme.incident import stamp
from drill_tui.programme.shelf import PastDrill, Shelf
from drill_tui.sinks.pages import page_environment
from drill_tui.verdict.wording import ago, duration_words, size_words

TEMPLATES: Final = Path(__file__).parent / "templates"
MOST_POINTS: Final = 120
MOST_ROWS: Final = 200
LEFT, WIDTH, TOP, BOTTOM = 50.0, 730.0, 20.0, 190.0
"""Of the picture, in its own units."""


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    passed: bool
    label: str


@dataclass(frozen=True, slots=True)
class Book:
    """One runbook's part of the page."""

    history: RunbookHistory
    proven: str
    forecast: str
    points: tuple[Point, ...]
    objective: str
    objective_y: float | None


def history_page(shelf: Shelf, now: float) -> str:
    """Every text on it is escaped; it needs no network and no script."""
    past = history(shelf)
    books = [_book(book, shelf.of(book.runbook), now) for book in past.runbooks]
    rows = past.drills[: -MOST_ROWS - 1 : -1]
    template = page_environment(TEMPLATES).get_template("history.html.jinja")
    return template.render(past=past, books=books, rows=rows)


def _book(told: RunbookHistory, drills: Sequence[PastDrill], now: float) -> Book:
    passed = [drill for drill in drills if drill.passed]
    proven = f"Last proven {ago(now - passed[-1].at)}." if passed else "Never proven."
    timed = [d for d in drills if d.counts and d.rto_wall_s is not None][-MOST_POINTS:]
    objective_s = timed[-1].rto_objective_s if timed else None
    top_s = max([d.rto_wall_s or 0.0 for d in timed] + [objective_s or 0.0], default=0.0) or 1.0
    return Book(
        history=told,
        proven=proven,
        forecast=_forecast(drills),
        points=tuple(_point(i, len(timed), d, top_s) for i, d in enumerate(timed)),
        objective=duration_words(objective_s) if objective_s else "",
        objective_y=_y(objective_s, top_s) if objective_s else None,
    )


def _point(number: int, count: int, drill: PastDrill, top_s: float) -> Point:
    took_s = drill.rto_wall_s or 0.0
    x = round(LEFT + WIDTH * number / max(1, count - 1), 1)
    return Point(x, _y(took_s, top_s), drill.passed, f"{stamp(drill.at)}: {duration_words(took_s)}")


def _y(seconds: float, top_s: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * seconds / top_s, 1)


def _forecast(drills: Sequence[PastDrill]) -> str:
    found = at_last_size(drills)
    if found is None:
        return ""
    span = f"{duration_words(found.total.low_s)} to {duration_words(found.total.high_s)}"
    return f"at {size_words(found.size_bytes)}: {span} (80 % interval)"
