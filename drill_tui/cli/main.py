"""Where `drill-tui` begins: before the command line is loaded, Ctrl-C just ends it."""

from __future__ import annotations

import signal
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from drill_tui.cli.front import run
        from drill_tui.cli.streams import make_lasting
    finally:
        signal.signal(signal.SIGINT, before)
    make_lasting()
    run(arguments)
