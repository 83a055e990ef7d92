"""Starts what backup.sh, restore.sh and verify.sh stand for: `start.py backup|restore|verify OPTIONS…`.

Where this Python cannot run it, that is a sentence and exit code 3 ("could not tell"), not a traceback.
"""

from __future__ import annotations

import signal
import sys

COULD_NOT_TELL = 3


def main() -> int:
    # The scripts start Python deaf to Ctrl-C, which it would answer with a traceback while it loads.
    # Until there is something to clean up, Ctrl-C just ends it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    import importlib
    from pathlib import Path

    name, options = sys.argv[1], sys.argv[2:]
    project = Path(__file__).resolve().parents[1]
    is_checkout = (project / "drill_tui").is_dir()
    sys.path[:1] = [str(project)] if is_checkout else []
    try:
        return int(importlib.import_module(f"drill_tui.cli.{name}_cmd").main(options))
    except (ImportError, SyntaxError) as error:
        sys.stderr.write(
            f"{name}.sh: {sys.executable} cannot run drill-tui: {error}\n  {_advice(project, is_checkout)}\n"
        )
        return COULD_NOT_TELL


def _advice(project: object, is_checkout: bool) -> str:
    if is_checkout:
        return f"Run `make setup` in {project}; if its .venv is another user's, run this as that user."
    return "Install drill-tui, or put the one that you have on PATH: pipx install drill-tui"


if __name__ == "__main__":
    sys.exit(main())
