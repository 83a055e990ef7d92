"""`python -m drill_tui.tui.browser.seat RUN_DIR seat|wall`: what is drawn for the browser of a `View`."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    from drill_tui.engine.processes.memory import leave_out_plugins, leave_out_tls

    leave_out_tls()
    leave_out_plugins()
    import asyncio

    from drill_tui.seats.client import NoSeatError
    from drill_tui.tui.settings import SettingsError

    try:
        asyncio.run(_sit(Path(sys.argv[1]), on_the_wall=sys.argv[2] == "wall"))
    except (NoSeatError, SettingsError) as error:
        sys.stderr.write(f"drill-tui: {error}\n")
        return 3
    return 0


async def _sit(run_dir: Path, *, on_the_wall: bool) -> None:
    """Until the browser has gone.  Raises NoSeatError and SettingsError."""
    from drill_tui.seats.client import join
    from drill_tui.tui.joined import run_joined

    line = await join(run_dir, observe=True)
    await run_joined(run_dir, line, on_the_wall=on_the_wall, only_looks=True)


if __name__ == "__main__":
    sys.exit(main())
