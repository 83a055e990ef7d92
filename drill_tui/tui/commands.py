"""The one registry of what people can do: keys, palette and help all come from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from textual.binding import BindingType

from drill_tui.tui.board_commands import BOARD
from drill_tui.tui.command import Command
from drill_tui.tui.practice_commands import PRACTICE

__all__ = [
    "EVERYWHERE",
    "WHERE_TITLES",
    "Command",
    "bindings",
    "bindings_over_dialogs",
    "command_ids",
    "commands",
]

EVERYWHERE = "everywhere"


_KEYS_SHOWN = {"question_mark": "?", "slash": "/", "escape": "Esc", "enter": "Enter"}


def keys_shown(command: Command, own_keys: Mapping[str, str]) -> str:
    """The keys of a command as people know them; `own_keys` holds those of the settings, by its id."""
    names = own_keys.get(command.id, command.keys).split(",")
    return " ".join(_KEYS_SHOWN.get(name, name.replace("ctrl+", "^")) for name in names)


WHERE_TITLES = {
    EVERYWHERE: "Everywhere",
    "home": "Home",
    "sign_in": "Sign-in",
    "drill": "Drill",
    "log": "Log",
    "result": "Result",
    "history": "History",
    "incidents": "Incidents",
    "board": "Board",
    "practices": "Practices",
    "practice": "Practice",
    "diagnose": "Diagnosis",
    "revealed": "Revealed",
}

_COMMANDS = (
    Command(
        "help", EVERYWHERE, "question_mark,f1", "Help", "Every key and what it does", "help", key_shown="?"
    ),
    Command(
        "palette", EVERYWHERE, "ctrl+p", "Commands", "Find a command by its name", "command_palette", False
    ),
    Command(
        "theme", EVERYWHERE, "ctrl+t", "Theme", "Dark, light, high contrast, 16 colours", "next_theme", False
    ),
    Command("quit", EVERYWHERE, "q", "Quit", "Leave; a running drill is cleaned up first", "leave"),
    Command(
        "interrupt",
        EVERYWHERE,
        "ctrl+c,ctrl+q",
        "Quit",
        "The same as Quit, also while you are typing",
        "leave",
        False,
        priority=True,
    ),
    Command(
        "home.open",
        "home",
        "enter,space",
        "Start",
        "Sign in for a drill of the chosen runbook",
        "open",
        key_shown="⏎",
    ),
    Command("home.history", "home", "h", "History", "Past drills and their recovery times", "history"),
    Command(
        "home.incidents", "home", "i", "Incidents", "Failed drills that nobody has resolved yet", "incidents"
    ),
    Command("home.practice", "home", "p", "Practice", "Find a fault on a throw-away demo", "practice"),
    Command("home.reload", "home", "r", "Reload", "Read runbooks and past drills again", "reload", False),
    Command(
        "sign_in.start",
        "sign_in",
        "ctrl+s",
        "Start the drill",
        "Begin with these people",
        "start",
        key_shown="^s",
    ),
    Command("sign_in.back", "sign_in", "escape", "Back", "Back to the runbooks", "back", key_shown="esc"),
    Command(
        "drill.answer",
        "drill",
        "enter,g",
        "Answer",
        "Answer the question that the drill is waiting for",
        "answer",
        key_shown="⏎",
    ),
    Command(
        "drill.note",
        "drill",
        "n,ctrl+n",
        "Note",
        "Write a note into the report, stamped with clock and author",
        "note",
        key_shown="n",
    ),
    Command(
        "drill.hand",
        "drill",
        "v",
        "Hand",
        "In a seat of your own: raise a hand, which everybody sees",
        "hand",
    ),
    Command(
        "drill.pause",
        "drill",
        "p",
        "Pause",
        "Pause before the next step, or go on; the wall clock runs on",
        "pause",
    ),
    Command(
        "drill.hand_over",
        "drill",
        "x",
        "Hand over",
        "Give a role to somebody else; its gates then wait for them",
        "hand_over",
        False,
    ),
    Command(
        "drill.run_through",
        "drill",
        "c",
        "Run through",
        "Guided: stop no more before each step; c again stops",
        "run_through",
        False,
    ),
    Command("drill.shell", "drill", "s", "Shell", "Open a shell with the step's environment", "shell"),
    Command("drill.abort", "drill", "a", "Abort", "Stop the drill and clean up", "abort"),
    Command("drill.hint", "drill", "t", "Hint", "Training: show the next hint; it is counted", "hint"),
    Command(
        "drill.guess",
        "drill",
        "u",
        "Guess",
        "Training: say what a good result looks like, then compare",
        "guess",
    ),
    Command("drill.live", "drill", "f", "Follow", "Go back to the step that is running now", "live", False),
    Command(
        "drill.result",
        "drill",
        "r",
        "Result",
        "The verdict and its evidence, when the drill is over",
        "result",
    ),
    Command("drill.home", "drill", "h", "Home", "Back to the runbooks, when the drill is over", "home"),
    Command(
        "drill.command",
        "drill",
        "d",
        "Details",
        "The step's command with the variables in front of it, or without",
        "command_details",
        False,
    ),
    Command("drill.previous", "drill", "k", "Step up", "Look at the step above", "previous_step", False),
    Command("drill.next", "drill", "j", "Step down", "Look at the step below", "next_step", False),
    Command(
        "drill.back",
        "drill",
        "escape",
        "Back",
        "Leave a past drill, or a log that is shown large",
        "back",
        False,
        key_shown="esc",
    ),
    Command("log.step", "log", "1", "Step log", "What the step prints", "show_log('step')", False),
    Command(
        "log.server",
        "log",
        "2",
        "Server log",
        "What the isolated database server prints",
        "show_log('server')",
        False,
    ),
    Command("log.notes", "log", "3", "Notes", "Notes and what happened so far", "show_log('notes')", False),
    Command(
        "log.search",
        "log",
        "slash",
        "Search",
        "Search the log; then n and N step through the hits",
        "search",
        key_shown="/",
    ),
    Command(
        "log.level",
        "log",
        "l",
        "Level",
        "Show everything, warnings and errors, or errors only",
        "level",
        False,
    ),
    Command("log.end", "log", "e", "End", "Jump to the end and follow it", "follow", False),
    Command(
        "log.wrap", "log", "w", "Wrap", "Show long lines whole, over several rows, and back", "wrap", False
    ),
    Command("log.copy", "log", "y", "Copy", "Copy the marked text, or what the log shows", "copy", False),
    Command("log.pager", "log", "o", "Pager", "Open the whole log file in $PAGER", "pager", False),
    Command("log.large", "log", "z", "Zoom", "Give the log the whole screen, and back", "zoom", False),
    Command(
        "result.drill", "result", "d", "Drill", "Look at the steps and logs of this drill again", "drill"
    ),
    Command("result.copy", "result", "y", "Copy", "Copy three sentences for the team's chat", "copy"),
    Command(
        "result.copy_page", "result", "Y", "Copy all", "Copy the whole result as text", "copy_page", False
    ),
    Command("result.report", "result", "o", "Report", "Open the written report in $PAGER", "report"),
    Command("result.home", "result", "escape,h", "Home", "Back to the runbooks", "home", key_shown="esc"),
    Command(
        "history.open",
        "history",
        "enter,space",
        "Open",
        "Open this past drill, read-only",
        "open",
        key_shown="⏎",
    ),
    Command(
        "history.result", "history", "r", "Result", "The verdict and evidence of this past drill", "result"
    ),
    Command(
        "history.all", "history", "a", "All", "Drills of every runbook, or of the chosen one alone", "every"
    ),
    Command("history.back", "history", "escape", "Back", "Back to the runbooks", "back", key_shown="esc"),
    Command(
        "incidents.ack", "incidents", "a", "Acknowledge", "Say that you are looking at it", "acknowledge"
    ),
    Command(
        "incidents.resolve",
        "incidents",
        "r",
        "Resolve",
        "Close it with what was wrong and what was done",
        "resolve",
    ),
    Command("incidents.back", "incidents", "escape", "Back", "Back to the runbooks", "back", key_shown="esc"),
    *PRACTICE,
    *BOARD,
)


def commands(*where: str) -> Iterator[Command]:
    """The commands of these places, in the order they are listed."""
    return (command for command in _COMMANDS if command.where in where)


def bindings(*where: str) -> list[BindingType]:
    """What a screen or the app puts into `BINDINGS`."""
    return [command.binding() for command in commands(*where)]


def bindings_over_dialogs() -> list[BindingType]:
    """What a dialog offers too: Textual lets no key but those with priority through to the app."""
    over = (command for command in commands(EVERYWHERE) if command.id in ("help", "palette", "theme"))
    return [replace(c, action=f"app.{c.action}", footer=False).binding() for c in over]


def command_ids() -> frozenset[str]:
    """The names that a key configuration may use."""
    return frozenset(command.id for command in _COMMANDS)
