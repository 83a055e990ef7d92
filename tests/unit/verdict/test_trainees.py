"""Training: each person's steps, hints, guesses and gates, in the report and in what people read of it."""

from __future__ import annotations

import doctest

from drill_tui.engine.record import events as ev
from drill_tui.runbook.mode import Mode
from drill_tui.sinks import words
from drill_tui.sinks.html import html
from drill_tui.sinks.markdown import markdown
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.unit.verdict.drills import RUNBOOK, STEPS, Drill

EXPECT = "    role: operator\n    expect: no `.partial` <left>\n"


def training() -> Drill:
    """Ana operates and Ben is second; Ana asks and guesses, both sign, a guest guesses too."""
    text = RUNBOOK.replace("    role: operator\n", EXPECT, 1)
    drill = Drill(mode=Mode.TRAINING, text=text).start()
    drill.say(ev.ParticipantJoined(name="Ana", roles=("operator",)))
    drill.say(ev.ParticipantJoined(name="Ben", roles=("second", "lead")))
    drill.passed("open_source").open("backup")
    for index in (0, 1, 1):
        drill.say(ev.HintShown(step="backup", index=index, by="Ana"))
    drill.say(ev.GuessMade(step="backup", by="Ana", text="a [/x] folder"))
    drill.say(ev.GuessMade(step="backup", by="Guest", text="exit 0"))
    drill.attempt("backup").close("backup").passed(*STEPS[2:5]).open("restore")
    drill.say(ev.GateOpened(step="restore", kind="signoff", prompt="Restore?", min=2))
    by = tuple(
        ev.Signature(name=name, role="", at=drill.at, via="screen", attested="same-terminal")
        for name in ("Ana", "Ben")
    )
    drill.say(ev.GateAnswered(step="restore", answer="approved", by=by, wait_s=20), after_s=20)
    return drill.attempt("restore").close("restore").clean_up()


def report() -> Report:
    return fold(training().records)


def test_each_person_has_a_summary_of_their_own() -> None:
    ana, ben, guest = report().trainees
    assert (ana.name, ana.roles, ana.steps) == ("Ana", ("operator",), ("backup", "start_target", "restore"))
    assert (ana.hints_shown, ana.gates_answered, ana.gate_wait_s) == (2, 1, 20.0)
    (guess,) = ana.guesses
    assert (guess.step, guess.text, guess.expected) == ("backup", "a [/x] folder", "no `.partial` <left>")
    assert (ben.hints_shown, ben.guesses, ben.gates_answered) == (0, (), 1)
    assert ben.steps == ("check_backup", "prove_isolation")
    assert (guest.name, guest.roles, len(guest.guesses)) == ("Guest", (), 1)


def test_a_drill_that_counts_has_no_trainees() -> None:
    drill = Drill(mode=Mode.GUIDED).start().say(ev.ParticipantJoined(name="Ana", roles=("operator",)))
    assert fold(drill.clean_up().records).trainees == ()


def test_the_summary_is_on_both_pages() -> None:
    text = markdown(report())
    assert "- Ana: 3 steps in their role, 2 hints, 1 guess, 1 gate answered after 20.0 s" in text
    assert "guessed “a \\[/x\\] folder”; a good result: no \\`.partial\\` \\<left\\>" in text
    page = html(report())
    assert "Training, person by person" in page
    assert "<td>a [/x] folder</td><td>no `.partial` &lt;left&gt;</td>" in page


def test_the_examples_hold() -> None:
    assert doctest.testmod(words).attempted
    assert not doctest.testmod(words).failed
