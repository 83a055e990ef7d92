"""`drill-tui demo`: the demo database in the foreground, to try the commands on."""

from __future__ import annotations

import asyncio
import os

from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.stopping import until_stopped


def demo(scale: str) -> int:
    """Serve the demo until Ctrl-C, which is its normal end.  Raises UserError where it cannot start."""
    from drill_tui.demo.by_hand import serve
    from drill_tui.demo.source import MAX_SCALE
    from drill_tui.engine.ports import ActionError

    if scale and not 0 < _number(scale) <= MAX_SCALE:
        raise UserError(f"--scale {scale}: write a number such as 1, 0.1 or 20, at most {MAX_SCALE:g}")

    async def run() -> int:
        await serve(os.environ, _say, asyncio.Event().wait, scale=scale)
        return Exit.PASSED

    try:
        code = asyncio.run(until_stopped(run(), lambda: None))
    except ActionError as error:
        raise UserError(str(error), code=Exit.ERROR) from None
    except OSError as error:
        complain(
            f"the demo could not be made: {error.filename or ''}: {error.strerror}",
            "Free some space, or set TMPDIR and DRILL_WORK_DIR to folders that you may write to.",
        )
        return Exit.ERROR
    return Exit.PASSED if code in (Exit.PASSED, 130) else code


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is the command's output
