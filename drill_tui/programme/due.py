"""Which drill is due, and why (monthly automatic, quarterly guided, after every change)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict

from drill_tui.programme.database import UNKNOWN, Database
from drill_tui.programme.shelf import PastDrill
from drill_tui.runbook.durations import format_duration
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Cadence, Runbook
from drill_tui.verdict.wording import ago

OVERDUE_AFTER = 1.25
"""Past this many times its cadence a drill is not just due but overdue."""

State = Literal["satisfied", "due", "overdue"]
SEVERITY: Mapping[State, int] = {"satisfied": 0, "due": 1, "overdue": 2}
WHAT_CHANGED = {
    "procedure_sha256": "the files of the backup procedure",
    "drill-tui": "the version of drill-tui",
    "code_sha256": "drill-tui's code of backup and restore",
    "schema_sha256": "the source's schema",
    "client_version": "the version of the client programs",
    "server_version": "the version of the source's server",
}


WARN_DAYS = 14
"""`due` warns of a waiver this many days before its last one."""
PROCEDURE = "procedure_sha256"
NOT_RECORDED = "that drill did not record it"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Duty(Part):
    """One reason to drill: `auto`, `guided`, `after_change`, `follow_up` or `waiver`."""

    kind: Literal["auto", "guided", "after_change", "follow_up", "waiver"]
    state: State
    why: str
    last_run: str | None = None
    """The passing drill that this was judged by."""


class RunbookDue(Part):
    runbook: str
    title: str
    state: State
    duties: tuple[Duty, ...]


class DueReport(Part):
    schema_version: int = 1
    state: State
    runbooks: tuple[RunbookDue, ...]
    broken: tuple[str, ...] = ()
    """Runbooks and incidents that could not be read, each with the reason."""


def judge(
    runbook: Runbook,
    past: Sequence[PastDrill],
    *,
    now: float,
    current: Mapping[str, str],
    unknown: Mapping[str, str] = MappingProxyType({}),
    database: Database = UNKNOWN,
    open_incident: str | None = None,
) -> RunbookDue:
    """What is due of one runbook, for one database where it is known which.

    `past` is oldest first; `current` holds the fingerprints of today, `unknown` says why one is not there.
    Drills that do not count for it are named as such.
    """
    passed = proving(past, database)
    counted = {drill.path for drill in passed}
    of_others = [drill for drill in past if drill.passed and database.known and drill.path not in counted]
    duties: list[Duty] = []
    if open_incident is not None:
        why = f"{open_incident} is open; only a passing drill lifts it"
        duties.append(Duty(kind="follow_up", state="due", why=why))
    for mode, every_s in rhythms(runbook.cadence):
        duties.append(_periodic(mode, every_s, passed, now, _last_try(mode, past, database)))
    if runbook.cadence.after_change:
        duties.append(_after_change(passed, current, unknown))
    duties += _waivers(runbook, now)
    if of_others:
        duties = [_naming(of_others[-1], database, duty) for duty in duties]
    return RunbookDue(
        runbook=runbook.id, title=runbook.title, state=worst(d.state for d in duties), duties=tuple(duties)
    )


def proving(past: Sequence[PastDrill], database: Database = UNKNOWN) -> list[PastDrill]:
    """The passing drills that count for one database, in their order.

    Drills of another database do not count.  Where it is not known which, those of the demo count until one
    of another database has passed.
    """
    every = [drill for drill in past if drill.passed]
    real = [drill for drill in every if not drill.demo]
    if not database.known:
        return real or every
    return [drill for drill in real if not drill.database.is_another(database)]


def rhythms(cadence: Cadence) -> list[tuple[Mode, float]]:
    """The modes that a cadence asks for, each with its seconds."""
    asked = ((Mode.AUTO, cadence.auto), (Mode.GUIDED, cadence.guided))
    return [(mode, every_s) for mode, every_s in asked if every_s is not None]


def state_at(age_s: float, every_s: float) -> State:
    """What a drill that passed this long ago comes to."""
    if age_s >= OVERDUE_AFTER * every_s:
        return "overdue"
    return "satisfied" if age_s < every_s else "due"


def due_report(runbooks: Sequence[RunbookDue], broken: Sequence[str] = ()) -> DueReport:
    return DueReport(
        state=worst(book.state for book in runbooks), runbooks=tuple(runbooks), broken=tuple(broken)
    )


def worst(states: Iterable[State]) -> State:
    """The most pressing of some states; satisfied if there are none."""

    return max(states, key=lambda state: SEVERITY[state], default="satisfied")


def _last_try(mode: Mode, past: Sequence[PastDrill], database: Database) -> PastDrill | None:
    """The last drill of this mode and database, however it ended."""
    of_mode = [d for d in past if d.counts and d.mode == mode and not d.database.is_another(database)]
    return of_mode[-1] if of_mode else None


def _since(tried: PastDrill | None, now: float) -> str:
    """What a drill that does not satisfy the cadence came to: it was made, and nobody need wonder."""
    if tried is None or tried.passed:
        return ""
    return f"; {tried.run_id} ended with {tried.verdict} {ago(now - tried.at)}, which does not count"


def _periodic(
    mode: Mode, every_s: float, passed: Sequence[PastDrill], now: float, tried: PastDrill | None
) -> Duty:
    """`tried` is the last drill of the mode, whatever it came to."""
    kind: Literal["auto", "guided"] = "auto" if mode is Mode.AUTO else "guided"
    last = next((drill for drill in reversed(passed) if drill.mode == mode), None)
    rhythm = f"every {format_duration(every_s)}"
    if last is None:
        return Duty(
            kind=kind, state="due", why=f"{rhythm}; no {mode} drill has passed yet{_since(tried, now)}"
        )
    age_s = now - last.at
    why = f"{rhythm}; the last {mode} drill passed {ago(age_s)}{_of_what(last)}{_since(tried, now)}"
    return Duty(kind=kind, state=state_at(age_s, every_s), why=why, last_run=last.run_id)


def _waivers(runbook: Runbook, now: float) -> Iterator[Duty]:
    """Each waiver, warned of before it ends: from its last day on, the criterion counts as unproven."""
    today = datetime.fromtimestamp(now, UTC).date()
    for criterion in runbook.criteria.values():
        waiver = criterion.waiver
        if waiver is None:
            continue
        left = (waiver.until - today).days
        state: State = "satisfied" if left >= WARN_DAYS else "due" if left >= 0 else "overdue"
        told = f"ends in {left} days" if left >= 0 else f"ended {-left} days ago: it counts as unproven"
        why = f"{criterion.title} is waived until {waiver.until} by {waiver.owner}; that {told}"
        yield Duty(kind="waiver", state=state, why=why)


def _naming(other: PastDrill, database: Database, duty: Duty) -> Duty:
    """A duty that is not satisfied names the drill of another database that does not count for it."""
    if duty.state == "satisfied" or duty.kind in ("follow_up", "waiver"):
        return duty
    what = "the demo database" if other.demo else other.database
    why = f"{duty.why}; not counted for {database}: {other.run_id}, which drilled {what}"
    return duty.model_copy(update={"why": why})


def _after_change(
    passed: Sequence[PastDrill], current: Mapping[str, str], unknown: Mapping[str, str]
) -> Duty:
    if not passed:
        return Duty(kind="after_change", state="due", why="no drill has passed yet")
    last = passed[-1]
    compared = [name for name in WHAT_CHANGED if name in current and name in last.fingerprints]
    changed = [WHAT_CHANGED[name] for name in compared if current[name] != last.fingerprints[name]]
    missing = [name for name in WHAT_CHANGED if name not in compared and name != PROCEDURE]
    not_compared = _not_compared(missing, current, unknown)
    drill = f"the last passing drill{_of_what(last)}"
    if changed:
        why = f"changed since {drill}: {', '.join(changed)}{not_compared}"
        return Duty(kind="after_change", state="due", why=why, last_run=last.run_id)
    if PROCEDURE not in compared:
        why = f"{drill} did not record what its procedure was{not_compared}"
        return Duty(kind="after_change", state="due", why=why, last_run=last.run_id)
    why = f"nothing has changed since {drill}{not_compared}"
    return Duty(kind="after_change", state="satisfied", why=why, last_run=last.run_id)


def _not_compared(names: Iterable[str], current: Mapping[str, str], unknown: Mapping[str, str]) -> str:
    """What of today, or of the last drill, is not known, and why."""
    by_reason: dict[str, list[str]] = {}
    for name in names:
        reason = NOT_RECORDED if name in current else unknown.get(name, "")
        by_reason.setdefault(reason, []).append(WHAT_CHANGED[name])
    told = (f"{', '.join(some)} ({why})" if why else ", ".join(some) for why, some in by_reason.items())
    return f"; not compared: {'; '.join(told)}" if by_reason else ""


def _of_what(drill: PastDrill) -> str:
    return " (of the demo database, not yours)" if drill.demo else ""
