"""The forecast: an interval that holds, and a refusal where nobody can know."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.forecast_cmd import show
from drill_tui.programme.earlier import earlier_of
from drill_tui.programme.forecast import TooThinError, forecast, parse_size
from drill_tui.programme.forecast_parts import what_would_help
from drill_tui.programme.shelf import PastDrill, read_shelf
from drill_tui.programme.statistics import regressions
from drill_tui.sinks.html import html
from drill_tui.sinks.markdown import markdown
from drill_tui.sinks.metrics import metrics
from drill_tui.verdict.fold import fold
from tests.unit.programme.past import DAY, leave
from tests.unit.verdict.drills import whole_drill

MB = 1_000_000
PHASES = {"jobs": 4, "busy_s": {"data": 60.0, "indexes": 30.0, "constraints": 6.0, "analyze": 4.0}}


def past(
    folder: Path, sizes_mb: list[int], *, seed: int = 1, objective_s: float = 1800.0, **changes: object
) -> tuple[PastDrill, ...]:
    """Drills whose restore takes 2 s and 0.1 s per MB, with 5 % of noise, the oldest first."""
    noise = random.Random(seed)  # noqa: S311 - no secret
    for number, size_mb in enumerate(sizes_mb):
        steps_s = {
            "restore": (2.0 + 0.1 * size_mb) * noise.gauss(1.0, 0.05),
            "verify": (0.5 + 0.04 * size_mb) * noise.gauss(1.0, 0.05),
        }
        path = leave(folder, DAY * (len(sizes_mb) - number), steps_s=steps_s)
        data = json.loads(path.read_text()) | changes
        data["source"]["size_bytes"] = str(size_mb * MB)
        data["tools"]["cores"] = "8"
        data["rto"]["objective_s"] = objective_s
        next(s for s in data["steps"] if s["id"] == "restore")["outputs"]["restore_phases"] = json.dumps(
            {**PHASES, "tables": [["orders", 40.0], ["events", 5.0]]}
        )
        path.write_text(json.dumps(data))
    return read_shelf(folder).of("restore-drill")


def test_the_interval_holds_the_truth_beyond_what_was_drilled(tmp_path: Path) -> None:
    drills = past(tmp_path, [50, 100, 200, 400, 800, 1600])
    found = forecast(drills, 4000 * MB)
    truth_s = 2.5 + 0.14 * 4000 + sum(drills[-1].recovery_s[s] for s in ("start_target", "prove_isolation"))
    assert found.total.low_s < truth_s < found.total.high_s
    assert found.total.high_s < 1.6 * found.total.low_s, "an interval that says something"
    assert {"restore: data", "restore: indexes", "verify"} <= set(found.parts)
    assert (found.drills, found.largest_bytes) == (6, 1600 * MB)


def test_eighty_per_cent_hold_about_eighty_per_cent(tmp_path: Path) -> None:
    """On noise that is what the model takes it for; on real databases `make bench` looks."""
    held = 0
    for seed in range(60):
        folder = tmp_path / str(seed)
        folder.mkdir()
        *known, new = past(folder, [50, 80, 120, 200, 400, 800, 1500], seed=seed)
        total = forecast(known, new.size_bytes or 0).total
        held += total.low_s <= sum(new.recovery_s.values()) <= total.high_s
    assert 0.75 * 60 <= held <= 0.95 * 60


@pytest.mark.parametrize(
    ("sizes", "asked_mb", "says"),
    [
        ([100, 200, 300, 400], 500, "4 drills on drill-host passed, and a forecast needs 5"),
        ([100, 200, 400, 800, 1600], 40_000, "too far from the largest drill"),
        ([100, 101, 102, 103, 104], 400, "drills of several sizes reach farther"),
    ],
)
def test_it_refuses_where_history_is_too_thin(
    sizes: list[int], asked_mb: int, says: str, tmp_path: Path
) -> None:
    drills = past(tmp_path, sizes)
    with pytest.raises(TooThinError, match=says):
        forecast(drills, asked_mb * MB)


def test_it_refuses_another_machine(tmp_path: Path) -> None:
    drills = past(tmp_path, [100, 200, 300, 400, 500, 600])
    assert forecast(drills, 500 * MB, cores=8).drills == 6
    with pytest.raises(TooThinError, match="with 8 cores, not 32"):
        forecast(drills, 500 * MB, cores=32)
    (tmp_path / "elsewhere").mkdir()
    other = past(tmp_path / "elsewhere", [300], host="another-host")
    with pytest.raises(TooThinError, match=r"1 drill on another-host passed.*6 more ran on another machine"):
        forecast((*drills, *other), 500 * MB)
    with pytest.raises(TooThinError, match="no drill that passed"):
        forecast((), 500 * MB)


def test_the_command_judges_the_objective_and_names_tables(
    tmp_path: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    past(tmp_path, [100, 200, 300, 400, 500, 600])
    assert show("900MB", 8, None, "table", project, tmp_path) == Exit.PASSED
    told = capsys.readouterr().out
    assert "at 900 MB: " in told
    assert "would meet" in told
    assert "orders" in told
    assert "orders alone keeps one worker busy for 40.0 s" in told
    for path in tmp_path.glob("restore_drill_*.json"):
        path.unlink()
    past(tmp_path, [100, 200, 300, 400, 500, 600], objective_s=60.0)
    assert show("900MB", None, None, None, project, tmp_path) == Exit.FAILED
    assert "the objective is 1 min: would miss" in capsys.readouterr().out
    with pytest.raises(UserError, match="no forecast: "):
        show("900MB", 2, None, None, project, tmp_path)
    with pytest.raises(UserError, match="write a size with its unit"):
        show("900", None, None, None, project, tmp_path)


def test_a_slower_restore_is_laid_to_a_phase_and_a_table(tmp_path: Path) -> None:
    past(tmp_path, [100] * 6)
    grown = {"jobs": 4, "busy_s": {**PHASES["busy_s"], "data": 160.0}, "tables": [["events", 95.0]]}  # type: ignore[dict-item]
    path = leave(tmp_path, DAY * 0, steps_s={"restore": 60.0})
    data = json.loads(path.read_text())
    step = next(s for s in data["steps"] if s["id"] == "restore")
    step["outputs"]["restore_phases"] = json.dumps(grown)
    path.write_text(json.dumps(data))
    found = {one.step: one.sentence() for one in regressions(read_shelf(tmp_path).drills)}
    assert (
        "most grew data (160.0 busy seconds, usually 60.0), and of its tables events (by 90.0 s)"
        in found["restore"]
    )
    assert any("30" in advice for advice in what_would_help(read_shelf(tmp_path).drills[0]))


def test_sizes_are_read_with_their_unit() -> None:
    assert [parse_size(text) for text in ("2TB", "1.5 GB", "512MiB")] == [2 * 10**12, 1_500_000_000, 2**29]
    for wrong in ("", "2", "TB", "-1GB", "nan GB", "infGB"):
        with pytest.raises(ValueError, match=r"unit|could not convert"):
            parse_size(wrong)


def test_a_report_tells_the_forecast_at_productions_size(tmp_path: Path) -> None:
    past(tmp_path, [100, 200, 300, 400, 500])
    earlier = earlier_of("restore-drill", read_shelf(tmp_path), 900 * MB)
    report = fold(whole_drill(earlier=earlier).records)
    for page in (markdown(report).replace("\\", ""), html(report)):
        assert "at 900 MB: " in page
        assert "from the 5 drills before this one); the objective is 30 min: would meet" in page
    assert "drill_tui_last_drill_forecast_high_seconds" in metrics(report)
    assert earlier_of("restore-drill", read_shelf(tmp_path), 900_000 * MB).foretold is None
    assert "Forecast" not in markdown(fold(whole_drill().records))
