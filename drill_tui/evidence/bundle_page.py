"""The first page of a bundle: what is in it, who signed what, and what it shows for which control."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from drill_tui.evidence.controls import CONTROLS
from drill_tui.evidence.keys import PublicKey
from drill_tui.programme.incident import stamp
from drill_tui.programme.shelf import PastDrill
from drill_tui.sinks.words import VERDICT_WORD
from drill_tui.verdict.wording import duration_words

TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One drill of the list."""

    drill: PastDrill
    signature: str
    is_signed: bool
    changed: bool
    """Whether it is not what was signed."""

    @property
    def run(self) -> str:
        return self.drill.run_id

    @property
    def at(self) -> str:
        return stamp(self.drill.at)

    @property
    def verdict(self) -> str:
        return VERDICT_WORD.get(self.drill.verdict, self.drill.verdict)

    @property
    def recovery(self) -> str:
        return _against(self.drill.rto_wall_s, self.drill.rto_objective_s)

    @property
    def database(self) -> str:
        return "the demo database" if self.drill.demo else str(self.drill.database)


def page(rows: Sequence[DrillRow], keys: Sequence[PublicKey], told: dict[str, Any]) -> str:
    """One self-contained page; every text is escaped."""
    from drill_tui.sinks.pages import page_environment

    template = page_environment(TEMPLATES).get_template("bundle.html.jinja")
    passed = sum(row.drill.passed for row in rows)
    return template.render(rows=rows, keys=keys, controls=CONTROLS, passed=passed, **told)


def _against(took_s: float | None, objective_s: float | None) -> str:
    if took_s is None:
        return "not measured"
    objective = f" of {duration_words(objective_s)}" if objective_s is not None else ""
    return f"{duration_words(took_s)}{objective}"
