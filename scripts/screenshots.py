"""Draws the pictures of the README and the docs from the real screens: `make screenshots`.

The drill in them is told, not run: the same records as in the tests, at fixed times.  Writes
docs/images/*.svg, which every browser shows.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.screen import Screen

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from drill_tui.tui.app import DrillApp  # noqa: E402 - the tests' story lies beside the package
from drill_tui.tui.dialogs.signoff import SignoffGate  # noqa: E402
from drill_tui.tui.places import Places  # noqa: E402
from drill_tui.tui.screens.drill import DrillScreen  # noqa: E402
from drill_tui.tui.screens.home import HomeScreen  # noqa: E402
from drill_tui.tui.screens.result import ResultScreen  # noqa: E402
from drill_tui.tui.settings import Settings  # noqa: E402
from drill_tui.verdict.fold import fold  # noqa: E402
from tests.tui.conftest import seat_of  # noqa: E402
from tests.tui.storyteller import BEGAN_AT, RESTORE_GATE, Storyteller  # noqa: E402

IMAGES = PROJECT / "docs" / "images"
SIZE = (120, 36)


async def draw(
    name: str,
    screen: Callable[[], Screen[None]],
    dialog: Callable[[], Screen[Any]] | None = None,
    theme: str = "drill-dark",
) -> None:
    """One picture, when nothing on it moves any more."""
    app = DrillApp(Settings(theme=theme), first=screen, environment={"COLORTERM": "truecolor"})
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        if dialog is not None:
            await app.push_screen(dialog())
        await pilot.pause()
        await pilot.pause()
        picture = app.export_screenshot(title="drill-tui")
    path = IMAGES / f"{name}.svg"
    path.write_text(picture, encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(PROJECT)}\n")


async def draw_all() -> None:
    restoring, waiting = seat_of(Storyteller().until_restoring()), seat_of(Storyteller().until_gate())
    whole, failed = Storyteller().whole(), Storyteller().failed()
    with tempfile.TemporaryDirectory() as empty:
        places = Places(project_dir=PROJECT, artifacts_dir=Path(empty))
        await draw("home", lambda: HomeScreen(places, lambda order: None, now=lambda: BEGAN_AT))
    await draw("drill", lambda: DrillScreen(restoring))
    await draw("drill-light", lambda: DrillScreen(restoring), theme="drill-light")
    await draw("gate", lambda: DrillScreen(waiting), lambda: SignoffGate(RESTORE_GATE, waiting))
    for name, story in (("result", whole), ("failed", failed)):
        seat, report = seat_of(story, live=False), fold(story.records)
        await draw(name, lambda seat=seat, report=report: ResultScreen(report, seat))  # type: ignore[misc]


if __name__ == "__main__":
    os.environ.update(COLORTERM="truecolor", TZ="UTC")
    IMAGES.mkdir(parents=True, exist_ok=True)
    asyncio.run(draw_all())
