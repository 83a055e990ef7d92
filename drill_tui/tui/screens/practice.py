"""A practice: what happened, what can be looked at, and what it says.  In other colours than a drill."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from drill_tui.engine.run.control import DrillControl
from drill_tui.engine.text.os_words import os_words
from drill_tui.engine.text.sanitise import strip_controls
from drill_tui.faults.practice.lines import last_lines
from drill_tui.faults.practice.scenario import Diagnosis
from drill_tui.faults.practice.session import Ending, Practice
from drill_tui.faults.practice.telling import NOTHING_HAPPENS, NOTHING_YET, counted
from drill_tui.tui.commands import bindings
from drill_tui.tui.dialogs.stop import YesNoDialog
from drill_tui.tui.looks import Tone
from drill_tui.tui.outside import OutsideError, run_outside, shell_command
from drill_tui.tui.practising import LOOK_EVERY_S, PracticeDesk
from drill_tui.tui.sizes import WIDTHS
from drill_tui.tui.widgets.practice_banner import PracticeBanner
from drill_tui.tui.wording import stopwatch
from drill_tui.tui.words import line, lines, muted, prose, tinted


class PracticeScreen(Screen[None]):
    """Drawn from its desk whenever that has news."""

    BINDING_GROUP_TITLE = "Practice"
    BINDINGS = bindings("practice")
    HORIZONTAL_BREAKPOINTS = WIDTHS

    def __init__(self, desk: PracticeDesk, control: DrillControl) -> None:
        super().__init__()
        self.desk = desk
        self._control = control
        self._drawn = -1
        self._log = -1
        """Which of the logs was read last."""
        self._heard: int | None = None
        """How much the facilitator has told; None before the stage is set."""
        self._wrong: Diagnosis | None = None
        """The last diagnosis, where it was wrong."""

    def compose(self) -> ComposeResult:
        yield PracticeBanner()
        with Container(id="practice-body"):
            with VerticalScroll(id="practice-story"):
                yield Static("", id="practice-words", markup=False)
            with VerticalScroll(id="practice-said"):
                yield Static("", id="practice-text", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#practice-said").focus()
        self.set_interval(LOOK_EVERY_S, self._look)
        self._look()

    def _look(self) -> None:
        """See whether the desk has news; the clock runs on by itself."""
        practice = self.desk.practice
        spent = stopwatch(practice.elapsed_s) if practice else ""
        title = self.desk.drawn.story.scenario.title if practice and practice.broken else ""
        self.query_one(PracticeBanner).show(title, spent)
        if self._drawn == self.desk.news:
            return
        self._drawn = self.desk.news
        self._ring(practice)
        if self.desk.record is not None and self.desk.record.ending is not Ending.INTERRUPTED:
            self._reveal()
        elif self.desk.cleared:
            self._break_off()
        else:
            self._draw()

    def _ring(self, practice: Practice | None) -> None:
        """Once for each message, which stands at the top."""
        heard = len(practice.messages) + practice.broken if practice else 0
        if self._heard is not None and heard > self._heard:
            self.app.bell()
            self.query_one("#practice-story").scroll_home(animate=False)
        self._heard = heard if practice else None

    def _draw(self) -> None:
        self.query_one("#practice-words", Static).update(self._story())
        title, text = self.desk.said
        if self.desk.checking is not None:
            title, text = self.desk.checking.title, "…"
        shown = strip_controls(text) if title else "Nothing was looked at yet."
        self.query_one("#practice-text", Static).update(
            lines(Content.styled(title, "bold $text-secondary"), "", shown) if title else muted(shown)
        )
        self.refresh_bindings()

    def _story(self) -> Content:
        practice, stage = self.desk.practice, self.desk.stage
        if practice is None or stage is None:
            return lines(muted(NOTHING_HAPPENS), "", *(muted(row) for row in self.desk.preparing))
        scenario = practice.scenario
        rows: list[Content | str] = [
            line((f"{stopwatch(one.at_s)}  ", "bold $text-warning"), (one.what, "bold"))
            for one in reversed(practice.messages)
        ]
        if rows:
            rows.append("")
        if self._wrong is not None:
            rows += [
                line(("Not that. ", "bold $text-error"), self._wrong.says),
                prose(practice.why_not(self._wrong)),
                "",
            ]
        rows += [
            line((scenario.title, "bold $text-accent"), muted(f"  difficulty {scenario.difficulty} of 5"))
            if practice.broken
            else Content.styled("Game day", "bold $text-accent"),
            "",
            prose(scenario.situation if practice.broken else NOTHING_YET),
            "",
        ]
        for number, hint in enumerate(scenario.hints[: practice.hints_shown], start=1):
            rows.append(line((f"Hint {number}  ", "bold $text-warning"), prose(hint)))
        left = counted(practice.hints_left, "hint")
        rows += [
            line(muted("Backup    "), stage.backup.name),
            line(muted("Database  "), stage.database),
            tinted(f"t  a hint ({left} left)   d  say what is broken", Tone.ACTIVE),
        ]
        if practice.wrong_turns:
            rows.append(muted(counted(len(practice.wrong_turns), "wrong turn")))
        return lines(*rows)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs the stage waits for it."""
        if action in ("check", "log", "shell", "hint", "diagnose", "give_up"):
            return self.desk.stage is not None
        return True

    def action_check(self, name: str) -> None:
        stage = self.desk.stage
        if stage is None:
            return
        check = next(check for check in stage.checks if check.name == name)
        if not self.desk.ask(check):
            self.notify("A check is running; wait for what it says", markup=False)

    def action_log(self) -> None:
        """The next of the logs."""
        stage = self.desk.stage
        if stage is None or not stage.logs:
            return
        self._log = (self._log + 1) % len(stage.logs)
        name, path = list(stage.logs.items())[self._log]
        stage.practice.looked(f"the log of {name} was read")
        self.desk.say(f"The log of {name}", f"{last_lines(path)}\n\nThe whole of it: {path}")
        self._look()

    async def action_shell(self) -> None:
        stage = self.desk.stage
        if stage is None:
            return
        stage.practice.looked("a shell was opened")
        greeting = (
            "\nPRACTICE. psql reaches the restored database; $BACKUP is the backup. The clock runs on."
            " `exit` comes back."
        )
        try:
            await run_outside(
                self.app,
                shell_command(stage.environment),
                environment=stage.environment,
                directory=stage.directory,
                greeting=greeting,
            )
        except OutsideError as error:
            self.notify(f"No shell: {os_words(error)}", severity="error", markup=False)

    def action_hint(self) -> None:
        practice = self.desk.practice
        if practice is not None and not practice.hint():
            self.notify("There is no further hint", markup=False)
        self.desk.news += 1
        self._look()
        self.query_one("#practice-story").scroll_end(animate=False)

    def action_diagnose(self) -> None:
        from drill_tui.tui.screens.diagnose import DiagnoseScreen

        practice = self.desk.practice
        if practice is not None and not practice.is_over:
            self.app.push_screen(DiagnoseScreen(practice), self._said)

    def _said(self, said: tuple[Diagnosis, str] | None) -> None:
        practice = self.desk.practice
        if said is None or practice is None:
            return
        diagnosis, would_do = said
        if practice.diagnose(diagnosis, would_do):
            self.desk.end()
        else:
            self._wrong = diagnosis
            self.query_one("#practice-story").scroll_home(animate=False)
        self.desk.news += 1

    def action_give_up(self) -> None:
        def answered(yes: bool | None) -> None:
            practice = self.desk.practice
            if yes and practice is not None and not practice.is_over:
                practice.give_up()
                self.desk.end()

        words = "It is told what was broken, and the practice counts as given up."
        self.app.push_screen(YesNoDialog("Give up?", words, "Tell me"), answered)

    def action_back(self) -> None:
        self._ask_to_leave(self.app.go_home)  # type: ignore[attr-defined]

    def ask_to_quit(self) -> None:
        self._ask_to_leave(self.app.exit)

    def _ask_to_leave(self, then: Callable[[], object]) -> None:
        if isinstance(self.app.screen, YesNoDialog):
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._control.abort("operator", "operator", "the practice was left")
                then()

        words = "It counts as cut off. What was set up is cleared away."
        self.app.push_screen(YesNoDialog("Leave this practice?", words, "Leave"), answered)

    def _reveal(self) -> None:
        from drill_tui.tui.screens.revealed import RevealedScreen

        while self.app.screen is not self and self in self.app.screen_stack:
            self.app.pop_screen()
        self.app.switch_screen(RevealedScreen(self.desk))

    def _break_off(self) -> None:
        problem = self.desk.problem or "It was stopped."
        self.app.practice_broke_off(problem, self.desk.leftovers)  # type: ignore[attr-defined]
