"""`python -m drill_tui.tui.browser.seat RUN_DIR`: the wall of a drill, for the browser of a `View`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from drill_tui.seats.client import NoSeatError, join
from drill_tui.tui.joined import run_joined
from drill_tui.tui.settings import SettingsError


async def sit(run_dir: Path) -> None:
    """Until the browser has gone.  Raises NoSeatError and SettingsError."""
    line = await join(run_dir, observe=True)
    await run_joined(run_dir, line, on_the_wall=True)


def main() -> int:
    try:
        asyncio.run(sit(Path(sys.argv[1])))
    except (NoSeatError, SettingsError) as error:
        sys.stderr.write(f"drill-tui: {error}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
