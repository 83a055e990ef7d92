"""Where `drill-tui` begins: Ctrl-C just ends it, until a command has something to bring to an end."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from drill_tui.cli.known_words import SUMMARIES

COMPLETION = "_DRILL_TUI_COMPLETE"
"""Set by the shell that asks what could be typed next; the words so far are not arguments then."""

HELP = frozenset({"-h", "--help"})


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from drill_tui.cli.streams import make_lasting

        make_lasting()
        asked_to_complete = COMPLETION in os.environ
        if not given and not asked_to_complete:
            _open_the_screen()
        if given[:1] == ["join"] and not asked_to_complete:
            _sit_down(given)
        if given and given[0] in SUMMARIES and not asked_to_complete:
            _pass_on(given[0], given[1:])
        gc.disable()  # nothing of what is loaded here is ever garbage
        from drill_tui.cli.front import run

        try:
            run(given)
        except SystemExit as end:
            if arguments is None and "--" not in given and HELP & set(given):
                _leave(end.code)
            raise
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(code: str | int | None) -> None:
    """End at once: to take apart all that was loaded is a tenth of the time of a help that was printed."""
    if isinstance(code, int):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _pass_on(name: str, arguments: Sequence[str]) -> NoReturn:
    """A command that reads its own arguments, without loading what parses those of all others."""
    from importlib import import_module

    from drill_tui.cli.exits import answered
    from drill_tui.cli.streams import settle

    command = import_module(f"drill_tui.cli.{name}_cmd")
    sys.exit(settle(answered(lambda: command.main(arguments))))


def _sit_down(given: Sequence[str]) -> None:
    """A seat, without what it never uses; returns where the words are for the front door to judge."""
    from drill_tui.cli.seat_words import read

    words = read(given)
    if words is None:
        return
    from drill_tui.engine.processes.memory import leave_out_plugins, leave_out_tls
    from drill_tui.engine.processes.priority import stay_behind_the_drill

    stay_behind_the_drill()
    leave_out_tls()
    leave_out_plugins()
    from drill_tui.cli.exits import answered
    from drill_tui.cli.join_cmd import Wish, join
    from drill_tui.cli.streams import settle

    wish = Wish(words.name, words.observe, words.projector, words.ascii_only)
    sys.exit(settle(answered(lambda: join(words.run, words.project, words.artifacts, wish))))


def _open_the_screen() -> NoReturn:
    """The guided drill as `front.run([])` opens it, without loading what parses a command line."""
    from drill_tui.cli.drill import DrillRequest, guided_drill
    from drill_tui.cli.exits import answered
    from drill_tui.cli.stopping import let_ctrl_c_raise
    from drill_tui.cli.streams import settle

    let_ctrl_c_raise()
    sys.exit(settle(answered(lambda: guided_drill(DrillRequest()))))
