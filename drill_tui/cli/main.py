"""Where `drill-tui` begins: Ctrl-C just ends it, until a command has something to bring to an end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

COMPLETION = "_DRILL_TUI_COMPLETE"
"""Set by the shell that asks what could be typed next; the words so far are not arguments then."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from drill_tui.cli.streams import make_lasting

        make_lasting()
        if given or COMPLETION in os.environ:
            from drill_tui.cli.front import run

            run(given)
        else:
            _open_the_screen()
    finally:
        signal.signal(signal.SIGINT, before)


def _open_the_screen() -> None:
    """The guided drill as `front.run([])` opens it, without loading what parses a command line."""
    from drill_tui.cli.drill import DrillRequest, guided_drill
    from drill_tui.cli.exits import answered
    from drill_tui.cli.stopping import let_ctrl_c_raise
    from drill_tui.cli.streams import settle

    let_ctrl_c_raise()
    sys.exit(settle(answered(lambda: guided_drill(DrillRequest()))))
