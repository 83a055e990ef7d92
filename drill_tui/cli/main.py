"""Where `drill-tui` begins: Ctrl-C just ends it, until a command has something to bring to an end."""

from __future__ import annotations

import signal
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from drill_tui.cli.front import run
        from drill_tui.cli.streams import make_lasting

        make_lasting()
        run(arguments)
    finally:
        signal.signal(signal.SIGINT, before)


def let_ctrl_c_raise() -> None:
    """From here on Ctrl-C is a KeyboardInterrupt, for a command that cleans up after itself."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
