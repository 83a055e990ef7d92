"""When a note was written: the time since the drill began, and the step, in words that cannot be mixed up."""

from __future__ import annotations

from drill_tui.engine.record import events as ev
from drill_tui.sinks.html import html
from drill_tui.sinks.markdown import markdown
from drill_tui.verdict.fold import fold
from tests.unit.verdict.drills import Drill


def test_a_note_says_how_far_into_the_drill_and_at_which_step() -> None:
    drill = Drill().start()
    drill.say(ev.NoteAdded(by="Olga", text="slow", step="restore"), after_s=777)
    report = fold(drill.records)
    for page in (markdown(report), html(report)):
        (line,) = (line for line in page.splitlines() if "into the drill" in line)
        assert "12 min 57 s into the drill, at “Restore" in line
        assert "Olga" in line
