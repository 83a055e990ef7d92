"""What people agree to at a gate: the target, the backup, its age, and the proof of isolation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from drill_tui.verdict.state import DrillState
from drill_tui.verdict.step_facts import backup_facts, isolation_facts
from drill_tui.verdict.wording import duration_words, size_words


@dataclass(frozen=True, slots=True)
class Stake:
    name: str
    words: str
    holds: bool = True
    """False where nobody knows: no step has told it."""


def at_stake(state: DrillState, now: float) -> tuple[Stake, ...]:
    """Four facts once a target was started; none before, for nothing is restored then.

    `now` is in seconds since the epoch.
    """
    if not state.target:
        return ()
    return (_target(state), *_backup(state, now), _isolation(state))


def _target(state: DrillState) -> Stake:
    told = state.target
    server = " ".join(filter(None, (told.get("kind"), "PostgreSQL", told.get("server_version"))))
    where = ":".join(filter(None, (told.get("host"), told.get("port"))))
    database = f", database {told['database']}" if told.get("database") else ""
    return Stake("Target", f"{server}{f' at {where}' if where else ''}{database}")


def _backup(state: DrillState, now: float) -> Iterator[Stake]:
    told = backup_facts(state)
    path = told.get("backup", "")
    size = _number(told.get("size_bytes"))
    if path:
        yield Stake("Backup", PurePath(path).name + (f", {size_words(size)}" if size else ""))
    else:
        yield Stake("Backup", "no step has named it", holds=False)
    age_s = _age_s(state, told, now)
    yield (
        Stake("Its age", "no step has told it", holds=False)
        if age_s is None
        else Stake("Its age", f"{_age_words(age_s)}; what was written since is not in it")
    )


def _age_words(age_s: float) -> str:
    """In whole seconds: nobody decides by a hundredth of one."""
    return f"{age_s:.0f} s" if age_s < 59.5 else duration_words(age_s)


def _age_s(state: DrillState, told: dict[str, str], now: float) -> float | None:
    """From the moment of its snapshot, else from its age when it was checked."""
    try:
        return max(0.0, now - datetime.fromisoformat(told.get("snapshot_at", "")).timestamp())
    except ValueError:
        pass
    checked = next((s for s in state.steps.values() if s.outputs.get("snapshot_age_s")), None)
    age_s = _number(checked.outputs["snapshot_age_s"]) if checked else None
    if checked is None or age_s is None:
        return None
    return age_s + max(0.0, now - (checked.ended_at or now))


def _isolation(state: DrillState) -> Stake:
    told = isolation_facts(state)
    proof = told.get("proof", "")
    if not proof:
        return Stake("Isolation", f"{told.get('level') or 'unknown'}, not proven by any step", holds=False)
    return Stake("Isolation", ": ".join(filter(None, (told.get("level"), proof))))


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
