"""`drill-tui forecast`: the recovery time at another size, or why nothing can be said."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.known_words import DEFAULT_RUNBOOK
from drill_tui.cli.places import find_places
from drill_tui.programme.forecast import Forecast, TooThinError, forecast, parse_size
from drill_tui.programme.forecast_parts import slowest_tables, what_would_help
from drill_tui.programme.shelf import PastDrill, read_shelf
from drill_tui.verdict.wording import duration_words, size_words


def show(
    size: str | None,
    cores: int | None,
    runbook: str | None,
    by: str | None,
    project: Path | None,
    artifacts: Path | None,
) -> Exit:
    """Print the interval and what it rests on.

    FAILED where the objective would be missed, ERROR where nothing can be said; raises UserError.
    """
    if by not in (None, "table"):
        raise UserError(f"--by {by}: there is only --by table")
    places = find_places(project, artifacts)
    drills = read_shelf(places.artifacts_dir).of(runbook or DEFAULT_RUNBOOK)
    try:
        size_bytes = parse_size(size) if size else _last_size(drills)
    except ValueError as error:
        raise UserError(f"--size {size}: {error}") from None
    try:
        found = forecast(drills, size_bytes, cores)
    except TooThinError as error:
        raise UserError(f"no forecast: {error}", code=Exit.ERROR) from None
    lines = [*summary(found), *_parts(found)]
    if by == "table":
        lines += _tables([drill for drill in drills if drill.passed][-1])
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return Exit.FAILED if found.verdict == "would miss" else Exit.PASSED


def summary(found: Forecast) -> list[str]:
    """`at 214 GB: 38 min to 51 min; the objective is 30 min: would miss`, and what that rests on."""
    total, objective = found.total, found.objective_s
    against = f"; the objective is {duration_words(objective)}: {found.verdict}" if objective else ""
    return [
        f"at {size_words(found.size_bytes)}: {duration_words(total.low_s)} to {duration_words(total.high_s)} "
        f"(80 % interval){against}",
        f"It rests on {found.drills} drills of {size_words(found.smallest_bytes)} to "
        f"{size_words(found.largest_bytes)} on {found.machine}; recovery as the runbook measures it.",
    ]


def _parts(found: Forecast) -> Iterator[str]:
    width = max(len(name) for name in found.parts)
    for name, span in found.parts.items():
        yield (
            f"  {name:<{width}}  {duration_words(span.likely_s):>9}  "
            f"({duration_words(span.low_s)} to {duration_words(span.high_s)})"
        )


def _tables(last: PastDrill) -> Iterator[str]:
    tables = slowest_tables(last)
    if not tables:
        yield "No drill has told its tables: its runbook must declare the output `restore_phases`."
        return
    yield f"Busy seconds by table in {last.run_id} (data and foreign keys; indexes are not told by table):"
    for share in tables:
        yield f"  {share.busy_s:>9.1f} s  {share.share:>4.0%}  {share.table}"
    yield from (f"What would help: {advice}." for advice in what_would_help(last))


def _last_size(drills: tuple[PastDrill, ...]) -> int:
    sizes = [drill.size_bytes for drill in drills if drill.size_bytes]
    if not sizes:
        raise UserError("no drill has recorded the size of its database", advice="Name one: --size 214GB")
    return sizes[-1]
